//! A convolution with batch norm, as composite blocks have it.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use layerwise_experiment::Init;
use rand_chacha::ChaCha8Rng;

use super::{
    batch_norm::BatchNorm,
    conv::{Conv2d, Window},
    draws::{Draws, Place},
    dual::Dual,
};

/// A convolution without bias, padded by half its kernel, and the batch norm after it.
#[derive(Module, Debug)]
pub struct ConvNorm {
    conv: Conv2d,
    norm: BatchNorm,
}

/// Sizes of a convolution.
#[derive(Clone, Copy)]
pub struct Size {
    pub inputs: usize,
    pub out: usize,
    pub kernel: usize,
    pub stride: usize,
    pub groups: usize,
}

const EPS: f64 = 1e-5;
const MOMENTUM: f64 = 0.1;

impl ConvNorm {
    pub fn new(size: Size, init: Init, rng: &mut ChaCha8Rng, device: &Device) -> Self {
        let window = Window {
            kernel: size.kernel,
            stride: size.stride,
            padding: size.kernel / 2,
            dilation: 1,
        };
        let Size {
            inputs,
            out,
            groups,
            ..
        } = size;
        Self {
            conv: Conv2d::new(inputs, out, window, groups, false, init, rng, device),
            norm: BatchNorm::new(out, EPS, MOMENTUM, device),
        }
    }

    /// `[batch, inputs, height, width]` to `[batch, out, height', width']`.
    pub fn forward(&self, x: Dual, place: Place, draws: Option<&mut Draws>) -> Dual {
        self.norm.forward(self.conv.forward(x), place, draws)
    }

    /// Moves the running statistics by what the step left in `draws`.
    pub fn absorb(&mut self, place: Place, draws: &mut Draws) {
        self.norm.absorb(place, draws);
    }

    /// Running mean and variance of this part, without autodiff, with the start of their names.
    pub fn running_statistics(&self, part: &str) -> (String, Tensor<1>, Tensor<1>) {
        let (mean, variance) = self.norm.running_statistics();
        (format!("{part}.norm."), mean, variance)
    }

    /// The batch norm of this part, with the start of its names.
    pub fn norm(&self, part: &str) -> (String, &BatchNorm) {
        (format!("{part}.norm."), &self.norm)
    }

    /// The same to change it.
    pub fn batch_norm(&mut self, part: &str) -> (String, &mut BatchNorm) {
        (format!("{part}.norm."), &mut self.norm)
    }
}
