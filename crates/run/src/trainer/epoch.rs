//! What the trainer looks at after an epoch and at the end.

use std::time::Instant;

use layerwise_study::{Evaluation, Fact, checkpoint::State};

use super::{Trainer, end::End};
use crate::{checkpoint, evaluation, watch};

impl Trainer<'_> {
    pub(super) fn end_epoch(&mut self) -> Result<(), End> {
        self.judgement.end_epoch();
        let step = self.clock.step();
        let epoch = self.clock.epoch();
        let learnt = self.clock.timetable().epochs_before(step - 1) + 1;
        let last = self.clock.is_over();
        // Deep modules often need some epochs before they leave the level of guessing.
        let grace = (self.experiment.train.epochs / 5).max(1);
        if learnt > grace || last {
            self.warn_of_worse(epoch)?;
        }
        if epoch.is_multiple_of(self.experiment.measure.evaluate_every) || last {
            self.evaluate()?;
        }
        let every = self.experiment.checkpoints.every;
        if every > 0 && epoch.is_multiple_of(every) && !last {
            self.checkpoint()?;
        }
        self.teller.flush()?;
        Ok(())
    }

    /// Warns of modules that became worse than guessing in an epoch.
    fn warn_of_worse(&mut self, epoch: usize) -> Result<(), String> {
        let classes = self.samples.classes;
        let worse = self.judgement.find_worse(&self.experiment, classes);
        let known = std::mem::replace(&mut self.judgement.worse_than_guessing, worse.clone());
        for module in worse.into_iter().filter(|module| !known.contains(module)) {
            self.teller.tell(Fact::Warning {
                step: Some(self.clock.step()),
                module: Some(module),
                message: format!(
                    "Module {module} is no better than guessing: its mean loss over epoch {epoch} is not clearly below ln C = {:.2}. A smaller λ or learning rate may help",
                    (classes as f64).ln()
                ),
            })?;
        }
        Ok(())
    }

    /// Writes the state to the record, unless that was done.
    pub(super) fn checkpoint(&mut self) -> Result<(), String> {
        let step = self.clock.step();
        let Some(record) = &self.teller.record else {
            return Ok(());
        };
        if step == 0 || self.checkpointed == step {
            return Ok(());
        }
        let state = State {
            step,
            live: self.live.clone(),
            changes: self.changes.clone(),
            seconds_spent: self.clock.seconds_spent(),
            epoch: self.judgement.epoch.clone(),
            last_epoch: self.judgement.last_epoch.clone(),
            worse_than_guessing: self.judgement.worse_than_guessing.clone(),
        };
        let keep = self.experiment.checkpoints.keep;
        let kept = self.learner.keep()?;
        checkpoint::write(record.folder(), &kept, state, &self.experiment_now(), keep)?;
        self.checkpointed = step;
        Ok(())
    }

    /// Judges the modules by the last whole epoch, or by what there was of the first, however
    /// early the run ends.
    pub(super) fn judge_at_the_end(&mut self) {
        let classes = self.samples.classes;
        let worse = self.judgement.find_worse(&self.experiment, classes);
        self.judgement.worse_than_guessing = worse;
    }

    /// Evaluates on the test samples. Modules whose numbers are sound become the last good ones.
    pub(super) fn evaluate(&mut self) -> Result<(), End> {
        let evaluation = self.look_at_test_samples()?;
        self.teller.tell(Fact::Evaluation(evaluation.clone()))?;
        self.teller.flush()?;
        self.take_in(evaluation)
    }

    /// Evaluates where a run goes on, of which the record tells already.
    pub(super) fn evaluate_again(&mut self) -> Result<(), End> {
        let evaluation = self.look_at_test_samples()?;
        self.teller.tell_again(Fact::Evaluation(evaluation.clone()));
        self.take_in(evaluation)
    }

    /// Every module on the test samples; holds or ends the run where that reaches a goal.
    fn look_at_test_samples(&mut self) -> Result<Evaluation, String> {
        let started = Instant::now();
        let mut evaluation = evaluation::evaluate(
            self.learner.modules(),
            &mut self.samples.test,
            self.samples.classes,
            [self.chunk, self.experiment.train.batch_size],
            self.clock.step(),
            self.clock.epochs(),
        )?;
        for module in &mut evaluation.modules {
            let worse = &self.judgement.worse_than_guessing;
            module.worse_than_guessing = worse.contains(&module.number);
        }
        self.clock.spend(started.elapsed().as_secs_f64());
        self.look_at_goals(|way| way.is_reached_by(&evaluation))?;
        Ok(evaluation)
    }

    fn take_in(&mut self, evaluation: Evaluation) -> Result<(), End> {
        if let Some(message) = watch::divergence_at(&evaluation) {
            return Err(End::Diverged(message));
        }
        // What the summary tells belongs to the modules that are kept.
        self.judgement.evaluation = Some(evaluation);
        self.judgement.good = self.learner.modules().to_vec();
        Ok(())
    }
}
