//! What a cell holds.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;

/// Name of the category of missing values.
pub(super) const MISSING: &str = "(missing)";

/// What the text of a cell stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    Missing,
    /// Infinite where the text says so or the number is too large for `f64`; never NaN.
    Number(f64),
    Text,
}

/// The text of a cell without the space around it. Text that is not UTF-8 is Windows-1252, which
/// has a character for every byte; the flag is then true.
pub(super) fn text(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text.trim()), false),
        Err(_) => {
            let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
            (Cow::Owned(text.trim().to_owned()), true)
        }
    }
}

/// What trimmed text stands for. With `decimal_comma`, a comma can also be the decimal sign.
pub(super) fn value(text: &str, decimal_comma: bool) -> Value {
    match number(text, decimal_comma) {
        Some(number) if number.is_nan() => Value::Missing,
        Some(number) => Value::Number(number),
        None if is_missing(text) => Value::Missing,
        None => Value::Text,
    }
}

/// Whether a trimmed label says that there is none.
pub(super) fn is_missing_label(text: &str) -> bool {
    is_one_of(text, &["", "?", "na", "n/a", "nan", "null"])
}

fn number(text: &str, decimal_comma: bool) -> Option<f64> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let parts = text.contains(',') && !text.contains('.');
    if decimal_comma && parts {
        return text.replace(',', ".").parse().ok();
    }
    None
}

fn is_missing(text: &str) -> bool {
    let words = ["", "?", "-", "na", "n/a", "null", "none", MISSING];
    is_one_of(text, &words)
}

fn is_one_of(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_understood() {
        for (text, number) in [
            ("3", 3.0),
            ("-.5", -0.5),
            ("+1e3", 1000.0),
            ("5.", 5.0),
            ("inf", f64::INFINITY),
            ("1e999", f64::INFINITY),
        ] {
            assert_eq!(value(text, false), Value::Number(number), "{text}");
            assert_eq!(value(text, true), Value::Number(number), "{text}");
        }
        for text in ["3,25", "1,2,3", "1.000,5", ",", "0x10", "1 000", "setosa"] {
            assert_eq!(value(text, false), Value::Text, "{text}");
        }
        assert_eq!(value("-3,25", true), Value::Number(-3.25));
        for text in ["1,2,3", "1.000,5", ",", "a,b"] {
            assert_eq!(value(text, true), Value::Text, "{text}");
        }
    }

    #[test]
    fn missing_values_are_understood_in_any_case() {
        for text in [
            "",
            "NA",
            "n/A",
            "NaN",
            "-nan",
            "NULL",
            "none",
            "?",
            "-",
            "(Missing)",
        ] {
            assert_eq!(value(text, false), Value::Missing, "{text}");
        }
        for text in ["--", "nil", "0", "no"] {
            assert_ne!(value(text, false), Value::Missing, "{text}");
        }
        assert!(is_missing_label("?") && is_missing_label("NaN"));
        assert!(!is_missing_label("-") && !is_missing_label("None"));
    }

    #[test]
    fn every_byte_is_kept() {
        assert_eq!(text("  é\t".as_bytes()), ("é".into(), false));
        assert_eq!(text(b"caf\xe9 "), ("café".into(), true));
        let all: Vec<u8> = (0x80..=0xff).collect();
        let (decoded, flag) = text(&all);
        let distinct: std::collections::HashSet<char> = decoded.chars().collect();
        assert!(flag && distinct.len() >= 127, "NEL is space at an end");
    }
}
