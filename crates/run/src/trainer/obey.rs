//! What a person asks of the trainer while it trains.

use std::time::{Duration, Instant};

use crossbeam_channel::RecvTimeoutError;
use layerwise_study::{Change, Changed, Event, Phase, Target};

use super::{End, Trainer};
use crate::{Command, goal::Way};

impl Trainer<'_> {
    /// Holds or ends the run where a goal is reached.
    pub(super) fn look_at_goals(&mut self, mut is_reached: impl FnMut(&mut Way) -> Option<String>) {
        if let Some(why) = self.hold_at.as_mut().and_then(&mut is_reached) {
            self.hold_at = None;
            self.paused = true;
            self.outbox
                .push(Event::Note(format!("{why}: the run holds")));
        }
        let reached = self.end_at.iter_mut().find_map(is_reached);
        self.ends = self.ends.take().or(reached);
    }

    /// How long the next step has to wait.
    fn wait(&self) -> Option<Duration> {
        let pause = Duration::try_from_secs_f64(1.0 / self.speed?).ok()?;
        pause.checked_sub(self.last_step.elapsed())
    }

    /// Carries out waiting commands; while paused, or as long as the speed asks for it, waits for
    /// them.
    pub(super) fn obey(&mut self) -> Result<(), End> {
        loop {
            let command = if self.paused && !self.single_step {
                self.tell_steps()?;
                self.checkpoint()?;
                self.tell_progress(Phase::Paused);
                self.outbox.flush();
                self.inbox.recv().map_err(|_| End::Stopped)?
            } else {
                let wait = self
                    .wait()
                    .filter(|_| !self.single_step)
                    .unwrap_or_default();
                match self.inbox.recv_timeout(wait) {
                    Ok(command) => command,
                    Err(RecvTimeoutError::Timeout) => {
                        self.last_step = Instant::now();
                        return Ok(());
                    }
                    Err(RecvTimeoutError::Disconnected) => return Err(End::Stopped),
                }
            };
            match command {
                Command::Pause => self.paused = true,
                Command::Step => {
                    self.paused = true;
                    self.single_step = true;
                }
                Command::Resume => {
                    self.hold_at = None;
                    self.go_on();
                }
                Command::RunTo(goal) => {
                    self.hold_at = Some(Way::to(goal, self.seconds_spent));
                    self.go_on();
                }
                Command::SetSpeed(speed) => {
                    self.speed = speed.filter(|speed| speed.is_finite() && *speed > 0.0);
                }
                Command::SetLearningRate(learning_rate) => {
                    self.experiment.optimizer.lr = learning_rate;
                    self.changed(Changed::LearningRate { learning_rate })?;
                }
                Command::Stop => {
                    self.tell_steps()?;
                    return Err(End::Stopped);
                }
                Command::SetLambda { target, lambda } => self.set_lambda(target, lambda)?,
                Command::WatchRegions(watch) => {
                    self.watch_regions = watch;
                    self.last_regions = None;
                    self.draw_regions()?;
                }
                Command::ProveIsolation { broken } => self.prove_isolation(broken)?,
                Command::Inspect { sample } => self.inspect(sample)?,
            }
        }
    }

    fn set_lambda(&mut self, target: Target, lambda: f64) -> Result<(), End> {
        match target {
            Target::All => self.lambda.fill(lambda),
            Target::Module(number) => {
                let boundary = number.checked_sub(2).and_then(|at| self.lambda.get_mut(at));
                match boundary {
                    Some(boundary) => *boundary = lambda,
                    None => return Ok(()),
                }
            }
        }
        self.changed(Changed::Lambda { target, lambda })
    }

    /// Records and tells what a person changed.
    fn changed(&mut self, what: Changed) -> Result<(), End> {
        let step = self.step;
        let change = Change { step, what };
        self.changes.push(change);
        // The steps before the change come first in the record.
        self.tell_steps()?;
        if let Some(record) = &mut self.record {
            record.change(&change)?;
        }
        self.outbox.push(Event::Changed(change));
        Ok(())
    }

    fn go_on(&mut self) {
        self.paused = false;
        self.single_step = false;
        self.tell_progress(Phase::Running);
    }
}
