//! Images of another size, by linear maps of their rows and of their columns.

use burn::tensor::{Tensor, TensorData};

use super::dual::Dual;

/// How much each of `from` places gives to each of `to` places: `from × to`, row by row.
type Weights = fn(from: usize, to: usize) -> Vec<f64>;

/// Bilinear interpolation of `[batch, channels, height, width]` to another height and width. A
/// pixel lies at its middle; beyond the outermost ones an image goes on as it ends.
pub fn bilinear(x: Dual, size: [usize; 2]) -> Dual {
    resize(x, size, bilinear_weights)
}

/// Means of so many rows and columns of windows that cover the image
/// `[batch, channels, height, width]` and are as even as they can be.
pub fn adaptive_avg_pool(x: Dual, size: [usize; 2]) -> Dual {
    resize(x, size, mean_weights)
}

fn resize(x: Dual, [height, width]: [usize; 2], weights: Weights) -> Dual {
    x.linear(|x| {
        if x.dims()[2..] == [height, width] {
            return x;
        }
        let x = columns(x, width, weights);
        columns(x.swap_dims(2, 3), height, weights).swap_dims(2, 3)
    })
}

/// Maps the last dimension to one of `to` places.
fn columns(x: Tensor<4>, to: usize, weights: Weights) -> Tensor<4> {
    let [batch, channels, height, from] = x.dims();
    if from == to {
        return x;
    }
    let map = TensorData::new(weights(from, to), [from, to]);
    let map = Tensor::<2>::from_data(map, &x.device());
    x.reshape([batch * channels * height, from])
        .matmul(map)
        .reshape([batch, channels, height, to])
}

fn bilinear_weights(from: usize, to: usize) -> Vec<f64> {
    let mut weights = vec![0.0; from * to];
    let last = from.saturating_sub(1);
    for place in 0..to {
        let at = (place as f64 + 0.5) * from as f64 / to as f64 - 0.5;
        let at = at.clamp(0.0, last as f64);
        let low = at.floor() as usize;
        let share = at - low as f64;
        for (source, part) in [(low, 1.0 - share), ((low + 1).min(last), share)] {
            if let Some(weight) = weights.get_mut(source * to + place) {
                *weight += part;
            }
        }
    }
    weights
}

fn mean_weights(from: usize, to: usize) -> Vec<f64> {
    let mut weights = vec![0.0; from * to];
    for place in 0..to {
        let window = place * from / to..((place + 1) * from).div_ceil(to);
        let part = 1.0 / window.len().max(1) as f64;
        for source in window {
            if let Some(weight) = weights.get_mut(source * to + place) {
                *weight = part;
            }
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_drawn_out_and_averaged() {
        let drawn = |from: [f64; 2]| -> Vec<f64> {
            let weights = bilinear_weights(2, 4);
            (0..4)
                .map(|place| from[0] * weights[place] + from[1] * weights[4 + place])
                .collect()
        };
        assert_eq!(drawn([0.0, 4.0]), [0.0, 1.0, 3.0, 4.0]);
        assert_eq!(bilinear_weights(1, 3), [1.0; 3]);

        // Windows of 5 places in 2: 0 to 2 and 2 to 4.
        let third = 1.0 / 3.0;
        let of_first: Vec<f64> = mean_weights(5, 2).into_iter().step_by(2).collect();
        assert_eq!(of_first, [third, third, third, 0.0, 0.0]);
    }

    #[test]
    fn an_image_keeps_its_mean() {
        let device = burn::tensor::Device::flex();
        let values: Vec<f32> = (0..2 * 3 * 4 * 6).map(|value| value as f32).collect();
        let image = Tensor::<4>::from_data(TensorData::new(values, [2, 3, 4, 6]), &device);
        let pooled = adaptive_avg_pool(Dual::plain(image.clone()), [2, 2]).value;
        assert_eq!(pooled.dims(), [2, 3, 2, 2]);
        let apart = (pooled.mean_dims(&[2, 3]) - image.mean_dims(&[2, 3])).abs();
        assert!(apart.max().into_scalar::<f32>() < 1e-4);
    }
}
