//! What is written in words: text from files on a line, and numbers, sizes and times. Everyone who
//! tells a person something, on the screen or the terminal or in an error, takes the words from here.

pub mod number;
pub mod size;
pub mod time;

/// Text from a file on one line.
pub fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// Text from a file on one line, cut where it would be too long for a sentence.
pub fn short(text: &str) -> String {
    const MOST: usize = 60;
    let line = one_line(text);
    if line.chars().count() <= MOST {
        return line;
    }
    line.chars().take(MOST).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_a_short_line() {
        assert_eq!(short(&"é".repeat(100)).chars().count(), 61);
        assert_eq!(short("a\r\nb\0"), "a  b ");
        assert_eq!(one_line(&"é\u{85}".repeat(100)).chars().count(), 200);
    }
}
