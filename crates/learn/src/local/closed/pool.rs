//! Pooling: a selection or a mean, both linear once it is known which values were the largest.

use burn::tensor::{
    Int, Tensor,
    module::{avg_pool2d_backward, max_pool2d_with_indices, max_pool2d_with_indices_backward},
};

use crate::block::{Dual, Window, avg_pool, max_pool_options, pick};

/// What a pooling layer saw.
pub struct Seen {
    window: Window,
    /// `[batch, channels, height, width]`
    shape: [usize; 4],
    /// Where in its image the largest value of each window was; none for means.
    largest: Option<Tensor<4, Int>>,
}

impl Seen {
    pub fn of_max(window: Window, x: Tensor<4>) -> (Self, Tensor<4>) {
        let shape = x.dims();
        let (y, largest) = max_pool2d_with_indices(x, max_pool_options(window));
        let seen = Self {
            window,
            shape,
            largest: Some(largest),
        };
        (seen, y)
    }

    pub fn of_mean(window: Window, x: Tensor<4>) -> (Self, Tensor<4>) {
        let seen = Self {
            window,
            shape: x.dims(),
            largest: None,
        };
        (seen, avg_pool(window, Dual::plain(x)).value)
    }

    /// The tangents of the largest values, or the means of the tangents.
    pub fn along(&self, tangent: Tensor<4>) -> Tensor<4> {
        match &self.largest {
            Some(largest) => pick(tangent, largest.clone()),
            None => avg_pool(self.window, Dual::plain(tangent)).value,
        }
    }

    /// Each error goes to the largest value of its window, or in equal parts to all of them.
    pub fn reverse(&self, errors: Dual) -> Dual {
        let Window {
            kernel,
            stride,
            padding,
            dilation,
        } = self.window;
        let (kernel, stride, padding) = ([kernel; 2], [stride; 2], [padding; 2]);
        errors.linear(|errors| {
            // Only the shape of the input has a say.
            let input = Tensor::zeros(self.shape, &errors.device());
            match &self.largest {
                Some(largest) => max_pool2d_with_indices_backward(
                    input,
                    kernel,
                    stride,
                    padding,
                    [dilation; 2],
                    false,
                    errors,
                    largest.clone(),
                ),
                None => avg_pool2d_backward(input, errors, kernel, stride, padding, true, false),
            }
        })
    }
}
