//! Steps whose numbers are still on the device, read together.

use std::time::{Duration, Instant};

use burn::tensor::Tensor;
use layerwise_learn::local::{StepNumbers, TruthNumbers};
use layerwise_study::{StepRecord, Truth};

use crate::evaluation::read;

/// Numbers are read from the device and told at most so often.
const TELL_EVERY: Duration = Duration::from_millis(33);
/// And at the latest after so many steps.
const TELL_STEPS: usize = 64;

/// A step whose numbers are still on the device.
pub(super) struct Pending {
    pub record: StepRecord,
    pub numbers: StepNumbers,
    /// The step against the truth, where that is due.
    pub truth: Option<TruthNumbers>,
}

/// Steps that were done and not told yet.
pub(super) struct Untold {
    steps: Vec<Pending>,
    last_told: Instant,
}

impl Default for Untold {
    fn default() -> Self {
        Self {
            steps: Vec::new(),
            last_told: Instant::now(),
        }
    }
}

impl Untold {
    pub fn push(&mut self, step: Pending) {
        self.steps.push(step);
    }

    /// Whether there are many, or the last were told long ago.
    pub fn are_due(&self) -> bool {
        self.steps.len() >= TELL_STEPS || self.last_told.elapsed() >= TELL_EVERY
    }

    /// Reads the numbers of all from the device at once.
    ///
    /// # Errors
    /// Where the device cannot be read.
    pub fn read(&mut self) -> Result<Vec<(StepRecord, Option<Truth>)>, String> {
        self.last_told = Instant::now();
        let steps = std::mem::take(&mut self.steps);
        if steps.is_empty() {
            return Ok(Vec::new());
        }
        let values = steps
            .iter()
            .flat_map(|step| {
                let truth = step.truth.as_ref().map(|truth| truth.values.clone());
                [Some(step.numbers.values.clone()), truth]
            })
            .flatten()
            .collect();
        let mut values = read(Tensor::cat(values, 0))?.into_iter();
        let told = steps.into_iter().map(|mut step| {
            step.numbers.unpack(&mut values, &mut step.record);
            let truth = step.truth.map(|numbers| {
                let mut truth = Truth {
                    step: step.record.step,
                    epoch: step.record.epoch,
                    ..Truth::default()
                };
                numbers.unpack(&mut values, &mut truth);
                truth
            });
            (step.record, truth)
        });
        Ok(told.collect())
    }
}
