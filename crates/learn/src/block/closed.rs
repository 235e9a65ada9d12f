//! Gradients of a layer in closed form, as [`closed_step`](crate::local::closed_step) asks for
//! them.

use burn::{optim::GradientsParams, tensor::Tensor};

use super::{
    draws::{Draws, Place},
    dual::Dual,
};

/// A layer with gradients in closed form.
pub trait Closed {
    /// What the layer saw of an input, and its output.
    fn see(&self, x: Tensor<4>, place: Place, draws: &mut Draws)
    -> (Box<dyn Seen + '_>, Tensor<4>);
}

/// A layer with what it saw on the way forward.
pub trait Seen {
    /// Whether the layer holds parameters.
    fn learns(&self) -> bool {
        false
    }

    /// The tangent of the output for that of the input, which the layer keeps as far as its way
    /// back needs it.
    fn along(&mut self, tangent: Tensor<4>) -> Tensor<4>;

    /// Leaves the gradients of the layer's parameters in `into`, for errors at its output.
    fn learn(&self, _errors: &Dual, _into: &mut GradientsParams) {}

    /// The errors at the input for those at the output.
    fn reverse(&self, errors: Dual) -> Dual;
}
