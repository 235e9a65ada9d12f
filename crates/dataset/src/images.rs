//! The images that a network's inputs show.

use super::samples::Samples;

/// What turns the values that a network receives back into those of an image, from 0 to 1: the
/// normalisation undone and, where plain values are no pixels, the lowest brought to 0 and the
/// highest to 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Images {
    /// For each channel the factor a and the shift b of a·x + b; none where values stay.
    pub channels: Option<Vec<[f64; 2]>>,
    /// The plain values that stand for 0 and 1, where these are no pixels.
    pub stretched: Option<[f32; 2]>,
}

impl Images {
    /// Of samples, and of those that are normalised as they are.
    pub fn of(samples: &Samples) -> Self {
        let stretched = samples.beyond_pixels();
        let normalization = samples.normalization();
        if stretched.is_none() && normalization.is_none() {
            return Self::default();
        }
        let [low, high] = stretched.unwrap_or([0.0, 1.0]).map(f64::from);
        let width = if high > low { high - low } else { 1.0 };
        let channel = |(mean, deviation): (f64, f64)| [deviation / width, (mean - low) / width];
        let [channels, ..] = samples.shape().sizes();
        let all: Vec<(f64, f64)> = match normalization {
            Some(normalization) => {
                let means = normalization.mean.iter().copied();
                means.zip(normalization.divisors()).collect()
            }
            None => vec![(0.0, 1.0); channels],
        };
        Self {
            channels: Some(all.into_iter().map(channel).collect()),
            stretched,
        }
    }
}

#[cfg(test)]
mod tests {
    use layerwise_experiment::Shape;

    use super::*;
    use crate::{Normalization, Part, Store};

    /// Two images of two channels with two pixels each.
    fn samples(store: Store) -> Samples {
        let labels = vec![0, 1];
        Samples::all(Part { store, labels }, Shape::Image([2, 1, 2]))
    }

    /// Every value that a network receives, as it is in the image.
    fn drawn(samples: &Samples) -> Vec<f64> {
        let images = Images::of(samples);
        let values = samples.values(&mut |_| true).unwrap();
        let channel = |at: usize| images.channels.as_ref().map_or([1.0, 0.0], |all| all[at]);
        let values = values.iter().enumerate();
        values
            .map(|(at, value)| {
                let [factor, shift] = channel(at / 2 % 2);
                factor * f64::from(*value) + shift
            })
            .collect()
    }

    fn near(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{found}, {expected}");
        }
    }

    #[test]
    fn normalised_pixels_are_pixels_again() {
        let bytes = [0, 51, 255, 102, 153, 204, 255, 0];
        let pixels = bytes.map(|byte| f64::from(byte) / 255.0);
        let plain = samples(Store::Bytes(bytes.to_vec()));
        assert_eq!(Images::of(&plain), Images::default());
        let normalization = Normalization {
            mean: vec![0.3, 0.6],
            deviation: vec![0.2, 0.0],
        };
        let normalised = plain.normalized(Some(normalization));
        near(&drawn(&normalised), &pixels);
        assert_eq!(Images::of(&normalised).stretched, None);
    }

    #[test]
    fn values_that_are_no_pixels_go_from_0_to_1_too() {
        let values = [-2.0, 0.0, 2.0, 6.0, 1.0, 3.0, 5.0, -1.0];
        let expected = values.map(|value: f32| (f64::from(value) + 2.0) / 8.0);
        let plain = samples(Store::Values(values.to_vec()));
        assert_eq!(Images::of(&plain).stretched, Some([-2.0, 6.0]));
        near(&drawn(&plain), &expected);
        let normalization = Normalization {
            mean: vec![1.0, 2.0],
            deviation: vec![3.0, 4.0],
        };
        near(&drawn(&plain.normalized(Some(normalization))), &expected);
        // What lies between 0 and 1 already stays.
        let dim = samples(Store::Values(
            values.map(|value| value / 20.0 + 0.2).to_vec(),
        ));
        assert_eq!(Images::of(&dim), Images::default());
        // Nothing is divided by where all values are one.
        near(&drawn(&samples(Store::Values(vec![7.0; 8]))), &[0.0; 8]);
    }
}
