//! The blocks a network is assembled from.

use serde::{Deserialize, Serialize};

use super::shape::Shape;

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

    fn parameters(self, inputs: usize, out: usize, stride: usize) -> usize {
        match self {
            Self::Projection if Self::is_needed(inputs, out, stride) => {
                conv_and_norm(inputs, out, 1)
            }
            _ => 0,
        }
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

/// One block of the chain, with its hyper-parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Block {
    /// Fully connected layer on vectors.
    Linear {
        /// Output features.
        out: usize,
        #[serde(default = "yes")]
        bias: bool,
        #[serde(default)]
        init: Init,
    },
    /// 2-D convolution with a square kernel.
    #[serde(rename = "conv2d")]
    Conv2d {
        /// Output channels.
        out: usize,
        /// Side of the kernel in pixels.
        kernel: usize,
        #[serde(default = "one")]
        stride: usize,
        /// Zeros added on every side, in pixels.
        #[serde(default)]
        padding: usize,
        #[serde(default = "one")]
        dilation: usize,
        #[serde(default = "one")]
        groups: usize,
        #[serde(default = "yes")]
        bias: bool,
        #[serde(default)]
        init: Init,
    },
    // Blocks without keys have braces so that serde refuses unknown keys here too.
    /// Two 3×3 convolutions with batch norm, and the input added (He et al. 2016). ReLU between
    /// and after.
    ResidualBasic {
        /// Output channels.
        out: usize,
        /// Of the first convolution.
        #[serde(default = "one")]
        stride: usize,
        #[serde(default)]
        shortcut: Shortcut,
        #[serde(default)]
        init: Init,
    },
    /// Convolutions of 1×1, 3×3 and 1×1 with batch norm, and the input added (He et al. 2016).
    /// ReLU between and after.
    ResidualBottleneck {
        /// Output channels.
        out: usize,
        /// Channels of the 3×3 convolution.
        width: usize,
        /// Of the 3×3 convolution.
        #[serde(default = "one")]
        stride: usize,
        #[serde(default)]
        shortcut: Shortcut,
        #[serde(default)]
        init: Init,
    },
    /// max(x, 0).
    Relu {},
    /// x for x > 0, slope·x otherwise.
    LeakyRelu {
        #[serde(default = "leaky_slope")]
        slope: f64,
    },
    /// x·Φ(x), exact.
    Gelu {},
    /// x·σ(x).
    Silu {},
    /// Hyperbolic tangent.
    Tanh {},
    /// Batch normalisation: per feature of vectors (1-D), per channel of images (2-D).
    BatchNorm {
        #[serde(default = "norm_eps")]
        eps: f64,
        /// Share of the new batch in the running statistics.
        #[serde(default = "norm_momentum")]
        momentum: f64,
    },
    /// Layer normalisation over all values of a sample.
    LayerNorm {
        #[serde(default = "norm_eps")]
        eps: f64,
    },
    /// Group normalisation: channels in so many groups.
    GroupNorm {
        groups: usize,
        #[serde(default = "norm_eps")]
        eps: f64,
    },
    /// Largest value of each window.
    MaxPool {
        kernel: usize,
        stride: usize,
        #[serde(default)]
        padding: usize,
    },
    /// Mean of each window, padding counted.
    AvgPool {
        kernel: usize,
        stride: usize,
        #[serde(default)]
        padding: usize,
    },
    /// Mean of each channel; an image becomes a vector.
    GlobalAvgPool {},
    /// An image becomes a vector.
    Flatten {},
    /// Sets values to zero with probability `p` while training and scales the rest by 1/(1−p).
    Dropout {
        #[serde(default = "dropout_p")]
        p: f64,
    },
}

/// Learnt values of a convolution without bias and the batch norm after it.
fn conv_and_norm(inputs: usize, out: usize, kernel: usize) -> usize {
    inputs
        .saturating_mul(out)
        .saturating_mul(kernel * kernel)
        .saturating_add(2 * out)
}

fn with_stride(text: String, stride: usize) -> String {
    match stride {
        1 => text,
        stride => format!("{text}, stride {stride}"),
    }
}

fn yes() -> bool {
    true
}
fn one() -> usize {
    1
}
fn leaky_slope() -> f64 {
    0.01
}
fn norm_eps() -> f64 {
    1e-5
}
fn norm_momentum() -> f64 {
    0.1
}
fn dropout_p() -> f64 {
    0.5
}

