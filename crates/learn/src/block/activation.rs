//! Functions of each value by itself.

use burn::{
    module::Module,
    tensor::{Bool, Device, Tensor, activation},
};
use layerwise_experiment::{Shape, kind};
use rand_chacha::ChaCha8Rng;

use super::{
    closed::Closed,
    draws::Draws,
    dual::Dual,
    operation::{Build, Operation},
    torch::{Line, Stored, Torch, number},
};

/// An activation function.
#[derive(Clone, Copy, Debug)]
pub enum Activation {
    Relu,
    LeakyRelu(f64),
    Gelu,
    Silu,
    Tanh,
}

impl Activation {
    /// Any shape, kept.
    pub fn forward(self, x: Dual) -> Dual {
        match self {
            Self::Relu => gated(x, 0.0),
            Self::LeakyRelu(slope) => gated(x, slope),
            Self::Gelu => x.pointwise(activation::gelu, gelu_slope),
            Self::Silu => x.pointwise(|x| x.clone() * activation::sigmoid(x), silu_slope),
            Self::Tanh => x.pointwise(Tensor::tanh, tanh_slope),
        }
    }
}

/// An activation function as a layer.
#[derive(Module, Debug)]
pub struct Activated {
    #[module(skip)]
    pub(crate) activation: Activation,
}

impl Operation for Activated {
    fn apply(&self, x: Dual, _at: usize, _draws: Option<&mut Draws>) -> Dual {
        self.activation.forward(x)
    }

    fn closed(&self) -> Option<&dyn Closed> {
        Some(self)
    }
}

impl Build for kind::Relu {
    type Layer = Activated;

    fn build(&self, _input: Shape, _rng: &mut ChaCha8Rng, _device: &Device) -> Activated {
        Activated {
            activation: Activation::Relu,
        }
    }
}

impl Torch for kind::Relu {
    fn lines(&self, _input: Shape, _stored: Stored<'_>) -> Vec<Line> {
        vec![Line::plain("nn.ReLU()")]
    }
}

impl Build for kind::LeakyRelu {
    type Layer = Activated;

    fn build(&self, _input: Shape, _rng: &mut ChaCha8Rng, _device: &Device) -> Activated {
        Activated {
            activation: Activation::LeakyRelu(self.slope),
        }
    }
}

impl Torch for kind::LeakyRelu {
    fn lines(&self, _input: Shape, _stored: Stored<'_>) -> Vec<Line> {
        vec![Line::plain(format!("nn.LeakyReLU({})", number(self.slope)))]
    }
}

impl Build for kind::Gelu {
    type Layer = Activated;

    fn build(&self, _input: Shape, _rng: &mut ChaCha8Rng, _device: &Device) -> Activated {
        Activated {
            activation: Activation::Gelu,
        }
    }
}

impl Torch for kind::Gelu {
    fn lines(&self, _input: Shape, _stored: Stored<'_>) -> Vec<Line> {
        vec![Line::plain("nn.GELU()")]
    }
}

impl Build for kind::Silu {
    type Layer = Activated;

    fn build(&self, _input: Shape, _rng: &mut ChaCha8Rng, _device: &Device) -> Activated {
        Activated {
            activation: Activation::Silu,
        }
    }
}

impl Torch for kind::Silu {
    fn lines(&self, _input: Shape, _stored: Stored<'_>) -> Vec<Line> {
        vec![Line::plain("nn.SiLU()")]
    }
}

impl Build for kind::Tanh {
    type Layer = Activated;

    fn build(&self, _input: Shape, _rng: &mut ChaCha8Rng, _device: &Device) -> Activated {
        Activated {
            activation: Activation::Tanh,
        }
    }
}

impl Torch for kind::Tanh {
    fn lines(&self, _input: Shape, _stored: Stored<'_>) -> Vec<Line> {
        vec![Line::plain("nn.Tanh()")]
    }
}

/// x for x > 0, slope·x otherwise.
fn gated(x: Dual, slope: f64) -> Dual {
    let closed = x.value.clone().lower_equal_scalar(0.0);
    x.linear(|x| gate(x, &closed, slope))
}

/// x, or slope·x where the gate is closed.
pub(crate) fn gate(x: Tensor<4>, closed: &Tensor<4, Bool>, slope: f64) -> Tensor<4> {
    if slope == 0.0 {
        x.mask_fill(closed.clone(), 0.0)
    } else {
        x.clone().mask_where(closed.clone(), x * slope)
    }
}

/// Derivative of x·Φ(x): Φ(x) + x·φ(x).
pub(crate) fn gelu_slope(x: Tensor<4>) -> Tensor<4> {
    cumulative_normal(x.clone()) + x.clone() * normal_density(x)
}

/// Derivative of x·σ(x): σ·(1 + x·(1 − σ)).
pub(crate) fn silu_slope(x: Tensor<4>) -> Tensor<4> {
    let sigmoid = activation::sigmoid(x.clone());
    sigmoid.clone() * (x * (-sigmoid + 1.0) + 1.0)
}

/// Derivative of y = tanh(x): 1 − y².
pub(crate) fn tanh_slope(x: Tensor<4>) -> Tensor<4> {
    let y = x.tanh();
    -(y.clone() * y) + 1.0
}

/// φ(x), the standard normal density.
pub(crate) fn normal_density(x: Tensor<4>) -> Tensor<4> {
    (x.clone() * x * -0.5).exp() * (1.0 / (2.0 * std::f64::consts::PI).sqrt())
}

/// Φ(x), the standard normal distribution function.
fn cumulative_normal(x: Tensor<4>) -> Tensor<4> {
    ((x * std::f64::consts::FRAC_1_SQRT_2).erf() + 1.0) * 0.5
}
