//! What came of a run.

use layerwise_study::{BURN_VERSION, Mean, Phase, Summary};

use super::Trainer;

impl Trainer<'_> {
    /// What came of the run, which ended like that.
    pub(super) fn summary(&mut self, phase: Phase, message: Option<String>) -> Summary {
        let evaluated = self
            .judgement
            .evaluation
            .as_ref()
            .map(|evaluation| evaluation.modules.as_slice())
            .unwrap_or_default();
        let peak_memory_bytes = self.machine.memory.look();
        let epoch = self.judgement.newest_epoch();
        let means = |means: &[Mean]| means.iter().map(|mean| mean.value()).collect();
        Summary {
            name: self.experiment.name.clone(),
            layerwise_version: env!("CARGO_PKG_VERSION").to_owned(),
            burn_version: BURN_VERSION.to_owned(),
            phase,
            message,
            device: self.machine.name.clone(),
            seed: self.experiment.seed,
            method: self.experiment.method.kind.key().to_owned(),
            steps: self.clock.step(),
            epochs: self.clock.epochs(),
            seconds: self.clock.seconds_spent(),
            steps_per_second: self.clock.steps_per_second(),
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
            boundary_lambda: self.live.lambda.clone(),
            module_separability: evaluated
                .iter()
                .map(|module| module.separability.clone())
                .collect(),
            diverged: phase == Phase::Diverged,
            modules_worse_than_guessing: self.judgement.worse_than_guessing.clone(),
            changes: self.changes.clone(),
        }
    }
}
