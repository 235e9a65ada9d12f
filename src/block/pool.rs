//! Pooling.

use burn::tensor::{
    module::{avg_pool2d, max_pool2d, max_pool2d_with_indices},
    ops::{AvgPoolOptions, MaxPoolOptions},
};

use super::{conv::Window, dual::Dual};

/// Largest value of each window. The tangent is that of the largest value.
pub fn max_pool(window: Window, x: Dual) -> Dual {
    let options = MaxPoolOptions::new([window.kernel; 2])
        .with_stride([window.stride; 2])
        .with_padding([window.padding; 2]);
    match x.tangent {
        None => Dual::plain(max_pool2d(x.value, options)),
        Some(tangent) => {
            let [batch, channels, height, width] = x.value.dims();
            let (value, indices) = max_pool2d_with_indices(x.value, options);
            let [_, _, rows, columns] = value.dims();
            let tangent = tangent
                .reshape([batch, channels, height * width])
                .gather(2, indices.reshape([batch, channels, rows * columns]))
                .reshape([batch, channels, rows, columns]);
            Dual::along(value, tangent)
        }
    }
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
