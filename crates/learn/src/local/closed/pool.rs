//! Pooling: a selection or a mean, both linear once it is known which values were the largest.

use burn::tensor::{
    Int, Tensor,
    module::{avg_pool2d_backward, max_pool2d_with_indices, max_pool2d_with_indices_backward},
};

use crate::block::{
    Closed, Draws, Dual, Place, Pool, Pooling, Seen, Window, avg_pool, flatten, max_pool_options,
    pick,
};

impl Closed for Pooling {
    fn see(
        &self,
        x: Tensor<4>,
        _place: Place,
        _draws: &mut Draws,
    ) -> (Box<dyn Seen + '_>, Tensor<4>) {
        let shape = x.dims();
        match self.pool {
            Pool::Max(window) => {
                let (y, largest) = max_pool2d_with_indices(x, max_pool_options(window));
                let seen = Maxima {
                    window,
                    shape,
                    largest,
                };
                (Box::new(seen), y)
            }
            Pool::Mean(window) => {
                let y = avg_pool(window, Dual::plain(x)).value;
                (Box::new(Means { window, shape }), y)
            }
            Pool::Whole => (Box::new(Whole { shape }), x.mean_dims(&[2, 3])),
            Pool::Vector => (Box::new(Vectors { shape }), flatten(x)),
        }
    }
}

/// What max pooling saw.
struct Maxima {
    window: Window,
    /// `[batch, channels, height, width]`
    shape: [usize; 4],
    /// Where in its image the largest value of each window was.
    largest: Tensor<4, Int>,
}

impl Seen for Maxima {
    /// The tangents of the largest values.
    fn along(&mut self, tangent: Tensor<4>) -> Tensor<4> {
        pick(tangent, self.largest.clone())
    }

    /// Each error goes to the largest value of its window.
    fn reverse(&self, errors: Dual) -> Dual {
        let Window {
            kernel,
            stride,
            padding,
            dilation,
        } = self.window;
        errors.linear(|errors| {
            max_pool2d_with_indices_backward(
                // Only the shape of the input has a say.
                Tensor::zeros(self.shape, &errors.device()),
                [kernel; 2],
                [stride; 2],
                [padding; 2],
                [dilation; 2],
                false,
                errors,
                self.largest.clone(),
            )
        })
    }
}

/// What average pooling saw.
struct Means {
    window: Window,
    /// `[batch, channels, height, width]`
    shape: [usize; 4],
}

impl Seen for Means {
    /// The means of the tangents.
    fn along(&mut self, tangent: Tensor<4>) -> Tensor<4> {
        avg_pool(self.window, Dual::plain(tangent)).value
    }

    /// Each error goes in equal parts to all values of its window.
    fn reverse(&self, errors: Dual) -> Dual {
        let Window {
            kernel,
            stride,
            padding,
            ..
        } = self.window;
        let (kernel, stride, padding) = ([kernel; 2], [stride; 2], [padding; 2]);
        errors.linear(|errors| {
            // Only the shape of the input has a say.
            let input = Tensor::zeros(self.shape, &errors.device());
            avg_pool2d_backward(input, errors, kernel, stride, padding, true, false)
        })
    }
}

/// What global average pooling saw.
struct Whole {
    /// Of the images.
    shape: [usize; 4],
}

impl Seen for Whole {
    fn along(&mut self, tangent: Tensor<4>) -> Tensor<4> {
        tangent.mean_dims(&[2, 3])
    }

    /// The same for every pixel.
    fn reverse(&self, errors: Dual) -> Dual {
        let [_, _, height, width] = self.shape;
        let pixels = (height * width) as f64;
        errors.linear(|errors| (errors / pixels).expand(self.shape))
    }
}

/// What a flattening saw.
struct Vectors {
    /// Of what came in.
    shape: [usize; 4],
}

impl Seen for Vectors {
    fn along(&mut self, tangent: Tensor<4>) -> Tensor<4> {
        flatten(tangent)
    }

    fn reverse(&self, errors: Dual) -> Dual {
        errors.linear(|errors| errors.reshape(self.shape))
    }
}
