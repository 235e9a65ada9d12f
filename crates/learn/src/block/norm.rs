//! What batch, layer and group normalisation have in common.

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor},
};

use super::{dual::Dual, init::parameter};

/// Scale and shift by learnt values, shared along every dimension of size 1 in `shape`.
#[derive(Module, Debug)]
pub(crate) struct Affine {
    /// As many values as `shape`.
    pub(crate) weight: Param<Tensor<1>>,
    /// As many values as `shape`.
    pub(crate) bias: Param<Tensor<1>>,
    #[module(skip)]
    pub(crate) shape: [usize; 4],
}

impl Affine {
    /// Ones and zeros.
    pub(super) fn new(shape: [usize; 4], device: &Device) -> Self {
        let count = shape.iter().product();
        Self {
            weight: parameter(vec![1.0; count], [count], device),
            bias: parameter(vec![0.0; count], [count], device),
            shape,
        }
    }

    pub(crate) fn forward(&self, x: Dual) -> Dual {
        let weight = self.weight.val().reshape(self.shape);
        let mut y = x.linear(|x| x * weight.clone());
        y.value = y.value + self.bias.val().reshape(self.shape);
        y
    }
}

/// Values n = (x − μ)·r with r = 1/√(σ² + ε), and what they come from.
pub(crate) struct Standard {
    /// n
    pub(crate) normal: Dual,
    /// r, of size 1 along the dimensions that it is shared by.
    pub(crate) scale: Tensor<4>,
    /// μ, shaped as r.
    pub(super) mean: Tensor<4>,
    /// σ², shaped as r.
    pub(super) variance: Tensor<4>,
}

/// Mean and variance are taken over `dims`.
pub(super) fn standardize(x: Dual, dims: &[usize], eps: f64) -> Standard {
    let mean = x.value.clone().mean_dims(dims);
    let centered = x.value - mean.clone();
    let variance = (centered.clone() * centered.clone()).mean_dims(dims);
    let scale = (variance.clone() + eps).sqrt().recip();
    let tangent = x.tangent.map(|tangent| {
        let mean = tangent.clone().mean_dims(dims);
        let d_centered = tangent - mean;
        let d_variance = (centered.clone() * d_centered.clone()).mean_dims(dims) * 2.0;
        let d_scale = scale.clone() * scale.clone() * scale.clone() * d_variance * -0.5;
        d_centered * scale.clone() + centered.clone() * d_scale
    });
    let value = centered * scale.clone();
    Standard {
        normal: Dual { value, tangent },
        scale,
        mean,
        variance,
    }
}
