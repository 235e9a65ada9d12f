//! Batch normalisation.

mod layer;

use burn::{
    module::Module,
    tensor::{Device, Tensor, TensorData},
};

use super::{
    draws::{Draws, Place},
    dual::Dual,
    norm::{Affine, Standard, standardize},
};

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
