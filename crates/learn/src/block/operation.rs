//! What is asked of every layer, and of every kind of block that becomes one.

use burn::tensor::Device;
use layerwise_experiment::Shape;
use rand_chacha::ChaCha8Rng;

use super::{batch_norm::BatchNorm, closed::Closed, draws::Draws, dual::Dual};

/// A kind of block that becomes a layer.
pub trait Build {
    /// The layer, one of Burn's modules.
    type Layer: Operation;

    /// The layer that receives `input`, with its initial weights.
    fn build(&self, input: Shape, rng: &mut ChaCha8Rng, device: &Device) -> Self::Layer;
}

/// One layer of a module.
pub trait Operation {
    /// The layer on a dual value. `at` is its index in the module; without `draws` it evaluates.
    fn apply(&self, x: Dual, at: usize, draws: Option<&mut Draws>) -> Dual;

    /// Its gradients in closed form, where it has them.
    fn closed(&self) -> Option<&dyn Closed>;

    /// Every batch norm, with the start of its name in the layer.
    fn batch_norms(&self) -> Vec<(String, &BatchNorm)> {
        Vec::new()
    }

    /// The same to change them, each with the part of the layer that its draws belong to.
    fn batch_norms_mut(&mut self) -> Vec<(String, usize, &mut BatchNorm)> {
        Vec::new()
    }
}
