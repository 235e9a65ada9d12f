//! The head that turns a module's features into logits.

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor},
};
use nalgebra::DMatrix;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::{
    block::{Dual, parameter},
    experiment::{self, HeadKind, Shape},
};

/// z = Wᵀx + b, or s·Wᵀx/‖x‖ of normalised features. Images are pooled globally first, of sequences
/// the class token is read.
#[derive(Module, Debug)]
pub struct Head {
    /// `[features, classes]`
    weight: Param<Tensor<2>>,
    /// `[classes]`, of learnt heads.
    bias: Option<Param<Tensor<1>>>,
    #[module(skip)]
    scale: Option<f64>,
    #[module(skip)]
    reads_sequence: bool,
}

/// What a head sees of a module's output: `[batch, features]`. The first token of a sequence of
/// tokens, or the mean of each channel.
pub(super) fn features(x: Tensor<4>, is_sequence: bool) -> Tensor<2> {
    let [batch, channels, height, width] = x.dims();
    let pooled = if is_sequence {
        x.narrow(2, 0, 1)
    } else if height * width > 1 {
        x.mean_dims(&[2, 3])
    } else {
        x
    };
    pooled.reshape([batch, channels])
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

impl Head {
    pub fn new(
        head: experiment::Head,
        input: Shape,
        classes: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Self {
        let features = input.features();
        let values = match head.kind {
            HeadKind::Etf => etf_weights(features, classes, rng),
            HeadKind::Random => random_weights(features, classes, rng),
            HeadKind::Linear => {
                let deviation = (1.0 / features as f64).sqrt();
                (0..features * classes)
                    .map(|_| {
                        let normal: f64 = StandardNormal.sample(rng);
                        normal * deviation
                    })
                    .collect()
            }
        };
        let learnt = !head.kind.is_fixed();
        Self {
            weight: parameter(values, [features, classes], device).set_require_grad(learnt),
            bias: learnt.then(|| parameter(vec![0.0; classes], [classes], device)),
            scale: head.normalizes().then_some(head.scale),
            reads_sequence: input.is_sequence(),
        }
    }

    /// Weights, `[features, classes]`.
    pub fn weight(&self) -> Tensor<2> {
        self.weight.val()
    }

    /// Logits `[batch, classes]` and, where the input has a tangent, theirs.
    pub fn forward(&self, x: Dual) -> (Tensor<2>, Option<Tensor<2>>) {
        let weight = self.weight.val();
        let mut features = self::features(x.value, self.reads_sequence);
        let mut tangent = x
            .tangent
            .map(|tangent| self::features(tangent, self.reads_sequence));
        if let Some(scale) = self.scale {
            let norm = ((features.clone() * features.clone()).sum_dim(1) + NORM_EPS).sqrt();
            let unit = features / norm.clone();
            tangent = tangent.map(|tangent| {
                let along = (unit.clone() * tangent.clone()).sum_dim(1);
                (tangent - unit.clone() * along) / norm * scale
            });
            features = unit * scale;
        }
        let mut logits = features.matmul(weight.clone());
        if let Some(bias) = &self.bias {
            logits = logits + bias.val().unsqueeze();
        }
        (logits, tangent.map(|tangent| tangent.matmul(weight)))
    }
}

/// Added to ‖x‖² so that a module whose features are all zero has a derivative.
const NORM_EPS: f64 = 1e-12;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Stream, rng};

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
