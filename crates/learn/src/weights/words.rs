//! Words for names, shapes and errors that come from files.

/// Longest text of a file that is shown, in characters.
const LONGEST: usize = 160;

/// The first line of a text from elsewhere, not too long and without signs that a terminal
/// would obey.
pub(super) fn cut(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let shown: String = line
        .chars()
        .map(|sign| if sign.is_control() { '·' } else { sign })
        .take(LONGEST)
        .collect();
    if line.chars().nth(LONGEST).is_some() {
        format!("{shown}…")
    } else {
        shown
    }
}

/// The name of a tensor as it can be shown: not too long, and without signs that a terminal would
/// obey.
pub fn name(name: &str) -> String {
    cut(name)
}

/// A shape such as 64×3×7×7; that of a single number is 1.
pub fn shape(shape: &[usize]) -> String {
    if shape.is_empty() {
        return "1".to_owned();
    }
    let sides: Vec<String> = shape.iter().map(ToString::to_string).collect();
    sides.join("×")
}
