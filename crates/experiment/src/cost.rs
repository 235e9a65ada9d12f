//! What an experiment costs, said before it runs.

use super::{Experiment, MethodKind, ModulePlan, Part, RESIDENT_BYTES, block::VALUE};

/// Bytes that a block or a head takes up besides its values, with its copies during a step
/// (`benches/memory.rs`).
const BLOCK: u64 = 14_000;

/// Memory of one training step, in bytes, predicted from shapes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StepMemory {
    /// Weights of all modules and heads, fixed ones too.
    pub weights: u64,
    /// States of all optimisers.
    pub states: u64,
    /// Gradients of weights and what waits for a backward pass, of the module that needs the
    /// most; under global BP of the whole network.
    pub held: u64,
    /// What blocks and heads take up besides: most of a small network.
    pub blocks: u64,
}

impl StepMemory {
    /// All of it.
    pub fn total(self) -> u64 {
        [self.weights, self.states, self.held, self.blocks]
            .into_iter()
            .fold(0, u64::saturating_add)
    }
}

/// How a module's errors find their way back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pass {
    /// Whether the way forward carries a tangent, for the module reconciles with the one before
    /// it.
    pub has_tangent: bool,
    /// Whether gradients come in closed form.
    pub is_closed: bool,
    /// Whether the way back computes again what is cheap to compute (gradient checkpointing).
    pub recomputes: bool,
}

impl Pass {
    fn kept(self, part: &Part) -> u64 {
        if self.recomputes {
            return part.checkpointed_bytes;
        }
        match (self.is_closed, self.has_tangent) {
            (false, false) => part.kept_bytes,
            (false, true) => part.kept_with_tangent_bytes,
            (true, false) => part.closed_bytes,
            (true, true) => part.closed_with_tangent_bytes,
        }
    }

    fn scratch(self, part: &Part) -> u64 {
        if self.recomputes {
            return part.scratch_bytes.saturating_add(part.recomputing_bytes);
        }
        if self.has_tangent {
            part.scratch_with_tangent_bytes
        } else {
            part.scratch_bytes
        }
    }
}

/// What a block costs, for one sample.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockCost {
    /// Learnt values.
    pub parameters: u64,
    /// Floating-point operations of a forward pass; a multiplication and an addition count as
    /// two.
    pub flops: u64,
    /// Bytes that wait for the backward pass of global BP.
    pub kept_bytes: u64,
    /// Values in the largest tensor that the forward pass makes.
    pub largest: u64,
    parts: Vec<Part>,
}

impl BlockCost {
    /// The layers inside the block, from input to output.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Bytes that wait for the errors of a module.
    pub fn kept_for(&self, pass: Pass) -> u64 {
        let kept = self.parts.iter().map(|part| pass.kept(part));
        kept.fold(0, u64::saturating_add)
    }

    fn of(parts: Vec<Part>) -> Self {
        let sum = |of: fn(&Part) -> u64| {
            parts
                .iter()
                .fold(0u64, |sum, part| sum.saturating_add(of(part)))
        };
        Self {
            parameters: sum(|part| part.parameters),
            flops: sum(|part| part.flops),
            kept_bytes: sum(|part| part.kept_bytes),
            largest: parts.iter().map(|part| part.largest).max().unwrap_or(0),
            parts,
        }
    }
}

/// What consecutive blocks load a module with, for one sample.
#[derive(Clone, Debug, Default)]
pub(super) struct Load {
    parameters: u64,
    pub flops: u64,
    kept: u64,
    /// The most bytes that are there at any time of the backward pass.
    most: u64,
}

impl Load {
    /// With some blocks more.
    pub fn with(self, blocks: &[BlockCost], pass: Pass) -> Self {
        blocks
            .iter()
            .fold(self, |load, block| load.with_block(block, pass))
    }

    fn with_block(mut self, block: &BlockCost, pass: Pass) -> Self {
        self.parameters = self.parameters.saturating_add(block.parameters);
        self.flops = self.flops.saturating_add(block.flops);
        for part in &block.parts {
            self.kept = self.kept.saturating_add(pass.kept(part));
            self.most = self.most.max(self.kept.saturating_add(pass.scratch(part)));
        }
        self
    }
}

