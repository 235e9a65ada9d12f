//! Functions of each value by itself.

use burn::tensor::{Bool, Tensor, activation};

use super::dual::Dual;

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
