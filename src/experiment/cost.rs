//! What an experiment costs, said before it runs.

use std::ops::Range;

use super::{Experiment, MethodKind, ModulePlan, OptimizerKind};

/// Bytes of an `f32`.
const VALUE: u64 = 4;

/// Memory of one training step, in bytes, predicted from shapes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StepMemory {
    /// Weights of all modules and heads.
    pub weights: u64,
    /// States of all optimisers.
    pub states: u64,
    /// Gradients of the weights of the module that needs the most.
    pub gradients: u64,
    /// What waits for the backward pass of that module, for a whole batch.
    pub activations: u64,
}

impl StepMemory {
    /// All of it.
    pub fn total(self) -> u64 {
        [self.weights, self.states, self.gradients, self.activations]
            .into_iter()
            .fold(0, u64::saturating_add)
    }
}

/// What a module costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ModuleCost {
    /// Floating-point operations of one sample's forward pass; a multiplication and an addition
    /// count as two.
    pub flops: u64,
    /// Bytes of one batch that wait for the module's backward pass.
    pub activations: u64,
}

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

/// Tensors as large as a module's output that its step holds beside what its blocks keep.
const AT_BOUNDARY: u64 = 3;

impl Experiment {
    /// Predicts what one step of the experiment needs, by its method. None where the chain does
    /// not fit together.
    pub fn step_memory(&self) -> Option<StepMemory> {
        let plan = self.plan()?;
        let local = self.method.kind == MethodKind::LocalBp;
        let batch = self.train.batch_size.min(self.data.train_count()) as u64;
        let states = match self.optimizer.kind {
            OptimizerKind::Sgd => u64::from(self.optimizer.momentum > 0.0),
            OptimizerKind::Adam | OptimizerKind::Adamw => 2,
        };
        let mut memory = StepMemory::default();
        let mut learnt = 0u64;
        for module in &plan {
            let head = match self.has_loss(module.number) {
                true => module.head_parameters,
                false => 0,
            };
            let weights = (module.parameters.saturating_add(head) as u64).saturating_mul(VALUE);
            memory.weights = memory.weights.saturating_add(weights);
            if module.frozen {
                continue;
            }
            learnt = learnt.saturating_add(weights);
            let shapes = module.input.len() as u64 + AT_BOUNDARY * module.output.len() as u64;
            let kept = self.most_kept(module.blocks.clone(), module, self.reconciles(module));
            let held = shapes.saturating_mul(VALUE).saturating_add(kept);
            let held = held.saturating_mul(batch);
            if weights.saturating_add(held) > memory.gradients.saturating_add(memory.activations) {
                memory.gradients = weights;
                memory.activations = held;
            }
        }
        memory.states = learnt.saturating_mul(states);
        if !local {
            memory.gradients = learnt;
            // Nothing waits in front of the first module that learns.
            let first = plan.iter().find(|module| !module.frozen)?.blocks.start;
            let held = self.most_kept(first..self.blocks.len(), plan.last()?, false);
            memory.activations = held.saturating_mul(batch);
        }
        Some(memory)
    }

    /// Whether a module reconciles with the one before it, which it does with none that is frozen.
    fn reconciles(&self, module: &ModulePlan) -> bool {
        module.lambda > 0.0 && !self.is_frozen(module.number.saturating_sub(1))
    }

    /// The most bytes of a sample that are there at any time of the backward pass through these
    /// blocks and what the loss of `module` adds to them.
    fn most_kept(&self, blocks: Range<usize>, module: &ModulePlan, with_tangent: bool) -> u64 {
        let shapes = self.shapes();
        let passes = if with_tangent { 2 } else { 1 };
        let mut kept = 0u64;
        let mut most = 0u64;
        let body = blocks.filter_map(|at| {
            let (block, shape) = self.blocks.get(at).zip(shapes.get(at))?;
            Some(block.parts(*shape).unwrap_or_default())
        });
        let loss = module
            .loss
            .parts(module.head.kind, module.output, self.data.shape());
        for part in body.flatten().chain(loss) {
            kept = kept.saturating_add(match with_tangent {
                true => part.kept_with_tangent_bytes,
                false => part.kept_bytes,
            });
            most = most.max(kept.saturating_add(part.scratch_bytes.saturating_mul(passes)));
        }
        most
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
