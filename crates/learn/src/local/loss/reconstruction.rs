//! Reconstruction loss.

use burn::tensor::{Tensor, activation};

use super::LossValue;
use crate::block::Dual;

/// Mean binary cross-entropy of pixels σ(z) against an image t with values in [0, 1]:
/// log(1 + exp(z)) − t·z for pixel logits z `[batch, channels, height, width]`, as in InfoPro
/// (arXiv 2101.10832). D_v L is the mean of (σ(z) − t)·ż.
pub fn reconstruction(pixels: Dual, images: Tensor<4>) -> LossValue {
    let z = pixels.value;
    let derivative = pixels
        .tangent
        .map(|tangent| ((activation::sigmoid(z.clone()) - images.clone()) * tangent).mean());
    // log(1 + exp(z)) = −log σ(−z), which does not overflow.
    let value = -(activation::log_sigmoid(-z.clone()) + images * z).mean();
    LossValue { value, derivative }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, matrix};
    use super::*;
    use crate::local::rows::Rows;

    #[test]
    fn reconstruction_by_hand() {
        let image = |rows: Tensor<2>| rows.reshape([1, 1, 2, 2]);
        let wanted = [[0.0, 0.25], [1.0, 0.5]];
        check(
            |Rows { value, tangent }| {
                let pixels = Dual {
                    value: image(value),
                    tangent: tangent.map(image),
                };
                reconstruction(pixels, image(matrix(&wanted)))
            },
            |z| {
                let pairs = z.iter().flatten().zip(wanted.iter().flatten());
                let all: f64 = pairs
                    .map(|(z, t)| {
                        let drawn = 1.0 / (1.0 + (-z).exp());
                        -(t * drawn.ln() + (1.0 - t) * (1.0 - drawn).ln())
                    })
                    .sum();
                all / 4.0
            },
            &[[-2.0, 0.3], [1.5, 0.0]],
            &[[1.0, -0.5], [0.2, 0.7]],
        );
    }
}
