//! What the trainer tells of its steps and its progress.

use std::time::{Duration, Instant};

use burn::tensor::Tensor;
use layerwise_study::{Event, Phase, Truth};

use super::{End, Pending, Trainer};
use crate::{evaluation::read, record::Told, watch};

/// Decision regions are drawn at most so often.
const REGIONS_EVERY: Duration = Duration::from_millis(150);

impl Trainer<'_> {
    /// Reads the waiting numbers from the device once, records and tells them.
    pub(super) fn tell_steps(&mut self) -> Result<(), End> {
        self.last_told = Instant::now();
        let pending = std::mem::take(&mut self.pending);
        if pending.is_empty() {
            return Ok(());
        }
        let values = pending
            .iter()
            .flat_map(|step| [Some(step.values.clone()), step.truth.clone()])
            .flatten()
            .collect();
        let mut values = read(Tensor::cat(values, 0))?.into_iter();
        let heads = match self.experiment.method.kind.is_local() {
            true => self.learner.modules().len(),
            false => 1,
        };
        let mut records = Vec::with_capacity(pending.len());
        let mut truths = Vec::new();
        let mut diverged = None;
        for Pending {
            mut record,
            aligned,
            truth,
            ..
        } in pending
        {
            for _ in 0..heads {
                record.loss.extend(values.next());
                record.accuracy.extend(values.next());
            }
            for _ in 0..self.lambda.len() {
                let mut next = || {
                    if aligned {
                        values.next().unwrap_or(f32::NAN)
                    } else {
                        f32::NAN
                    }
                };
                record.reconciliation.push(next());
                record.cosine.push(next());
                record.relative_distance.push(next());
                record.norm_ratio.push(next());
            }
            let truth = truth.map(|_| {
                let mut truth = Truth {
                    step: record.step,
                    epoch: record.epoch,
                    ..Truth::default()
                };
                truth.fill(heads, &mut values);
                truth
            });
            self.epoch.add(&record);
            if let Some(file) = &mut self.record {
                file.tell(Told::Step(&record))?;
                if let Some(truth) = &truth {
                    file.tell(Told::Truth(truth))?;
                }
            }
            truths.extend(truth);
            let learnt = self.timetable.only(record.step - 1).map(|only| only + 1);
            diverged = watch::divergence(&record, learnt);
            records.push(record);
            if diverged.is_some() {
                break;
            }
        }
        if let Some(file) = &mut self.record {
            file.flush()?;
        }
        self.outbox.push(Event::Steps(records));
        for truth in truths {
            self.outbox.push(Event::Truth(truth));
        }
        if let Some(message) = diverged {
            return Err(End::Diverged(message));
        }
        self.draw_regions()?;
        // That it holds is told once its checkpoint is written.
        self.tell_progress(Phase::Running);
        self.outbox.flush();
        Ok(())
    }

    /// Draws decision regions where they are watched and due.
    pub(super) fn draw_regions(&mut self) -> Result<(), String> {
        let due = self
            .last_regions
            .is_none_or(|last| last.elapsed() >= REGIONS_EVERY);
        if self.watch_regions && due {
            self.draw_regions_now()?;
            self.last_regions = Some(Instant::now());
        }
        Ok(())
    }

    /// Draws decision regions where there are any.
    pub(super) fn draw_regions_now(&mut self) -> Result<(), String> {
        if let Some(grid) = &self.grid {
            let regions = grid.regions(self.learner.modules(), self.step)?;
            *self.latest.regions.lock() = Some(std::sync::Arc::new(regions));
        }
        Ok(())
    }

    pub(super) fn steps_per_second(&self) -> f64 {
        if self.step_seconds > 0.0 {
            self.steps_timed as f64 / self.step_seconds
        } else {
            0.0
        }
    }

    pub(super) fn tell_progress(&mut self, phase: Phase) {
        let speed = self.steps_per_second();
        let left = self.total_steps.saturating_sub(self.step) as f64;
        let mut progress = self.latest.progress.lock();
        progress.phase = phase;
        progress.step = self.step;
        progress.total_steps = self.total_steps;
        progress.steps_per_epoch = self.timetable.steps_per_epoch;
        progress.steps_per_second = speed;
        progress.seconds_left = (self.steps_timed > 0).then(|| {
            let of_step = self.seconds_spent / self.step.max(1) as f64;
            left * of_step.max(self.speed.map_or(0.0, |speed| 1.0 / speed))
        });
        progress.seconds_spent = self.seconds_spent;
        progress.peak_memory_bytes = self.memory.look();
    }
}
