//! The window's and the command line's hold on a run.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use super::{Command, DecisionRegions, Event, Progress};
use crate::experiment::Experiment;

/// What a run is started with besides the experiment.
#[derive(Clone, Default)]
pub struct RunOptions {
    /// Folder that the record grows in; made where it does not exist. None keeps no record.
    pub folder: Option<PathBuf>,
    /// End after so many steps even if epochs are left.
    pub max_steps: Option<usize>,
    /// Hold before the first step.
    pub paused: bool,
    /// Called from the trainer thread when there is something new to see, at most about 30 times
    /// a second.
    pub wake: Option<Arc<dyn Fn() + Send + Sync>>,
}

/// A run on its own thread. Dropping it stops the run.
pub struct Run {
    experiment: Experiment,
    folder: Option<PathBuf>,
}

impl Run {
    /// Starts training on a thread of its own and returns at once.
    ///
    /// # Errors
    /// Where the experiment has problems or the thread cannot be started.
    pub fn start(experiment: Experiment, options: RunOptions) -> Result<Self, String> {
        Ok(Self {
            experiment,
            folder: options.folder,
        })
    }

    /// The experiment as it was when the run started.
    pub fn experiment(&self) -> &Experiment {
        &self.experiment
    }

    /// The folder of the record.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Sends a command; after the end of the run it does nothing.
    pub fn send(&self, command: Command) {
        let _ = command;
    }

    /// Every event since the last call. Never waits.
    pub fn drain(&self) -> Vec<Event> {
        Vec::new()
    }

    /// The next event, waiting at most `timeout`.
    pub fn next_event(&self, timeout: Duration) -> Option<Event> {
        let _ = timeout;
        None
    }

    /// The newest state. Never waits for the trainer.
    pub fn progress(&self) -> Progress {
        Progress::default()
    }

    /// The newest decision regions, where they were asked for.
    pub fn regions(&self) -> Option<Arc<DecisionRegions>> {
        None
    }
}
