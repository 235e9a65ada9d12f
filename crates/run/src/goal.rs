//! What a run can be asked to train to.

use std::str::FromStr;

use layerwise_study::Evaluation;

/// Where a run holds, or ends, before all epochs are done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Goal {
    /// The end of the epoch that it is in.
    EpochEnd,
    /// So many epochs in all.
    Epochs(usize),
    /// A test accuracy of the last module, in [0, 1].
    Accuracy(f32),
    /// So many evaluations one after the other in which the test loss of the last module was no
    /// better than the best before.
    Plateau(usize),
    /// So many seconds of training from now on, pauses left out.
    Seconds(f64),
}

impl FromStr for Goal {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = || {
            format!(
                "{text} is no goal: choose accuracy=A with A above 0 and at most 1, plateau=N evaluations, seconds=S or epochs=N"
            )
        };
        let (what, value) = text.split_once('=').ok_or_else(known)?;
        let whole = || value.parse().ok().filter(|count| *count > 0);
        let real = |most: f64| {
            let number = value.parse().ok();
            number.filter(|number| *number > 0.0 && *number <= most)
        };
        match what {
            "accuracy" => real(1.0).map(|share| Self::Accuracy(share as f32)),
            "plateau" => whole().map(Self::Plateau),
            "seconds" => real(1e9).map(Self::Seconds),
            "epochs" => whole().map(Self::Epochs),
            _ => None,
        }
        .ok_or_else(known)
    }
}

/// A goal that a run is on its way to.
#[derive(Clone, Debug)]
pub(super) struct Way {
    goal: Goal,
    /// Seconds spent when it was set.
    since: f64,
    best_loss: f32,
    /// Evaluations without a better loss.
    no_better: usize,
}

/// Where a run is after a step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing {
    pub step: usize,
    pub steps_per_epoch: usize,
    pub seconds_spent: f64,
}

impl Way {
    /// The way to a goal that is set after so many seconds of training.
    pub fn to(goal: Goal, seconds_spent: f64) -> Self {
        Self {
            goal,
            since: seconds_spent,
            best_loss: f32::INFINITY,
            no_better: 0,
        }
    }

    /// Says why the goal is reached after a step, if it is.
    pub fn is_reached(&self, at: Standing) -> Option<String> {
        let epochs = at.step / at.steps_per_epoch.max(1);
        let ends = at.step > 0 && at.step.is_multiple_of(at.steps_per_epoch.max(1));
        match self.goal {
            Goal::EpochEnd if ends => Some(format!("Epoch {epochs} is done")),
            Goal::Epochs(wanted) if epochs >= wanted => Some(format!("{epochs} epochs are done")),
            Goal::Seconds(wanted) if at.seconds_spent - self.since >= wanted => {
                Some(format!("{wanted} s of training are over"))
            }
            _ => None,
        }
    }

    /// Says why the goal is reached after an evaluation, if it is.
    pub fn is_reached_by(&mut self, evaluation: &Evaluation) -> Option<String> {
        let last = evaluation.modules.last()?;
        match self.goal {
            Goal::Accuracy(wanted) => {
                let accuracy = last.test_accuracy.filter(|it| *it >= wanted)?;
                Some(format!(
                    "A test accuracy of {:.1} % is reached",
                    accuracy * 100.0
                ))
            }
            Goal::Plateau(wanted) => {
                let loss = last.test_loss?;
                if loss < self.best_loss {
                    self.best_loss = loss;
                    self.no_better = 0;
                    return None;
                }
                self.no_better += 1;
                (self.no_better >= wanted)
                    .then(|| format!("The test loss has not fallen in {wanted} evaluations"))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use layerwise_study::ModuleEvaluation;

    use super::*;

    fn at(step: usize, seconds_spent: f64) -> Standing {
        Standing {
            step,
            steps_per_epoch: 10,
            seconds_spent,
        }
    }

    fn evaluation(test_loss: f32, test_accuracy: f32) -> Evaluation {
        Evaluation {
            modules: vec![ModuleEvaluation {
                test_loss: Some(test_loss),
                test_accuracy: Some(test_accuracy),
                ..ModuleEvaluation::default()
            }],
            ..Evaluation::default()
        }
    }

    #[test]
    fn goals_are_read() {
        assert_eq!("accuracy=0.9".parse(), Ok(Goal::Accuracy(0.9)));
        assert_eq!("plateau=5".parse(), Ok(Goal::Plateau(5)));
        assert_eq!("seconds=1.5".parse(), Ok(Goal::Seconds(1.5)));
        assert_eq!("epochs=3".parse(), Ok(Goal::Epochs(3)));
        for wrong in [
            "",
            "epochs",
            "epochs=0",
            "accuracy=95",
            "seconds=NaN",
            "loss=1",
        ] {
            assert!(wrong.parse::<Goal>().unwrap_err().contains("no goal"));
        }
    }

    #[test]
    fn epochs_and_seconds_are_reached_after_steps() {
        let epoch_end = Way::to(Goal::EpochEnd, 0.0);
        assert_eq!(epoch_end.is_reached(at(0, 0.0)), None);
        assert_eq!(epoch_end.is_reached(at(19, 0.0)), None);
        assert!(epoch_end.is_reached(at(20, 0.0)).is_some());
        let epochs = Way::to(Goal::Epochs(2), 0.0);
        assert_eq!(epochs.is_reached(at(19, 0.0)), None);
        assert!(epochs.is_reached(at(21, 0.0)).is_some());
        let seconds = Way::to(Goal::Seconds(3.0), 5.0);
        assert_eq!(seconds.is_reached(at(1, 7.9)), None);
        assert!(seconds.is_reached(at(1, 8.0)).is_some());
    }

    #[test]
    fn accuracy_and_plateaus_are_reached_by_evaluations() {
        let mut accuracy = Way::to(Goal::Accuracy(0.9), 0.0);
        assert_eq!(accuracy.is_reached_by(&evaluation(1.0, 0.89)), None);
        assert!(accuracy.is_reached_by(&evaluation(1.0, 0.9)).is_some());
        let mut plateau = Way::to(Goal::Plateau(2), 0.0);
        for loss in [1.0, 1.1, 0.9, 0.9] {
            assert_eq!(plateau.is_reached_by(&evaluation(loss, 0.5)), None);
        }
        assert!(plateau.is_reached_by(&evaluation(0.95, 0.5)).is_some());
    }
}
