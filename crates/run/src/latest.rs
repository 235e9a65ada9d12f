//! What is newest of a run.

use std::sync::{Arc, atomic::AtomicBool};

use layerwise_study::{DecisionRegions, Progress};
use parking_lot::Mutex;

/// Newest values, replaced as a whole.
#[derive(Default)]
pub(super) struct Latest {
    pub progress: Mutex<Progress>,
    /// Whether the run shall stop, for work before the first step.
    pub stopping: AtomicBool,
    pub regions: Mutex<Option<Arc<DecisionRegions>>>,
}
