//! Functions of each value by itself.

use burn::tensor::{Tensor, activation};

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
            Self::Relu => Self::gate(x, 0.0),
            Self::LeakyRelu(slope) => Self::gate(x, slope),
            Self::Gelu => x.pointwise(activation::gelu, |x| {
                let density = (x.clone() * x.clone() * -0.5).exp()
                    * (1.0 / (2.0 * std::f64::consts::PI).sqrt());
                cumulative_normal(x.clone()) + x * density
            }),
            Self::Silu => x.pointwise(
                |x| x.clone() * activation::sigmoid(x),
                |x| {
                    let sigmoid = activation::sigmoid(x.clone());
                    sigmoid.clone() * (x * (-sigmoid + 1.0) + 1.0)
                },
            ),
            Self::Tanh => x.pointwise(Tensor::tanh, |x| {
                let y = x.tanh();
                -(y.clone() * y) + 1.0
            }),
        }
    }

    /// x for x > 0, slope·x otherwise.
    fn gate(x: Dual, slope: f64) -> Dual {
        let closed = x.value.clone().lower_equal_scalar(0.0);
        x.linear(|x| {
            if slope == 0.0 {
                x.mask_fill(closed.clone(), 0.0)
            } else {
                x.clone().mask_where(closed.clone(), x * slope)
            }
        })
    }
}

/// Φ(x), the standard normal distribution function.
fn cumulative_normal(x: Tensor<4>) -> Tensor<4> {
    ((x * std::f64::consts::FRAC_1_SQRT_2).erf() + 1.0) * 0.5
}
