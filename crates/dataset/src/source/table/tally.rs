//! What the first pass keeps of a column of features.

use super::cell::{MISSING, Value};
use super::column::Kind;
use super::encoder::Encoder;
use super::texts::{Dropped, LONGEST_TEXT, MOST_TEXTS, Texts};
use super::words::{count, grouped, short};
use crate::source::raw::Note;

/// A column with more categories than this must have two rows for each.
const FEW_TEXTS: usize = 100;

/// Values of a column, as far as they tell what it is.
#[derive(Default)]
pub(super) struct Tally {
    present: u64,
    missing: u64,
    sum: f64,
    min: f64,
    max: f64,
    has_points: bool,
    has_commas: bool,
    /// The first number beyond `f32`, with its row.
    too_large: Option<(u64, String)>,
    /// The first text that is no number, with its row.
    text: Option<(u64, String)>,
    texts: Texts,
}

impl Tally {
    /// Takes a value in. `memory` is what the texts of all columns take.
    pub fn add(&mut self, row: u64, text: &str, value: Value, memory: &mut usize) {
        match value {
            Value::Missing => {
                self.missing += 1;
                return;
            }
            Value::Number(number) => self.add_number(row, text, number),
            Value::Text if self.text.is_none() => self.text = Some((row, short(text))),
            Value::Text => {}
        }
        self.present += 1;
        let is_number = matches!(value, Value::Number(_));
        self.texts.add(row, text, is_number, memory);
    }

    fn add_number(&mut self, row: u64, text: &str, number: f64) {
        self.has_points |= text.contains('.');
        self.has_commas |= text.contains(',');
        if !(number as f32).is_finite() {
            self.too_large.get_or_insert_with(|| (row, short(text)));
        }
        let is_first = self.present == 0;
        self.min = if is_first {
            number
        } else {
            self.min.min(number)
        };
        self.max = if is_first {
            number
        } else {
            self.max.max(number)
        };
        self.sum += number;
    }

    /// What the column is, how its cells become features, and what to tell about it.
    ///
    /// # Errors
    /// Where a numeric column has a number beyond `f32`.
    pub fn finish(
        self,
        name: &str,
        rows: usize,
        notes: &mut Vec<Note>,
    ) -> Result<(Kind, Encoder), String> {
        let is_numeric = self.text.is_none() && !(self.has_points && self.has_commas);
        let result = if self.present == 0 {
            Err("has no values".to_owned())
        } else if is_numeric {
            if let Some((row, text)) = self.too_large {
                return Err(format!(
                    "row {}, column {}: {text} is not a number up to 3.4e38: correct it or leave the cell empty",
                    grouped(row),
                    short(name)
                ));
            }
            self.numeric(name, notes)
        } else {
            self.categorical(rows)
        };
        Ok(result.unwrap_or_else(|why| {
            notes.push(Note {
                what: format!("Column {}", short(name)),
                why: why.clone(),
            });
            (Kind::LeftOut(why), Encoder::Skip)
        }))
    }

    fn numeric(self, name: &str, notes: &mut Vec<Note>) -> Result<(Kind, Encoder), String> {
        if self.min == self.max {
            return Err("has the same value in every row".to_owned());
        }
        if self.min as f32 == self.max as f32 {
            return Err("has values too close together for single precision".to_owned());
        }
        let mean = self.sum / self.present as f64;
        let mut note = |why: String| {
            notes.push(Note {
                what: format!("Column {}", short(name)),
                why,
            });
        };
        if self.has_commas {
            note("its commas are read as decimal points".to_owned());
        }
        if self.missing > 0 {
            let missing = count(self.missing as usize, "missing value");
            note(format!("{missing}, replaced by the mean"));
        }
        Ok((
            Kind::Numeric {
                min: self.min,
                max: self.max,
                mean,
                missing: self.missing,
            },
            Encoder::Number { mean: mean as f32 },
        ))
    }

    fn categorical(self, rows: usize) -> Result<(Kind, Encoder), String> {
        let all = match self.texts {
            Texts::Kept { all, .. } => all,
            Texts::Dropped(Dropped::Numbers) => {
                let beside = match self.text {
                    Some((row, text)) => format!("text ({text} in row {})", grouped(row)),
                    None => "both decimal points and decimal commas".to_owned(),
                };
                return Err(format!("has many different numbers, but {beside} too"));
            }
            Texts::Dropped(Dropped::Texts) => {
                return Err(format!(
                    "has more than {}",
                    count(MOST_TEXTS, "different text")
                ));
            }
            Texts::Dropped(Dropped::LongText(row)) => {
                return Err(format!(
                    "has a text longer than {} in row {}",
                    count(LONGEST_TEXT, "byte"),
                    grouped(row)
                ));
            }
            Texts::Dropped(Dropped::Memory) => {
                return Err("is text, and the table has too many different texts".to_owned());
            }
        };
        if all.len() > FEW_TEXTS && all.len() > rows / 2 {
            return Err(format!(
                "has {} in {}",
                count(all.len(), "different text"),
                count(rows, "row")
            ));
        }
        if all.len() == 1 && self.missing == 0 {
            return Err("has the same value in every row".to_owned());
        }
        let mut categories: Vec<String> = all.into_iter().map(String::from).collect();
        categories.sort_unstable();
        let encoder = Encoder::categories(&categories, self.missing > 0);
        if self.missing > 0 {
            categories.push(MISSING.to_owned());
        }
        Ok((
            Kind::Categorical {
                categories,
                missing: self.missing,
            },
            encoder,
        ))
    }
}
