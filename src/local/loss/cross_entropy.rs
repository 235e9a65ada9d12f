//! Cross-entropy.

use burn::tensor::{Int, Tensor, activation};

use super::LossValue;
use crate::local::rows::Rows;

/// Mean cross-entropy of logits `[batch, classes]` against one-hot targets, and
/// D_v L = mean_i ⟨softmax(z_i) − onehot(y_i), ż_i⟩.
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
}
