//! A network with its optimisers, and the step that trains it.

use burn::{
    module::{Module, ModuleMapper, Param},
    optim::{GradientsParams, ModuleOptimizer},
    tensor::{Device, Tensor},
};
use layerwise_experiment::{
    Experiment, MethodKind,
    rng::{Stream, rng},
};

use super::{
    batch::Batch,
    closed::{closed_step, has_closed_form},
    gradients::{clip, collect},
    loss::accuracy,
    module::LocalModule,
    numbers::{StepNumbers, unknown},
    optimizer::optimizer,
    step::{ModuleStep, step_module},
};
use crate::{
    block::{Draws, Dual},
    metric::Alignment,
};

/// Modules, each with its own optimiser.
pub struct Learner {
    pub(super) modules: Vec<LocalModule>,
    pub(super) optimizers: Vec<ModuleOptimizer>,
    pub(super) kind: MethodKind,
    clip_norm: f64,
    pub(super) seed: u64,
}

/// What computes a module's part of a step.
pub(super) type Compute = fn(
    &LocalModule,
    Tensor<4>,
    &Batch,
    Option<Tensor<4>>,
    f64,
    bool,
    &mut Draws,
) -> Option<ModuleStep>;

/// How a step trains.
#[derive(Clone, Copy, Debug)]
pub struct StepWay<'a> {
    /// From 0: decides what is drawn.
    pub step: usize,
    /// η of the step, before the factors of modules.
    pub learning_rate: f64,
    /// λ of each boundary.
    pub lambda: &'a [f64],
    /// Whether alignment is measured where λ is 0.
    pub measure: bool,
    /// The module, from 0, that alone learns, those before it staying as they are; none where all
    /// learn.
    pub only: Option<usize>,
}

impl StepWay<'_> {
    /// λ of a module, from 0.
    pub(super) fn lambda_of(&self, module: usize) -> f64 {
        let boundary = module.checked_sub(1);
        let lambda = boundary.and_then(|boundary| self.lambda.get(boundary));
        lambda.copied().unwrap_or(0.0)
    }
}

/// What an observer sees of a module just before its update. It does not see frozen ones.
pub struct Observed<'a> {
    /// From 1.
    pub number: usize,
    /// The module before its update.
    pub module: &'a LocalModule,
    /// Those of its parameters that the update follows.
    pub gradients: &'a GradientsParams,
    /// The module's own step; none under global BP.
    pub step: Option<&'a ModuleStep>,
    /// δout of the module before.
    pub before: Option<&'a Tensor<4>>,
    /// λ with which the module learns: 0 where the one before it does not learn.
    pub lambda: f64,
    /// What the step drew.
    pub draws: &'a Draws,
}

impl Learner {
    /// The network of an experiment with its initial weights, on [`Self::device`].
    ///
    /// # Errors
    /// Where the chain does not fit together, or a module is not fit for BP-free.
    pub fn new(experiment: &Experiment, device: &Device) -> Result<Self, String> {
        let modules = LocalModule::all(experiment, device)?;
        let kind = experiment.method.kind;
        let mut learn = modules.iter().filter(|module| !module.is_frozen());
        if kind == MethodKind::BpFree && !learn.all(has_closed_form) {
            return Err("a module has no gradients in closed form".to_owned());
        }
        let optimizers = modules
            .iter()
            .map(|module| optimizer(&experiment.optimizer, module))
            .collect();
        Ok(Self {
            modules,
            optimizers,
            kind,
            clip_norm: experiment.optimizer.clip_norm,
            seed: experiment.seed,
        })
    }

    /// The modules, from input to output.
    pub fn modules(&self) -> &[LocalModule] {
        &self.modules
    }

    /// Puts kept modules back.
    pub fn set_modules(&mut self, modules: Vec<LocalModule>) {
        self.modules = modules;
    }

