//! Training batches, read and augmented on threads ahead of the trainer.

use std::sync::Arc;

use crossbeam_channel::{Receiver, bounded};
use layerwise_experiment::{
    Experiment, Prepare,
    rng::{Stream as Draws, rng},
};

use super::{
    batch::epoch_order,
    mix::{self, Mix, Mixing},
    samples::Samples,
};

/// Which samples stand in which step of a training, and what is done to them.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// Those to train on.
    pub samples: Samples,
    /// Samples of a step.
    pub batch_size: usize,
    /// Whether the last batch of an epoch is left out where it is smaller, unless it is the only
    /// one.
    pub drop_last: bool,
    /// Decides their order and what is done to them.
    pub seed: u64,
    /// What is done to samples on their way.
    pub prepare: Prepare,
}

/// Samples of one step on the host.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HostBatch {
    /// Values, sample after sample, in pieces of whole samples.
    pub pieces: Vec<Vec<f32>>,
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
            drop_last: experiment.train.drop_last,
            seed: experiment.seed,
            prepare: experiment.prepare.clone(),
        }
    }

    /// Steps of an epoch.
    pub fn steps_per_epoch(&self) -> usize {
        let (samples, size) = (self.samples.len(), self.batch_size.max(1));
        if self.drop_last && samples > size {
            samples / size
        } else {
            samples.div_ceil(size)
        }
    }

    /// Samples of the smallest batch of an epoch.
    pub fn smallest_batch(&self) -> usize {
        let (samples, size) = (self.samples.len(), self.batch_size.max(1));
        let before = self.steps_per_epoch().saturating_sub(1) * size;
        samples.saturating_sub(before).min(size)
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
        let len = shape.len().max(1);
        let [channels, height, width] = shape.sizes();
        let mix = Mix {
            mixup: self.prepare.mixup,
            cutmix: self.prepare.cutmix,
        };
        let mut draw = rng(self.seed, Draws::Mix, step as u64);
        let mixing = mix::plan(indices.len(), &mix, (height, width), &mut draw);
        // Every sample of a piece may be mixed with every other.
        let at_once = match mixing {
            Some(_) => indices.len(),
            None => PIECE / (len * size_of::<f32>()),
        };
        let at_once = at_once.max(1);
        let mut pieces = Vec::new();
        for (piece, indices) in indices.chunks(at_once).enumerate() {
            let mut inputs = vec![0.0; indices.len().saturating_mul(len)];
            let first = piece * at_once;
            for ((at, index), out) in (first..).zip(indices).zip(inputs.chunks_exact_mut(len)) {
                self.read(*index as usize, step, at, out)?;
            }
            if let Some(mixing) = &mixing {
                mix::apply_host(&mut inputs, [channels, height, width], mixing);
            }
            pieces.push(inputs);
        }
        let label = |index: &u32| {
            let labels = &self.samples.labels;
            labels.get(*index as usize).copied().unwrap_or(0)
        };
        Ok(HostBatch {
            pieces,
            labels: indices.iter().map(label).collect(),
            mixing,
        })
    }

    /// Reads the sample at `index` for the place `at` of a step.
    fn read(&self, index: usize, step: usize, at: usize, out: &mut [f32]) -> Result<(), String> {
        if !self.prepare.augments() {
            return self.samples.read(index, out);
        }
        let place = (step as u64) << 17 | at as u64;
        let mut rng = rng(self.seed, Draws::Augment, place);
        self.samples
            .read_augmented(index, &self.prepare, &mut rng, out)
    }
}

/// Most bytes of a piece of a batch, but for a larger sample and for mixed ones. The system gives
/// and takes back the memory of larger ones page by page, which took a third of the time.
const PIECE: usize = 16 << 20;

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

#[cfg(test)]
mod tests {
    use layerwise_experiment::Shape;

    use super::*;
    use crate::{Part, Store};

    #[test]
    fn a_smaller_last_batch_can_be_left_out() {
        let of = |count: usize, batch_size: usize, drop_last: bool| {
            let part = Part {
                store: Store::Values(vec![0.0; count]),
                labels: vec![0; count],
            };
            let schedule = Schedule {
                samples: Samples::all(part, Shape::Flat(1)),
                batch_size,
                drop_last,
                seed: 3,
                prepare: Prepare::default(),
            };
            let steps = schedule.steps_per_epoch();
            let mut known = None;
            let mut all = |step| schedule.indices(step, &mut known).to_vec();
            let epochs: Vec<Vec<u32>> = (0..2 * steps).map(&mut all).collect();
            let sizes: Vec<usize> = epochs.iter().map(Vec::len).collect();
            assert_eq!(sizes[..steps], sizes[steps..]);
            assert_eq!(sizes.iter().min(), Some(&schedule.smallest_batch()));
            for epoch in epochs.chunks(steps) {
                let mut seen = epoch.concat();
                seen.sort_unstable();
                seen.dedup();
                assert_eq!(seen.len(), sizes[..steps].iter().sum::<usize>());
            }
            sizes[..steps].to_vec()
        };
        assert_eq!(of(9, 4, false), [4, 4, 1]);
        assert_eq!(of(9, 4, true), [4, 4]);
        for drop_last in [false, true] {
            assert_eq!(of(8, 4, drop_last), [4, 4]);
            assert_eq!(of(3, 4, drop_last), [3]);
            assert_eq!(of(2, 1, drop_last), [1, 1]);
        }
    }

    #[test]
    fn a_large_batch_comes_in_pieces_of_whole_samples() {
        const SIDE: usize = 1024;
        let pixels = (0..5 * SIDE * SIDE).map(|at| (at * 7 % 251) as u8);
        let part = Part {
            store: Store::Bytes(pixels.collect()),
            labels: vec![0, 1, 0, 1, 0],
        };
        let samples = Samples::all(part, Shape::Image([1, SIDE, SIDE]));
        let of = |prepare: Prepare| Schedule {
            samples: samples.clone(),
            batch_size: 5,
            drop_last: false,
            seed: 1,
            prepare,
        };
        let plain = of(Prepare::default());
        let batch = plain.batch(0, &mut None).unwrap();
        let sizes: Vec<usize> = batch.pieces.iter().map(Vec::len).collect();
        assert_eq!(sizes, [4 * SIDE * SIDE, SIDE * SIDE]);
        let mut known = None;
        let indices = plain.indices(0, &mut known);
        let mut sample = vec![0.0; SIDE * SIDE];
        let values = batch.pieces.concat();
        for (index, values) in indices.iter().zip(values.chunks(SIDE * SIDE)) {
            samples.read(*index as usize, &mut sample).unwrap();
            assert!(sample == values, "{index}");
        }
        let mixed = of(Prepare {
            mixup: 1.0,
            ..Prepare::default()
        });
        assert_eq!(mixed.batch(0, &mut None).unwrap().pieces.len(), 1);
    }
}