impl Block {
    /// One block of every kind with its usual hyper-parameters, in the order of the palette.
    pub fn palette() -> Vec<Self> {
        vec![
            Self::Linear {
                out: 64,
                bias: true,
                init: Init::default(),
            },
            Self::Conv2d {
                out: 16,
                kernel: 3,
                stride: 1,
                padding: 1,
                dilation: 1,
                groups: 1,
                bias: true,
                init: Init::default(),
            },
            Self::ResidualBasic {
                out: 16,
                stride: 1,
                shortcut: Shortcut::default(),
                init: Init::default(),
            },
            Self::ResidualBottleneck {
                out: 64,
                width: 16,
                stride: 1,
                shortcut: Shortcut::default(),
                init: Init::default(),
            },
            Self::Relu {},
            Self::LeakyRelu {
                slope: leaky_slope(),
            },
            Self::Gelu {},
            Self::Silu {},
            Self::Tanh {},
            Self::BatchNorm {
                eps: norm_eps(),
                momentum: norm_momentum(),
            },
            Self::LayerNorm { eps: norm_eps() },
            Self::GroupNorm {
                groups: 4,
                eps: norm_eps(),
            },
            Self::MaxPool {
                kernel: 2,
                stride: 2,
                padding: 0,
            },
            Self::AvgPool {
                kernel: 2,
                stride: 2,
                padding: 0,
            },
            Self::GlobalAvgPool {},
            Self::Flatten {},
            Self::Dropout { p: dropout_p() },
        ]
    }

