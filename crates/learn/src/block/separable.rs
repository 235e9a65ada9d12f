//! Depthwise-separable convolution (Howard et al. 2017, arXiv 1704.04861).

use burn::{module::Module, tensor::Device};
use layerwise_experiment::{Shape, kind};
use rand_chacha::ChaCha8Rng;

use super::{
    activation::Activation,
    batch_norm::BatchNorm,
    closed::Closed,
    conv_norm::{ConvNorm, Size},
    draws::Draws,
    dual::Dual,
    operation::{Build, Operation},
    torch::{Class, Line, Parts, Stored, Torch, list},
};

/// A convolution of each channel by itself, then one of 1×1; batch norm and ReLU after each.
#[derive(Module, Debug)]
pub struct SeparableConv {
    depthwise: ConvNorm,
    pointwise: ConvNorm,
}

impl SeparableConv {
    /// `[batch, inputs, height, width]` to `[batch, out, height', width']`. `at` is the index of
    /// the layer.
    pub fn forward(&self, x: Dual, at: usize, mut draws: Option<&mut Draws>) -> Dual {
        let relu = |x| Activation::Relu.forward(x);
        let y = relu(self.depthwise.forward(x, (at, 0), draws.as_deref_mut()));
        relu(self.pointwise.forward(y, (at, 1), draws))
    }
}

impl Operation for SeparableConv {
    fn apply(&self, x: Dual, at: usize, draws: Option<&mut Draws>) -> Dual {
        self.forward(x, at, draws)
    }

    fn closed(&self) -> Option<&dyn Closed> {
        None
    }

    fn batch_norms(&self) -> Vec<(String, &BatchNorm)> {
        vec![
            self.depthwise.norm("depthwise"),
            self.pointwise.norm("pointwise"),
        ]
    }

    fn batch_norms_mut(&mut self) -> Vec<(String, usize, &mut BatchNorm)> {
        let (depthwise, first) = self.depthwise.batch_norm("depthwise");
        let (pointwise, second) = self.pointwise.batch_norm("pointwise");
        vec![(depthwise, 0, first), (pointwise, 1, second)]
    }
}

impl Build for kind::SeparableConv {
    type Layer = SeparableConv;

    fn build(&self, input: Shape, rng: &mut ChaCha8Rng, device: &Device) -> SeparableConv {
        let inputs = input.features();
        let depthwise = Size {
            inputs,
            out: inputs,
            kernel: self.kernel,
            stride: self.stride,
            groups: inputs,
        };
        let pointwise = Size {
            inputs,
            out: self.out,
            kernel: 1,
            stride: 1,
            groups: 1,
        };
        SeparableConv {
            depthwise: ConvNorm::new(depthwise, self.init, rng, device),
            pointwise: ConvNorm::new(pointwise, self.init, rng, device),
        }
    }
}

const CLASS: Class = Class {
    rank: 10,
    text: include_str!("torch/separable.py"),
};

const PARTS: Parts = &[
    ("depthwise.conv", "depthwise.0"),
    ("depthwise.norm", "depthwise.1"),
    ("pointwise.conv", "pointwise.0"),
    ("pointwise.norm", "pointwise.1"),
];

impl Torch for kind::SeparableConv {
    fn lines(&self, input: Shape, _stored: Stored<'_>) -> Vec<Line> {
        let numbers = list(&[input.features(), self.out, self.kernel, self.stride]);
        let line = Line::block(format!("Separable({numbers})"));
        vec![line.with(&[CLASS]).naming(PARTS)]
    }
}
