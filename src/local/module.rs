//! A module: consecutive layers and a head.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};

use super::head::Head;
use crate::{
    block::{Draws, Dual, Layer},
    experiment::{Experiment, MethodKind},
    rng::{Stream, rng},
};

/// Layers that learn from a head of their own. Under global BP only the last has a head.
#[derive(Module, Debug)]
pub struct LocalModule {
    layers: Vec<Layer>,
    head: Option<Head>,
    #[module(skip)]
    ends_in_sequence: bool,
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
        let count = plan.len();
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
                let has_head =
                    experiment.method.kind == MethodKind::LocalBp || module.number == count;
                let head = has_head.then(|| {
                    // Heads belong to the place in the chain, so that moving another cut does
                    // not change them.
                    let mut rng = rng(experiment.seed, Stream::Head, module.blocks.end as u64);
                    Head::new(module.head, module.output, classes, &mut rng, device)
                });
                Self {
                    layers,
                    head,
                    ends_in_sequence: module.output.is_sequence(),
                }
            })
            .collect())
    }

    /// The layers without the head. Without `draws` they evaluate.
    pub fn body(&self, mut x: Dual, mut draws: Option<&mut Draws>) -> Dual {
        for (at, layer) in self.layers.iter().enumerate() {
            x = layer.forward(x, at, draws.as_deref_mut());
        }
        x
    }

    /// What a head sees of the module's output, `[batch, features]`.
    pub fn features(&self, output: Tensor<4>) -> Tensor<2> {
        super::head::features(output, self.ends_in_sequence)
    }

    /// The module's head; the last module always has one.
    pub fn head(&self) -> Option<&Head> {
        self.head.as_ref()
    }

    /// Moves running statistics by what the step left in `draws`.
    pub fn absorb(&mut self, draws: &mut Draws) {
        for (at, layer) in self.layers.iter_mut().enumerate() {
            layer.absorb(at, draws);
        }
    }

    /// Running mean and variance of each batch norm, without autodiff, with the start of its
    /// name: `block.N.`, and the part of a layer that has several.
    pub fn running_statistics(&self) -> Vec<(String, Tensor<1>, Tensor<1>)> {
        let layers = self.layers.iter().enumerate();
        layers
            .flat_map(|(at, layer)| {
                let named = layer.running_statistics().into_iter();
                named.map(move |(name, mean, variance)| {
                    (format!("block.{at}.{name}"), mean, variance)
                })
            })
            .collect()
    }

    /// Asks `values` for each running mean and variance by name, as in
    /// [`Self::running_statistics`] with `running_mean` and `running_var` behind, and puts in
    /// what it gives.
    pub(super) fn replace_running_statistics(
        &mut self,
        values: &mut dyn FnMut(&str) -> Option<Vec<f64>>,
    ) {
        for (at, layer) in self.layers.iter_mut().enumerate() {
            for (name, norm) in layer.batch_norms() {
                let [mean, variance] = ["running_mean", "running_var"]
                    .map(|part| values(&format!("block.{at}.{name}{part}")));
                norm.replace_running_statistics(mean, variance);
            }
        }
    }

    /// What the next module receives: the output, cut off from this module's graph. Nothing else
    /// crosses a boundary.
    pub fn hand_on(output: &Tensor<4>) -> Tensor<4> {
        output.clone().detach()
    }
}
