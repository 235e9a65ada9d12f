//! What is made of a run's numbers: means of epochs, the newest evaluation, and what was good.

use layerwise_experiment::Experiment;
use layerwise_learn::local::LocalModule;
use layerwise_study::{EpochMeans, Evaluation};

/// What is known of how well the modules do.
pub(super) struct Judgement {
    /// Means of the epoch so far, and of the one before.
    pub epoch: EpochMeans,
    pub last_epoch: EpochMeans,
    /// Numbers, from 1, of the modules that were no better than guessing when that was looked at.
    pub worse_than_guessing: Vec<usize>,
    /// The newest whose numbers were finite.
    pub evaluation: Option<Evaluation>,
    /// Modules at that evaluation.
    pub good: Vec<LocalModule>,
}

impl Judgement {
    /// Means of the last whole epoch, or of what there was of the first.
    pub fn newest_epoch(&self) -> &EpochMeans {
        if self.last_epoch.is_empty() {
            &self.epoch
        } else {
            &self.last_epoch
        }
    }

    /// Begins an epoch.
    pub fn end_epoch(&mut self) {
        self.last_epoch = std::mem::take(&mut self.epoch);
    }

    /// Modules of an experiment with so many classes that the newest whole epoch shows no better
    /// than guessing, however much there was of the first.
    pub fn find_worse(&self, experiment: &Experiment, classes: usize) -> Vec<usize> {
        let first = if experiment.method.kind.is_local() {
            1
        } else {
            experiment.module_count()
        };
        let epoch = self.newest_epoch();
        let mut worse = epoch.worse_than_guessing(classes, first, |number| {
            experiment.loss_of(number).least_entropy(classes)
        });
        // Other losses have no such level, and a frozen module is not there to get better.
        worse.retain(|number| {
            experiment.loss_of(*number).is_plain() && !experiment.is_frozen(*number)
        });
        worse
    }

    /// Whether the newest evaluation is of another step.
    pub fn is_stale(&self, step: usize) -> bool {
        self.evaluation
            .as_ref()
            .is_none_or(|evaluation| evaluation.step != step)
    }
}
