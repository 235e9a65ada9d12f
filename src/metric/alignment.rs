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
    /// ‖δin − δout‖ / ‖δout‖ over the whole batch.
    pub relative_distance: Tensor<1>,
    /// ‖δin‖ / ‖δout‖ over the whole batch.
    pub norm_ratio: Tensor<1>,
}

/// Keeps 0/0 from becoming NaN in f32.
const TINY: f64 = 1e-30;

impl Alignment {
    /// Compares δin with δout, both `[batch, channels, height, width]`.
    pub fn measure(delta_in: &Tensor<4>, delta_out: &Tensor<4>) -> Self {
        let [batch, channels, height, width] = delta_in.dims();
        let values = channels * height * width;
        let delta_in = delta_in.clone().reshape([batch, values]);
        let delta_out = delta_out.clone().reshape([batch, values]);
        let squares = |tensor: Tensor<2>| (tensor.clone() * tensor).sum_dim(1);

        let in_squares = squares(delta_in.clone());
        let out_squares = squares(delta_out.clone());
        let products = (delta_in.clone() * delta_out.clone()).sum_dim(1);
        let lengths = in_squares.clone().sqrt() * out_squares.clone().sqrt();
        let distance = squares(delta_in - delta_out).sum();
        let out_total = out_squares.sum();
        let in_total = in_squares.sum();
        Self {
            reconciliation: distance.clone() / batch as f64,
            cosine: (products / lengths.clamp_min(TINY)).mean(),
            relative_distance: (distance / out_total.clone().clamp_min(TINY)).sqrt(),
            norm_ratio: (in_total / out_total.clamp_min(TINY)).sqrt(),
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
