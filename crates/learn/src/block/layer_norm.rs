//! Layer normalisation.

use burn::{module::Module, tensor::Device};
use layerwise_experiment::{NormOver, Shape, kind};
use rand_chacha::ChaCha8Rng;

use super::{
    closed::Closed,
    draws::Draws,
    dual::Dual,
    norm::{Affine, Standard, standardize},
    operation::{Build, Operation},
    torch::{Class, Line, Stored, Torch, number},
};

/// Over the channels of images and sequences.
const CHANNEL_NORM: Class = Class {
    rank: 30,
    text: include_str!("torch/norm.py"),
};
/// Over whole images and sequences.
const SAMPLE_NORM: Class = Class {
    rank: 40,
    text: include_str!("torch/sample_norm.py"),
};

/// Layer normalisation (Ba et al. 2016, arXiv 1607.06450).
#[derive(Module, Debug)]
pub struct LayerNorm {
    pub(crate) affine: Affine,
    /// Dimensions that statistics are taken over.
    #[module(skip)]
    pub(crate) dims: Vec<usize>,
    #[module(skip)]
    eps: f64,
}

impl LayerNorm {
    /// Over all values of a sample of these sizes.
    pub fn of_sample([channels, height, width]: [usize; 3], eps: f64, device: &Device) -> Self {
        Self {
            affine: Affine::new([1, channels, height, width], device),
            dims: vec![1, 2, 3],
            eps,
        }
    }

    /// Over the channels of each pixel or token, `[batch, channels, height, width]`.
    pub fn of_channels(channels: usize, eps: f64, device: &Device) -> Self {
        Self {
            affine: Affine::new([1, channels, 1, 1], device),
            dims: vec![1],
            eps,
        }
    }

    /// Over the last dimension.
    pub fn of_last(features: usize, eps: f64, device: &Device) -> Self {
        Self {
            affine: Affine::new([1, 1, 1, features], device),
            dims: vec![3],
            eps,
        }
    }

    /// Shape kept.
    pub fn forward(&self, x: Dual) -> Dual {
        self.affine.forward(self.standard(x).normal)
    }

    pub(crate) fn standard(&self, x: Dual) -> Standard {
        standardize(x, &self.dims, self.eps)
    }
}

impl Operation for LayerNorm {
    fn apply(&self, x: Dual, _at: usize, _draws: Option<&mut Draws>) -> Dual {
        self.forward(x)
    }

    fn closed(&self) -> Option<&dyn Closed> {
        Some(self)
    }
}

impl Build for kind::LayerNorm {
    type Layer = LayerNorm;

    fn build(&self, input: Shape, _rng: &mut ChaCha8Rng, device: &Device) -> LayerNorm {
        match self.over {
            NormOver::Sample => LayerNorm::of_sample(input.sizes(), self.eps, device),
            NormOver::Channels => LayerNorm::of_channels(input.features(), self.eps, device),
        }
    }
}

impl Torch for kind::LayerNorm {
    fn lines(&self, input: Shape, _stored: Stored<'_>) -> Vec<Line> {
        let eps = number(self.eps);
        let features = input.features();
        let line = match (input, self.over) {
            (Shape::Flat(_), NormOver::Sample | NormOver::Channels) => {
                Line::block(format!("nn.LayerNorm({features}, {eps})"))
            }
            (Shape::Image(_) | Shape::Tokens(_), NormOver::Sample) => {
                Line::block(format!("SampleNorm({}, {eps})", input.len())).with(&[SAMPLE_NORM])
            }
            (Shape::Image(_) | Shape::Tokens(_), NormOver::Channels) => {
                Line::block(format!("ChannelNorm({features}, {eps})")).with(&[CHANNEL_NORM])
            }
        };
        vec![line]
    }
}
