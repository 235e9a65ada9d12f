//! InfoPro's head.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use layerwise_experiment::{CONV_HEAD_HIDDEN, Init, Shape, local_kernel};
use rand_chacha::ChaCha8Rng;

use crate::{
    block::{Activation, BatchNorm, ConvNorm, Draws, Dual, Linear, Size, global_avg_pool},
    local::rows::Rows,
};

/// 3×3 convolution with batch norm and ReLU, global pooling, and two linear layers with ReLU
/// between (InfoPro, arXiv 2101.10832). The convolution keeps the number of channels; of vectors
/// it is 1×1.
#[derive(Module, Debug)]
pub struct ConvHead {
    conv: ConvNorm,
    hidden: Linear,
    output: Linear,
}

impl ConvHead {
    pub fn new(shape: Shape, outputs: usize, rng: &mut ChaCha8Rng, device: &Device) -> Self {
        let features = shape.features();
        let size = Size {
            inputs: features,
            out: features,
            kernel: local_kernel(shape),
            stride: 1,
            groups: 1,
        };
        let init = Init::default();
        let width = CONV_HEAD_HIDDEN;
        Self {
            conv: ConvNorm::new(size, init, rng, device),
            hidden: Linear::new(features, width, true, init, rng, device),
            output: Linear::new(width, outputs, true, Init::LecunNormal, rng, device),
        }
    }

    /// `[batch, channels, height, width]` to `[batch, outputs]`.
    pub fn forward(&self, x: Dual, at: usize, draws: Option<&mut Draws>) -> Rows {
        let relu = |x| Activation::Relu.forward(x);
        let x = relu(self.conv.forward(x, (at, 0), draws));
        let hidden = relu(self.hidden.forward(global_avg_pool(x)));
        Rows::of(self.output.forward(hidden))
    }

    pub fn absorb(&mut self, at: usize, draws: &mut Draws) {
        self.conv.absorb((at, 0), draws);
    }

    pub fn batch_norms(&mut self) -> Vec<(String, &mut BatchNorm)> {
        vec![self.conv.batch_norm("conv")]
    }

    pub fn running_statistics(&self) -> Vec<(String, Tensor<1>, Tensor<1>)> {
        vec![self.conv.running_statistics("conv")]
    }
}
