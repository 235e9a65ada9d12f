//! Choices inside blocks.

use serde::{Deserialize, Serialize};

use crate::field::choices;

/// How the weights of a block start. Biases start at zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Init {
    /// Normal with variance 2/fan-in (He et al. 2015).
    #[default]
    KaimingNormal,
    /// Uniform with variance 2/fan-in.
    KaimingUniform,
    /// Normal with variance 2/(fan-in + fan-out) (Glorot & Bengio 2010).
    XavierNormal,
    /// Uniform with variance 2/(fan-in + fan-out).
    XavierUniform,
    /// Normal with variance 1/fan-in (LeCun et al. 1998).
    LecunNormal,
}

choices! { Init {
    KaimingNormal: "kaiming-normal", "Kaiming normal";
    KaimingUniform: "kaiming-uniform", "Kaiming uniform";
    XavierNormal: "xavier-normal", "Xavier normal";
    XavierUniform: "xavier-uniform", "Xavier uniform";
    LecunNormal: "lecun-normal", "LeCun normal";
} }

/// What a residual block adds to its last convolution where the shapes differ (He et al. 2016,
/// options B and A).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shortcut {
    /// A 1×1 convolution with batch norm.
    #[default]
    Projection,
    /// Every so manyth pixel, and channels of zeros on both sides.
    ZeroPad,
}

impl Shortcut {
    /// Whether the input of a residual block must be changed before it can be added.
    pub fn is_needed(inputs: usize, out: usize, stride: usize) -> bool {
        inputs != out || stride != 1
    }
}

choices! { Shortcut {
    Projection: "projection", "Projection";
    ZeroPad: "zero-pad", "Zero padding";
} }

/// What a layer norm takes mean and variance over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NormOver {
    /// All values of a sample.
    #[default]
    Sample,
    /// The channels of each pixel, or the features of each token.
    Channels,
}

choices! { NormOver {
    Sample: "sample", "Whole sample";
    Channels: "channels", "Channels";
} }

/// What tells a transformer where a token lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Position {
    /// A learnt vector for each place.
    #[default]
    Learnt,
    /// Fixed sines and cosines (Vaswani et al. 2017, arXiv 1706.03762): of the place in a
    /// sequence of tokens; of the row and, in the other half of the channels, of the column in an
    /// image.
    Sinusoidal,
}

choices! { Position {
    Learnt: "learnt", "Learnt";
    Sinusoidal: "sinusoidal", "Sinusoidal";
} }