/// What a module costs in one step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ModuleCost {
    /// Floating-point operations of the forward pass of one sample.
    pub flops: u64,
    /// Bytes that its gradients and what waits for its backward pass need at once.
    pub bytes: u64,
    /// Bytes that the gradients of its blocks and what waits in them for the backward pass take
    /// up under global BP, beside those of all other modules.
    pub global_bp_bytes: u64,
    /// How its errors find their way back.
    pub pass: Pass,
}

/// What an experiment costs, worked out in one go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Costs {
    /// Of each block, up to the first that cannot follow.
    pub blocks: Vec<BlockCost>,
    /// Of each module; none where the chain does not fit together.
    pub modules: Vec<ModuleCost>,
    /// Of one step by the method of the experiment.
    pub step: Option<StepMemory>,
    /// Of one step under global BP, to compare with.
    pub step_of_global_bp: Option<StepMemory>,
}

impl Experiment {
    /// Memory that a run needs at the very least, in bytes: the samples, the parameters with
    /// their gradients, optimiser states and last good copy, and what one backward pass keeps of
    /// a batch. None where the chain does not fit together.
    pub fn least_memory_bytes(&self) -> Option<u64> {
        self.settled().least_memory_bytes_of_settled()
    }

    fn least_memory_bytes_of_settled(&self) -> Option<u64> {
        let plan = self.plan()?;
        let shapes = self.shapes();
        let count = |at: usize| shapes.get(at).map_or(0, |shape| shape.len() as u64);
        let values = |samples: usize| (samples as u64).saturating_mul(count(0));
        // Larger parts are read on the way.
        let kept = |samples: usize| match values(samples) {
            many if many.saturating_mul(VALUE) > RESIDENT_BYTES as u64 => 0,
            few => few,
        };
        let samples = kept(self.data.train_count()).saturating_add(kept(self.data.test_count()));

        let states = self.optimizer.states();
        let parameters = plan.iter().fold(0u64, |sum, module| {
            let head = if self.has_loss(module.number) {
                module.head_parameters
            } else {
                0
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
        let kept = if self.method.kind.is_local() {
            of_module.max().unwrap_or(0)
        } else {
            of_module.fold(0, u64::saturating_add)
        };
        let batch = self.train.batch_size.min(self.data.train_count()) as u64;
        let activations = kept.saturating_mul(batch);
        let least = [samples, parameters, activations]
            .into_iter()
            .fold(0u64, u64::saturating_add)
            .saturating_mul(VALUE);
        // Predictions are within 20 % of what is measured.
        let step = self.step_memory()?.total() / 4 * 3;
        Some(least.max(step))
    }
}

/// Tensors as large as a module's output that its step holds beside what its blocks keep.
const AT_BOUNDARY: u64 = 3;

impl Experiment {
    /// What the experiment costs: its blocks, its modules and one step.
    pub fn costs(&self) -> Costs {
        self.settled().costs_of_settled()
    }

    fn costs_of_settled(&self) -> Costs {
        let blocks = self.block_costs();
        let Some(plan) = self.plan() else {
            return Costs {
                blocks,
                ..Costs::default()
            };
        };
        let modules: Vec<ModuleCost> = plan
            .iter()
            .map(|module| self.module_cost(module, &blocks))
            .collect();
        let held_by_modules = modules.iter().map(|cost| cost.bytes).max().unwrap_or(0);
        let [held_by_all, held_anew] = [Pass::default(), self.global_pass()]
            .map(|pass| self.held_under_global_bp(&plan, &blocks, pass));
        let memory = |held| StepMemory {
            held,
            ..self.weights_and_states(&plan)
        };
        Costs {
            blocks,
            modules,
            step: Some(memory(if self.method.kind.is_local() {
                held_by_modules
            } else {
                held_anew
            })),
            step_of_global_bp: Some(memory(held_by_all)),
        }
    }

    /// Predicts what one step of the experiment needs, by its method. None where the chain does
    /// not fit together.
    pub fn step_memory(&self) -> Option<StepMemory> {
        self.costs().step
    }

    /// What a step holds all the time, whatever the method.
    fn weights_and_states(&self, plan: &[ModulePlan]) -> StepMemory {
        let sum = |of: &dyn Fn(&ModulePlan) -> bool| {
            let chosen = plan.iter().filter(|module| of(module));
            chosen.fold(0u64, |sum, module| {
                sum.saturating_add(self.weights_of(module))
            })
        };
        let heads = plan
            .iter()
            .filter(|module| self.has_loss(module.number))
            .count();
        let fixed = plan.iter().map(|module| self.fixed_weights_of(module));
        StepMemory {
            weights: fixed.fold(sum(&|_| true), u64::saturating_add),
            states: sum(&|module| !module.frozen).saturating_mul(self.optimizer.states()),
            held: 0,
            blocks: (self.blocks.len().saturating_add(heads) as u64).saturating_mul(BLOCK),
        }
    }

    /// Bytes that wait for the backward pass of the whole network, with the gradients of its
    /// weights.
    fn held_under_global_bp(&self, plan: &[ModulePlan], blocks: &[BlockCost], pass: Pass) -> u64 {
        // Nothing waits in front of the first module that learns.
        let first = plan.iter().find(|module| !module.frozen);
        let waiting = first.and_then(|module| blocks.get(module.blocks.start..));
        let loss = plan.last().map(|module| self.cost_of_loss(module));
        let most = most_kept(waiting.unwrap_or_default(), &loss.unwrap_or_default(), pass);
        let learn = plan.iter().filter(|module| !module.frozen);
        let gradients = learn.fold(0u64, |sum, module| {
            sum.saturating_add(self.weights_of(module))
        });
        most.saturating_mul(self.samples_in_batch())
            .saturating_add(gradients)
    }

    /// Bytes of the weights of a module, those of its loss included where it has one.
    fn weights_of(&self, module: &ModulePlan) -> u64 {
        let head = if self.has_loss(module.number) {
            module.head_parameters
        } else {
            0
        };
        (module.parameters.saturating_add(head) as u64).saturating_mul(VALUE)
    }

    /// Bytes of the weights of a module's head that does not learn.
    fn fixed_weights_of(&self, module: &ModulePlan) -> u64 {
        let kind = module.head.kind;
        if !kind.is_fixed() || !module.loss.kind.uses_head() || !self.has_loss(module.number) {
            return 0;
        }
        let classes = self.data.class_count();
        let outputs = module.loss.head_outputs(kind, classes);
        (module.output.features() as u64)
            .saturating_mul(outputs as u64)
            .saturating_mul(VALUE)
    }

    /// Whether a module reconciles with the one before it, which it does with none that is frozen.
    fn has_tangent(&self, module: &ModulePlan) -> bool {
        self.method.kind.reconciles()
            && module.number > 1
            && module.lambda > 0.0
            && !module.frozen
            && !self.is_frozen(module.number - 1)
    }

    fn pass_of(&self, module: &ModulePlan) -> Pass {
        Pass {
            has_tangent: self.has_tangent(module),
            is_closed: self.method.kind == MethodKind::BpFree && !module.frozen,
            ..self.global_pass()
        }
    }

    /// How errors find their way back under global BP.
    fn global_pass(&self) -> Pass {
        Pass {
            recomputes: !self.method.kind.is_local() && self.method.checkpointing,
            ..Pass::default()
        }
    }

    /// What the loss of a module adds to its blocks.
    fn cost_of_loss(&self, module: &ModulePlan) -> BlockCost {
        let (head, output) = (module.head.kind, module.output);
        BlockCost::of(module.loss.parts(head, output, self.data.shape()))
    }

    /// What each block costs, up to the first that cannot follow.
    pub fn block_costs(&self) -> Vec<BlockCost> {
        let shapes = self.shapes();
        let blocks = self.blocks.iter().zip(&shapes);
        blocks
            .map_while(|(block, shape)| block.parts(*shape).map(BlockCost::of))
            .collect()
    }

    fn module_cost(&self, module: &ModulePlan, all: &[BlockCost]) -> ModuleCost {
        let blocks = all.get(module.blocks.clone()).unwrap_or_default();
        let sum = |of: fn(&BlockCost) -> u64| {
            let values = blocks.iter().map(of);
            values.fold(0u64, u64::saturating_add)
        };
        let learnt = if module.frozen {
            0
        } else {
            (module.parameters as u64).saturating_mul(VALUE)
        };
        ModuleCost {
            flops: sum(|block| block.flops),
            bytes: self.held_bytes(module, blocks),
            global_bp_bytes: sum(|block| block.kept_bytes)
                .saturating_mul(self.samples_in_batch())
                .saturating_add(learnt),
            pass: self.pass_of(module),
        }
    }

    /// Bytes that a module's gradients and one batch on its way back need.
    fn held_bytes(&self, module: &ModulePlan, blocks: &[BlockCost]) -> u64 {
        let at_ends = module.input.len() as u64 + AT_BOUNDARY * module.output.len() as u64;
        let (kept, gradients) = if module.frozen {
            (0, 0)
        } else {
            (
                most_kept(blocks, &self.cost_of_loss(module), self.pass_of(module)),
                self.weights_of(module),
            )
        };
        at_ends
            .saturating_mul(VALUE)
            .saturating_add(kept)
            .saturating_mul(self.samples_in_batch())
            .saturating_add(gradients)
    }

    /// The same of blocks that are no module yet.
    pub(super) fn load_bytes(&self, load: &Load) -> u64 {
        let weights = load.parameters.saturating_mul(VALUE);
        load.most
            .saturating_mul(self.samples_in_batch())
            .saturating_add(weights)
    }

    fn samples_in_batch(&self) -> u64 {
        self.train.batch_size.min(self.data.train_count()) as u64
    }
}

/// The most bytes of a sample that are there at any time of the backward pass through these
/// blocks and a loss.
fn most_kept(blocks: &[BlockCost], loss: &BlockCost, pass: Pass) -> u64 {
    let all = blocks.iter().chain([loss]);
    let load = all.fold(Load::default(), |load, block| load.with_block(block, pass));
    load.most
}

#[cfg(test)]
mod tests {
    use crate::preset;

    #[test]
    fn checkpointing_is_predicted_as_it_was_measured() {
        // MB of a step on the CPU (`benches/memory.rs`), which keeps 200 samples besides.
        for (name, batch, measured) in [
            ("digits-mlp", 32, 0.69),
            ("digits-cnn", 32, 1.73),
            ("resnet18", 32, 299.0),
            ("vgg8b", 32, 365.0),
            ("vit-32", 32, 84.0),
            ("swin-32", 32, 98.0),
            ("resnet18-imagenet", 4, 235.0),
        ] {
            let keys = [
                "method.kind=global-bp".to_owned(),
                "method.checkpointing=true".to_owned(),
                format!("train.batch_size={batch}"),
            ];
            let experiment = preset(name).unwrap().with(&keys).unwrap();
            let costs = experiment.costs();
            let step = costs.step.unwrap().total();
            let ratio = step as f64 / 1e6 / measured;
            assert!((0.8..1.2).contains(&ratio), "{name}: {ratio:.2}");
            assert!(step <= costs.step_of_global_bp.unwrap().total(), "{name}");
            assert!(experiment.least_memory_bytes().is_some());
        }
    }

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
        digits.method.kind = crate::MethodKind::GlobalBp;
        assert!(digits.least_memory_bytes().unwrap() > more);
    }

    #[test]
    fn operations_are_as_published() {
        // Multiply-adds in thousands of millions, as torchvision and timm give them for images of
        // 224×224, with the head, which is left out here.
        for (name, published) in [
            ("resnet18-imagenet", 1.81),
            ("resnet50-imagenet", 4.09),
            ("resnet101-imagenet", 7.80),
            ("vit-ti-16", 1.26),
            ("vit-s-16", 4.61),
            ("swin-t", 4.49),
        ] {
            let experiment = preset(name).unwrap().experiment().unwrap();
            let costs = experiment.block_costs();
            let flops: u64 = costs.iter().map(|cost| cost.flops).sum();
            let ratio = flops as f64 / 2e9 / published;
            assert!((0.97..1.01).contains(&ratio), "{name}: {ratio}");
        }
    }

    #[test]
    fn parts_add_up_to_their_block() {
        for preset in crate::presets() {
            let experiment = preset.experiment().unwrap();
            let shapes = experiment.shapes();
            for ((block, shape), cost) in experiment
                .blocks
                .iter()
                .zip(&shapes)
                .zip(experiment.block_costs())
            {
                assert_eq!(block.parameters(*shape) as u64, cost.parameters);
                let last = cost.parts().last().map(|part| part.output);
                let after = crate::shape_after(block, *shape).ok();
                assert!(last.is_none() || last == after);
            }
        }
    }

    #[test]
    fn modules_need_less_than_the_whole() {
        for name in ["resnet110", "vit-32", "swin-t", "resnet50-imagenet"] {
            let experiment = preset(name).unwrap().experiment().unwrap();
            let own = experiment.step_memory().unwrap();
            let global = experiment.costs().step_of_global_bp.unwrap();
            assert!(own.total() < global.total(), "{name}");
            let most = experiment.costs().modules;
            let most = most.iter().map(|cost| cost.bytes).max();
            assert_eq!(Some(own.held), most);
        }
    }
}
