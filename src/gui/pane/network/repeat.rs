//! The repetition of blocks.

use layerwise_experiment::REPEATS;

/// A repetition that is being chosen.
pub(super) struct Repeat {
    /// How often the blocks will be there in all.
    pub times: usize,
    pub own_modules: bool,
}

impl Default for Repeat {
    fn default() -> Self {
        Self {
            times: *REPEATS.start(),
            own_modules: false,
        }
    }
}
