//! Shapes and gradients on the way through closed forms.

use burn::{module::Param, optim::GradientsParams, tensor::Tensor};

/// Keeps the gradient of a parameter.
pub(super) fn give<const D: usize>(
    into: &mut GradientsParams,
    parameter: &Param<Tensor<D>>,
    gradient: Tensor<D>,
) {
    into.register(parameter.id, gradient);
}

/// `[batch, values]` as vectors, `[batch, values, 1, 1]`.
pub(super) fn vectors(rows: Tensor<2>) -> Tensor<4> {
    let [batch, values] = rows.dims();
    rows.reshape([batch, values, 1, 1])
}

/// All values of each sample in a row.
pub(super) fn rows(x: Tensor<4>) -> Tensor<2> {
    x.flatten(1, 3)
}
