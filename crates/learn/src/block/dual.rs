//! A tensor with an optional tangent.

use burn::tensor::{Tensor, activation};

/// A value x and, where it is asked for, its derivative ẋ along a direction. A block maps
/// (x, ẋ) to (f(x), Df(x)·ẋ) in ordinary operations, so that reverse mode through the tangent
/// gives exact gradients of directional derivatives.
#[derive(Clone, Debug)]
pub struct Dual {
    /// `[batch, channels, height, width]`
    pub value: Tensor<4>,
    /// Shaped as the value.
    pub tangent: Option<Tensor<4>>,
}

impl Dual {
    /// A value alone: blocks do their plain forward pass on it.
    pub fn plain(value: Tensor<4>) -> Self {
        Self {
            value,
            tangent: None,
        }
    }

    /// A value with the direction along which blocks differentiate.
    pub fn along(value: Tensor<4>, tangent: Tensor<4>) -> Self {
        Self {
            value,
            tangent: Some(tangent),
        }
    }

    /// A linear map, the same on value and tangent.
    pub fn linear(self, map: impl Fn(Tensor<4>) -> Tensor<4>) -> Self {
        Self {
            tangent: self.tangent.map(&map),
            value: map(self.value),
        }
    }

    /// The sum of two values of one shape, both with tangents or both without.
    pub fn plus(self, other: Self) -> Self {
        Self {
            value: self.value + other.value,
            tangent: match (self.tangent, other.tangent) {
                (Some(one), Some(other)) => Some(one + other),
                (one, other) => one.or(other),
            },
        }
    }

    /// The matrix product along the last two dimensions, of two values with tangents or two
    /// without.
    pub fn matmul(self, other: Self) -> Self {
        let tangent = match (self.tangent, other.tangent) {
            (Some(one), Some(two)) => {
                Some(one.matmul(other.value.clone()) + self.value.clone().matmul(two))
            }
            (Some(one), None) => Some(one.matmul(other.value.clone())),
            (None, Some(two)) => Some(self.value.clone().matmul(two)),
            (None, None) => None,
        };
        Self {
            value: self.value.matmul(other.value),
            tangent,
        }
    }

    /// s = softmax(x) along the last dimension, with ṡ = s·(ẋ − Σ s·ẋ).
    pub fn softmax(self) -> Self {
        let value = activation::softmax(self.value, 3);
        let tangent = self.tangent.map(|tangent| {
            let share = value.clone() * tangent;
            share.clone() - value.clone() * share.sum_dim(3)
        });
        Self { value, tangent }
    }

    /// A function of each value by itself, with its derivative.
    pub fn pointwise(
        self,
        function: impl FnOnce(Tensor<4>) -> Tensor<4>,
        derivative: impl FnOnce(Tensor<4>) -> Tensor<4>,
    ) -> Self {
        Self {
            tangent: self
                .tangent
                .map(|tangent| derivative(self.value.clone()) * tangent),
            value: function(self.value),
        }
    }
}
