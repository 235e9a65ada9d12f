//! Tokens: from images, with their places, and back.

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor},
};
use layerwise_experiment::{Init, Position, Shape};
use rand_chacha::ChaCha8Rng;

use super::{
    conv::{Conv2d, Window},
    dense::Dense,
    dual::Dual,
    init::{normal, parameter},
    norm::LayerNorm,
};

/// Standard deviation of a class token and of learnt places at the start.
const DEVIATION: f64 = 0.02;

/// `[batch, features, height, width]` to one row of features for each token,
/// `[batch, 1, height·width, features]`.
pub fn rows(x: Tensor<4>) -> Tensor<4> {
    let [batch, features, height, width] = x.dims();
    x.reshape([batch, features, height * width, 1])
        .swap_dims(1, 3)
}

/// Back from [`rows`] to an image or sequence of `[height, width]`.
pub fn grid(x: Tensor<4>, [height, width]: [usize; 2]) -> Tensor<4> {
    let [batch, _, _, features] = x.dims();
    x.swap_dims(1, 3).reshape([batch, features, height, width])
}

/// Square patches, each mapped to a token.
#[derive(Module, Debug)]
pub struct PatchEmbedding {
    conv: Conv2d,
    /// `[features]`
    class_token: Option<Param<Tensor<1>>>,
}

impl PatchEmbedding {
    pub fn new(
        channels: usize,
        out: usize,
        patch: usize,
        class_token: bool,
        init: Init,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Self {
        let window = Window {
            kernel: patch,
            stride: patch,
            padding: 0,
            dilation: 1,
        };
        Self {
            conv: Conv2d::new(channels, out, window, 1, true, init, rng, device),
            class_token: class_token.then(|| parameter(normal(out, DEVIATION, rng), [out], device)),
        }
    }

    /// `[batch, channels, height, width]` to `[batch, out, height/patch, width/patch]`, or with a
    /// class token to `[batch, out, tokens, 1]`.
    pub fn forward(&self, x: Dual) -> Dual {
        let y = self.conv.forward(x);
        let Some(class_token) = &self.class_token else {
            return y;
        };
        let [batch, features, height, width] = y.value.dims();
        let y = y.linear(|y| y.reshape([batch, features, height * width, 1]));
        let token = class_token
            .val()
            .reshape([1, features, 1, 1])
            .expand([batch, features, 1, 1]);
        Dual {
            tangent: y
                .tangent
                .map(|tangent| Tensor::cat(vec![token.zeros_like(), tangent], 2)),
            value: Tensor::cat(vec![token, y.value], 2),
        }
    }
}

/// What is added to each token for its place.
#[derive(Module, Debug)]
pub struct PositionEmbedding {
    /// `[features, height, width]`, or `[features, tokens, 1]`.
    weight: Param<Tensor<3>>,
}

impl PositionEmbedding {
    pub fn new(position: Position, input: Shape, rng: &mut ChaCha8Rng, device: &Device) -> Self {
        let sizes = input.sizes();
        let values = match position {
            Position::Learnt => normal(input.len(), DEVIATION, rng),
            Position::Sinusoidal => sinusoids(input),
        };
        let learnt = position == Position::Learnt;
        Self {
            weight: parameter(values, sizes, device).set_require_grad(learnt),
        }
    }

    /// Shape kept.
    pub fn forward(&self, mut x: Dual) -> Dual {
        x.value = x.value + self.weight.val().unsqueeze();
        x
    }
}

/// sin(p/10000^(2i/d)) in even and cos(p/10000^(2i/d)) in odd features (Vaswani et al. 2017,
/// arXiv 1706.03762), with p the place in a sequence; of images the first half of the features
/// has the row and the second half the column. `features × height × width`.
fn sinusoids(input: Shape) -> Vec<f64> {
    let [features, height, width] = input.sizes();
    let is_image = matches!(input, Shape::Image(_));
    let span = if is_image { features / 2 } else { features };
    let mut values = Vec::with_capacity(input.len());
    for feature in 0..features {
        for row in 0..height {
            for column in 0..width {
                let place = if is_image && feature >= span {
                    column
                } else {
                    row
                };
                let within = feature % span.max(1);
                let exponent = (within / 2 * 2) as f64 / span as f64;
                let angle = place as f64 / 10_000_f64.powf(exponent);
                values.push(if within % 2 == 0 {
                    angle.sin()
                } else {
                    angle.cos()
                });
            }
        }
    }
    values
}

/// Joins each 2×2 tokens to one with twice the channels (Liu et al. 2021, arXiv 2103.14030).
#[derive(Module, Debug)]
pub struct PatchMerging {
    norm: LayerNorm,
    reduction: Dense,
}

impl PatchMerging {
    pub fn new(
        channels: usize,
        eps: f64,
        init: Init,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Self {
        Self {
            norm: LayerNorm::of_last(4 * channels, eps, device),
            reduction: Dense::new(4 * channels, 2 * channels, false, init, rng, device),
        }
    }

    /// `[batch, channels, height, width]` to `[batch, 2·channels, height/2, width/2]`. Of the four
    /// tokens, the lower left comes second and the upper right third.
    pub fn forward(&self, x: Dual) -> Dual {
        let joined = x.linear(|x| {
            let [batch, channels, height, width] = x.dims();
            x.reshape([batch, channels, height / 2, 2, width / 2, 2])
                .permute([0, 2, 4, 5, 3, 1])
                .reshape([batch, height / 2, width / 2, 4 * channels])
        });
        self.reduction
            .forward(self.norm.forward(joined))
            .linear(|x| x.permute([0, 3, 1, 2]))
    }
}
