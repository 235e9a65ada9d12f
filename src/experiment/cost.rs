//! What an experiment costs, said before it runs.

use super::{Experiment, MethodKind, OptimizerKind};

/// Bytes of an `f32`.
const VALUE: u64 = 4;

impl Experiment {
    /// Memory that a run needs at the very least, in bytes: the samples, the parameters with
    /// their gradients, optimiser states and last good copy, and what one backward pass keeps of
    /// a batch. None where the chain does not fit together.
    pub fn least_memory_bytes(&self) -> Option<u64> {
        let plan = self.plan()?;
        let shapes = self.shapes();
        let count = |at: usize| shapes.get(at).map_or(0, |shape| shape.len() as u64);
        let samples = (self.data.sample_count() as u64).saturating_mul(count(0));

        let states = match self.optimizer.kind {
            OptimizerKind::Sgd => u64::from(self.optimizer.momentum > 0.0),
            OptimizerKind::Adam | OptimizerKind::Adamw => 2,
        };
        let parameters = plan.iter().fold(0u64, |sum, module| {
            let head = match self.has_loss(module.number) {
                true => module.head_parameters,
                false => 0,
            };
            let all = module.parameters.saturating_add(head) as u64;
            // A frozen module has nothing but its values.
            let copies = if module.frozen { 1 } else { 3 + states };
            sum.saturating_add(all.saturating_mul(copies))
        });

        let of_module = plan.iter().filter(|module| !module.frozen).map(|module| {
            let outputs = module.blocks.clone().map(|at| count(at + 1));
            outputs.fold(count(module.blocks.start), u64::saturating_add)
        });
        let kept = match self.method.kind {
            MethodKind::LocalBp => of_module.max().unwrap_or(0),
            MethodKind::GlobalBp => of_module.fold(0, u64::saturating_add),
        };
        let batch = self.train.batch_size.min(self.data.train_count()) as u64;
        let activations = kept.saturating_mul(batch);
        Some(
            [samples, parameters, activations]
                .into_iter()
                .fold(0u64, u64::saturating_add)
                .saturating_mul(VALUE),
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::experiment::preset;

    #[test]
    fn least_memory_counts_samples_parameters_and_activations() {
        let mut digits = preset("digits-mlp").unwrap().experiment().unwrap();
        // 33,280 parameters in weights, gradients, momentum and the last good copy, and the
        // fixed heads' none; the widest module keeps its input and two outputs of 64.
        let samples = 1797 * 64;
        let parameters = 33_280 * 4;
        // Module 1 also flattens.
        let activations = 64 * 4 * 64;
        assert_eq!(
            digits.least_memory_bytes(),
            Some(4 * (samples + parameters + activations))
        );
        digits.set_frozen(2, true);
        // Neither gradients nor momentum nor another copy of its 64 × 65.
        let saved = 64 * 65 * 3;
        assert_eq!(
            digits.least_memory_bytes(),
            Some(4 * (samples + parameters + activations - saved))
        );
        digits.set_frozen(2, false);
        digits.train.batch_size = 1000;
        let more = digits.least_memory_bytes().unwrap();
        digits.method.kind = crate::experiment::MethodKind::GlobalBp;
        assert!(digits.least_memory_bytes().unwrap() > more);
    }
}
