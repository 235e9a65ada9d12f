//! The decoder that draws the network's input from a module's output.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use layerwise_experiment::{DECODER_WIDTH, Init, Shape};
use rand_chacha::ChaCha8Rng;

use crate::block::{Activation, BatchNorm, Conv2d, ConvNorm, Draws, Dual, Size, Window, bilinear};

/// Bilinear interpolation to the size of the input, and two 3×3 convolutions with batch norm and
/// ReLU between (InfoPro, arXiv 2101.10832).
#[derive(Module, Debug)]
pub struct Decoder {
    conv: ConvNorm,
    output: Conv2d,
    #[module(skip)]
    size: [usize; 2],
}

impl Decoder {
    /// The decoder of images with the shape `input`; none for other data.
    pub fn new(output: Shape, input: Shape, rng: &mut ChaCha8Rng, device: &Device) -> Option<Self> {
        let Shape::Image([channels, height, width]) = input else {
            return None;
        };
        let size = Size {
            inputs: output.features(),
            out: DECODER_WIDTH,
            kernel: 3,
            stride: 1,
            groups: 1,
        };
        let window = Window {
            kernel: 3,
            stride: 1,
            padding: 1,
            dilation: 1,
        };
        let init = Init::LecunNormal;
        Some(Self {
            conv: ConvNorm::new(size, Init::default(), rng, device),
            output: Conv2d::new(DECODER_WIDTH, channels, window, 1, true, init, rng, device),
            size: [height, width],
        })
    }

    /// Logits of the pixels, shaped as the network's input.
    pub fn forward(&self, x: Dual, at: usize, draws: Option<&mut Draws>) -> Dual {
        let x = self.conv.forward(bilinear(x, self.size), (at, 0), draws);
        self.output.forward(Activation::Relu.forward(x))
    }

    pub fn absorb(&mut self, at: usize, draws: &mut Draws) {
        self.conv.absorb((at, 0), draws);
    }

    /// The batch norm, with the start of its name.
    pub fn batch_norm(&mut self) -> (String, &mut BatchNorm) {
        self.conv.batch_norm("conv")
    }

    pub fn running_statistics(&self) -> Vec<(String, Tensor<1>, Tensor<1>)> {
        vec![self.conv.running_statistics("conv")]
    }
}
