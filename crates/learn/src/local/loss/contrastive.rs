//! Supervised contrastive loss.

use burn::tensor::{Bool, Int, Tensor, activation};

use super::LossValue;
use crate::local::rows::Rows;

/// Stands for a sample's product with itself, so that its softmax is exactly 0.
const NEVER: f64 = -1e9;
/// What a batch weighs in which no two samples share a class.
const NO_PAIRS: f64 = 1e-30;

/// L = −Σ_{i≠j} w_ij·log( exp(a_i·a_j/τ) / Σ_{k≠i} exp(a_i·a_k/τ) ) / N for projections
/// `[batch, values]`, where a_i = p_i/‖p_i‖ and N = Σ_{i≠j} w_ij (InfoPro, arXiv 2101.10832; after
/// Khosla et al. 2020, arXiv 2004.11362). A pair weighs w_ij = ⟨t_i, t_j⟩ by the targets of its
/// samples: 1 in one class and 0 in two; of mixed samples, whose targets are shares of classes, the
/// probability that both are of one class, as CoMatch weighs pairs by class probabilities (Li et
/// al. 2021, arXiv 2011.11183). L is 0 for a batch without pairs that share a class.
///
/// With s_ij = a_i·a_j/τ, its softmax q_ij over j ≠ i and c_i = Σ_{j≠i} w_ij,
/// D_v L = Σ_{i≠j} (c_i·q_ij − w_ij)·ṡ_ij / N.
pub fn contrastive(projections: Rows, targets: Tensor<2>, temperature: f64) -> LossValue {
    let [batch, _] = targets.dims();
    let itself = diagonal(batch, &targets);
    let weights = targets.clone().matmul(targets.transpose());
    let weights = weights.mask_fill(itself.clone(), 0.0);
    let sum = weights.clone().sum().clamp_min(NO_PAIRS);
    let products = projections.unit().gram().linear(|gram| gram / temperature);
    let others = products.value.mask_fill(itself, NEVER);
    let derivative = products.tangent.map(|tangent| {
        let of_each = weights.clone().sum_dim(1);
        let slope = activation::softmax(others.clone(), 1) * of_each - weights.clone();
        (slope * tangent).sum() / sum.clone()
    });
    LossValue {
        value: -(activation::log_softmax(others, 1) * weights).sum() / sum,
        derivative,
    }
}

/// Where a sample meets itself, `[size, size]`, on the device of `like`.
fn diagonal(size: usize, like: &Tensor<2>) -> Tensor<2, Bool> {
    let places = Tensor::<1, Int>::arange(0..size as i64, &like.device());
    let rows = places.clone().reshape([size, 1]).expand([size, size]);
    let columns = places.reshape([1, size]).expand([size, size]);
    rows.equal(columns)
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
    fn mixed_samples_are_pairs_as_far_as_they_share_classes() {
        let (targets, temperature) = ([[1.0, 0.0], [0.7, 0.3], [0.3, 0.7]], 0.5);
        check(
            |rows| contrastive(rows, matrix(&targets), temperature),
            |p| {
                let product = |a: [f64; 2], b: [f64; 2]| a[0] * b[0] + a[1] * b[1];
                let score = |i: usize, j: usize| {
                    let lengths = (product(p[i], p[i]) * product(p[j], p[j])).sqrt();
                    product(p[i], p[j]) / lengths / temperature
                };
                let (mut sum, mut all) = (0.0, 0.0);
                for i in 0..3 {
                    let others: Vec<usize> = (0..3).filter(|k| *k != i).collect();
                    let scores: f64 = others.iter().map(|k| score(i, *k).exp()).sum();
                    for j in others {
                        let weight = product(targets[i], targets[j]);
                        sum -= weight * (score(i, j).exp() / scores).ln();
                        all += weight;
                    }
                }
                sum / all
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
