//! Whether the first row names the columns, and what they are called.

use std::collections::{HashMap, HashSet};

use super::cell::{self, Value};
use super::words::short;
use crate::source::raw::Note;

/// A row of trimmed cells.
pub(super) type Row = Vec<String>;

/// Whether the first row is a header: it has text over a column of numbers, or no column is
/// numeric and its cells are all different and never come again below, where others do.
pub(super) fn recognise(first: &Row, below: &[Row], decimal_comma: bool) -> bool {
    let value = |text: &str| cell::value(text, decimal_comma);
    let mut has_numbers = false;
    let mut has_repeats = false;
    let mut comes_again = false;
    for (column, name) in first.iter().enumerate() {
        let cells = || {
            below
                .iter()
                .filter_map(|row| row.get(column))
                .map(String::as_str)
                .filter(|text| value(text) != Value::Missing)
        };
        let is_numeric =
            cells().next().is_some() && cells().all(|text| matches!(value(text), Value::Number(_)));
        if is_numeric && value(name) == Value::Text {
            return true;
        }
        has_numbers |= is_numeric;
        has_repeats |= cells().collect::<HashSet<_>>().len() < cells().count();
        comes_again |= cells().any(|text| text == name);
    }
    let all_text = first.iter().all(|name| value(name) == Value::Text);
    let all_different = first.iter().collect::<HashSet<_>>().len() == first.len();
    !has_numbers && has_repeats && !comes_again && all_text && all_different
}

/// Names of the columns.
pub(super) struct Names {
    /// All different: "x", "x (2)".
    pub unique: Vec<String>,
    /// As the header has them.
    pub given: Vec<String>,
    /// Those that were changed.
    pub notes: Vec<Note>,
}

impl Names {
    /// Names from a header; columns without a name are called by their number.
    pub fn new(header: Row) -> Self {
        let given: Vec<String> = header
            .into_iter()
            .enumerate()
            .map(|(index, name)| {
                if name.is_empty() {
                    numbered(index)
                } else {
                    name
                }
            })
            .collect();
        let mut taken: HashSet<String> = given.iter().cloned().collect();
        let mut seen: HashMap<&str, usize> = HashMap::new();
        let mut unique = Vec::with_capacity(given.len());
        let mut notes = Vec::new();
        for (index, name) in given.iter().enumerate() {
            let times = seen.entry(name).or_insert(0);
            *times += 1;
            if *times == 1 {
                unique.push(name.clone());
                continue;
            }
            let mut new = format!("{name} ({times})");
            while !taken.insert(new.clone()) {
                *times += 1;
                new = format!("{name} ({times})");
            }
            notes.push(Note {
                what: format!("Name of column {}", index + 1),
                why: format!(
                    "{} is the name of another column: {} stands for it",
                    short(name),
                    short(&new)
                ),
            });
            unique.push(new);
        }
        Self {
            unique,
            given,
            notes,
        }
    }

    /// Names for `count` columns without a header.
    pub fn numbered(count: usize) -> Self {
        Self::new((0..count).map(numbered).collect())
    }
}

fn numbered(index: usize) -> String {
    format!("Column {}", index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Row> {
        text.lines()
            .map(|line| line.split(',').map(str::to_owned).collect())
            .collect()
    }

    fn has_header(text: &str) -> bool {
        let rows = rows(text);
        recognise(&rows[0], &rows[1..], false)
    }

    #[test]
    fn text_over_numbers_is_a_header() {
        assert!(has_header("a,b\n1,x\n2,y"));
        assert!(has_header("label,0,1,2\n5,0,0,0\n3,1,2,3"));
        assert!(has_header("id,a\n1,x\n?,y"));
        assert!(!has_header("1,x\n2,y"));
        assert!(!has_header("?,x\n2,y\n3,x"));
        assert!(!has_header("1,2\n3,4"));
        assert!(!has_header("a,b"));
    }

    #[test]
    fn names_over_text_never_come_again() {
        assert!(has_header("class,cap\np,x\ne,x\np,y"));
        assert!(!has_header("p,x\ne,x\np,y"));
        assert!(!has_header("a,b\nc,d\ne,f"), "nothing comes again");
        assert!(!has_header("a,a\np,x\ne,x\np,y"));
    }

    #[test]
    fn names_become_unique() {
        let names = Names::new(rows("x,,x,x (2),x").remove(0));
        assert_eq!(names.unique, ["x", "Column 2", "x (3)", "x (2)", "x (4)"]);
        assert_eq!(names.notes.len(), 2);
        assert_eq!(names.notes[0].what, "Name of column 3");
    }

    #[test]
    fn many_equal_names_take_no_time() {
        let names = Names::new(vec!["x".to_owned(); 65_536]);
        assert_eq!(names.unique[65_535], "x (65536)");
    }
}