    /// Name on the screen.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Linear { .. } => "Linear",
            Self::Conv2d { .. } => "Convolution",
            Self::ResidualBasic { .. } => "Residual basic",
            Self::ResidualBottleneck { .. } => "Residual bottleneck",
            Self::Relu {} => "ReLU",
            Self::LeakyRelu { .. } => "Leaky ReLU",
            Self::Gelu {} => "GELU",
            Self::Silu {} => "SiLU",
            Self::Tanh {} => "Tanh",
            Self::BatchNorm { .. } => "Batch norm",
            Self::LayerNorm { .. } => "Layer norm",
            Self::GroupNorm { .. } => "Group norm",
            Self::MaxPool { .. } => "Max pooling",
            Self::AvgPool { .. } => "Average pooling",
            Self::GlobalAvgPool {} => "Global average pooling",
            Self::Flatten {} => "Flatten",
            Self::Dropout { .. } => "Dropout",
        }
    }

    /// The hyper-parameters in a few words, empty where there are none.
    pub fn summary(&self) -> String {
        match self {
            Self::Linear { out, .. } => format!("{out} features"),
            Self::Conv2d {
                out,
                kernel,
                stride,
                padding,
                dilation,
                groups,
                ..
            } => {
                let mut text = format!("{out} channels, {kernel}×{kernel}");
                for (name, value, usual) in [
                    ("stride", stride, 1),
                    ("padding", padding, 0),
                    ("dilation", dilation, 1),
                    ("groups", groups, 1),
                ] {
                    if *value != usual {
                        text.push_str(&format!(", {name} {value}"));
                    }
                }
                text
            }
            Self::ResidualBasic { out, stride, .. } => {
                with_stride(format!("{out} channels"), *stride)
            }
            Self::ResidualBottleneck {
                out, width, stride, ..
            } => with_stride(format!("{width} to {out} channels"), *stride),
            Self::LeakyRelu { slope } => format!("slope {slope}"),
            Self::GroupNorm { groups, .. } => format!("{groups} groups"),
            Self::MaxPool { kernel, stride, .. } | Self::AvgPool { kernel, stride, .. } => {
                format!("{kernel}×{kernel}, stride {stride}")
            }
            Self::Dropout { p } => format!("p = {p}"),
            Self::Relu {}
            | Self::Gelu {}
            | Self::Silu {}
            | Self::Tanh {}
            | Self::BatchNorm { .. }
            | Self::LayerNorm { .. }
            | Self::GlobalAvgPool {}
            | Self::Flatten {} => String::new(),
        }
    }

    /// Whether the block holds a weight matrix or kernel: what an even split counts as a layer.
    pub fn has_weights(&self) -> bool {
        matches!(
            self,
            Self::Linear { .. }
                | Self::Conv2d { .. }
                | Self::ResidualBasic { .. }
                | Self::ResidualBottleneck { .. }
        )
    }

    /// Number of learnt values, given the shape the block receives.
    pub fn parameters(&self, input: Shape) -> usize {
        let features = input.features();
        match self {
            Self::Linear { out, bias, .. } => {
                input.len().saturating_mul(*out) + usize::from(*bias) * out
            }
            Self::Conv2d {
                out,
                kernel,
                groups,
                bias,
                ..
            } => {
                out.saturating_mul(features / (*groups).max(1))
                    .saturating_mul(kernel * kernel)
                    + usize::from(*bias) * out
            }
            Self::ResidualBasic {
                out,
                stride,
                shortcut,
                ..
            } => [
                conv_and_norm(features, *out, 3),
                conv_and_norm(*out, *out, 3),
                shortcut.parameters(features, *out, *stride),
            ]
            .into_iter()
            .fold(0, usize::saturating_add),
            Self::ResidualBottleneck {
                out,
                width,
                stride,
                shortcut,
                ..
            } => [
                conv_and_norm(features, *width, 1),
                conv_and_norm(*width, *width, 3),
                conv_and_norm(*width, *out, 1),
                shortcut.parameters(features, *out, *stride),
            ]
            .into_iter()
            .fold(0, usize::saturating_add),
            Self::BatchNorm { .. } | Self::GroupNorm { .. } => 2 * features,
            Self::LayerNorm { .. } => 2 * input.len(),
            _ => 0,
        }
    }

    /// Every hyper-parameter that is out of range, as (key, value, allowed range).
    pub(super) fn out_of_range(&self) -> Vec<(&'static str, String, String)> {
        let mut found = Vec::new();
        let mut whole = |key, value: usize, low: usize, high: usize| {
            if value < low || value > high {
                found.push((
                    key,
                    value.to_string(),
                    format!("a whole number from {low} to {high}"),
                ));
            }
        };
        match *self {
            Self::Linear { out, .. } => whole("out", out, 1, MAX_WIDTH),
            Self::Conv2d {
                out,
                kernel,
                stride,
                padding,
                dilation,
                groups,
                ..
            } => {
                whole("out", out, 1, MAX_WIDTH);
                whole("kernel", kernel, 1, MAX_KERNEL);
                whole("stride", stride, 1, MAX_KERNEL);
                whole("padding", padding, 0, MAX_KERNEL);
                whole("dilation", dilation, 1, MAX_KERNEL);
                whole("groups", groups, 1, MAX_WIDTH);
            }
            Self::MaxPool {
                kernel,
                stride,
                padding,
            }
            | Self::AvgPool {
                kernel,
                stride,
                padding,
            } => {
                whole("kernel", kernel, 1, MAX_KERNEL);
                whole("stride", stride, 1, MAX_KERNEL);
                whole("padding", padding, 0, MAX_KERNEL);
            }
            Self::ResidualBasic { out, stride, .. } => {
                whole("out", out, 1, MAX_WIDTH);
                whole("stride", stride, 1, MAX_KERNEL);
            }
            Self::ResidualBottleneck {
                out, width, stride, ..
            } => {
                whole("out", out, 1, MAX_WIDTH);
                whole("width", width, 1, MAX_WIDTH);
                whole("stride", stride, 1, MAX_KERNEL);
            }
            Self::GroupNorm { groups, .. } => whole("groups", groups, 1, MAX_WIDTH),
            _ => {}
        }
        let mut real = |key, value: f64, allowed: bool, range: &str| {
            if !allowed {
                found.push((key, value.to_string(), range.to_owned()));
            }
        };
        match *self {
            Self::LeakyRelu { slope } => real(
                "slope",
                slope,
                (0.0..=1.0).contains(&slope),
                "a number from 0 to 1",
            ),
            Self::BatchNorm { momentum, .. } => real(
                "momentum",
                momentum,
                momentum > 0.0 && momentum <= 1.0,
                "a number above 0 and at most 1",
            ),
            Self::Dropout { p } => real(
                "p",
                p,
                (0.0..1.0).contains(&p),
                "a number from 0 to below 1",
            ),
            _ => {}
        }
        if let Self::BatchNorm { eps, .. } | Self::LayerNorm { eps } | Self::GroupNorm { eps, .. } =
            *self
        {
            real(
                "eps",
                eps,
                (1e-30..=1.0).contains(&eps),
                "a number from 1e-30 to 1",
            );
        }
        found
    }
}

/// Most features or channels a block may have.
pub const MAX_WIDTH: usize = 65_536;
/// Largest kernel, stride, padding or dilation, in pixels.
pub const MAX_KERNEL: usize = 64;
