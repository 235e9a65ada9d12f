//! Supervised contrastive loss.

use burn::tensor::{Int, Tensor, activation};

use super::LossValue;
use crate::local::rows::Rows;

/// Added to a sample's product with itself, so that its softmax is exactly 0.
const NEVER: f64 = -1e9;

/// L = −Σ_{i≠j, y_i=y_j} log( exp(a_i·a_j/τ) / Σ_{k≠i} exp(a_i·a_k/τ) ) / N for projections
/// `[batch, values]`, where a_i = p_i/‖p_i‖ and N is the number of pairs i ≠ j of one class
/// (InfoPro, arXiv 2101.10832; after Khosla et al. 2020, arXiv 2004.11362). It is 0
/// for a batch without such pairs.
///
/// With s_ij = a_i·a_j/τ, its softmax q_ij over j ≠ i and c_i partners of i in its class,
/// D_v L = Σ_ij (c_i·q_ij − 1[i≠j, y_i=y_j])·ṡ_ij / N.
pub fn contrastive(projections: Rows, targets: Tensor<2>, temperature: f64) -> LossValue {
    let [batch, _] = targets.dims();
    let itself = identity(batch, &targets);
    let partners = targets.clone().matmul(targets.transpose()) - itself.clone();
    let pairs = partners.clone().sum().clamp_min(1.0);
    let products = projections.unit().gram().linear(|gram| gram / temperature);
    let others = products.value + itself * NEVER;
    let derivative = products.tangent.map(|tangent| {
        let counts = partners.clone().sum_dim(1);
        let slope = activation::softmax(others.clone(), 1) * counts - partners.clone();
        (slope * tangent).sum() / pairs.clone()
    });
    LossValue {
        value: -(activation::log_softmax(others, 1) * partners).sum() / pairs,
        derivative,
    }
}

/// Ones on the diagonal, `[size, size]`, where `like` is.
fn identity(size: usize, like: &Tensor<2>) -> Tensor<2> {
    let places = Tensor::<1, Int>::arange(0..size as i64, &like.device());
    let rows = places.clone().reshape([size, 1]).expand([size, size]);
    let columns = places.reshape([1, size]).expand([size, size]);
    rows.equal(columns).float()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, matrix, rows};
    use super::*;

    #[test]
    fn contrastive_by_hand() {
        // Two samples of the first class, one of the second: the two pairs are 0, 1 and 1, 0.
        let targets = matrix(&[[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]);
        let temperature = 0.5;
        check(
            |rows| contrastive(rows, targets.clone(), temperature),
            |p| {
                let cosine = |i: usize, j: usize| {
                    let product = |i: usize, j: usize| p[i][0] * p[j][0] + p[i][1] * p[j][1];
                    product(i, j) / (product(i, i) * product(j, j)).sqrt()
                };
                let of = |own: f64, other: f64| (1.0 + ((other - own) / temperature).exp()).ln();
                let pair = cosine(0, 1);
                (of(pair, cosine(0, 2)) + of(pair, cosine(1, 2))) / 2.0
            },
            &[[1.0, 0.2], [0.5, 2.0], [-1.0, 0.7]],
            &[[0.3, -1.0], [0.8, 0.1], [-0.4, 0.9]],
        );
    }

    #[test]
    fn a_batch_without_pairs_costs_nothing() {
        let targets = matrix(&[[1.0, 0.0], [0.0, 1.0]]);
        let alone = contrastive(rows(&[[1.0], [2.0]], &[[1.0], [1.0]]), targets, 0.07);
        assert_eq!(alone.value.into_scalar::<f64>(), 0.0);
        assert_eq!(alone.derivative.unwrap().into_scalar::<f64>(), 0.0);
        let one = contrastive(rows(&[[1.0]], &[[1.0]]), matrix(&[[1.0, 0.0]]), 0.07);
        assert_eq!(one.value.into_scalar::<f64>(), 0.0);
    }
}
