//! What the trainer looks at after an epoch and at the end.

use std::time::Instant;

use layerwise_study::{
    BURN_VERSION, EpochMeans, Evaluation, Event, Mean, Phase, Summary, checkpoint::State,
};

use super::{End, Trainer};
use crate::{checkpoint, evaluation, record::Told, watch};

impl Trainer<'_> {
    pub(super) fn end_epoch(&mut self) -> Result<(), End> {
        self.last_epoch = std::mem::take(&mut self.epoch);
        let epoch = self.step / self.timetable.steps_per_epoch;
        let learnt = self.timetable.epochs_before(self.step - 1) + 1;
        let last = self.step >= self.total_steps;
        // Deep modules often need some epochs before they leave the level of guessing.
        let grace = (self.experiment.train.epochs / 5).max(1);
        if learnt > grace || last {
            let worse = self.worse_in(&self.last_epoch);
            for &module in worse
                .iter()
                .filter(|module| !self.worse_than_guessing.contains(module))
            {
                let message = format!(
                    "Module {module} is no better than guessing: its mean loss over epoch {epoch} is not clearly below ln C = {:.2}. A smaller λ or learning rate may help",
                    (self.classes as f64).ln()
                );
                if let Some(record) = &mut self.record {
                    record.tell(Told::Warning {
                        step: self.step,
                        module: Some(module),
                        message: &message,
                    })?;
                }
                self.outbox.push(Event::Warning {
                    module: Some(module),
                    message,
                });
            }
            self.worse_than_guessing = worse;
        }
        if epoch.is_multiple_of(self.experiment.measure.evaluate_every) || last {
            self.evaluate()?;
        }
        let every = self.experiment.checkpoints.every;
        if every > 0 && epoch.is_multiple_of(every) && !last {
            self.checkpoint()?;
        }
        self.outbox.flush();
        Ok(())
    }

    /// Writes the state to the record, unless that was done.
    pub(super) fn checkpoint(&mut self) -> Result<(), String> {
        let Some(record) = &self.record else {
            return Ok(());
        };
        if self.step == 0 || self.checkpointed == self.step {
            return Ok(());
        }
        let state = State {
            step: self.step,
            lambda: self.lambda.clone(),
            learning_rate: self.experiment.optimizer.lr,
            changes: self.changes.clone(),
            seconds_spent: self.seconds_spent,
            epoch: self.epoch.clone(),
            last_epoch: self.last_epoch.clone(),
            worse_than_guessing: self.worse_than_guessing.clone(),
        };
        let keep = self.experiment.checkpoints.keep;
        checkpoint::write(
            record.folder(),
            &self.learner.keep()?,
            state,
            &self.experiment,
            keep,
        )?;
        self.checkpointed = self.step;
        Ok(())
    }

    fn worse_in(&self, epoch: &EpochMeans) -> Vec<usize> {
        let first = match self.experiment.method.kind.is_local() {
            true => 1,
            false => self.learner.modules().len(),
        };
        let mut worse = epoch.worse_than_guessing(self.classes, first, |number| {
            self.experiment.loss_of(number).least_entropy(self.classes)
        });
        // Other losses have no such level, and a frozen module is not there to get better.
        worse.retain(|number| {
            self.experiment.loss_of(*number).is_plain() && !self.experiment.is_frozen(*number)
        });
        worse
    }

    /// Judges the modules by the last whole epoch, or by what there was of the first, however
    /// early the run ends.
    pub(super) fn judge_at_the_end(&mut self) {
        self.worse_than_guessing = self.worse_in(self.newest_epoch());
    }

    /// Means of the last whole epoch, or of what there was of the first.
    fn newest_epoch(&self) -> &EpochMeans {
        if self.last_epoch.is_empty() {
            &self.epoch
        } else {
            &self.last_epoch
        }
    }

    /// Evaluates on the test samples. Modules whose numbers are sound become the last good ones.
    pub(super) fn evaluate(&mut self) -> Result<(), End> {
        let evaluation = self.look_at_test_samples()?;
        if let Some(record) = &mut self.record {
            record.tell(Told::Evaluation(&evaluation))?;
            record.flush()?;
        }
        self.take_in(evaluation)
    }

    /// Evaluates where a run goes on, of which the record tells already.
    pub(super) fn evaluate_again(&mut self) -> Result<(), End> {
        let evaluation = self.look_at_test_samples()?;
        self.take_in(evaluation)
    }

    fn look_at_test_samples(&mut self) -> Result<Evaluation, String> {
        let started = Instant::now();
        let epoch = self.epochs();
        let mut evaluation = evaluation::evaluate(
            self.learner.modules(),
            &mut self.test,
            self.classes,
            [self.chunk, self.experiment.train.batch_size],
            self.step,
            epoch,
        )?;
        for module in &mut evaluation.modules {
            module.worse_than_guessing = self.worse_than_guessing.contains(&module.number);
        }
        self.seconds_spent += started.elapsed().as_secs_f64();
        Ok(evaluation)
    }

    fn take_in(&mut self, evaluation: Evaluation) -> Result<(), End> {
        self.look_at_goals(|way| way.is_reached_by(&evaluation));
        self.outbox.push(Event::Evaluated(evaluation.clone()));
        if let Some(message) = watch::divergence_at(&evaluation) {
            return Err(End::Diverged(message));
        }
        // What the summary tells belongs to the modules that are kept.
        self.evaluation = Some(evaluation);
        self.good = self.learner.modules().to_vec();
        Ok(())
    }

    pub(super) fn summary(&mut self, phase: Phase, message: Option<String>) -> Summary {
        let evaluated = self
            .evaluation
            .as_ref()
            .map(|evaluation| evaluation.modules.as_slice())
            .unwrap_or_default();
        let peak_memory_bytes = self.memory.look();
        let epoch = self.newest_epoch();
        let means = |means: &[Mean]| means.iter().map(|mean| mean.value()).collect();
        Summary {
            name: self.experiment.name.clone(),
            layerwise_version: env!("CARGO_PKG_VERSION").to_owned(),
            burn_version: BURN_VERSION.to_owned(),
            phase,
            message,
            device: self.device_name.clone(),
            seed: self.experiment.seed,
            method: self.experiment.method.kind.key().to_owned(),
            steps: self.step,
            epochs: self.epochs(),
            seconds: self.seconds_spent,
            steps_per_second: self.steps_per_second(),
            peak_memory_bytes,
            test_accuracy: evaluated.last().and_then(|module| module.test_accuracy),
            module_test_accuracy: evaluated
                .iter()
                .filter(|module| module.test_loss.is_some())
                .map(|module| module.test_accuracy.unwrap_or(f32::NAN))
                .collect(),
            module_test_loss: evaluated
                .iter()
                .filter_map(|module| module.test_loss)
                .collect(),
            boundary_cosine: means(&epoch.cosine),
            boundary_relative_distance: means(&epoch.relative_distance),
            boundary_norm_ratio: means(&epoch.norm_ratio),
            boundary_reconciliation: means(&epoch.reconciliation),
            boundary_lambda: self.lambda.clone(),
            module_separability: evaluated
                .iter()
                .map(|module| module.separability.clone())
                .collect(),
            diverged: phase == Phase::Diverged,
            modules_worse_than_guessing: self.worse_than_guessing.clone(),
            changes: self.changes.clone(),
        }
    }
}
