//! A block of the experiment as a layer in Burn.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use layerwise_experiment::{Block, NormOver, Shape, hidden};
use rand_chacha::ChaCha8Rng;

use super::{
    activation::Activation,
    conv::{Conv2d, Window},
    draws::Draws,
    dropout::dropout,
    dual::Dual,
    linear::Linear,
    norm::{BatchNorm, GroupNorm, LayerNorm},
    pool::{avg_pool, global_avg_pool, max_pool},
    residual::Residual,
    separable::SeparableConv,
    token::{PatchEmbedding, PatchMerging, PositionEmbedding},
    transformer::{ConvNext, Mixer, Recipe, Transformer},
};

/// A layer without learnt values.
#[derive(Clone, Copy, Debug)]
pub enum Fixed {
    Activation(Activation),
    MaxPool(Window),
    AvgPool(Window),
    GlobalAvgPool,
    Flatten,
    Dropout(f64),
}

/// Holds what Burn's module derive cannot see into.
#[derive(Module, Debug)]
pub struct Plain {
    #[module(skip)]
    pub(crate) layer: Fixed,
}

/// One layer of a module.
#[derive(Module, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a network has few layers, and Burn derives no module for boxes"
)]
pub enum Layer {
    Linear(Linear),
    Conv2d(Conv2d),
    BatchNorm(BatchNorm),
    LayerNorm(LayerNorm),
    GroupNorm(GroupNorm),
    Residual(Residual),
    SeparableConv(SeparableConv),
    PatchEmbedding(PatchEmbedding),
    PositionEmbedding(PositionEmbedding),
    Transformer(Transformer),
    PatchMerging(PatchMerging),
    ConvNext(ConvNext),
    Mixer(Mixer),
    Plain(Plain),
}

impl Layer {
    /// The layer of a block that receives `input`, with its initial weights.
    pub fn new(block: &Block, input: Shape, rng: &mut ChaCha8Rng, device: &Device) -> Self {
        let channels = input.features();
        let fixed = match *block {
            Block::Linear(kind::Linear { out, bias, init }) => {
                return Self::Linear(Linear::new(input.len(), out, bias, init, rng, device));
            }
            Block::Conv2d(kind::Conv2d {
                out,
                kernel,
                stride,
                padding,
                dilation,
                groups,
                bias,
                init,
            }) => {
                let window = Window {
                    kernel,
                    stride,
                    padding,
                    dilation,
                };
                return Self::Conv2d(Conv2d::new(
                    channels, out, window, groups, bias, init, rng, device,
                ));
            }
            Block::BatchNorm(kind::BatchNorm { eps, momentum }) => {
                return Self::BatchNorm(BatchNorm::new(channels, eps, momentum, device));
            }
            Block::LayerNorm(kind::LayerNorm { eps, over }) => {
                return Self::LayerNorm(match over {
                    NormOver::Sample => LayerNorm::of_sample(input.sizes(), eps, device),
                    NormOver::Channels => LayerNorm::of_channels(channels, eps, device),
                });
            }
            Block::GroupNorm(kind::GroupNorm { groups, eps }) => {
                return Self::GroupNorm(GroupNorm::new(channels, groups, eps, device));
            }
            Block::ResidualBasic(kind::ResidualBasic {
                out,
                stride,
                shortcut,
                init,
            }) => {
                return Self::Residual(Residual::new(
                    channels, out, None, stride, shortcut, init, rng, device,
                ));
            }
            Block::ResidualBottleneck(kind::ResidualBottleneck {
                out,
                width,
                stride,
                shortcut,
                init,
            }) => {
                return Self::Residual(Residual::new(
                    channels,
                    out,
                    Some(width),
                    stride,
                    shortcut,
                    init,
                    rng,
                    device,
                ));
            }
            Block::SeparableConv(kind::SeparableConv {
                out,
                kernel,
                stride,
                init,
            }) => {
                return Self::SeparableConv(SeparableConv::new(
                    channels, out, kernel, stride, init, rng, device,
                ));
            }
            Block::ConvNext(kind::ConvNext {
                kernel,
                mlp_ratio,
                layer_scale,
                drop_path,
                eps,
                init,
            }) => {
                let recipe = Recipe {
                    hidden: hidden(channels, mlp_ratio),
                    dropout: 0.0,
                    drop_path,
                    eps,
                    init,
                };
                return Self::ConvNext(ConvNext::new(
                    channels,
                    kernel,
                    layer_scale,
                    recipe,
                    rng,
                    device,
                ));
            }
            Block::PatchEmbedding(kind::PatchEmbedding {
                out,
                patch,
                class_token,
                init,
            }) => {
                return Self::PatchEmbedding(PatchEmbedding::new(
                    channels,
                    out,
                    patch,
                    class_token,
                    init,
                    rng,
                    device,
                ));
            }
            Block::PositionEmbedding(kind::PositionEmbedding { position }) => {
                return Self::PositionEmbedding(PositionEmbedding::new(
                    position, input, rng, device,
                ));
            }
            Block::TransformerEncoder(kind::TransformerEncoder {
                heads,
                mlp_ratio,
                dropout,
                drop_path,
                eps,
                init,
            }) => {
                let recipe = Recipe {
                    hidden: hidden(channels, mlp_ratio),
                    dropout,
                    drop_path,
                    eps,
                    init,
                };
                return Self::Transformer(Transformer::new(
                    input, heads, None, recipe, rng, device,
                ));
            }
            Block::Swin(kind::Swin {
                heads,
                window,
                shift,
                mlp_ratio,
                dropout,
                drop_path,
                eps,
                init,
            }) => {
                let recipe = Recipe {
                    hidden: hidden(channels, mlp_ratio),
                    dropout,
                    drop_path,
                    eps,
                    init,
                };
                let windows = Some((window, shift));
                return Self::Transformer(Transformer::new(
                    input, heads, windows, recipe, rng, device,
                ));
            }
            Block::PatchMerging(kind::PatchMerging { eps, init }) => {
                return Self::PatchMerging(PatchMerging::new(channels, eps, init, rng, device));
            }
            Block::MlpMixer(kind::MlpMixer {
                tokens_hidden,
                channels_hidden,
                dropout,
                drop_path,
                eps,
                init,
            }) => {
                let recipe = Recipe {
                    hidden: channels_hidden,
                    dropout,
                    drop_path,
                    eps,
                    init,
                };
                return Self::Mixer(Mixer::new(input, tokens_hidden, recipe, rng, device));
            }
            Block::Relu(kind::Relu {}) => Fixed::Activation(Activation::Relu),
            Block::LeakyRelu(kind::LeakyRelu { slope }) => {
                Fixed::Activation(Activation::LeakyRelu(slope))
            }
            Block::Gelu(kind::Gelu {}) => Fixed::Activation(Activation::Gelu),
            Block::Silu(kind::Silu {}) => Fixed::Activation(Activation::Silu),
            Block::Tanh(kind::Tanh {}) => Fixed::Activation(Activation::Tanh),
            Block::MaxPool(kind::MaxPool {
                kernel,
                stride,
                padding,
            }) => Fixed::MaxPool(Window {
                kernel,
                stride,
                padding,
                dilation: 1,
            }),
            Block::AvgPool(kind::AvgPool {
                kernel,
                stride,
                padding,
            }) => Fixed::AvgPool(Window {
                kernel,
                stride,
                padding,
                dilation: 1,
            }),
            Block::GlobalAvgPool(kind::GlobalAvgPool {}) => Fixed::GlobalAvgPool,
            Block::Flatten(kind::Flatten {}) => Fixed::Flatten,
            Block::Dropout(kind::Dropout { p }) => Fixed::Dropout(p),
        };
        Self::Plain(Plain { layer: fixed })
    }

