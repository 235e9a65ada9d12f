//! Choices inside blocks.

use serde::{Deserialize, Serialize};

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

impl Init {
    /// Every initialisation, in the order shown to a person.
    pub const ALL: [Self; 5] = [
        Self::KaimingNormal,
        Self::KaimingUniform,
        Self::XavierNormal,
        Self::XavierUniform,
        Self::LecunNormal,
    ];

    /// Name on the screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::KaimingNormal => "Kaiming normal",
            Self::KaimingUniform => "Kaiming uniform",
            Self::XavierNormal => "Xavier normal",
            Self::XavierUniform => "Xavier uniform",
            Self::LecunNormal => "LeCun normal",
        }
    }
}

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

    /// Every shortcut, in the order of the window.
    pub const ALL: [Self; 2] = [Self::Projection, Self::ZeroPad];

    /// Name on the screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Projection => "Projection",
            Self::ZeroPad => "Zero padding",
        }
    }
}

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

impl NormOver {
    /// Every choice, in the order of the window.
    pub const ALL: [Self; 2] = [Self::Sample, Self::Channels];

    /// Name on the screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Sample => "Whole sample",
            Self::Channels => "Channels",
        }
    }
}

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

impl Position {
    /// Every choice, in the order of the window.
    pub const ALL: [Self; 2] = [Self::Learnt, Self::Sinusoidal];

    /// Name on the screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Learnt => "Learnt",
            Self::Sinusoidal => "Sinusoidal",
        }
    }
}
