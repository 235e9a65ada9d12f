//! Batch, layer and group normalisation.

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor},
};

use super::{
    draws::{Draws, Place},
    dual::Dual,
    init::parameter,
};

/// Scale and shift by learnt values, shared along every dimension of size 1 in `shape`.
#[derive(Module, Debug)]
struct Affine {
    weight: Param<Tensor<1>>,
    bias: Param<Tensor<1>>,
    #[module(skip)]
    shape: [usize; 4],
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

    fn forward(&self, x: Dual) -> Dual {
        let weight = self.weight.val().reshape(self.shape);
        let mut y = x.linear(|x| x * weight.clone());
        y.value = y.value + self.bias.val().reshape(self.shape);
        y
    }
}

/// (x − μ)/√(σ² + ε) with mean and variance over `dims`, and these two.
fn standardize(x: Dual, dims: &[usize], eps: f64) -> (Dual, Tensor<4>, Tensor<4>) {
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
    let value = centered * scale;
    (Dual { value, tangent }, mean, variance)
}

/// Batch normalisation per channel (Ioffe & Szegedy 2015). Training uses the batch's statistics,
/// evaluation the running ones.
#[derive(Module, Debug)]
pub struct BatchNorm {
    affine: Affine,
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
        let [batch, channels, height, width] = x.value.dims();
        let normal = match draws {
            Some(draws) => {
                let (normal, mean, variance) = standardize(x, &[0, 2, 3], self.eps);
                draws.statistics.entry(place).or_insert_with(|| {
                    let count = (batch * height * width) as f64;
                    let unbiased = count / (count - 1.0).max(1.0);
                    (
                        mean.detach().reshape([channels]),
                        variance.detach().reshape([channels]) * unbiased,
                    )
                });
                normal
            }
            None => {
                let shape = [1, channels, 1, 1];
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

    /// Running mean and variance, `[channels]`, without autodiff.
    pub fn running_statistics(&self) -> (Tensor<1>, Tensor<1>) {
        let resting = |tensor: &Tensor<1>| tensor.clone().inner();
        (resting(&self.running_mean), resting(&self.running_variance))
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
    affine: Affine,
    #[module(skip)]
    dims: Vec<usize>,
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
        self.affine.forward(standardize(x, &self.dims, self.eps).0)
    }
}

/// Group normalisation (Wu & He 2018).
#[derive(Module, Debug)]
pub struct GroupNorm {
    affine: Affine,
    #[module(skip)]
    groups: usize,
    #[module(skip)]
    eps: f64,
}

impl GroupNorm {
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
        let [batch, channels, height, width] = shape;
        let grouped = [
            batch,
            self.groups,
            channels / self.groups * height * width,
            1,
        ];
        let normal = standardize(x.linear(|x| x.reshape(grouped)), &[2], self.eps).0;
        self.affine.forward(normal.linear(|x| x.reshape(shape)))
    }
}
