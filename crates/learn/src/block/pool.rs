//! Pooling.

use burn::tensor::{
    Int, Tensor,
    module::{avg_pool2d, max_pool2d, max_pool2d_with_indices},
    ops::{AvgPoolOptions, MaxPoolOptions},
};

use super::{conv::Window, dual::Dual};

pub(crate) fn max_pool_options(window: Window) -> MaxPoolOptions<2> {
    MaxPoolOptions::new([window.kernel; 2])
        .with_stride([window.stride; 2])
        .with_padding([window.padding; 2])
}

/// Largest value of each window. The tangent is that of the largest value.
pub fn max_pool(window: Window, x: Dual) -> Dual {
    let options = max_pool_options(window);
    match x.tangent {
        None => Dual::plain(max_pool2d(x.value, options)),
        Some(tangent) => {
            let (value, indices) = max_pool2d_with_indices(x.value, options);
            Dual::along(value, pick(tangent, indices))
        }
    }
}

/// The values of each channel at `indices`, which count the pixels of an image row by row:
/// `[batch, channels, height, width]` to the shape of the indices.
pub(crate) fn pick(x: Tensor<4>, indices: Tensor<4, Int>) -> Tensor<4> {
    let [batch, channels, height, width] = x.dims();
    let shape = indices.dims();
    let [_, _, rows, columns] = shape;
    x.reshape([batch, channels, height * width])
        .gather(2, indices.reshape([batch, channels, rows * columns]))
        .reshape(shape)
}

/// Mean of each window, padding counted.
pub fn avg_pool(window: Window, x: Dual) -> Dual {
    let options = AvgPoolOptions::new([window.kernel; 2])
        .with_stride([window.stride; 2])
        .with_padding([window.padding; 2]);
    x.linear(|x| avg_pool2d(x, options.clone()))
}

/// Mean of each channel: `[batch, channels, height, width]` to `[batch, channels, 1, 1]`.
pub fn global_avg_pool(x: Dual) -> Dual {
    x.linear(|x| x.mean_dims(&[2, 3]))
}
