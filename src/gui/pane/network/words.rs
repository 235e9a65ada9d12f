//! Ranges and messages in the words of the panel.

use std::ops::Range;

/// The message with a capital letter first.
pub(super) fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// Which blocks a range holds, in words.
pub(super) fn blocks_text(range: &Range<usize>) -> String {
    match range.len() {
        0 | 1 => format!("block {}", range.start),
        _ => format!("blocks {}–{}", range.start, range.end - 1),
    }
}
