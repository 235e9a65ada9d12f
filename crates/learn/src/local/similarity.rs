//! What PredSim compares samples by.

use burn::{module::Module, tensor::Device};
use layerwise_experiment::{Init, Shape, local_kernel};
use rand_chacha::ChaCha8Rng;

use super::rows::Rows;
use crate::block::{Conv2d, Dual, Window};

/// A 3×3 convolution and then the standard deviation √(σ² + 10⁻⁸) of each channel, σ² unbiased; of
/// vectors a linear layer (PredSim, arXiv 1901.06656).
#[derive(Module, Debug)]
pub struct Similarity {
    conv: Conv2d,
}

/// Added to a variance, which keeps the derivatives of channels that hardly vary in bounds.
const VARIANCE_EPS: f64 = 1e-8;

impl Similarity {
    pub fn new(shape: Shape, rng: &mut ChaCha8Rng, device: &Device) -> Self {
        let features = shape.features();
        let kernel = local_kernel(shape);
        let window = Window {
            kernel,
            stride: 1,
            padding: kernel / 2,
            dilation: 1,
        };
        let init = Init::default();
        Self {
            conv: Conv2d::new(features, features, window, 1, false, init, rng, device),
        }
    }

    /// `[batch, channels, height, width]` to `[batch, channels]`. A channel that does not vary has no
    /// derivative.
    pub fn forward(&self, x: Dual) -> Rows {
        let x = self.conv.forward(x);
        let [_, _, height, width] = x.value.dims();
        if height * width == 1 {
            return Rows::of(x);
        }
        // The unbiased variance, as of a sample of pixels.
        let share = 1.0 / (height * width - 1) as f64;
        let centred = x.linear(|x| x.clone() - x.mean_dims(&[2, 3]));
        let squares = (centred.value.clone() * centred.value.clone()).sum_dims(&[2, 3]);
        let is_constant = squares.clone().equal_elem(0.0);
        let deviation = (squares * share + VARIANCE_EPS).sqrt();
        let slope = (deviation.clone().recip() * share).mask_fill(is_constant, 0.0);
        let tangent = centred
            .tangent
            .map(|tangent| (centred.value * tangent).sum_dims(&[2, 3]) * slope);
        Rows::of(Dual {
            value: deviation,
            tangent,
        })
    }
}
