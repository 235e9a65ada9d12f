//! Depthwise-separable convolution (Howard et al. 2017, arXiv 1704.04861).

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use layerwise_experiment::Init;
use rand_chacha::ChaCha8Rng;

use super::{
    activation::Activation,
    conv_norm::{ConvNorm, Size},
    draws::Draws,
    dual::Dual,
    norm::BatchNorm,
};

/// A convolution of each channel by itself, then one of 1×1; batch norm and ReLU after each.
#[derive(Module, Debug)]
pub struct SeparableConv {
    depthwise: ConvNorm,
    pointwise: ConvNorm,
}

impl SeparableConv {
    pub fn new(
        inputs: usize,
        out: usize,
        kernel: usize,
        stride: usize,
        init: Init,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Self {
        let depthwise = Size {
            inputs,
            out: inputs,
            kernel,
            stride,
            groups: inputs,
        };
        let pointwise = Size {
            inputs,
            out,
            kernel: 1,
            stride: 1,
            groups: 1,
        };
        Self {
            depthwise: ConvNorm::new(depthwise, init, rng, device),
            pointwise: ConvNorm::new(pointwise, init, rng, device),
        }
    }

    /// `[batch, inputs, height, width]` to `[batch, out, height', width']`. `at` is the index of
    /// the layer.
    pub fn forward(&self, x: Dual, at: usize, mut draws: Option<&mut Draws>) -> Dual {
        let relu = |x| Activation::Relu.forward(x);
        let y = relu(self.depthwise.forward(x, (at, 0), draws.as_deref_mut()));
        relu(self.pointwise.forward(y, (at, 1), draws))
    }

    fn parts(&self) -> [(&'static str, &ConvNorm); 2] {
        [
            ("depthwise", &self.depthwise),
            ("pointwise", &self.pointwise),
        ]
    }

    /// Running mean and variance of every batch norm, with the start of its name.
    pub fn running_statistics(&self) -> Vec<(String, Tensor<1>, Tensor<1>)> {
        let parts = self.parts().into_iter();
        parts
            .map(|(name, part)| part.running_statistics(name))
            .collect()
    }

    /// Every batch norm, with its name.
    pub fn batch_norms(&mut self) -> Vec<(String, &mut BatchNorm)> {
        vec![
            self.depthwise.batch_norm("depthwise"),
            self.pointwise.batch_norm("pointwise"),
        ]
    }

    /// Moves running statistics by what the step left in `draws`.
    pub fn absorb(&mut self, at: usize, draws: &mut Draws) {
        self.depthwise.absorb((at, 0), draws);
        self.pointwise.absorb((at, 1), draws);
    }
}
