//! The head that turns a module's features into logits.

use serde::{Deserialize, Serialize};

use super::{
    field::{Choice, Field, Fields, Real, choices},
    shape::Shape,
};

/// Kinds of heads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeadKind {
    /// Fixed simplex equiangular tight frame (arXiv 2406.05222, section 3).
    #[default]
    Etf,
    /// Fixed random unit columns.
    Random,
    /// Learnt linear layer: with λ = 0, plain greedy learning.
    Linear,
    /// Convolution, global pooling and two linear layers (InfoPro, arXiv 2101.10832).
    Conv,
    /// Pooling to a quarter of each side, three 1×1 convolutions, pooling to 2×2 and three linear
    /// layers (DGL, arXiv 1901.08164).
    PooledMlp,
}

/// What is known of a kind of head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AboutHead {
    /// Its key and its name on the screen.
    pub choice: Choice,
    /// Its name on a card.
    pub short: &'static str,
    /// Whether the head's weights stay as they start.
    pub is_fixed: bool,
    /// Whether the head is one matrix, on features that can be normalised.
    pub is_matrix: bool,
    /// Whether it has a direction for each class, for which it needs as many features.
    pub is_frame: bool,
}

choices! { HeadKind is AboutHead {
    Etf {
        choice: Choice::new("etf", "ETF (fixed)").hint("Fixed simplex equiangular tight frame"),
        short: "ETF head",
        is_fixed: true,
        is_matrix: true,
        is_frame: true,
    }
    Random {
        choice: Choice::new("random", "Random (fixed)").hint("Fixed columns of length 1"),
        short: "Random head",
        is_fixed: true,
        is_matrix: true,
        is_frame: false,
    }
    Linear {
        choice: Choice::new("linear", "Linear (learnt)")
            .hint("Learnt linear layer; with λ = 0, plain greedy learning"),
        short: "Linear head",
        is_fixed: false,
        is_matrix: true,
        is_frame: false,
    }
    Conv {
        choice: Choice::new("conv", "Conv (InfoPro)")
            .hint("Learnt convolution, global pooling and two linear layers"),
        short: "Conv head",
        is_fixed: false,
        is_matrix: false,
        is_frame: false,
    }
    PooledMlp {
        choice: Choice::new("pooled-mlp", "Pooled MLP (DGL)")
            .hint("Learnt 1×1 convolutions and linear layers on a pooled image"),
        short: "Pooled MLP head",
        is_fixed: false,
        is_matrix: false,
        is_frame: false,
    }
} }

impl HeadKind {
    /// Whether the head's weights stay as they start.
    pub fn is_fixed(self) -> bool {
        self.about().is_fixed
    }

    /// Whether the head is one matrix, on features that can be normalised.
    pub fn is_matrix(self) -> bool {
        self.about().is_matrix
    }
}

/// Width of the hidden layer of a convolution head.
pub const CONV_HEAD_HIDDEN: usize = 128;
/// Number of 1×1 convolutions of a pooled MLP head.
pub const POOLED_MLP_CONVS: usize = 3;
/// Number of hidden layers behind them.
pub const POOLED_MLP_HIDDEN: usize = 2;

/// Height and width of an image; 1×1 for everything else.
fn sides(shape: Shape) -> [usize; 2] {
    match shape {
        Shape::Image([_, height, width]) => [height, width],
        Shape::Flat(_) | Shape::Tokens(_) => [1, 1],
    }
}

/// Kernel size of the convolutions of heads and losses: 3, or 1 where a sample is no image but
/// one pixel.
pub fn kernel(shape: Shape) -> usize {
    if sides(shape) == [1, 1] { 1 } else { 3 }
}

/// Height and width to which a pooled MLP head pools first: a quarter, rounded up.
pub fn pooled_first(shape: Shape) -> [usize; 2] {
    sides(shape).map(|side| side.div_ceil(4))
}

/// Height and width to which it pools behind its convolutions: at most 2×2.
pub fn pooled_last(shape: Shape) -> [usize; 2] {
    pooled_first(shape).map(|side| side.min(2))
}

/// A head with its options. Keys that a kind does not use are ignored by it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Head {
    /// Which head.
    pub kind: HeadKind,
    /// z = s·Wᵀx/‖x‖ instead of Wᵀx. Left out: on for fixed heads, off for a learnt one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub normalize: Option<bool>,
    /// The factor s of normalised features.
    pub scale: f64,
}

impl Default for Head {
    fn default() -> Self {
        Self {
            kind: HeadKind::default(),
            normalize: None,
            scale: 8.0,
        }
    }
}

impl Fields for Head {
    const FIELDS: &'static [Field<Self>] = &[
        Field::<Self>::choice(
            "kind",
            "Head",
            HeadKind::CHOICES,
            |head| head.kind.index(),
            |head, at| head.kind.pick(at),
        )
        .hint("What turns features into class scores, in every module that has none of its own"),
        // What is as the kind has it follows the kind when another one is chosen.
        Field::<Self>::flag(
            "normalize",
            "Normalise features",
            Self::normalizes,
            |head, normalizes| {
                head.normalize = (normalizes != head.kind.is_fixed()).then_some(normalizes);
            },
        )
        .hint("z = s·Wᵀx/|x| instead of Wᵀx")
        .left_out("true for fixed heads, false for a learnt one")
        .shown(|head| head.kind.is_matrix(), "etf, random, linear"),
        Field::<Self>::real(
            "scale",
            "Scale s",
            Real::above_zero_to(1e4),
            |head| head.scale,
            |head, scale| head.scale = scale,
        )
        .hint("Factor of normalised features")
        .shown(Self::normalizes, "normalised features"),
    ];
}

impl Head {
    /// Whether features are normalised, the default of the kind included.
    pub fn normalizes(&self) -> bool {
        self.kind.is_matrix() && self.normalize.unwrap_or(self.kind.is_fixed())
    }

    /// Number of learnt values of a head with so many outputs above a module that hands on
    /// `shape`.
    pub fn parameters(&self, shape: Shape, outputs: usize) -> usize {
        let features = shape.features();
        let linear =
            |inputs: usize, outputs: usize| inputs.saturating_add(1).saturating_mul(outputs);
        // Without bias, with scale and shift of the batch norm behind it.
        let normed =
            |inputs: usize, outputs: usize| inputs.saturating_add(2).saturating_mul(outputs);
        match self.kind {
            HeadKind::Etf | HeadKind::Random => 0,
            HeadKind::Linear => linear(features, outputs),
            HeadKind::Conv => {
                let window = kernel(shape) * kernel(shape);
                normed(features.saturating_mul(window), features)
                    .saturating_add(linear(features, CONV_HEAD_HIDDEN))
                    .saturating_add(linear(CONV_HEAD_HIDDEN, outputs))
            }
            HeadKind::PooledMlp => {
                let pooled = pooled_last(shape)
                    .into_iter()
                    .fold(features, usize::saturating_mul);
                normed(features, features)
                    .saturating_mul(POOLED_MLP_CONVS)
                    .saturating_add(normed(pooled, pooled).saturating_mul(POOLED_MLP_HIDDEN))
                    .saturating_add(linear(pooled, outputs))
            }
        }
    }
}
