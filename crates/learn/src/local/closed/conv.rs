//! Convolution.

use burn::{
    optim::GradientsParams,
    tensor::{
        Tensor,
        module::{conv_transpose2d, conv2d, conv2d_weight_backward},
        ops::ConvTransposeOptions,
    },
};

use super::tensor::give;
use crate::block::{Closed, Conv2d, Draws, Dual, Place, Seen, Window};

/// What a convolution saw.
struct Convolved<'a> {
    layer: &'a Conv2d,
    /// `[batch, inputs, height, width]`
    input: Dual,
}

impl Closed for Conv2d {
    fn see(
        &self,
        x: Tensor<4>,
        _place: Place,
        _draws: &mut Draws,
    ) -> (Box<dyn Seen + '_>, Tensor<4>) {
        let input = Dual::plain(x);
        let y = self.forward(input.clone()).value;
        (Box::new(Convolved { layer: self, input }), y)
    }
}

impl Seen for Convolved<'_> {
    fn learns(&self) -> bool {
        true
    }

    /// ẏ is the convolution of ẋ, without the bias.
    fn along(&mut self, tangent: Tensor<4>) -> Tensor<4> {
        self.input.tangent = Some(tangent.clone());
        let Conv2d { weight, .. } = self.layer;
        conv2d(tangent, weight.val(), None, self.layer.options())
    }

    /// A convolution is linear in its kernel as it is in its input: with C(x, a) the gradient of
    /// the kernel for an input x and an error a, ∂O/∂W = C(x, a) + C(ẋ, ȧ). ∂O/∂b = Σ a.
    fn learn(&self, errors: &Dual, into: &mut GradientsParams) {
        let Conv2d { weight, bias, .. } = self.layer;
        let of_kernel = |x: &Tensor<4>, errors: &Tensor<4>| {
            let options = self.layer.options();
            conv2d_weight_backward(x.clone(), weight.val(), errors.clone(), options)
        };
        let mut gradient = of_kernel(&self.input.value, &errors.value);
        if let (Some(tangent), Some(of_tangent)) = (&self.input.tangent, &errors.tangent) {
            gradient = gradient + of_kernel(tangent, of_tangent);
        }
        give(into, weight, gradient);
        if let Some(bias) = bias {
            let [outputs] = bias.val().dims();
            let sum = errors.value.clone().sum_dims(&[0, 2, 3]);
            give(into, bias, sum.reshape([outputs]));
        }
    }

    /// The transposed convolution, of a and of ȧ. Where the kernel leaves out pixels at the end,
    /// these get zeros.
    fn reverse(&self, errors: Dual) -> Dual {
        let Window {
            kernel,
            stride,
            padding,
            dilation,
        } = self.layer.window;
        let [_, _, height, width] = self.input.value.dims();
        let [_, _, rows, columns] = errors.value.dims();
        let left_out = |size: usize, windows: usize| {
            let reached = windows.saturating_sub(1) * stride + dilation * (kernel - 1) + 1;
            (size + 2 * padding).saturating_sub(reached)
        };
        let options = ConvTransposeOptions::new(
            [stride; 2],
            [padding; 2],
            [left_out(height, rows), left_out(width, columns)],
            [dilation; 2],
            self.layer.groups,
        );
        let weight = self.layer.weight.val();
        errors.linear(|errors| conv_transpose2d(errors, weight.clone(), None, options.clone()))
    }
}
