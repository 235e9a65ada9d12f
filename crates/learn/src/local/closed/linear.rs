//! y = x·W + b.

use burn::{module::Param, optim::GradientsParams, tensor::Tensor};

use super::tensor::{give, rows, vectors};
use crate::{
    block::{self, Closed, Draws, Dual, Place},
    local::rows::Rows,
};

/// What a linear layer or a matrix head saw.
pub struct Seen<'a> {
    /// W, `[inputs, outputs]`.
    weight: &'a Param<Tensor<2>>,
    /// b, `[outputs]`.
    bias: Option<&'a Param<Tensor<1>>>,
    /// `[batch, inputs]`
    input: Rows,
}

impl<'a> Seen<'a> {
    /// x·W + b for x `[batch, inputs]`: `[batch, outputs]`.
    pub fn forward(
        weight: &'a Param<Tensor<2>>,
        bias: Option<&'a Param<Tensor<1>>>,
        x: Tensor<2>,
    ) -> (Self, Tensor<2>) {
        let mut y = x.clone().matmul(weight.val());
        if let Some(bias) = bias {
            y = y + bias.val().unsqueeze();
        }
        let input = Rows {
            value: x,
            tangent: None,
        };
        let seen = Self {
            weight,
            bias,
            input,
        };
        (seen, y)
    }

    /// ẏ = ẋ·W
    pub fn along(&mut self, tangent: Tensor<2>) -> Tensor<2> {
        self.input.tangent = Some(tangent.clone());
        tangent.matmul(self.weight.val())
    }

    /// ∂O/∂W = xᵀ·a + ẋᵀ·ȧ, ∂O/∂b = Σ a.
    pub fn learn(&self, errors: &Rows, into: &mut GradientsParams) {
        let product = |x: &Tensor<2>, a: &Tensor<2>| x.clone().transpose().matmul(a.clone());
        let mut weight = product(&self.input.value, &errors.value);
        if let (Some(tangent), Some(of_tangent)) = (&self.input.tangent, &errors.tangent) {
            weight = weight + product(tangent, of_tangent);
        }
        give(into, self.weight, weight);
        if let Some(bias) = self.bias {
            let [outputs] = bias.val().dims();
            let sum = errors.value.clone().sum_dim(0).reshape([outputs]);
            give(into, bias, sum);
        }
    }

    /// ∂O/∂x = a·Wᵀ, ∂O/∂ẋ = ȧ·Wᵀ.
    pub fn reverse(&self, errors: Rows) -> Rows {
        let transposed = self.weight.val().transpose();
        errors.linear(|errors| errors.matmul(transposed.clone()))
    }
}

impl Closed for block::Linear {
    fn see(
        &self,
        x: Tensor<4>,
        _place: Place,
        _draws: &mut Draws,
    ) -> (Box<dyn block::Seen + '_>, Tensor<4>) {
        let (seen, y) = Seen::forward(&self.weight, self.bias.as_ref(), rows(x));
        (Box::new(seen), vectors(y))
    }
}

impl block::Seen for Seen<'_> {
    fn learns(&self) -> bool {
        true
    }

    fn along(&mut self, tangent: Tensor<4>) -> Tensor<4> {
        vectors(Seen::along(self, rows(tangent)))
    }

    fn learn(&self, errors: &Dual, into: &mut GradientsParams) {
        Seen::learn(self, &Rows::of(errors.clone()), into);
    }

    fn reverse(&self, errors: Dual) -> Dual {
        let Rows { value, tangent } = Seen::reverse(self, Rows::of(errors));
        Dual {
            value: vectors(value),
            tangent: tangent.map(vectors),
        }
    }
}
