//! Linear layers on the features of tokens.

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor},
};
use layerwise_experiment::Init;
use rand_chacha::ChaCha8Rng;

use super::{
    activation::Activation,
    draws::{Draws, Place},
    dropout::dropout,
    dual::Dual,
    init::{parameter, weights},
    torch::Class,
};

/// y = x·W + b on the last dimension.
#[derive(Module, Debug)]
pub struct Dense {
    /// `[inputs, outputs]`
    weight: Param<Tensor<2>>,
    /// `[outputs]`
    bias: Option<Param<Tensor<1>>>,
}

impl Dense {
    pub fn new(
        inputs: usize,
        outputs: usize,
        bias: bool,
        init: Init,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Self {
        let values = weights(init, inputs * outputs, inputs, outputs, rng);
        Self {
            weight: parameter(values, [inputs, outputs], device),
            bias: bias.then(|| parameter(vec![0.0; outputs], [outputs], device)),
        }
    }

    /// `[.., .., .., inputs]` to `[.., .., .., outputs]`.
    pub fn forward(&self, x: Dual) -> Dual {
        apply(x, self.weight.val(), self.bias.as_ref().map(Param::val))
    }

    /// One of `parts` equal parts of the outputs.
    pub fn forward_part(&self, x: Dual, part: usize, parts: usize) -> Dual {
        let weight = self.weight.val();
        let [_, outputs] = weight.dims();
        let width = outputs / parts;
        apply(
            x,
            weight.narrow(1, part * width, width),
            self.bias
                .as_ref()
                .map(|bias| bias.val().narrow(0, part * width, width)),
        )
    }
}

fn apply(x: Dual, weight: Tensor<2>, bias: Option<Tensor<1>>) -> Dual {
    let [inputs, outputs] = weight.dims();
    let [first, second, third, _] = x.value.dims();
    let mut y = x.linear(|x| {
        x.reshape([first * second * third, inputs])
            .matmul(weight.clone())
            .reshape([first, second, third, outputs])
    });
    if let Some(bias) = bias {
        y.value = y.value + bias.reshape([1, 1, 1, outputs]);
    }
    y
}

/// An [`Mlp`] in scripts.
pub(super) const MLP: Class = Class {
    rank: 50,
    text: include_str!("torch/mlp.py"),
};

/// Two linear layers with GELU between, and dropout after each.
#[derive(Module, Debug)]
pub struct Mlp {
    first: Dense,
    second: Dense,
    #[module(skip)]
    dropout: f64,
}

impl Mlp {
    /// From so many features to as many, by way of `hidden`.
    pub fn new(
        features: usize,
        hidden: usize,
        dropout: f64,
        init: Init,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Self {
        Self {
            first: Dense::new(features, hidden, true, init, rng, device),
            second: Dense::new(hidden, features, true, init, rng, device),
            dropout,
        }
    }

    /// Shape kept: features last. Draws are those of `place` and the part after it.
    pub fn forward(&self, x: Dual, place: Place, mut draws: Option<&mut Draws>) -> Dual {
        let (layer, part) = place;
        let hidden = Activation::Gelu.forward(self.first.forward(x));
        let hidden = dropout(self.dropout, hidden, place, draws.as_deref_mut());
        let y = self.second.forward(hidden);
        dropout(self.dropout, y, (layer, part + 1), draws)
    }
}
