//! Writing that tells how far it is.

use super::place::Fault;
use crate::{
    dataset::Dataset,
    error::CANCELLED,
    progress::{Loading, Progress},
};

/// Samples between two reports.
const STEP: u64 = 64;

/// Writing in progress.
pub(super) struct Work<'a> {
    pub dataset: &'a Dataset,
    pub done: u64,
    /// Number of samples.
    pub total: u64,
    pub progress: Progress<'a>,
}

impl Work<'_> {
    /// Counts a sample.
    ///
    /// # Errors
    /// Where it should not go on.
    pub fn step(&mut self) -> Result<(), Fault> {
        let goes_on = !self.done.is_multiple_of(STEP)
            || (self.progress)(Loading {
                what: "Writing",
                done: self.done,
                total: self.total,
            });
        self.done += 1;
        if goes_on {
            Ok(())
        } else {
            Err(CANCELLED.to_owned().into())
        }
    }
}
