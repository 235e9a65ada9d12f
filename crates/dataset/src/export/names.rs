//! Names of classes that keep their order where classes are sorted by name.

use crate::source::Note;

/// Bytes that the name of a class may have.
const LONGEST: usize = 200;

/// A name for each class: its own where all of these do, else one that begins with its number.
pub(super) struct Names {
    pub all: Vec<String>,
    /// What to tell of other names.
    pub note: Option<Note>,
}

impl Names {
    /// Names without control characters and those of `refused`, which `fit` in their order.
    pub fn of(classes: &[String], refused: &[char], fit: impl FnOnce(&[&str]) -> bool) -> Self {
        let cleaned: Vec<String> = classes.iter().map(|name| clean(name, refused)).collect();
        let own: Vec<&str> = classes.iter().map(String::as_str).collect();
        if cleaned == classes && fit(&own) {
            return Self {
                all: cleaned,
                note: None,
            };
        }
        let width = classes.len().saturating_sub(1).to_string().len();
        let numbered = |(at, name): (usize, &String)| match name.as_str() {
            "" => format!("{at:0width$}"),
            name => format!("{at:0width$} {name}"),
        };
        let all: Vec<String> = cleaned.iter().enumerate().map(numbered).collect();
        let some = all.first().zip(classes.first());
        Self {
            note: some.map(|(new, name)| Note {
                what: "Names of classes".to_owned(),
                why: format!(
                    "they begin with a number, such as \"{new}\" for {name}: without it, their order or a character would be lost"
                ),
            }),
            all,
        }
    }
}

/// A name in one line and of bounded length, with `_` for control characters and those of
/// `refused`, and without space at its ends or dots at its end.
pub(super) fn clean(name: &str, refused: &[char]) -> String {
    let mut text = String::new();
    for letter in name.trim().chars() {
        if text.len() + letter.len_utf8() > LONGEST {
            break;
        }
        text.push(match letter {
            letter if letter.is_control() || refused.contains(&letter) => '_',
            letter => letter,
        });
    }
    let kept = text.trim_end_matches(|letter: char| letter == '.' || letter.is_whitespace());
    kept.to_owned()
}