    /// The layer on a dual value. `at` is its index in the module; without `draws` it evaluates.
    pub fn forward(&self, x: Dual, at: usize, draws: Option<&mut Draws>) -> Dual {
        match self {
            Self::Linear(layer) => layer.forward(x),
            Self::Conv2d(layer) => layer.forward(x),
            Self::BatchNorm(layer) => layer.forward(x, (at, 0), draws),
            Self::Residual(layer) => layer.forward(x, at, draws),
            Self::SeparableConv(layer) => layer.forward(x, at, draws),
            Self::PatchEmbedding(layer) => layer.forward(x),
            Self::PositionEmbedding(layer) => layer.forward(x),
            Self::Transformer(layer) => layer.forward(x, at, draws),
            Self::PatchMerging(layer) => layer.forward(x),
            Self::ConvNext(layer) => layer.forward(x, at, draws),
            Self::Mixer(layer) => layer.forward(x, at, draws),
            Self::LayerNorm(layer) => layer.forward(x),
            Self::GroupNorm(layer) => layer.forward(x),
            Self::Plain(Plain { layer }) => match *layer {
                Fixed::Activation(activation) => activation.forward(x),
                Fixed::MaxPool(window) => max_pool(window, x),
                Fixed::AvgPool(window) => avg_pool(window, x),
                Fixed::GlobalAvgPool => global_avg_pool(x),
                Fixed::Flatten => x.linear(|x| {
                    let [batch, channels, height, width] = x.dims();
                    x.reshape([batch, channels * height * width, 1, 1])
                }),
                Fixed::Dropout(p) => dropout(p, x, (at, 0), draws),
            },
        }
    }

    /// Running mean and variance of every batch norm, without autodiff, with the start of its
    /// name in the layer.
    pub fn running_statistics(&self) -> Vec<(String, Tensor<1>, Tensor<1>)> {
        match self {
            Self::BatchNorm(layer) => {
                let (mean, variance) = layer.running_statistics();
                vec![(String::new(), mean, variance)]
            }
            Self::Residual(layer) => layer.running_statistics(),
            Self::SeparableConv(layer) => layer.running_statistics(),
            _ => Vec::new(),
        }
    }

    /// Every batch norm, with the start of its name in the layer.
    pub fn batch_norms(&mut self) -> Vec<(String, &mut BatchNorm)> {
        match self {
            Self::BatchNorm(layer) => vec![(String::new(), layer)],
            Self::Residual(layer) => layer.batch_norms(),
            Self::SeparableConv(layer) => layer.batch_norms(),
            _ => Vec::new(),
        }
    }

    /// Moves running statistics by what the step left in `draws`.
    pub fn absorb(&mut self, at: usize, draws: &mut Draws) {
        match self {
            Self::BatchNorm(layer) => layer.absorb((at, 0), draws),
            Self::Residual(layer) => layer.absorb(at, draws),
            Self::SeparableConv(layer) => layer.absorb(at, draws),
            _ => {}
        }
    }
}
