//! Whether a run goes on, holds or ends, and how fast it may be.

use std::time::{Duration, Instant};

use crate::{Goal, goal::Way};

/// What a person asked of the run's going on.
pub(super) struct Transport {
    paused: bool,
    single_step: bool,
    /// The goal at which a person wants it to hold.
    hold_at: Option<Way>,
    /// Goals at which it ends, and the one that is reached.
    end_at: Vec<Way>,
    ends: Option<String>,
    /// Most steps in a second.
    speed: Option<f64>,
    last_step: Instant,
}

impl Transport {
    /// Of a run that ends at goals which are set after so many seconds of training.
    pub fn new(paused: bool, end_at: &[Goal], seconds_spent: f64) -> Self {
        Self {
            paused,
            single_step: false,
            hold_at: None,
            end_at: end_at
                .iter()
                .map(|goal| Way::to(*goal, seconds_spent))
                .collect(),
            ends: None,
            speed: None,
            last_step: Instant::now(),
        }
    }

    pub fn is_paused(&self) -> bool {
        self.paused
    }

    /// Whether it waits for a command before the next step.
    pub fn holds(&self) -> bool {
        self.paused && !self.single_step
    }

    /// Whether it does one step and then holds.
    pub fn is_single_step(&self) -> bool {
        self.single_step
    }

    pub fn pause(&mut self) {
        self.paused = true;
    }

    pub fn step_once(&mut self) {
        self.paused = true;
        self.single_step = true;
    }

    /// Goes on, until a goal where there is one that is set after so many seconds of training.
    pub fn go_on(&mut self, until: Option<Goal>, seconds_spent: f64) {
        self.hold_at = until.map(|goal| Way::to(goal, seconds_spent));
        self.paused = false;
        self.single_step = false;
    }

    /// Most steps in a second; none, or no such number, lets them come as fast as they can.
    pub fn set_speed(&mut self, speed: Option<f64>) {
        self.speed = speed.filter(|speed| speed.is_finite() && *speed > 0.0);
    }

    /// Seconds from one step to the next at least.
    pub fn least_seconds(&self) -> f64 {
        self.speed.map_or(0.0, |speed| 1.0 / speed)
    }

    /// How long the next step has to wait.
    pub fn wait(&self) -> Duration {
        let wait = |speed: f64| {
            let pause = Duration::try_from_secs_f64(1.0 / speed).ok()?;
            pause.checked_sub(self.last_step.elapsed())
        };
        self.speed
            .filter(|_| !self.single_step)
            .and_then(wait)
            .unwrap_or_default()
    }

    /// Notes that a step begins.
    pub fn begin_step(&mut self) {
        self.last_step = Instant::now();
    }

    /// Notes that a step is done, of which nothing is left to look at.
    pub fn end_step(&mut self) {
        if self.single_step {
            self.single_step = false;
            self.paused = true;
        }
    }

    /// Holds, and says why, where the goal at which it holds is reached; notes where one is at
    /// which it ends.
    pub fn look_at_goals(
        &mut self,
        mut is_reached: impl FnMut(&mut Way) -> Option<String>,
    ) -> Option<String> {
        let holds = self.hold_at.as_mut().and_then(&mut is_reached);
        if holds.is_some() {
            self.hold_at = None;
            self.paused = true;
        }
        let reached = self.end_at.iter_mut().find_map(is_reached);
        self.ends = self.ends.take().or(reached);
        holds
    }

    /// Why it ends before all steps are done, where it does.
    pub fn ends(&mut self) -> Option<String> {
        self.ends.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_step_is_not_slowed_and_holds() {
        let mut transport = Transport::new(true, &[], 0.0);
        assert!(transport.holds());
        transport.set_speed(Some(0.001));
        transport.step_once();
        assert!(!transport.holds());
        assert_eq!(transport.wait(), Duration::ZERO);
        transport.end_step();
        assert!(transport.holds());
        transport.go_on(None, 0.0);
        transport.begin_step();
        assert!(transport.wait() > Duration::from_secs(900));
        assert_eq!(transport.least_seconds(), 1000.0);
        transport.set_speed(Some(f64::NAN));
        assert_eq!(transport.wait(), Duration::ZERO);
    }

    #[test]
    fn goals_hold_once_and_end_at_the_first() {
        let ends = [Goal::Seconds(1.0), Goal::Seconds(2.0)];
        let mut transport = Transport::new(false, &ends, 0.0);
        transport.go_on(Some(Goal::EpochEnd), 0.0);
        let mut asked = 0;
        let holds = transport.look_at_goals(|_| {
            asked += 1;
            (asked < 3).then(|| format!("Goal {asked}"))
        });
        assert_eq!(holds.as_deref(), Some("Goal 1"));
        assert!(transport.holds());
        assert_eq!(transport.look_at_goals(|_| None), None);
        assert_eq!(transport.ends().as_deref(), Some("Goal 2"));
        assert_eq!(transport.ends(), None);
    }
}
