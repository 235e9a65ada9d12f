//! The classes of a table.

use std::collections::{HashMap, HashSet};

use super::cell::{self, Value};
use super::limits::MAX_CLASSES;
use super::texts::LONGEST_TEXT;
use super::words::{count, grouped, list, short};

/// Different labels.
#[derive(Default)]
pub(super) struct Labels {
    all: HashSet<Box<str>>,
}

/// Number of each class.
pub(super) type Classes = HashMap<Box<str>, u32>;

impl Labels {
    /// Takes a label in.
    ///
    /// # Errors
    /// Where it is too long, or there are too many.
    pub fn add(&mut self, row: u64, label: &str, columns: &Names) -> Result<(), String> {
        if self.all.contains(label) {
            return Ok(());
        }
        if label.len() > LONGEST_TEXT {
            return Err(columns.other(&format!(
                "has a text of {} in row {}",
                count(label.len(), "byte"),
                grouped(row)
            )));
        }
        if self.all.len() == MAX_CLASSES {
            return Err(columns.other(&format!(
                "has more than {} different values and looks like a regression target",
                grouped(MAX_CLASSES as u64)
            )));
        }
        self.all.insert(label.into());
        Ok(())
    }

    /// Names of the classes, sorted by number where all are numbers.
    ///
    /// # Errors
    /// Where there are fewer than two, or as many as rows.
    pub fn finish(
        self,
        rows: usize,
        decimal_comma: bool,
        columns: &Names,
    ) -> Result<Vec<String>, String> {
        let mut names: Vec<String> = self.all.into_iter().map(String::from).collect();
        match names.as_slice() {
            [] => return Err(columns.other("has no labels")),
            [only] => return Err(columns.other(&format!("has only one class, {}", short(only)))),
            all if all.len() == rows => {
                return Err(columns.other(&format!(
                    "has a different value in each of {} and looks like a regression target",
                    count(rows, "row")
                )));
            }
            _ => {}
        }
        sort(&mut names, decimal_comma);
        Ok(names)
    }
}

/// Sorts the names of classes: by number where all are numbers.
fn sort<T: AsRef<str> + Ord>(names: &mut [T], decimal_comma: bool) {
    names.sort_unstable();
    let number = |name: &T| match cell::value(name.as_ref(), decimal_comma) {
        Value::Number(number) => Some(number),
        _ => None,
    };
    if names.iter().all(|name| number(name).is_some()) {
        names.sort_by(|a, b| {
            let (a, b) = (number(a), number(b));
            a.unwrap_or_default().total_cmp(&b.unwrap_or_default())
        });
    }
}

/// Whether labels of these names, in cells parted by commas, become classes of these names in this
/// order.
pub fn keeps_classes(names: &[&str]) -> bool {
    let is_kept = |name: &&str| {
        cell::text(name.as_bytes()).0 == *name
            && !cell::is_missing_label(name)
            && name.len() <= LONGEST_TEXT
    };
    let mut sorted = names.to_vec();
    sort(&mut sorted, false);
    sorted == names
        && names.iter().all(is_kept)
        && names.iter().collect::<HashSet<_>>().len() == names.len()
}

/// Names of the columns, for sentences about the label.
pub(super) struct Names<'a> {
    pub label: &'a str,
    pub all: &'a [String],
}

impl Names<'_> {
    fn other(&self, fault: &str) -> String {
        format!(
            "column {} {fault}: choose another label column among {}",
            short(self.label),
            list(self.all)
        )
    }
}
