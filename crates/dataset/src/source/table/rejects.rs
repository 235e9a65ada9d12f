//! Rows that are not used.

use super::words::{count, grouped};
use crate::source::raw::Note;

const MOST_LISTED: usize = 100;

/// Rows that are left out: the first of them one by one, all of them as numbers.
#[derive(Default)]
pub(super) struct Rejects {
    listed: Vec<Note>,
    ragged: usize,
    unlabelled: usize,
}

impl Rejects {
    pub fn ragged(&mut self, row: u64, cells: usize, columns: usize) {
        self.ragged += 1;
        self.list(row, || {
            format!("has {} instead of {columns}", count(cells, "cell"))
        });
    }

    pub fn unlabelled(&mut self, row: u64) {
        self.unlabelled += 1;
        self.list(row, || "has no label".to_owned());
    }

    /// # Errors
    /// Where more than half of all rows have another number of cells than `columns`.
    pub fn check(&self, rows: usize, columns: usize) -> Result<(), String> {
        let all = rows + self.ragged + self.unlabelled;
        if self.ragged <= all / 2 {
            return Ok(());
        }
        Err(format!(
            "{} of {} do not have {columns} cells as the first rows do: check the delimiter and the quotation marks",
            grouped(self.ragged as u64),
            count(all, "row")
        ))
    }

    /// One entry for each row that was listed, and one for all others.
    pub fn into_left_out(mut self) -> Vec<Note> {
        let more = (self.ragged + self.unlabelled).saturating_sub(self.listed.len());
        if more > 0 {
            self.listed.push(Note {
                what: count(more, "more row"),
                why: format!(
                    "in all, {} had another number of cells and {} no label",
                    grouped(self.ragged as u64),
                    grouped(self.unlabelled as u64)
                ),
            });
        }
        self.listed
    }

    fn list(&mut self, row: u64, why: impl FnOnce() -> String) {
        if self.listed.len() < MOST_LISTED {
            self.listed.push(Note {
                what: format!("Row {}", grouped(row)),
                why: why(),
            });
        }
    }
}
