//! Cross-entropy and its derivative along a direction.

use burn::tensor::{Int, Tensor, activation};

/// Mean cross-entropy of logits `[batch, classes]` against one-hot targets; `[1]`.
pub fn cross_entropy(logits: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
    let [batch, _] = logits.dims();
    -(activation::log_softmax(logits, 1) * targets).sum() / batch as f64
}

/// D_v L = mean_i ⟨softmax(z_i) − onehot(y_i), ż_i⟩, softmax not detached; `[1]`.
pub fn directional_derivative(
    logits: Tensor<2>,
    tangent: Tensor<2>,
    targets: Tensor<2>,
) -> Tensor<1> {
    let [batch, _] = logits.dims();
    ((activation::softmax(logits, 1) - targets) * tangent).sum() / batch as f64
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
