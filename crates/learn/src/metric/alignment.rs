//! How well the gradient that a module asks of its input matches the one that the module before
//! follows.

use burn::tensor::Tensor;

/// Agreement at one boundary on a batch, on the device; each `[1]`.
#[derive(Clone, Debug)]
pub struct Alignment {
    /// R = (1/B)·Σ_i ‖δin_i − δout_i‖² (arXiv 2406.05222).
    pub reconciliation: Tensor<1>,
    /// Mean over samples of the cosine of δin_i and δout_i.
    pub cosine: Tensor<1>,
    /// ‖δin − δout‖ / ‖δout‖ over the whole batch; NaN where δout is zero.
    pub relative_distance: Tensor<1>,
    /// ‖δin‖ / ‖δout‖ over the whole batch; NaN where δout is zero.
    pub norm_ratio: Tensor<1>,
}

/// Keeps 0/0 from becoming NaN in f32.
const TINY: f64 = 1e-30;

/// Length of each row of `[rows, values]`: `[rows, 1]`. Squares are taken of shares of the largest
/// value, so that they neither vanish nor overflow.
fn lengths(rows: Tensor<2>) -> Tensor<2> {
    let largest = rows.clone().abs().max_dim(1);
    let shares = rows / largest.clone().clamp_min(TINY);
    largest * (shares.clone() * shares).sum_dim(1).sqrt()
}

/// Rows `[rows, values]` of length 1, where these are their `lengths`, `[rows, 1]`; rows of zeros
/// stay.
fn units(rows: Tensor<2>, lengths: Tensor<2>) -> Tensor<2> {
    rows / lengths.clamp_min(TINY)
}

/// Mean over rows of the cosine of two rows, both `[rows, values]`: `[1]`. 0 where one is zero.
pub fn mean_cosine(one: Tensor<2>, other: Tensor<2>) -> Tensor<1> {
    let [count, _] = one.dims();
    let unit = |rows: Tensor<2>| units(rows.clone(), lengths(rows));
    (unit(one) * unit(other)).sum() / count as f64
}

impl Alignment {
    /// Compares δin with δout, both `[batch, channels, height, width]`.
    pub fn measure(delta_in: &Tensor<4>, delta_out: &Tensor<4>) -> Self {
        let [batch, channels, height, width] = delta_in.dims();
        let values = channels * height * width;
        let delta_in = delta_in.clone().reshape([batch, values]);
        let delta_out = delta_out.clone().reshape([batch, values]);

        let in_lengths = lengths(delta_in.clone());
        let out_lengths = lengths(delta_out.clone());
        let apart = lengths(delta_in.clone() - delta_out.clone());
        let unit_in = units(delta_in, in_lengths.clone());
        let unit_out = units(delta_out, out_lengths.clone());

        let whole = |lengths_of_samples: Tensor<2>| {
            lengths(lengths_of_samples.reshape([1, batch])).reshape([1])
        };
        let out_length = whole(out_lengths);
        let is_zero = out_length.clone().equal_elem(0.0);
        let out_length = out_length.mask_fill(is_zero, f64::NAN);
        Self {
            reconciliation: (apart.clone() * apart.clone()).sum() / batch as f64,
            cosine: (unit_in * unit_out).sum() / batch as f64,
            relative_distance: whole(apart) / out_length.clone(),
            norm_ratio: whole(in_lengths) / out_length,
        }
    }

    /// R, cosine, relative distance, norm ratio.
    pub fn into_values(self) -> [Tensor<1>; 4] {
        [
            self.reconciliation,
            self.cosine,
            self.relative_distance,
            self.norm_ratio,
        ]
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;

    #[test]
    fn tiny_and_large_gradients_are_compared_as_others_are() {
        let tensor = |values: [f32; 4]| {
            Tensor::<4>::from_data(
                TensorData::new(values.to_vec(), [2, 2, 1, 1]),
                &Device::flex(),
            )
        };
        for size in [1.0, 1e-22, 1e15] {
            let measured = Alignment::measure(
                &tensor([3.0, 4.0, 1.0, 0.0].map(|value| value * size)),
                &tensor([4.0, 3.0, -1.0, 0.0].map(|value| value * size)),
            );
            // Cosines of 24/25 and −1; lengths √26 and √26; differences (−1, 1) and (2, 0).
            let expected = [-0.02, (6.0_f32 / 26.0).sqrt(), 1.0];
            let [_, measured @ ..] = measured.into_values();
            for (measured, expected) in measured.into_iter().zip(expected) {
                let measured: f32 = measured.into_scalar();
                assert!(
                    (measured - expected).abs() < 1e-5,
                    "{size}: {measured}, {expected}"
                );
            }
        }
    }
}
