//! Batch, layer and group normalisation.

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor, TensorData},
};

use super::{
    draws::{Draws, Place},
    dual::Dual,
    init::parameter,
};

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
    fn new(shape: [usize; 4], device: &Device) -> Self {
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
    mean: Tensor<4>,
    /// σ², shaped as r.
    variance: Tensor<4>,
}

/// Mean and variance are taken over `dims`.
fn standardize(x: Dual, dims: &[usize], eps: f64) -> Standard {
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

/// Batch normalisation per channel (Ioffe & Szegedy 2015). Training uses the batch's statistics,
/// evaluation the running ones.
#[derive(Module, Debug)]
pub struct BatchNorm {
    pub(crate) affine: Affine,
    /// `[channels]`
    running_mean: Tensor<1>,
    /// `[channels]`
    running_variance: Tensor<1>,
    #[module(skip)]
    eps: f64,
    #[module(skip)]
    momentum: f64,
}

impl BatchNorm {
    /// Dimensions that statistics are taken over.
    pub(crate) const DIMS: [usize; 3] = [0, 2, 3];

    pub fn new(channels: usize, eps: f64, momentum: f64, device: &Device) -> Self {
        Self {
            affine: Affine::new([1, channels, 1, 1], device),
            running_mean: Tensor::zeros([channels], device),
            running_variance: Tensor::ones([channels], device),
            eps,
            momentum,
        }
    }

    /// Shape kept. With `draws` the batch's statistics are used and left there.
    pub fn forward(&self, x: Dual, place: Place, draws: Option<&mut Draws>) -> Dual {
        let normal = match draws {
            Some(draws) => self.standard(x, place, draws).normal,
            None => {
                let shape = self.affine.shape;
                let mean = self.running_mean.clone().reshape(shape);
                let scale = (self.running_variance.clone() + self.eps)
                    .sqrt()
                    .recip()
                    .reshape(shape);
                let mut x = x;
                x.value = x.value - mean;
                x.linear(|x| x * scale.clone())
            }
        };
        self.affine.forward(normal)
    }

    /// What it standardises by the batch's statistics, which it leaves in `draws`.
    pub(crate) fn standard(&self, x: Dual, place: Place, draws: &mut Draws) -> Standard {
        let [batch, channels, height, width] = x.value.dims();
        let standard = standardize(x, &Self::DIMS, self.eps);
        draws.statistics.entry(place).or_insert_with(|| {
            let count = (batch * height * width) as f64;
            let unbiased = count / (count - 1.0).max(1.0);
            let of_channels = |values: &Tensor<4>| values.clone().detach().reshape([channels]);
            (
                of_channels(&standard.mean),
                of_channels(&standard.variance) * unbiased,
            )
        });
        standard
    }

    /// Running mean and variance, `[channels]`, without autodiff.
    pub fn running_statistics(&self) -> (Tensor<1>, Tensor<1>) {
        let resting = |tensor: &Tensor<1>| tensor.clone().inner();
        (resting(&self.running_mean), resting(&self.running_variance))
    }

    /// Puts other running statistics in, as far as there are any: a value for each channel.
    pub fn replace_running_statistics(
        &mut self,
        mean: Option<Vec<f64>>,
        variance: Option<Vec<f64>>,
    ) {
        let replace = |old: &mut Tensor<1>, values: Option<Vec<f64>>| {
            if let Some(values) = values {
                *old = Tensor::from_data(TensorData::new(values, old.dims()), &old.device());
            }
        };
        replace(&mut self.running_mean, mean);
        replace(&mut self.running_variance, variance);
    }

    /// Moves the running statistics towards those that a step left in `draws`.
    pub fn absorb(&mut self, place: Place, draws: &mut Draws) {
        let Some((mean, variance)) = draws.statistics.remove(&place) else {
            return;
        };
        let keep = 1.0 - self.momentum;
        self.running_mean = self.running_mean.clone() * keep + mean * self.momentum;
        self.running_variance = self.running_variance.clone() * keep + variance * self.momentum;
    }
}

/// Layer normalisation (Ba et al. 2016, arXiv 1607.06450).
#[derive(Module, Debug)]
pub struct LayerNorm {
    pub(crate) affine: Affine,
    /// Dimensions that statistics are taken over.
    #[module(skip)]
    pub(crate) dims: Vec<usize>,
    #[module(skip)]
    eps: f64,
}

impl LayerNorm {
    /// Over all values of a sample of these sizes.
    pub fn of_sample([channels, height, width]: [usize; 3], eps: f64, device: &Device) -> Self {
        Self {
            affine: Affine::new([1, channels, height, width], device),
            dims: vec![1, 2, 3],
            eps,
        }
    }

    /// Over the channels of each pixel or token, `[batch, channels, height, width]`.
    pub fn of_channels(channels: usize, eps: f64, device: &Device) -> Self {
        Self {
            affine: Affine::new([1, channels, 1, 1], device),
            dims: vec![1],
            eps,
        }
    }

    /// Over the last dimension.
    pub fn of_last(features: usize, eps: f64, device: &Device) -> Self {
        Self {
            affine: Affine::new([1, 1, 1, features], device),
            dims: vec![3],
            eps,
        }
    }

    /// Shape kept.
    pub fn forward(&self, x: Dual) -> Dual {
        self.affine.forward(self.standard(x).normal)
    }

    pub(crate) fn standard(&self, x: Dual) -> Standard {
        standardize(x, &self.dims, self.eps)
    }
}

/// Group normalisation (Wu & He 2018).
#[derive(Module, Debug)]
pub struct GroupNorm {
    pub(crate) affine: Affine,
    #[module(skip)]
    groups: usize,
    #[module(skip)]
    eps: f64,
}

impl GroupNorm {
    /// Dimensions that statistics are taken over, of values in groups.
    pub(crate) const DIMS: [usize; 1] = [2];

    pub fn new(channels: usize, groups: usize, eps: f64, device: &Device) -> Self {
        Self {
            affine: Affine::new([1, channels, 1, 1], device),
            groups,
            eps,
        }
    }

    /// Shape kept.
    pub fn forward(&self, x: Dual) -> Dual {
        let shape = x.value.dims();
        let normal = self.standard(x).normal;
        self.affine.forward(normal.linear(|x| x.reshape(shape)))
    }

    /// In the shape `[batch, groups, values of a group, 1]`.
    pub(crate) fn standard(&self, x: Dual) -> Standard {
        let [batch, channels, height, width] = x.value.dims();
        let grouped = [
            batch,
            self.groups,
            channels / self.groups * height * width,
            1,
        ];
        standardize(x.linear(|x| x.reshape(grouped)), &Self::DIMS, self.eps)
    }
}
