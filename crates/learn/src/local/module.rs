//! A module: consecutive layers and a head.

use burn::{
    module::{Module, ModuleMapper, Param},
    tensor::{Device, Tensor},
};
use layerwise_experiment::{
    Experiment,
    rng::{Stream, rng},
};

use super::{
    batch::Batch,
    head::{self, Head},
    loss::LossValue,
    objective::{Objective, Sight},
};
use crate::block::{Draws, Dual, Layer};

/// Layers that learn from an objective of their own. Under global BP only the last has one.
#[derive(Module, Debug)]
pub struct LocalModule {
    layers: Vec<Layer>,
    objective: Option<Objective>,
    #[module(skip)]
    ends_in_sequence: bool,
    #[module(skip)]
    frozen: bool,
    #[module(skip)]
    lr_factor: f64,
}

/// Lets parameters ask for gradients that do not.
struct Ask;

impl ModuleMapper for Ask {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if param.is_require_grad() {
            param
        } else {
            param.map(Tensor::autodiff).set_require_grad(true)
        }
    }
}

impl LocalModule {
    /// Every module of an experiment with its initial weights, from input to output. The same
    /// seed gives the same weights whatever the method, the split and the device.
    ///
    /// # Errors
    /// Where the chain does not fit together.
    pub fn all(experiment: &Experiment, device: &Device) -> Result<Vec<Self>, String> {
        let plan = experiment
            .plan()
            .ok_or("the blocks of the network do not fit together")?;
        let shapes = experiment.shapes();
        let classes = experiment.data.class_count();
        Ok(plan
            .into_iter()
            .map(|module| {
                let layers = module
                    .blocks
                    .clone()
                    .filter_map(|at| {
                        let mut rng = rng(experiment.seed, Stream::Weights, at as u64);
                        let block = experiment.blocks.get(at)?;
                        Some(Layer::new(block, *shapes.get(at)?, &mut rng, device))
                    })
                    .collect();
                let objective = experiment.has_loss(module.number).then(|| {
                    // Heads belong to the place in the chain, so that moving another cut does
                    // not change them.
                    let mut rng = rng(experiment.seed, Stream::Head, module.blocks.end as u64);
                    let input = experiment.data.shape();
                    Objective::new(&module, input, classes, &mut rng, device)
                });
                let built = Self {
                    layers,
                    objective,
                    ends_in_sequence: module.output.is_sequence(),
                    frozen: module.frozen,
                    lr_factor: module.lr_factor,
                };
                if module.frozen {
                    built.no_grad()
                } else {
                    built
                }
            })
            .collect())
    }

    pub(super) fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Whether the module stays as it is. Its layers and its objective always evaluate.
    pub fn is_frozen(&self) -> bool {
        self.frozen
    }

    /// The same module with all that its layers learn in every graph, where BP-free does without.
    /// A backward pass has to reach it, or autodiff keeps what it knows of it.
    pub(super) fn layers_in_graphs(&self) -> Self {
        let mut module = self.clone();
        if !self.frozen {
            module.layers = module.layers.map(&mut Ask);
        }
        module
    }

    /// The same with what its objective learns.
    pub(super) fn in_graphs(&self) -> Self {
        let mut module = self.layers_in_graphs();
        if !self.frozen && self.head().is_none_or(Head::is_learnt) {
            module.objective = module.objective.map(|objective| objective.map(&mut Ask));
        }
        module
    }

    /// Factor on the learning rate.
    pub fn lr_factor(&self) -> f64 {
        self.lr_factor
    }

