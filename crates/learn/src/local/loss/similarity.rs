//! Similarity matching.

use burn::tensor::Tensor;

use super::LossValue;
use crate::local::rows::Rows;

/// Mean over all pairs of samples of (S_ij − T_ij)², where S are the cosines of the rows
/// `[batch, values]` and T those of the one-hot targets, each row with its mean taken off before
/// (PredSim, arXiv 1901.06656; the mean over pairs stands for its sum). Targets of one
/// class have T = 1, others −1/(C−1).
///
/// D_v L is the mean of 2·(S_ij − T_ij)·Ṡ_ij.
pub fn similarity(rows: Rows, targets: Tensor<2>) -> LossValue {
    let wanted = cosines(Rows {
        value: targets,
        tangent: None,
    });
    let found = cosines(rows);
    let apart = found.value - wanted.value;
    LossValue {
        derivative: found
            .tangent
            .map(|tangent| (apart.clone() * tangent).mean() * 2.0),
        value: (apart.clone() * apart).mean(),
    }
}

/// Cosines of every row with every other, each without its mean: `[batch, batch]`.
fn cosines(rows: Rows) -> Rows {
    rows.linear(|rows| rows.clone() - rows.mean_dim(1))
        .unit()
        .gram()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, matrix};
    use super::*;

    #[test]
    fn similarity_by_hand() {
        // Rows of two values without their mean are (d, −d): their cosine is the product of
        // signs. Three values leave a plane, where the angle is worked out below.
        let targets = matrix(&[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]);
        check(
            |rows| similarity(rows, targets.clone()),
            |x| {
                let centred = |row: [f64; 3]| {
                    let mean = row.iter().sum::<f64>() / 3.0;
                    row.map(|value| value - mean)
                };
                let (a, b) = (centred(x[0]), centred(x[1]));
                let product =
                    |a: [f64; 3], b: [f64; 3]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
                let cosine = product(a, b) / (product(a, a) * product(b, b)).sqrt();
                // The two on the diagonal are right already; of two of three classes −1/2 is
                // wanted.
                2.0 * (cosine + 0.5).powi(2) / 4.0
            },
            &[[1.0, 0.2, -0.4], [0.5, 2.0, 0.3]],
            &[[0.3, -1.0, 0.2], [0.8, 0.1, -0.6]],
        );
    }
}
