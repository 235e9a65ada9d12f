//! What is newest of a run.

use std::{
    sync::{Arc, atomic::AtomicBool},
    time::{Duration, Instant},
};

use layerwise_study::{DecisionRegions, Progress};
use parking_lot::Mutex;

/// Newest values, replaced as a whole.
#[derive(Default)]
pub(super) struct Latest {
    pub progress: Mutex<Progress>,
    /// Whether the run shall stop, for work before the first step.
    pub stopping: AtomicBool,
    pub regions: Newest<DecisionRegions>,
}

/// What holds something bulky of which only the newest counts; it is made while somebody watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// Decision regions (samples of two values only).
    Regions,
}

/// What a slot holds.
pub(super) struct Newest<T>(Mutex<Option<Arc<T>>>);

impl<T> Default for Newest<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T> Newest<T> {
    pub fn put(&self, value: T) {
        *self.0.lock() = Some(Arc::new(value));
    }

    pub fn get(&self) -> Option<Arc<T>> {
        self.0.lock().clone()
    }
}

/// When what a slot holds is made anew: while it is watched, and not too often.
pub(super) struct Watch {
    watched: bool,
    every: Duration,
    made: Option<Instant>,
}

impl Watch {
    /// Of what nobody watches yet.
    pub fn at_most(every: Duration) -> Self {
        Self {
            watched: false,
            every,
            made: None,
        }
    }

    /// Notes whether somebody watches, who then sees what is newest at once.
    pub fn set(&mut self, watched: bool) {
        self.watched = watched;
        self.made = None;
    }

    pub fn is_due(&self) -> bool {
        self.watched && self.made.is_none_or(|made| made.elapsed() >= self.every)
    }

    /// Notes that it was made.
    pub fn done(&mut self) {
        self.made = Some(Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_watched_is_due_and_not_too_often() {
        let mut watch = Watch::at_most(Duration::from_secs(3600));
        assert!(!watch.is_due());
        watch.set(true);
        assert!(watch.is_due());
        watch.done();
        assert!(!watch.is_due());
        watch.set(true);
        assert!(watch.is_due());
        watch.set(false);
        assert!(!watch.is_due());
    }
}
