//! What a run is started with.

use std::{path::PathBuf, sync::Arc};

use super::Goal;

/// What a run is started with besides the experiment.
#[derive(Clone, Default)]
pub struct RunOptions {
    /// Folder that the record grows in; made where it does not exist. None keeps no record.
    pub folder: Option<PathBuf>,
    /// Go on with the run that `folder` records.
    pub resume: bool,
    /// End after so many steps even if epochs are left.
    pub max_steps: Option<usize>,
    /// Goals at which it ends even if epochs are left.
    pub end_at: Vec<Goal>,
    /// Hold before the first step.
    pub paused: bool,
    /// Called from the trainer thread when there is something new to see, at most about 30 times
    /// a second and at the end of each epoch.
    pub wake: Option<Arc<dyn Fn() + Send + Sync>>,
}
