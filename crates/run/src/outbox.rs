//! Facts on their way to the reader. The trainer never waits for a reader.

use std::sync::Arc;

use crossbeam_channel::Sender;
use layerwise_study::Fact;

/// Where a run sends what it tells.
pub(super) struct Outbox {
    facts: Sender<Fact>,
    wake: Option<Arc<dyn Fn() + Send + Sync>>,
}

impl Outbox {
    pub fn new(facts: Sender<Fact>, wake: Option<Arc<dyn Fn() + Send + Sync>>) -> Self {
        Self { facts, wake }
    }

    /// Sends a fact, without waking the reader.
    pub fn push(&self, fact: Fact) {
        // Where nobody listens any more, it is not wanted.
        let _ = self.facts.send(fact);
    }

    /// Wakes the reader.
    pub fn wake(&self) {
        if let Some(wake) = &self.wake {
            wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use layerwise_study::StepRecord;

    use super::*;

    #[test]
    fn a_slow_reader_loses_nothing_and_holds_nobody_up() {
        let (sender, receiver) = crossbeam_channel::unbounded();
        let woken = Arc::new(AtomicUsize::new(0));
        let wake = woken.clone();
        let outbox = Outbox::new(
            sender,
            Some(Arc::new(move || {
                wake.fetch_add(1, Ordering::Relaxed);
            })),
        );
        for step in 1..=1000 {
            outbox.push(Fact::Step(StepRecord {
                step,
                ..StepRecord::default()
            }));
        }
        outbox.wake();
        assert_eq!(woken.load(Ordering::Relaxed), 1);
        let steps = receiver.try_iter().filter_map(|fact| fact.step());
        assert!(steps.eq(1..=1000));
        drop(receiver);
        outbox.push(Fact::Note {
            message: "Nobody listens".to_owned(),
        });
    }
}
