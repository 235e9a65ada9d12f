//! How a table lies in its file: delimiter, columns, header and label.

use super::delimiter::{self, Guess};
use super::header::{self, Names, Row};
use super::limits::MAX_FEATURES;
use super::options::Options;
use super::source::{LONGEST_ROW, Sample};
use super::words::{count, grouped, list, short};
use super::{cell, reader};
use crate::source::raw::Note;

/// Names of label columns, likeliest first.
const LABELS: [&str; 12] = [
    "label",
    "class",
    "target",
    "y",
    "labels",
    "classes",
    "targets",
    "species",
    "category",
    "digit",
    "outcome",
    "diagnosis",
];

#[derive(Debug)]
pub(super) struct Layout {
    pub delimiter: u8,
    /// Whether the first row with as many cells as columns is a header.
    pub header: bool,
    /// Name of each column, all different.
    pub names: Vec<String>,
    /// Index of the label column.
    pub label: usize,
    /// What to tell about the header.
    pub notes: Vec<Note>,
}

impl Layout {
    /// # Errors
    /// Where the text is no table of at least two columns and rows, or has no such label column.
    pub fn recognise(sample: &Sample, options: &Options) -> Result<Self, String> {
        if sample.bytes.contains(&0) {
            return Err(
                "the file is not text: choose a CSV or TSV file, or save the table as one"
                    .to_owned(),
            );
        }
        let Some(guess) = delimiter::recognise(sample) else {
            return Err(no_columns(sample));
        };
        // A label more than features.
        if guess.columns > MAX_FEATURES + 1 {
            return Err(format!(
                "the table has {}, of which one can be the label and {} features: leave some out",
                count(guess.columns, "column"),
                grouped(MAX_FEATURES as u64)
            ));
        }
        let mut rows = first_rows(sample, &guess, options.header)?;
        if rows.len() < 2 {
            return Err(format!(
                "the table has only 1 row of {}: add rows, or close the quotation mark if one is open",
                count(guess.columns, "cell")
            ));
        }
        let first = rows.remove(0);
        let decimal_comma = delimiter::allows_decimal_comma(guess.delimiter);
        let header = options
            .header
            .unwrap_or_else(|| header::recognise(&first, &rows, decimal_comma));
        let names = if header {
            Names::new(first)
        } else {
            Names::numbered(guess.columns)
        };
        let label = match &options.label {
            Some(label) => chosen_label(label, &names)?,
            None => usual_label(&names),
        };
        Ok(Self {
            delimiter: guess.delimiter,
            header,
            names: names.unique,
            label,
            notes: names.notes,
        })
    }
}

/// The first rows that have as many cells as most have.
fn first_rows(sample: &Sample, guess: &Guess, header: Option<bool>) -> Result<Vec<Row>, String> {
    let mut rows: Vec<Row> = Vec::new();
    let mut first_cells = None;
    delimiter::each_row(sample, guess.delimiter, &mut |row| {
        first_cells.get_or_insert(row.len());
        if row.len() == guess.columns {
            rows.push(row.iter().map(|cell| cell::text(cell).0.into()).collect());
        }
    });
    match first_cells {
        Some(cells) if header == Some(true) && cells != guess.columns => Err(format!(
            "the header has {} but most rows have {}: make them alike, or say that there is no header",
            count(cells, "cell"),
            guess.columns
        )),
        _ => Ok(rows),
    }
}

fn no_columns(sample: &Sample) -> String {
    let mut rows = 0;
    delimiter::each_row(sample, b',', &mut |_| rows += 1);
    if rows == 0 && sample.bytes.len() >= LONGEST_ROW {
        return reader::too_long(1);
    }
    "the table has only one column: part a label and at least one feature with commas, semicolons, tabs or | signs"
        .to_owned()
}

fn chosen_label(label: &str, names: &Names) -> Result<usize, String> {
    let label = label.trim();
    let places: Vec<usize> = (0..names.given.len())
        .filter(|&index| names.given.get(index).is_some_and(|name| name == label))
        .collect();
    match places.as_slice() {
        [place] => return Ok(*place),
        [] => {}
        _ => {
            let numbers: Vec<String> = places.iter().map(|place| (place + 1).to_string()).collect();
            return Err(format!(
                "{} columns are named {}: choose the label by its number ({})",
                places.len(),
                short(label),
                list(&numbers)
            ));
        }
    }
    let by_name = names.unique.iter().position(|name| name == label);
    let by_number = || {
        let index = label.parse::<usize>().ok()?.checked_sub(1)?;
        (index < names.unique.len()).then_some(index)
    };
    by_name.or_else(by_number).ok_or_else(|| {
        format!(
            "there is no column {}: choose the label among {}",
            short(label),
            list(&names.unique)
        )
    })
}

fn usual_label(names: &Names) -> usize {
    let only = |label: &str| {
        let mut places = (0..names.given.len()).filter(|&index| {
            let name = names.given.get(index);
            name.is_some_and(|name| name.eq_ignore_ascii_case(label))
        });
        places.next().filter(|_| places.next().is_none())
    };
    // Beside x, y is the other coordinate.
    let is_point = only("x").is_some();
    LABELS
        .iter()
        .filter(|label| !(is_point && **label == "y"))
        .find_map(|label| only(label))
        .unwrap_or(names.given.len().saturating_sub(1))
}
