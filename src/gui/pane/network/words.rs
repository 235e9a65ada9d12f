//! Counts, ranges and messages in the words of the panel.

use std::ops::Range;

use indicatif::HumanCount;

/// A count with its noun, such as "1 block".
pub(super) fn counted(count: usize, noun: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{} {noun}{s}", HumanCount(count as u64))
}

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

/// A number of parameters with two digits where it is large.
pub(super) fn in_short(count: usize) -> String {
    match count {
        1 => "1 parameter".to_owned(),
        0..100_000 => format!("{} parameters", HumanCount(count as u64)),
        100_000..1_000_000 => format!("{} k parameters", count / 1000),
        _ => format!("{:.1} M parameters", count as f64 / 1e6),
    }
}
