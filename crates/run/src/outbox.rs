//! Events on their way to the reader. The trainer never waits for a reader: what does not fit
//! into the channel is held back and merged.

use std::{collections::VecDeque, sync::Arc};

use crossbeam_channel::{Sender, TrySendError};
use layerwise_study::Event;

pub(super) struct Outbox {
    sender: Sender<Event>,
    held: VecDeque<Event>,
    wake: Option<Arc<dyn Fn() + Send + Sync>>,
}

impl Outbox {
    pub fn new(sender: Sender<Event>, wake: Option<Arc<dyn Fn() + Send + Sync>>) -> Self {
        Self {
            sender,
            held: VecDeque::new(),
            wake,
        }
    }

    /// Queues an event; steps join the steps that still wait.
    pub fn push(&mut self, event: Event) {
        if let (Some(Event::Steps(waiting)), Event::Steps(new)) = (self.held.back_mut(), &event) {
            waiting.extend(new.iter().cloned());
        } else {
            self.held.push_back(event);
        }
    }

    /// Hands on what fits and wakes the reader.
    pub fn flush(&mut self) {
        while let Some(event) = self.held.pop_front() {
            if let Err(TrySendError::Full(event)) = self.sender.try_send(event) {
                self.held.push_front(event);
                break;
            }
        }
        self.wake();
    }

    /// Hands on everything, the last event included; waits for the reader, if there is one.
    pub fn finish(&mut self, last: Event) {
        self.push(last);
        while let Some(event) = self.held.pop_front() {
            self.wake();
            if self.sender.send(event).is_err() {
                return;
            }
        }
        self.wake();
    }

    fn wake(&self) {
        if let Some(wake) = &self.wake {
            wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use layerwise_study::StepRecord;

    use super::*;

    #[test]
    fn a_slow_reader_loses_nothing_and_holds_nobody_up() {
        let (sender, receiver) = crossbeam_channel::bounded(2);
        let mut outbox = Outbox::new(sender, None);
        for step in 1..=1000 {
            outbox.push(Event::Steps(vec![StepRecord {
                step,
                ..StepRecord::default()
            }]));
            outbox.flush();
        }
        assert!(outbox.held.len() <= 1);
        let mut steps = Vec::new();
        for _ in 0..10 {
            for event in receiver.try_iter() {
                if let Event::Steps(records) = event {
                    steps.extend(records.into_iter().map(|record| record.step));
                }
            }
            outbox.flush();
        }
        assert_eq!(steps, (1..=1000).collect::<Vec<_>>());
    }
}
