//! Records that are read to be drawn beside the run that trains.

use std::path::Path;

use eframe::egui::Context;
use layerwise_study::{Recorded, compare::Compared};

use super::{app::Studio, background::Job, session::Notice, tile::Tile};

const CANNOT_COMPARE: &str = "The run cannot be compared";

impl Studio {
    /// Reads a record behind the window, to be compared with.
    pub(super) fn compare_with(&mut self, folder: &Path, ctx: &Context) {
        let path = folder.to_owned();
        let read = move || Recorded::whole(&path).map(Compared::recorded);
        match Job::start("layerwise-compare", ctx, read) {
            Ok(job) => self.comparing = Some(job),
            Err(error) => self.tell(CANNOT_COMPARE, error),
        }
    }

    /// Keeps the run of a record once it is read.
    pub(super) fn note_compared(&mut self) {
        let read = self.comparing.as_ref().and_then(Job::poll);
        let Some(read) = read else { return };
        self.comparing = None;
        match read {
            Ok(run) if run.history.newest().is_none() => {
                let text = "The record tells of no step yet: choose one that has trained";
                self.tell(CANNOT_COMPARE, text.to_owned());
            }
            Ok(run) => {
                if let Some(folder) = &run.folder {
                    let text = format!("Comparing with the run in {}", folder.display());
                    self.log.add(Notice::Info(text));
                }
                self.comparison.keep(run);
                self.settings.tiles.set_open(Tile::Runs, true);
            }
            Err(message) => self.tell(CANNOT_COMPARE, message),
        }
    }
}
