//! Where a run is in its steps, and what time they take.

use crate::{goal::Standing, timetable::Timetable};

/// Steps done and left, and the seconds that went into them.
pub(super) struct Clock {
    timetable: Timetable,
    total_steps: usize,
    step: usize,
    /// Steps that were done before the run went on from a checkpoint.
    resumed_at: usize,
    /// Of training and evaluations, pauses left out.
    seconds_spent: f64,
    /// Of steps, evaluations and pauses left out, and how many steps they were. The first step,
    /// which prepares kernels, does not count.
    step_seconds: f64,
    steps_timed: usize,
}

impl Clock {
    /// Of a run that has done so many steps in so many seconds, and does at most `max_steps`.
    pub fn new(
        timetable: Timetable,
        max_steps: Option<usize>,
        step: usize,
        seconds_spent: f64,
    ) -> Self {
        let all_steps = timetable.total_steps();
        Self {
            timetable,
            total_steps: max_steps.unwrap_or(all_steps).min(all_steps),
            step,
            resumed_at: step,
            seconds_spent,
            step_seconds: 0.0,
            steps_timed: 0,
        }
    }

    pub fn timetable(&self) -> &Timetable {
        &self.timetable
    }

    /// Steps done.
    pub fn step(&self) -> usize {
        self.step
    }

    pub fn total_steps(&self) -> usize {
        self.total_steps
    }

    /// Whether all steps are done.
    pub fn is_over(&self) -> bool {
        self.step >= self.total_steps
    }

    /// Epochs done, with fraction.
    pub fn epochs(&self) -> f64 {
        self.step as f64 / self.timetable.steps_per_epoch as f64
    }

    /// Epochs done, where one [ends](Self::ends_epoch).
    pub fn epoch(&self) -> usize {
        self.step / self.timetable.steps_per_epoch
    }

    /// Whether the last step was the last of an epoch.
    pub fn ends_epoch(&self) -> bool {
        self.step.is_multiple_of(self.timetable.steps_per_epoch)
    }

    /// Whether the last step was the first that was done here.
    pub fn is_first(&self) -> bool {
        self.step == self.resumed_at + 1
    }

    /// Counts a step.
    pub fn advance(&mut self) {
        self.step += 1;
    }

    /// Counts the time of the last step.
    pub fn spend_on_step(&mut self, seconds: f64) {
        self.seconds_spent += seconds;
        if !self.is_first() {
            self.step_seconds += seconds;
            self.steps_timed += 1;
        }
    }

    /// Counts time that is no step's.
    pub fn spend(&mut self, seconds: f64) {
        self.seconds_spent += seconds;
    }

    pub fn seconds_spent(&self) -> f64 {
        self.seconds_spent
    }

    /// 0 before it is known.
    pub fn steps_per_second(&self) -> f64 {
        if self.step_seconds > 0.0 {
            self.steps_timed as f64 / self.step_seconds
        } else {
            0.0
        }
    }

    /// Seconds until the last step, where a step takes at least `least`; none before it is known.
    pub fn seconds_left(&self, least: f64) -> Option<f64> {
        let left = self.total_steps.saturating_sub(self.step) as f64;
        (self.steps_timed > 0).then(|| {
            let of_step = self.seconds_spent / self.step.max(1) as f64;
            left * of_step.max(least)
        })
    }

    /// What goals look at.
    pub fn standing(&self) -> Standing {
        Standing {
            step: self.step,
            steps_per_epoch: self.timetable.steps_per_epoch,
            seconds_spent: self.seconds_spent,
        }
    }
}

#[cfg(test)]
mod tests {
    use layerwise_experiment::preset;

    use super::*;

    #[test]
    fn the_first_step_after_a_checkpoint_is_not_timed() {
        let experiment = preset("digits-mlp").unwrap().experiment().unwrap();
        let mut clock = Clock::new(Timetable::of(&experiment, 10), Some(14), 10, 5.0);
        assert!(clock.ends_epoch() && clock.epoch() == 1);
        clock.advance();
        clock.spend_on_step(100.0);
        assert!(clock.is_first());
        assert_eq!(
            (clock.steps_per_second(), clock.seconds_left(0.0)),
            (0.0, None)
        );
        clock.advance();
        clock.spend_on_step(0.5);
        clock.spend(14.5);
        assert_eq!(clock.steps_per_second(), 2.0);
        assert_eq!(clock.seconds_spent(), 120.0);
        // Two steps at 10 s each, or as slow as they may be.
        assert_eq!(clock.seconds_left(0.0), Some(20.0));
        assert_eq!(clock.seconds_left(60.0), Some(120.0));
        assert_eq!(clock.epochs(), 1.2);
        assert!(!clock.is_over());
    }
}
