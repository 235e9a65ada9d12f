//! Random erasing (Zhong et al., 2020).

use rand::{Rng, RngExt};

/// Parts of the image's area that a rectangle may cover.
const AREA: [f64; 2] = [0.02, 0.33];
/// Heights that a rectangle of width 1 may have.
const ASPECT: [f64; 2] = [0.3, 3.3];
const ATTEMPTS: usize = 10;

/// Sets a random rectangle of a normalised sample to 0, the mean, in all channels, with the given
/// probability. It covers 2 to 33 % of the image, up to rounding; where ten rectangles do not fit,
/// nothing is erased. `shape`: channels, height, width. The result depends on the arguments alone.
pub fn erase(values: &mut [f32], shape: [usize; 3], probability: f64, rng: &mut impl Rng) {
    let [_, height, width] = shape;
    let Some(len) = height.checked_mul(width).filter(|&len| len > 0) else {
        return;
    };
    if probability.is_nan() || rng.random::<f64>() >= probability {
        return;
    }
    let Some([top, left, tall, wide]) = rectangle(height, width, rng) else {
        return;
    };
    for channel in values.chunks_exact_mut(len) {
        for row in channel.chunks_exact_mut(width).skip(top).take(tall) {
            for value in row.iter_mut().skip(left).take(wide) {
                *value = 0.0;
            }
        }
    }
}

/// Top, left, height and width.
fn rectangle(height: usize, width: usize, rng: &mut impl Rng) -> Option<[usize; 4]> {
    let [least, most] = AREA;
    let [flattest, tallest] = ASPECT.map(f64::ln);
    for _ in 0..ATTEMPTS {
        let area = height as f64 * width as f64 * rng.random_range(least..=most);
        let aspect = rng.random_range(flattest..=tallest).exp();
        let tall = (area * aspect).sqrt().round() as usize;
        let wide = (area / aspect).sqrt().round() as usize;
        if (1..=height).contains(&tall) && (1..=width).contains(&wide) {
            let top = rng.random_range(0..=height - tall);
            let left = rng.random_range(0..=width - wide);
            return Some([top, left, tall, wide]);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    const SHAPE: [usize; 3] = [3, 32, 40];
    const PLANE: usize = 32 * 40;

    #[test]
    fn one_rectangle_of_the_right_size_is_erased_in_all_channels() {
        for seed in 0..300 {
            let mut values = vec![1.0; 3 * PLANE];
            erase(
                &mut values,
                SHAPE,
                1.0,
                &mut ChaCha8Rng::seed_from_u64(seed),
            );
            let erased: Vec<usize> = (0..PLANE).filter(|&i| values[i] == 0.0).collect();
            let rows = erased.last().unwrap() / 40 - erased[0] / 40 + 1;
            let columns = erased.iter().map(|i| i % 40);
            let columns = columns.clone().max().unwrap() - columns.min().unwrap() + 1;
            assert_eq!(erased.len(), rows * columns, "no rectangle");
            let share = erased.len() as f64 / PLANE as f64;
            assert!((0.015..=0.35).contains(&share), "{share}");
            let aspect = rows as f64 / columns as f64;
            assert!((0.25..=4.0).contains(&aspect), "{aspect}");
            assert_eq!(values[..PLANE], values[PLANE..2 * PLANE]);
            assert_eq!(values[..PLANE], values[2 * PLANE..]);
        }
    }

    #[test]
    fn the_probability_is_kept() {
        let erased = |probability: f64| {
            (0..1000)
                .filter(|&seed| {
                    let mut values = vec![1.0; 3 * PLANE];
                    let mut rng = ChaCha8Rng::seed_from_u64(seed);
                    erase(&mut values, SHAPE, probability, &mut rng);
                    values.contains(&0.0)
                })
                .count()
        };
        assert_eq!(erased(0.0), 0);
        assert_eq!(erased(f64::NAN), 0);
        assert_eq!(erased(1.0), 1000);
        assert!((200..300).contains(&erased(0.25)));
    }

    #[test]
    fn odd_shapes_are_no_trouble() {
        for shape in [[1, 1, 1], [0, 0, 0], [1, 1, 1000], [2, 500, 1], [3, 32, 40]] {
            let mut values = vec![1.0; 1000];
            erase(&mut values, shape, 1.0, &mut ChaCha8Rng::seed_from_u64(0));
        }
    }
}
