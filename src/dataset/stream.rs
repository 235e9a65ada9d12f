//! Training batches, read and augmented on threads ahead of the trainer.

use std::sync::Arc;

use crossbeam_channel::{Receiver, bounded};

use super::{
    Samples,
    batch::epoch_order,
    mix::{self, Mix, Mixing},
};
use crate::{
    experiment::{Experiment, Prepare},
    rng::{Stream as Draws, rng},
};

/// Which samples stand in which step of a training, and what is done to them.
#[derive(Clone, Debug)]
pub struct Schedule {
    pub samples: Samples,
    pub batch_size: usize,
    pub seed: u64,
    /// What is done to samples on their way.
    pub prepare: Prepare,
}

/// Samples of one step on the host.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HostBatch {
    /// Values, sample after sample.
    pub inputs: Vec<f32>,
    /// Class of each sample.
    pub labels: Vec<u32>,
    /// How they were mixed.
    pub mixing: Option<Mixing>,
}

impl Schedule {
    /// The schedule of an experiment with these training samples.
    pub fn new(samples: Samples, experiment: &Experiment) -> Self {
        Self {
            samples,
            batch_size: experiment.train.batch_size,
            seed: experiment.seed,
            prepare: experiment.prepare.clone(),
        }
    }

    /// Steps of an epoch; the last, smaller batch counts.
    pub fn steps_per_epoch(&self) -> usize {
        self.samples.len().div_ceil(self.batch_size.max(1))
    }

    /// Places of the samples of a step, counted from 0. `known` is the order of an epoch, kept
    /// from call to call.
    pub fn indices<'a>(&self, step: usize, known: &'a mut Option<(u64, Vec<u32>)>) -> &'a [u32] {
        let per_epoch = self.steps_per_epoch().max(1);
        let epoch = (step / per_epoch) as u64;
        if known.as_ref().is_none_or(|(of, _)| *of != epoch) {
            *known = Some((epoch, epoch_order(self.samples.len(), self.seed, epoch)));
        }
        let order = known.as_ref().map(|(_, order)| order.as_slice());
        order
            .unwrap_or_default()
            .chunks(self.batch_size.max(1))
            .nth(step % per_epoch)
            .unwrap_or_default()
    }

    /// Whether samples are changed on their way.
    pub fn changes_samples(&self) -> bool {
        self.prepare.augments() || self.prepare.mixes()
    }

    /// The samples of a step. Depends on nothing but the schedule and the step.
    fn batch(&self, step: usize, known: &mut Option<(u64, Vec<u32>)>) -> Result<HostBatch, String> {
        let indices = self.indices(step, known).to_vec();
        let shape = self.samples.shape();
        let len = shape.len();
        let mut inputs = vec![0.0; indices.len().saturating_mul(len)];
        for (at, (index, out)) in indices
            .iter()
            .zip(inputs.chunks_exact_mut(len.max(1)))
            .enumerate()
        {
            let index = *index as usize;
            if self.prepare.augments() {
                let place = (step as u64) << 17 | at as u64;
                let mut rng = rng(self.seed, Draws::Augment, place);
                self.samples
                    .read_augmented(index, &self.prepare, &mut rng, out)?;
            } else {
                self.samples.read(index, out)?;
            }
        }
        let label = |index: &u32| {
            let labels = &self.samples.labels;
            labels.get(*index as usize).copied().unwrap_or(0)
        };
        let [channels, height, width] = shape.sizes();
        let mix = Mix {
            mixup: self.prepare.mixup,
            cutmix: self.prepare.cutmix,
        };
        let mut draw = rng(self.seed, Draws::Mix, step as u64);
        let mixing = mix::plan(indices.len(), &mix, (height, width), &mut draw);
        if let Some(mixing) = &mixing {
            mix::apply_host(&mut inputs, [channels, height, width], mixing);
        }
        Ok(HostBatch {
            inputs,
            labels: indices.iter().map(label).collect(),
            mixing,
        })
    }
}

/// Batches that each worker may have ready.
const READY: usize = 2;

/// Batches in the order of the steps, made on threads. Memory is bounded by a few batches a thread.
pub struct Stream {
    /// Worker w makes steps first + w, first + w + workers and so on.
    workers: Vec<Receiver<Result<HostBatch, String>>>,
    first: usize,
    next: usize,
}

impl Stream {
    /// Starts `workers` threads that make the steps `first..total`. Dropping the stream ends them.
    ///
    /// # Errors
    /// Where no thread can be started.
    pub fn start(
        schedule: Arc<Schedule>,
        first: usize,
        total: usize,
        workers: usize,
    ) -> Result<Self, String> {
        let workers = workers.max(1);
        let mut receivers = Vec::with_capacity(workers);
        for worker in 0..workers {
            let (sender, receiver) = bounded(READY);
            let schedule = Arc::clone(&schedule);
            std::thread::Builder::new()
                .name("layerwise-samples".to_owned())
                .spawn(move || {
                    let mut known = None;
                    for step in (first + worker..total).step_by(workers) {
                        let made = schedule.batch(step, &mut known);
                        let failed = made.is_err();
                        if sender.send(made).is_err() || failed {
                            return;
                        }
                    }
                })
                .map_err(|error| format!("Cannot start a thread: {error}"))?;
            receivers.push(receiver);
        }
        Ok(Self {
            workers: receivers,
            first,
            next: first,
        })
    }

    /// The step that comes next.
    pub fn position(&self) -> usize {
        self.next
    }

    /// The samples of the next step; waits for them.
    ///
    /// # Errors
    /// Where a sample cannot be read, or all steps were taken.
    pub fn take(&mut self) -> Result<HostBatch, String> {
        let worker = (self.next - self.first) % self.workers.len().max(1);
        let received = self.workers.get(worker).and_then(|made| made.recv().ok());
        self.next += 1;
        received.unwrap_or_else(|| Err("Reading the samples ended too early".to_owned()))
    }

    /// Most bytes that batches waiting for the trainer take up, in work included.
    pub fn most_bytes(schedule: &Schedule, workers: usize) -> usize {
        schedule
            .samples
            .shape()
            .len()
            .saturating_mul(schedule.batch_size.min(schedule.samples.len()))
            .saturating_mul(size_of::<f32>() * (READY + 1) * workers.max(1))
    }
}
