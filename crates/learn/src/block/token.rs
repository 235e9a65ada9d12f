//! Tokens in rows and in their grid.

use burn::tensor::Tensor;

use super::torch::Class;

/// Standard deviation of a class token and of learnt places at the start.
pub(super) const DEVIATION: f64 = 0.02;

/// Learnt tensors by themselves, in scripts.
pub(super) const TOKEN: Class = Class {
    rank: 20,
    text: include_str!("torch/token.py"),
};

/// `[batch, features, height, width]` to one row of features for each token,
/// `[batch, 1, height·width, features]`.
pub fn rows(x: Tensor<4>) -> Tensor<4> {
    let [batch, features, height, width] = x.dims();
    x.reshape([batch, features, height * width, 1])
        .swap_dims(1, 3)
}

/// Back from [`rows`] to an image or sequence of `[height, width]`.
pub fn grid(x: Tensor<4>, [height, width]: [usize; 2]) -> Tensor<4> {
    let [batch, _, _, features] = x.dims();
    x.swap_dims(1, 3).reshape([batch, features, height, width])
}
