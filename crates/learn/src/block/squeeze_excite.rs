//! Squeeze and excitation (Hu et al. 2018, arXiv 1709.01507), with the names of torchvision.

use burn::{
    module::Module,
    tensor::{Device, Tensor, activation},
};
use layerwise_experiment::{Shape, kind};
use rand_chacha::ChaCha8Rng;

use super::{
    activation::Activation,
    closed::Closed,
    conv::{Conv2d, Window},
    draws::Draws,
    dual::Dual,
    operation::{Build, Operation},
    pool::global_avg_pool,
    torch::{Class, Line, Stored, Torch, list},
};

/// y = x·σ(fc2(ReLU(fc1(mean of x)))), with the same factor for all pixels of a channel.
#[derive(Module, Debug)]
pub struct SqueezeExcite {
    /// 1×1, to fewer channels.
    fc1: Conv2d,
    /// 1×1, back to all of them.
    fc2: Conv2d,
}

impl Operation for SqueezeExcite {
    /// Shape kept, `[batch, channels, height, width]`.
    fn apply(&self, x: Dual, _at: usize, _draws: Option<&mut Draws>) -> Dual {
        let means = global_avg_pool(x.clone());
        let squeezed = Activation::Relu.forward(self.fc1.forward(means));
        let factors = self
            .fc2
            .forward(squeezed)
            .pointwise(activation::sigmoid, sigmoid_slope);
        scaled(x, factors)
    }

    fn closed(&self) -> Option<&dyn Closed> {
        None
    }
}

/// x·s, with the tangent ẋ·s + x·ṡ, for s `[batch, channels, 1, 1]`.
fn scaled(x: Dual, factors: Dual) -> Dual {
    let tangent = x.tangent.zip(factors.tangent);
    let tangent = tangent
        .map(|(of_x, of_factors)| of_x * factors.value.clone() + x.value.clone() * of_factors);
    Dual {
        value: x.value * factors.value,
        tangent,
    }
}

/// Derivative of σ(x): σ·(1 − σ).
fn sigmoid_slope(x: Tensor<4>) -> Tensor<4> {
    let sigmoid = activation::sigmoid(x);
    sigmoid.clone() * (-sigmoid + 1.0)
}

impl Build for kind::SqueezeExcite {
    type Layer = SqueezeExcite;

    fn build(&self, input: Shape, rng: &mut ChaCha8Rng, device: &Device) -> SqueezeExcite {
        let window = Window {
            kernel: 1,
            stride: 1,
            padding: 0,
            dilation: 1,
        };
        let mut conv =
            |inputs, out| Conv2d::new(inputs, out, window, 1, true, self.init, rng, device);
        let channels = input.features();
        SqueezeExcite {
            fc1: conv(channels, self.squeeze),
            fc2: conv(self.squeeze, channels),
        }
    }
}

const CLASS: Class = Class {
    rank: 15,
    text: include_str!("torch/squeeze_excite.py"),
};

impl Torch for kind::SqueezeExcite {
    fn lines(&self, input: Shape, _stored: Stored<'_>) -> Vec<Line> {
        let numbers = list(&[input.features(), self.squeeze]);
        vec![Line::block(format!("SqueezeExcite({numbers})")).with(&[CLASS])]
    }
}
