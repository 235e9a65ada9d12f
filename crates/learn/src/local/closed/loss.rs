//! Cross-entropy and its derivative along a direction.

use burn::tensor::{Tensor, activation};

use crate::local::rows::Rows;

/// (∂O/∂z, ∂O/∂ż) of O = L + 2λ·D_v L at logits z with the tangent ż, both `[batch, classes]`,
/// against targets t whose rows add up to 1. With p = softmax(z) and B samples,
/// L = −Σ t·log p / B and D_v L = Σ (p − t)·ż / B, so that
///
/// - ∂O/∂z = (p − t)/B + 2λ·p·(ż − ⟨p, ż⟩)/B,
/// - ∂O/∂ż = 2λ·(p − t)/B.
///
/// Of L alone where the logits have no tangent.
pub fn reverse(logits: &Rows, targets: &Tensor<2>, lambda: f64) -> Rows {
    let [batch, _] = targets.dims();
    let batch = batch as f64;
    let p = activation::softmax(logits.value.clone(), 1);
    let apart = (p.clone() - targets.clone()) / batch;
    let Some(tangent) = &logits.tangent else {
        return Rows {
            value: apart,
            tangent: None,
        };
    };
    let share = p.clone() * tangent.clone();
    let turned = share.clone() - p * share.sum_dim(1);
    Rows {
        value: apart.clone() + turned * (2.0 * lambda / batch),
        tangent: Some(apart * (2.0 * lambda)),
    }
}
