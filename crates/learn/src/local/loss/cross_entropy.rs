//! Cross-entropy.

use burn::tensor::{Int, Tensor, activation};

use super::LossValue;
use crate::local::rows::Rows;

/// Targets `[batch, classes]` of which each class gets an equal part of the share s, as label
/// smoothing has them (Szegedy et al. 2016, arXiv 1512.00567): (1 − s)·t + s/C. Rows add up to 1
/// as before, so that equal scores for all classes still cost ln C.
pub fn smoothed(targets: Tensor<2>, share: f64) -> Tensor<2> {
    if share == 0.0 {
        return targets;
    }
    let [_, classes] = targets.dims();
    targets * (1.0 - share) + share / classes as f64
}

/// Mean cross-entropy of logits `[batch, classes]` against targets t whose rows add up to 1, and
/// D_v L = mean_i ⟨softmax(z_i) − t_i, ż_i⟩.
pub fn cross_entropy(logits: Rows, targets: Tensor<2>) -> LossValue {
    let [batch, _] = logits.value.dims();
    let batch = batch as f64;
    let derivative = logits.tangent.map(|tangent| {
        let slope = activation::softmax(logits.value.clone(), 1) - targets.clone();
        (slope * tangent).sum() / batch
    });
    LossValue {
        value: -(activation::log_softmax(logits.value, 1) * targets).sum() / batch,
        derivative,
    }
}

/// Share of the batch whose largest logit is that of its class; `[1]`.
pub fn accuracy(logits: Tensor<2>, labels: Tensor<1, Int>) -> Tensor<1> {
    let [batch, _] = logits.dims();
    logits
        .argmax(1)
        .reshape([batch])
        .equal(labels)
        .float()
        .mean()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, matrix};
    use super::*;

    #[test]
    fn cross_entropy_by_hand() {
        let targets = matrix(&[[1.0, 0.0], [0.0, 1.0]]);
        check(
            |rows| cross_entropy(rows, targets.clone()),
            |z| {
                let of = |own: f64, other: f64| (1.0 + (other - own).exp()).ln();
                (of(z[0][0], z[0][1]) + of(z[1][1], z[1][0])) / 2.0
            },
            &[[0.3, -0.2], [1.0, 0.4]],
            &[[1.0, 0.5], [-0.3, 2.0]],
        );
    }

    #[test]
    fn smoothed_cross_entropy_by_hand() {
        // The second is mixed.
        let targets = smoothed(matrix(&[[1.0, 0.0, 0.0], [0.25, 0.0, 0.75]]), 0.3);
        let aims = [[0.8, 0.1, 0.1], [0.275, 0.1, 0.625]];
        let entropy = |z: &[[f64; 3]]| {
            let rows = z.iter().zip(&aims).map(|(z, aims)| {
                let sum: f64 = z.iter().map(|z| z.exp()).sum();
                let terms = z.iter().zip(aims).map(|(z, aim)| aim * (sum.ln() - z));
                terms.sum::<f64>()
            });
            rows.sum::<f64>() / 2.0
        };
        check(
            |rows| cross_entropy(rows, targets.clone()),
            entropy,
            &[[0.3, -0.2, 1.0], [1.0, 0.4, -0.7]],
            &[[1.0, 0.5, -0.2], [-0.3, 2.0, 0.6]],
        );
        let guessing = entropy(&[[0.5; 3]; 2]);
        assert!((guessing - 3f64.ln()).abs() < 1e-12);
        let one_hot = matrix(&[[0.0, 1.0]]);
        let same = smoothed(one_hot.clone(), 0.0);
        assert_eq!(same.into_data(), one_hot.into_data());
    }
}
