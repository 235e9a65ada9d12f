//! What a person asks of the trainer while it trains.

use crossbeam_channel::RecvTimeoutError;
use layerwise_study::{Change, Changed, Fact, Phase};

use super::{Trainer, end::End};
use crate::{Command, Slot, goal::Way};

impl Trainer<'_> {
    /// Holds or ends the run where a goal is reached.
    pub(super) fn look_at_goals(
        &mut self,
        is_reached: impl FnMut(&mut Way) -> Option<String>,
    ) -> Result<(), String> {
        match self.transport.look_at_goals(is_reached) {
            Some(why) => self.teller.note(format!("{why}: the run holds")),
            None => Ok(()),
        }
    }

    /// Carries out waiting commands; while paused, or as long as the speed asks for it, waits for
    /// them.
    pub(super) fn obey(&mut self) -> Result<(), End> {
        loop {
            let command = if self.transport.holds() {
                self.tell_steps()?;
                self.checkpoint()?;
                self.tell_progress(Phase::Paused);
                self.teller.flush()?;
                self.inbox.recv().map_err(|_| End::Stopped)?
            } else {
                match self.inbox.recv_timeout(self.transport.wait()) {
                    Ok(command) => command,
                    Err(RecvTimeoutError::Timeout) => {
                        self.transport.begin_step();
                        return Ok(());
                    }
                    Err(RecvTimeoutError::Disconnected) => return Err(End::Stopped),
                }
            };
            self.carry_out(command)?;
        }
    }

    fn carry_out(&mut self, command: Command) -> Result<(), End> {
        let spent = self.clock.seconds_spent();
        match command {
            Command::Pause => self.transport.pause(),
            Command::Step => self.transport.step_once(),
            Command::Resume => {
                self.transport.go_on(None, spent);
                self.tell_progress(Phase::Running);
            }
            Command::RunTo(goal) => {
                self.transport.go_on(Some(goal), spent);
                self.tell_progress(Phase::Running);
            }
            Command::SetSpeed(speed) => self.transport.set_speed(speed),
            Command::Stop => {
                self.tell_steps()?;
                return Err(End::Stopped);
            }
            Command::Change(what) => self.change(what)?,
            Command::Watch(slot, watched) => self.watch(slot, watched)?,
            Command::ProveIsolation { broken } => self.prove_isolation(broken)?,
            Command::Inspect { sample } => self.inspect(sample)?,
        }
        Ok(())
    }

    /// Changes a live setting and tells it, where there is one like that.
    fn change(&mut self, what: Changed) -> Result<(), End> {
        if !self.live.change(what) {
            return Ok(());
        }
        let step = self.clock.step();
        let change = Change { step, what };
        self.changes.push(change);
        // The steps before the change come first.
        self.tell_steps()?;
        self.teller.tell(Fact::Changed(change))?;
        Ok(())
    }

    fn watch(&mut self, slot: Slot, watched: bool) -> Result<(), String> {
        match slot {
            Slot::Regions => {
                self.regions.set(watched);
                self.draw_regions()
            }
        }
    }
}