    /// The device on which an experiment learns, from that without autodiff. BP-free stays
    /// without: autodiff keeps a node of every operation, which only a backward pass frees.
    pub fn device(experiment: &Experiment, device: Device) -> Device {
        let method = &experiment.method;
        match method.kind {
            MethodKind::BpFree => device,
            MethodKind::GlobalBp if method.checkpointing => {
                device.autodiff().gradient_checkpointing()
            }
            MethodKind::LocalBp | MethodKind::Greedy | MethodKind::GlobalBp => device.autodiff(),
        }
    }

    /// Trains on one batch, modules in forward order. `observe` sees each module just before its
    /// update.
    pub fn step(
        &mut self,
        batch: &Batch,
        way: &StepWay<'_>,
        observe: &mut dyn FnMut(Observed<'_>),
    ) -> StepNumbers {
        if self.kind.is_local() {
            self.local_step(batch, way, observe)
        } else {
            self.global_step(batch, way, observe)
        }
    }

    /// What computes a module's part of a step under this method.
    pub(super) fn compute(&self) -> Compute {
        match self.kind {
            MethodKind::BpFree => closed_step,
            MethodKind::LocalBp | MethodKind::Greedy | MethodKind::GlobalBp => step_module,
        }
    }

    /// The draws of one module in one step.
    fn draws(&self, step: usize, module: usize) -> Draws {
        let index = (step as u64) << 16 | module as u64;
        Draws::new(rng(self.seed, Stream::Dropout, index))
    }

    pub(super) fn clip(&self, module: &LocalModule, gradients: &mut GradientsParams) {
        if self.clip_norm > 0.0 {
            clip(module, gradients, self.clip_norm);
        }
    }

    /// Puts a module back after its optimiser's step.
    fn update(
        &mut self,
        at: usize,
        module: LocalModule,
        gradients: GradientsParams,
        learning_rate: f64,
    ) {
        let module = match self.optimizers.get_mut(at) {
            Some(optimizer) => moved(self.kind, optimizer, module, gradients, learning_rate),
            None => module,
        };
        self.modules.push(module);
    }

    fn local_step(
        &mut self,
        batch: &Batch,
        way: &StepWay<'_>,
        observe: &mut dyn FnMut(Observed<'_>),
    ) -> StepNumbers {
        let mut losses: Vec<[Tensor<1>; 2]> = Vec::new();
        let mut alignments: Vec<Option<Alignment>> = Vec::new();
        let mut input = batch.inputs.clone();
        let mut before: Option<Tensor<4>> = None;
        let compute = self.compute();
        let modules = std::mem::take(&mut self.modules);
        for (at, mut module) in modules.into_iter().enumerate() {
            if way.only.is_some_and(|only| at > only) {
                // Nothing is known of modules whose turn has not come.
                if let Some([one, _]) = losses.first() {
                    losses.push([unknown(one), unknown(one)]);
                }
                self.modules.push(module);
                continue;
            }
            if module.is_frozen() || way.only.is_some_and(|only| at < only) {
                let (output, numbers) = pass(&module, input, batch);
                losses.extend(numbers);
                if at > 0 {
                    alignments.push(None);
                }
                input = output;
                // Nobody reconciles with a module that does not move.
                before = None;
                self.modules.push(module);
                continue;
            }
            let mut draws = self.draws(way.step, at);
            let lambda = before.as_ref().map_or(0.0, |_| way.lambda_of(at));
            let done = compute(
                &module,
                input.clone(),
                batch,
                before.clone(),
                lambda,
                way.measure,
                &mut draws,
            );
            let Some(mut done) = done else {
                self.modules.push(module);
                continue;
            };
            module.absorb(&mut draws);
            self.clip(&module, &mut done.gradients);
            observe(Observed {
                number: at + 1,
                module: &module,
                gradients: &done.gradients,
                step: Some(&done),
                before: before.as_ref(),
                lambda,
                draws: &draws,
            });
            self.update(at, module, done.gradients, way.learning_rate);
            let correct = done.accuracy.unwrap_or_else(|| unknown(&done.loss));
            losses.push([done.loss, correct]);
            if at > 0 {
                alignments.push(done.alignment);
            }
            input = done.output;
            before = Some(done.delta_out);
        }
        let boundaries = self.modules.len().saturating_sub(1);
        StepNumbers::pack(losses, alignments, boundaries)
    }

    fn global_step(
        &mut self,
        batch: &Batch,
        way: &StepWay<'_>,
        observe: &mut dyn FnMut(Observed<'_>),
    ) -> StepNumbers {
        let mut all_draws: Vec<Draws> = (0..self.modules.len())
            .map(|module| self.draws(way.step, module))
            .collect();
        let mut x = Dual::plain(batch.inputs.clone());
        for (module, draws) in self.modules.iter().zip(&mut all_draws) {
            x = module.body(x, Some(draws));
        }
        let mut losses = Vec::new();
        let last = self.modules.last().zip(all_draws.last_mut());
        let lost = last.and_then(|(module, draws)| module.loss(x, batch, Some(draws)));
        if let Some((loss, logits)) = lost {
            let loss = loss.value;
            let told = loss.clone().detach().inner();
            let correct = logits.map_or_else(
                || unknown(&told),
                |logits| accuracy(logits.inner(), batch.labels.clone().inner()),
            );
            losses.push([told, correct]);
            // Where all that learns has no weights, there is nothing to send back.
            let mut gradients = loss.is_tracked().then(|| loss.backward());
            let modules = std::mem::take(&mut self.modules);
            for (at, mut module) in modules.into_iter().enumerate() {
                if module.is_frozen() {
                    self.modules.push(module);
                    continue;
                }
                let mut own = GradientsParams::new();
                if let Some(gradients) = &mut gradients {
                    collect(&module, gradients, &mut own);
                }
                self.clip(&module, &mut own);
                if let Some(draws) = all_draws.get_mut(at) {
                    module.absorb(draws);
                    observe(Observed {
                        number: at + 1,
                        module: &module,
                        gradients: &own,
                        step: None,
                        before: None,
                        lambda: 0.0,
                        draws,
                    });
                }
                self.update(at, module, own, way.learning_rate);
            }
        }
        StepNumbers::pack(losses, Vec::new(), 0)
    }
}

/// The module after its optimiser's step.
pub(super) fn moved(
    kind: MethodKind,
    optimizer: &mut ModuleOptimizer,
    module: LocalModule,
    gradients: GradientsParams,
    learning_rate: f64,
) -> LocalModule {
    let learning_rate = learning_rate * module.lr_factor();
    match kind {
        // Burn's optimisers move none but parameters with autodiff.
        MethodKind::BpFree => {
            let lifted = module.map(&mut Lift);
            optimizer.step(learning_rate, lifted, gradients).valid()
        }
        MethodKind::LocalBp | MethodKind::Greedy | MethodKind::GlobalBp => {
            optimizer.step(learning_rate, module, gradients)
        }
    }
}

/// Gives parameters autodiff without asking it for their gradients, so that it keeps nothing.
struct Lift;

impl ModuleMapper for Lift {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(Tensor::autodiff)
    }
}

/// What a frozen module hands on, and its L and accuracy on the batch. Costs no backward pass.
fn pass(
    module: &LocalModule,
    input: Tensor<4>,
    batch: &Batch,
) -> (Tensor<4>, Option<[Tensor<1>; 2]>) {
    let module = module.valid();
    let batch = batch.resting();
    let output = module.body(Dual::plain(input.inner()), None).value;
    let lost = module.loss(Dual::plain(output.clone()), &batch, None);
    let numbers = lost.map(|(loss, logits)| {
        let correct = logits.map_or_else(
            || unknown(&loss.value),
            |logits| accuracy(logits, batch.labels.clone()),
        );
        [loss.value, correct]
    });
    (output.autodiff(), numbers)
}
