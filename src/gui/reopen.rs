//! Runs that are opened again from their record, by a person or after a crash.

use std::path::{Path, PathBuf};

use eframe::egui::Context;
use layerwise_run::is_in_use;
use layerwise_study::Recorded;

use super::background::Job;

/// Names the run that trains, in the folder for records; gone once it has ended.
const MARK: &str = ".running";

/// A record that is being read, or made.
pub struct Reopening {
    job: Job<Result<Recorded, String>>,
    why: Why,
}

/// Why a run is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// A person chose its folder.
    Chosen,
    /// A person wants the run that has ended to go on.
    GoOn,
    /// The program ended while it trained.
    Crash,
    /// It branches off from another one.
    Fork,
}

impl Why {
    /// What went wrong, where it did.
    pub fn trouble(self) -> &'static str {
        match self {
            Self::Fork => "The run cannot be forked",
            Self::Chosen | Self::GoOn | Self::Crash => "The run cannot be opened",
        }
    }

    /// Whether the run holds until a person lets it go on.
    pub fn holds(self) -> bool {
        match self {
            Self::Chosen | Self::Crash => true,
            Self::GoOn | Self::Fork => false,
        }
    }
}

impl Reopening {
    /// Has the record of a run read or made behind the window.
    ///
    /// # Errors
    /// Where there is no thread for it.
    pub fn start(
        thread: &str,
        why: Why,
        ctx: &Context,
        read: impl FnOnce() -> Result<Recorded, String> + Send + 'static,
    ) -> Result<Self, String> {
        let job = Job::start(thread, ctx, read)?;
        Ok(Self { job, why })
    }

    /// The record once it is read, or what went wrong, and why it was read.
    pub fn poll(&self) -> Option<(Result<Recorded, String>, Why)> {
        Some((self.job.poll()?, self.why))
    }
}

/// Notes that a run trains.
pub fn mark(root: &Path, folder: &Path) {
    // Without it, a crash is not noticed; the run is not the worse for it.
    let _ = std::fs::write(root.join(MARK), folder.as_os_str().as_encoded_bytes());
}

/// Notes that no run trains.
pub fn unmark(root: &Path) {
    let _ = std::fs::remove_file(root.join(MARK));
}

/// The run that trained when the program ended without ending it; told once.
pub fn left_behind(root: &Path) -> Option<PathBuf> {
    let text = std::fs::read_to_string(root.join(MARK)).ok()?;
    let folder = PathBuf::from(text);
    if is_in_use(&folder) {
        return None;
    }
    unmark(root);
    folder.join("experiment.toml").is_file().then_some(folder)
}
