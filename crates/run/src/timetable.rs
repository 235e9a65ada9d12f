//! What each step of a run trains, and how fast.

use layerwise_experiment::{Experiment, MethodKind};
use layerwise_learn::local::StepWay;
use layerwise_study::Live;

/// The steps of a run, counted from 0.
#[derive(Clone, Debug)]
pub(super) struct Timetable {
    pub steps_per_epoch: usize,
    /// Steps of a stage, in which the same modules learn.
    stage_steps: usize,
    /// The module, from 0, that learns alone in each stage; empty where all learn together.
    stages: Vec<usize>,
}

/// How a step trains.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pace {
    /// From 0.
    step: usize,
    pub learning_rate: f64,
    /// λ of each boundary.
    pub lambda: Vec<f64>,
    /// The module, from 0, that alone learns.
    pub only: Option<usize>,
}

impl Pace {
    /// The same as a learner hears it, where alignment is measured everywhere or only where it
    /// is reconciled.
    pub fn way(&self, measure: bool) -> StepWay<'_> {
        StepWay {
            step: self.step,
            learning_rate: self.learning_rate,
            lambda: &self.lambda,
            measure,
            only: self.only,
        }
    }
}

impl Timetable {
    /// The steps of an experiment, so many of which make an epoch.
    pub fn of(experiment: &Experiment, steps_per_epoch: usize) -> Self {
        let learning = (1..=experiment.module_count()).filter(|it| !experiment.is_frozen(*it));
        let stages = match experiment.method.kind {
            MethodKind::Greedy => learning.map(|number| number - 1).collect(),
            MethodKind::LocalBp | MethodKind::BpFree | MethodKind::GlobalBp => Vec::new(),
        };
        Self {
            steps_per_epoch,
            stage_steps: steps_per_epoch.saturating_mul(experiment.train.epochs),
            stages,
        }
    }

    /// Steps of all stages.
    pub fn total_steps(&self) -> usize {
        self.stage_steps.saturating_mul(self.stages.len().max(1))
    }

    /// The module, from 0, that alone learns in a step.
    pub fn only(&self, step: usize) -> Option<usize> {
        let last = self.stages.len().checked_sub(1)?;
        let stage = step / self.stage_steps.max(1);
        self.stages.get(stage.min(last)).copied()
    }

    /// Whole epochs that the modules of a step have learnt before it.
    pub fn epochs_before(&self, step: usize) -> usize {
        step % self.stage_steps.max(1) / self.steps_per_epoch.max(1)
    }

    /// How a step trains under these live settings. Every stage begins its schedules anew.
    pub fn pace(&self, experiment: &Experiment, live: &Live, step: usize) -> Pace {
        let at = step % self.stage_steps.max(1);
        let rate = experiment
            .schedule
            .factor(at, self.stage_steps, self.steps_per_epoch);
        let factor = experiment
            .method
            .lambda_factor(at, self.stage_steps, self.steps_per_epoch);
        Pace {
            step,
            learning_rate: live.learning_rate * rate,
            lambda: live.lambda.iter().map(|lambda| lambda * factor).collect(),
            only: self.only(step),
        }
    }
}

#[cfg(test)]
mod tests {
    use layerwise_experiment::{ModuleSettings, preset};

    use super::*;

    #[test]
    fn greedy_modules_take_turns() {
        let keys = ["split.count=3", "method.kind=greedy", "train.epochs=2"];
        let mut experiment = preset("digits-mlp")
            .unwrap()
            .with(&keys.map(str::to_owned))
            .unwrap();
        let timetable = Timetable::of(&experiment, 5);
        assert_eq!(timetable.total_steps(), 30);
        let turns = [0, 9, 10, 19, 20, 29, 99].map(|step| timetable.only(step));
        assert_eq!(turns, [0, 0, 1, 1, 2, 2, 2].map(Some));
        // Each begins at the full learning rate and ends near 0.
        let live = Live::of(&experiment);
        let rate = |step| timetable.pace(&experiment, &live, step).learning_rate;
        assert_eq!(rate(10), rate(0));
        assert!(rate(9) < 0.1 * rate(0));
        assert_eq!(timetable.epochs_before(15), 1);

        experiment.modules = vec![ModuleSettings {
            frozen: true,
            ..ModuleSettings::new(2)
        }];
        let timetable = Timetable::of(&experiment, 5);
        assert_eq!(timetable.total_steps(), 20);
        assert_eq!(timetable.only(10), Some(2));
    }
}
