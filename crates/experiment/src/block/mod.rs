//! The blocks a network is assembled from.

mod option;
mod part;
mod range;
mod words;

use serde::{Deserialize, Serialize};

pub use option::{Init, NormOver, Position, Shortcut};
pub use part::Part;
pub(super) use part::{GRADIENTS, VALUE};
pub use part::{hidden, window_shift};
pub use range::{MAX_KERNEL, MAX_RATIO, MAX_WIDTH};

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
    /// A k×k convolution of each channel by itself and a 1×1 convolution, each with batch norm and
    /// ReLU (Howard et al. 2017, arXiv 1704.04861).
    SeparableConv {
        /// Output channels.
        out: usize,
        /// Odd side of the kernel in pixels; the image is padded by half of it.
        #[serde(default = "three")]
        kernel: usize,
        /// Of the convolution of each channel by itself.
        #[serde(default = "one")]
        stride: usize,
        #[serde(default)]
        init: Init,
    },
    /// A ConvNeXt block (Liu et al. 2022, arXiv 2201.03545): a k×k convolution of each channel by
    /// itself, layer norm over channels, two linear layers with GELU between, a learnt scale, and
    /// the input added.
    ConvNext {
        /// Odd side of the kernel in pixels; the image is padded by half of it.
        #[serde(default = "seven")]
        kernel: usize,
        /// Width of the hidden layer relative to the channels.
        #[serde(default = "four")]
        mlp_ratio: f64,
        /// Where the learnt scale of each channel starts.
        #[serde(default = "layer_scale")]
        layer_scale: f64,
        /// Probability that a sample skips the block while training.
        #[serde(default)]
        drop_path: f64,
        #[serde(default = "token_eps")]
        eps: f64,
        #[serde(default = "xavier")]
        init: Init,
    },
    /// Square patches of an image, each mapped to one token by the same linear layer (Dosovitskiy
    /// et al. 2021, arXiv 2010.11929). Tokens stay in their grid as an image, or form a sequence
    /// behind a class token.
    PatchEmbedding {
        /// Features of a token.
        out: usize,
        /// Side of a patch in pixels.
        patch: usize,
        /// Puts a learnt token first, which the head reads; without it heads read the mean.
        #[serde(default)]
        class_token: bool,
        #[serde(default = "xavier")]
        init: Init,
    },
    /// Adds to each token what depends on its place alone.
    PositionEmbedding {
        #[serde(default)]
        position: Position,
    },
    /// A transformer encoder block with layer norm first (Dosovitskiy et al. 2021): attention over
    /// all tokens, then two linear layers with GELU between; each with its input added.
    TransformerEncoder {
        heads: usize,
        /// Width of the hidden layer relative to the features.
        #[serde(default = "four")]
        mlp_ratio: f64,
        /// Dropout probability after each linear layer but the first of the attention.
        #[serde(default)]
        dropout: f64,
        /// Probability that a sample skips a half of the block while training (stochastic depth;
        /// Huang et al. 2016, arXiv 1603.09382).
        #[serde(default)]
        drop_path: f64,
        #[serde(default = "token_eps")]
        eps: f64,
        #[serde(default = "xavier")]
        init: Init,
    },
    /// A Swin transformer block (Liu et al. 2021, arXiv 2103.14030): as a transformer encoder
    /// block, with attention inside square windows and a learnt bias for each relative position.
    Swin {
        heads: usize,
        /// Side of a window in tokens.
        #[serde(default = "seven")]
        window: usize,
        /// Shifts the windows by half their side, unless one window covers the image.
        #[serde(default)]
        shift: bool,
        #[serde(default = "four")]
        mlp_ratio: f64,
        #[serde(default)]
        dropout: f64,
        #[serde(default)]
        drop_path: f64,
        #[serde(default = "norm_eps")]
        eps: f64,
        #[serde(default = "xavier")]
        init: Init,
    },
    /// Joins each 2×2 tokens of an image to one with twice the channels: layer norm and a linear
    /// layer without bias (Liu et al. 2021).
    PatchMerging {
        #[serde(default = "norm_eps")]
        eps: f64,
        #[serde(default = "xavier")]
        init: Init,
    },
    /// An MLP-Mixer block (Tolstikhin et al. 2021, arXiv 2105.01601): two linear layers along the
    /// tokens, then two along the features; layer norm before, the input added after.
    MlpMixer {
        /// Width of the hidden layer along the tokens.
        tokens_hidden: usize,
        /// Width of the hidden layer along the features.
        channels_hidden: usize,
        #[serde(default)]
        dropout: f64,
        #[serde(default)]
        drop_path: f64,
        #[serde(default = "token_eps")]
        eps: f64,
        #[serde(default = "xavier")]
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
    /// Layer normalisation (Ba et al. 2016, arXiv 1607.06450).
    LayerNorm {
        #[serde(default = "norm_eps")]
        eps: f64,
        #[serde(default)]
        over: NormOver,
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
    /// Mean of each channel over all pixels or tokens; an image or a sequence becomes a vector.
    GlobalAvgPool {},
    /// All values of a sample become a vector.
    Flatten {},
    /// Sets values to zero with probability `p` while training and scales the rest by 1/(1−p).
    Dropout {
        #[serde(default = "dropout_p")]
        p: f64,
    },
}

fn yes() -> bool {
    true
}
fn one() -> usize {
    1
}
fn three() -> usize {
    3
}
fn seven() -> usize {
    7
}
fn four() -> f64 {
    4.0
}
fn layer_scale() -> f64 {
    1e-6
}
fn token_eps() -> f64 {
    1e-6
}
fn xavier() -> Init {
    Init::XavierUniform
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
            Self::LayerNorm {
                eps: norm_eps(),
                over: NormOver::default(),
            },
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
            Self::SeparableConv {
                out: 32,
                kernel: three(),
                stride: 1,
                init: Init::default(),
            },
            Self::ConvNext {
                kernel: seven(),
                mlp_ratio: four(),
                layer_scale: layer_scale(),
                drop_path: 0.0,
                eps: token_eps(),
                init: xavier(),
            },
            Self::PatchEmbedding {
                out: 64,
                patch: 4,
                class_token: false,
                init: xavier(),
            },
            Self::PositionEmbedding {
                position: Position::default(),
            },
            Self::TransformerEncoder {
                heads: 4,
                mlp_ratio: four(),
                dropout: 0.0,
                drop_path: 0.0,
                eps: token_eps(),
                init: xavier(),
            },
            Self::Swin {
                heads: 4,
                window: 4,
                shift: false,
                mlp_ratio: four(),
                dropout: 0.0,
                drop_path: 0.0,
                eps: norm_eps(),
                init: xavier(),
            },
            Self::PatchMerging {
                eps: norm_eps(),
                init: xavier(),
            },
            Self::MlpMixer {
                tokens_hidden: 32,
                channels_hidden: 256,
                dropout: 0.0,
                drop_path: 0.0,
                eps: token_eps(),
                init: xavier(),
            },
        ]
    }

    /// Name on the screen.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Linear { .. } => "Linear",
            Self::Conv2d { .. } => "Convolution",
            Self::ResidualBasic { .. } => "Residual basic",
            Self::ResidualBottleneck { .. } => "Residual bottleneck",
            Self::SeparableConv { .. } => "Separable convolution",
            Self::ConvNext { .. } => "ConvNeXt block",
            Self::PatchEmbedding { .. } => "Patch embedding",
            Self::PositionEmbedding { .. } => "Position embedding",
            Self::TransformerEncoder { .. } => "Transformer encoder",
            Self::Swin { .. } => "Swin block",
            Self::PatchMerging { .. } => "Patch merging",
            Self::MlpMixer { .. } => "MLP-Mixer block",
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

    /// Whether the block holds a weight matrix or kernel: what an even split counts as a layer.
    pub fn has_weights(&self) -> bool {
        matches!(
            self,
            Self::Linear { .. }
                | Self::Conv2d { .. }
                | Self::ResidualBasic { .. }
                | Self::ResidualBottleneck { .. }
                | Self::SeparableConv { .. }
                | Self::ConvNext { .. }
                | Self::PatchEmbedding { .. }
                | Self::TransformerEncoder { .. }
                | Self::Swin { .. }
                | Self::PatchMerging { .. }
                | Self::MlpMixer { .. }
        )
    }
}
