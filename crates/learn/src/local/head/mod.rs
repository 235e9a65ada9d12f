//! The head that turns a module's features into logits, or into what samples are compared by.

mod conv;
mod matrix;
mod pooled_mlp;

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use layerwise_experiment::{self as experiment, HeadKind, Shape};
use rand_chacha::ChaCha8Rng;

use super::rows::Rows;
use crate::block::{BatchNorm, Draws, Dual};
use conv::ConvHead;
pub(super) use matrix::MatrixHead;
pub use matrix::etf_weights;
use pooled_mlp::PooledMlp;

/// Of a sequence of tokens the first, the class token; everything else as it is.
pub(super) fn class_token(x: Tensor<4>, is_sequence: bool) -> Tensor<4> {
    if is_sequence { x.narrow(2, 0, 1) } else { x }
}

/// The mean of each channel: `[batch, features]`.
pub(super) fn features(x: Tensor<4>) -> Tensor<2> {
    let [batch, channels, height, width] = x.dims();
    let pooled = if height * width > 1 {
        x.mean_dims(&[2, 3])
    } else {
        x
    };
    pooled.reshape([batch, channels])
}

/// The head of a module.
#[derive(Module, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a module has one head, and Burn derives no module for boxes"
)]
pub enum Head {
    /// One matrix, fixed or learnt.
    Matrix(MatrixHead),
    /// InfoPro's.
    Conv(ConvHead),
    /// DGL's.
    PooledMlp(PooledMlp),
}

impl Head {
    /// Whether it learns with its module.
    pub fn is_learnt(&self) -> bool {
        match self {
            Self::Matrix(head) => head.is_learnt(),
            Self::Conv(_) | Self::PooledMlp(_) => true,
        }
    }

    /// The head above a module that hands on `shape`, with its initial weights.
    pub fn new(
        head: experiment::Head,
        shape: Shape,
        outputs: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Self {
        match head.kind {
            HeadKind::Etf | HeadKind::Random | HeadKind::Linear => Self::Matrix(MatrixHead::new(
                head,
                shape.features(),
                outputs,
                rng,
                device,
            )),
            HeadKind::Conv => Self::Conv(ConvHead::new(shape, outputs, rng, device)),
            HeadKind::PooledMlp => Self::PooledMlp(PooledMlp::new(shape, outputs, rng, device)),
        }
    }

    /// Weights of a head that is one matrix, `[features, outputs]`.
    pub fn weight(&self) -> Option<Tensor<2>> {
        match self {
            Self::Matrix(head) => Some(head.weight()),
            Self::Conv(_) | Self::PooledMlp(_) => None,
        }
    }

    /// `[batch, outputs]`. `at` is the place of its draws; without `draws` it evaluates.
    pub fn forward(&self, x: Dual, at: usize, draws: Option<&mut Draws>) -> Rows {
        match self {
            Self::Matrix(head) => head.forward(x),
            Self::Conv(head) => head.forward(x, at, draws),
            Self::PooledMlp(head) => head.forward(x, at, draws),
        }
    }

    /// Moves running statistics by what the step left in `draws`.
    pub fn absorb(&mut self, at: usize, draws: &mut Draws) {
        match self {
            Self::Matrix(_) => {}
            Self::Conv(head) => head.absorb(at, draws),
            Self::PooledMlp(head) => head.absorb(at, draws),
        }
    }

    /// Every batch norm, with the start of its name in the head.
    pub fn batch_norms(&mut self) -> Vec<(String, &mut BatchNorm)> {
        match self {
            Self::Matrix(_) => Vec::new(),
            Self::Conv(head) => head.batch_norms(),
            Self::PooledMlp(head) => head.batch_norms(),
        }
    }

    /// Running mean and variance of every batch norm, without autodiff, with the start of its
    /// name in the head.
    pub fn running_statistics(&self) -> Vec<(String, Tensor<1>, Tensor<1>)> {
        match self {
            Self::Matrix(_) => Vec::new(),
            Self::Conv(head) => head.running_statistics(),
            Self::PooledMlp(head) => head.running_statistics(),
        }
    }
}