    /// The draws of a step, which a frozen module does not use.
    fn unless_frozen<'a>(&self, draws: Option<&'a mut Draws>) -> Option<&'a mut Draws> {
        draws.filter(|_| !self.frozen)
    }

    /// The layers without the head. Without `draws` they evaluate.
    pub fn body(&self, mut x: Dual, draws: Option<&mut Draws>) -> Dual {
        let mut draws = self.unless_frozen(draws);
        for (at, layer) in self.layers.iter().enumerate() {
            x = layer.forward(x, at, draws.as_deref_mut());
        }
        x
    }

    /// The module's output in one vector for each sample, `[batch, features]`: the class token of
    /// a sequence, or the mean of each channel.
    pub fn features(&self, output: Tensor<4>) -> Tensor<2> {
        head::features(head::class_token(output, self.ends_in_sequence))
    }

    /// What the module learns from; the last module always has it.
    pub fn objective(&self) -> Option<&Objective> {
        self.objective.as_ref()
    }

    /// The module's head, where its loss looks at one.
    pub fn head(&self) -> Option<&Head> {
        self.objective.as_ref().and_then(Objective::head)
    }

    /// What the module's objective sees in an output of its layers, for a batch that shows
    /// `images`. Without `draws` it evaluates.
    pub fn see(
        &self,
        output: Dual,
        images: impl FnOnce() -> Tensor<4>,
        draws: Option<&mut Draws>,
    ) -> Option<Sight> {
        let objective = self.objective.as_ref()?;
        Some(objective.see(output, images, self.layers.len(), self.unless_frozen(draws)))
    }

    /// The module's whole loss on an output of its layers, and its logits, of a loss that has
    /// any. Without `draws` it evaluates.
    pub fn loss(
        &self,
        output: Dual,
        batch: &Batch,
        draws: Option<&mut Draws>,
    ) -> Option<(LossValue, Option<Tensor<2>>)> {
        let objective = self.objective.as_ref()?;
        let sight = self.see(output, || batch.images(), draws)?;
        let logits = objective.logits(&sight);
        Some((objective.judge(sight, &batch.targets)?, logits))
    }

    /// Moves running statistics by what the step left in `draws`.
    pub fn absorb(&mut self, draws: &mut Draws) {
        for (at, layer) in self.layers.iter_mut().enumerate() {
            layer.absorb(at, draws);
        }
        if let Some(objective) = &mut self.objective {
            objective.absorb(self.layers.len(), draws);
        }
    }

    /// Running mean and variance of each batch norm, without autodiff, with the start of its
    /// name: `block.N.`, `head.` or `decoder.`, and the part of a layer that has several.
    pub fn running_statistics(&self) -> Vec<(String, Tensor<1>, Tensor<1>)> {
        let layers = self.layers.iter().enumerate();
        let objective = self.objective.iter();
        layers
            .flat_map(|(at, layer)| {
                let named = layer.running_statistics().into_iter();
                named.map(move |(name, mean, variance)| {
                    (format!("block.{at}.{name}"), mean, variance)
                })
            })
            .chain(objective.flat_map(Objective::running_statistics))
            .collect()
    }

    /// Asks `values` for each running mean and variance by name, as in
    /// [`Self::running_statistics`] with `running_mean` and `running_var` behind, and puts in
    /// what it gives.
    pub(super) fn replace_running_statistics(
        &mut self,
        values: &mut dyn FnMut(&str) -> Option<Vec<f64>>,
    ) {
        let layers = self.layers.iter_mut().enumerate().flat_map(|(at, layer)| {
            let norms = layer.batch_norms().into_iter();
            norms.map(move |(name, norm)| (format!("block.{at}.{name}"), norm))
        });
        let objective = self.objective.iter_mut().flat_map(Objective::batch_norms);
        for (name, norm) in layers.chain(objective) {
            let [mean, variance] =
                ["running_mean", "running_var"].map(|part| values(&format!("{name}{part}")));
            norm.replace_running_statistics(mean, variance);
        }
    }

    /// What the next module receives: the output, cut off from this module's graph. Nothing else
    /// crosses a boundary.
    pub fn hand_on(output: &Tensor<4>) -> Tensor<4> {
        output.clone().detach()
    }
}
