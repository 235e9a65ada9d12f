//! Records that are read to be drawn beside the run that trains.

use std::path::Path;

use eframe::egui::Context;
use layerwise_study::{Recorded, compare::Compared};

use super::background::Job;

/// What went wrong, where it did.
pub const CANNOT_COMPARE: &str = "The run cannot be compared";

/// A record that is being read.
pub struct Comparing(Job<Result<Compared, String>>);

impl Comparing {
    /// Reads a record behind the window.
    ///
    /// # Errors
    /// Where there is no thread for it.
    pub fn start(folder: &Path, ctx: &Context) -> Result<Self, String> {
        let path = folder.to_owned();
        let read = move || Recorded::whole(&path).map(Compared::recorded);
        Job::start("layerwise-compare", ctx, read).map(Self)
    }

    /// The run once its record is read, or why it cannot be compared.
    pub fn poll(&self) -> Option<Result<Compared, String>> {
        let read = self.0.poll()?;
        Some(read.and_then(|run| {
            if run.history.newest().is_none() {
                let why = "The record tells of no step yet: choose one that has trained";
                return Err(why.to_owned());
            }
            Ok(run)
        }))
    }
}
