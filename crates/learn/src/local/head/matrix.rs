//! Heads that are one matrix.

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor},
};
use layerwise_experiment::{self as experiment, HeadKind};
use nalgebra::DMatrix;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::features;
use crate::{
    block::{Dual, parameter},
    local::rows::Rows,
};

/// z = Wᵀx + b, or s·Wᵀx/‖x‖ of normalised features. Images are pooled globally first.
#[derive(Module, Debug)]
pub struct MatrixHead {
    /// `[features, outputs]`
    pub(in crate::local) weight: Param<Tensor<2>>,
    /// `[outputs]`, of learnt heads.
    pub(in crate::local) bias: Option<Param<Tensor<1>>>,
    /// s, of normalised features.
    #[module(skip)]
    pub(in crate::local) scale: Option<f64>,
}

/// Simplex equiangular tight frame, `features × classes` row by row:
/// √(C/(C−1))·P(I − 11ᵀ/C) with orthonormal columns P (Papyan, Han & Donoho 2020). Columns have
/// length 1 and pairwise cosine −1/(C−1). Needs at least as many features as classes.
pub fn etf_weights(features: usize, classes: usize, rng: &mut ChaCha8Rng) -> Vec<f64> {
    let random: DMatrix<f64> =
        DMatrix::from_fn(features, classes, |_, _| StandardNormal.sample(rng));
    let frame = random.qr().q();
    let c = classes as f64;
    let centering: DMatrix<f64> = DMatrix::from_fn(classes, classes, |row, column| {
        f64::from(u8::from(row == column)) - 1.0 / c
    });
    let etf: DMatrix<f64> = frame * centering * (c / (c - 1.0)).sqrt();
    etf.transpose().iter().copied().collect()
}

/// Columns of length 1 in random directions, `features × classes` row by row.
fn random_weights(features: usize, classes: usize, rng: &mut ChaCha8Rng) -> Vec<f64> {
    let mut random: DMatrix<f64> =
        DMatrix::from_fn(features, classes, |_, _| StandardNormal.sample(rng));
    for mut column in random.column_iter_mut() {
        column.normalize_mut();
    }
    random.transpose().iter().copied().collect()
}

impl MatrixHead {
    pub fn new(
        head: experiment::Head,
        features: usize,
        outputs: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Self {
        let values = match head.kind {
            HeadKind::Etf => etf_weights(features, outputs, rng),
            HeadKind::Random => random_weights(features, outputs, rng),
            // Other kinds are no matrix.
            HeadKind::Linear | HeadKind::Conv | HeadKind::PooledMlp => {
                let deviation = (1.0 / features as f64).sqrt();
                (0..features * outputs)
                    .map(|_| {
                        let normal: f64 = StandardNormal.sample(rng);
                        normal * deviation
                    })
                    .collect()
            }
        };
        let learnt = !head.kind.is_fixed();
        Self {
            weight: parameter(values, [features, outputs], device).set_require_grad(learnt),
            bias: learnt.then(|| parameter(vec![0.0; outputs], [outputs], device)),
            scale: head.normalizes().then_some(head.scale),
        }
    }

    /// Whether the head learns with its module.
    pub fn is_learnt(&self) -> bool {
        self.bias.is_some()
    }

    /// Weights, `[features, outputs]`.
    pub fn weight(&self) -> Tensor<2> {
        self.weight.val()
    }

    /// `[batch, channels, height, width]` to `[batch, outputs]`.
    pub fn forward(&self, x: Dual) -> Rows {
        let weight = self.weight.val();
        let mut features = Rows {
            value: features(x.value),
            tangent: x.tangent.map(features),
        };
        if let Some(scale) = self.scale {
            features = features.unit().linear(|unit| unit * scale);
        }
        let mut logits = features.linear(|features| features.matmul(weight.clone()));
        if let Some(bias) = &self.bias {
            logits.value = logits.value + bias.val().unsqueeze();
        }
        logits
    }
}

#[cfg(test)]
mod tests {
    use layerwise_experiment::rng::{Stream, rng};

    use super::*;

    #[test]
    fn etf_columns_are_unit_vectors_at_equal_angles() {
        for (features, classes) in [(2, 2), (10, 10), (64, 10), (512, 100)] {
            let values = etf_weights(features, classes, &mut rng(1, Stream::Head, 0));
            let matrix = DMatrix::from_row_slice(features, classes, &values);
            let gram = matrix.transpose() * &matrix;
            let ideal = -1.0 / (classes as f64 - 1.0);
            for row in 0..classes {
                for column in 0..classes {
                    let expected = if row == column { 1.0 } else { ideal };
                    assert!((gram[(row, column)] - expected).abs() < 1e-12);
                }
            }
        }
    }
}
