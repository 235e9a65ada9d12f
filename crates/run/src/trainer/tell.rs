//! What the trainer tells of its steps and its progress.

use std::time::Duration;

use layerwise_study::{Fact, Phase};

use super::{Trainer, end::End};
use crate::watch;

/// Decision regions are drawn at most so often.
pub(super) const REGIONS_EVERY: Duration = Duration::from_millis(150);

impl Trainer<'_> {
    /// Reads the waiting numbers from the device once and tells them.
    pub(super) fn tell_steps(&mut self) -> Result<(), End> {
        let steps = self.untold.read()?;
        if steps.is_empty() {
            return Ok(());
        }
        for (record, truth) in steps {
            self.judgement.epoch.add(&record);
            let only = self.clock.timetable().only(record.step - 1);
            let diverged = watch::divergence(&record, only.map(|only| only + 1));
            self.teller.tell(Fact::Step(record))?;
            if let Some(truth) = truth {
                self.teller.tell(Fact::Truth(truth))?;
            }
            if let Some(message) = diverged {
                self.teller.flush()?;
                return Err(End::Diverged(message));
            }
        }
        self.draw_regions()?;
        // That it holds is told once its checkpoint is written.
        self.tell_progress(Phase::Running);
        self.teller.flush()?;
        Ok(())
    }

    /// Draws decision regions where they are watched and due.
    pub(super) fn draw_regions(&mut self) -> Result<(), String> {
        if self.regions.is_due() {
            self.draw_regions_now()?;
            self.regions.done();
        }
        Ok(())
    }

    /// Draws decision regions where there are any.
    pub(super) fn draw_regions_now(&mut self) -> Result<(), String> {
        if let Some(grid) = &self.samples.grid {
            let regions = grid.regions(self.learner.modules(), self.clock.step())?;
            self.latest.regions.put(regions);
        }
        Ok(())
    }

    pub(super) fn tell_progress(&mut self, phase: Phase) {
        let seconds_left = self.clock.seconds_left(self.transport.least_seconds());
        let mut progress = self.latest.progress.lock();
        progress.phase = phase;
        progress.step = self.clock.step();
        progress.total_steps = self.clock.total_steps();
        progress.steps_per_epoch = self.clock.timetable().steps_per_epoch;
        progress.steps_per_second = self.clock.steps_per_second();
        progress.seconds_left = seconds_left;
        progress.seconds_spent = self.clock.seconds_spent();
        progress.peak_memory_bytes = self.machine.memory.look();
    }
}
