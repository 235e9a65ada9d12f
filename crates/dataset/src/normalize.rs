//! Bringing each channel to a mean of 0 and a standard deviation of 1.

use layerwise_experiment::{Normalize, Prepare, Shape};

/// Mean and standard deviation of each channel, over all samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Normalization {
    /// One for each channel.
    pub mean: Vec<f64>,
    /// Of the whole population; 0 where a channel does not vary.
    pub deviation: Vec<f64>,
}

impl Normalization {
    /// What an experiment sets for samples of this shape; none where values stay as they are, or
    /// where it is computed.
    pub fn set(prepare: &Prepare, shape: Shape) -> Option<Self> {
        (prepare.normalize == Normalize::Given)
            .then(|| Self::given(&prepare.mean, &prepare.std, shape.features()))
    }

    /// These means and deviations, one for each channel or one for all.
    pub fn given(mean: &[f64], deviation: &[f64], channels: usize) -> Self {
        let all = |values: &[f64]| match values {
            [one] => vec![*one; channels],
            values => values.to_vec(),
        };
        Self {
            mean: all(mean),
            deviation: all(deviation),
        }
    }

    /// What the values of each channel are divided by: its deviation, of which 0 counts as 1.
    pub fn divisors(&self) -> impl Iterator<Item = f64> {
        self.deviation
            .iter()
            .map(|&deviation| if deviation == 0.0 { 1.0 } else { deviation })
    }

    /// Turns each value x of samples of `shape` (channels, height, width) into
    /// (x − mean) / divisor; what is beyond the largest number becomes that. Channels without a mean
    /// stay.
    pub fn apply(&self, values: &mut [f32], shape: [usize; 3]) {
        self.each(values, shape, |value, mean, divisor| {
            (value - mean) / divisor
        });
    }

    /// Turns values that [`Self::apply`] has changed back into what they were.
    pub fn undo(&self, values: &mut [f32], shape: [usize; 3]) {
        self.each(values, shape, |value, mean, divisor| value * divisor + mean);
    }

    /// Changes each value, given it with the mean and the divisor of its channel.
    fn each(&self, values: &mut [f32], shape: [usize; 3], change: impl Fn(f64, f64, f64) -> f64) {
        let [channels, height, width] = shape;
        let plane = height.saturating_mul(width);
        let len = channels.saturating_mul(plane);
        if len == 0 {
            return;
        }
        for sample in values.chunks_exact_mut(len) {
            let parameters = self.mean.iter().zip(self.divisors());
            for (channel, (mean, divisor)) in sample.chunks_exact_mut(plane).zip(parameters) {
                for value in channel {
                    let changed = change(f64::from(*value), *mean, divisor) as f32;
                    *value = changed.clamp(f32::MIN, f32::MAX);
                }
            }
        }
    }
}

/// Mean and variance of a stream of values, as precise as if all were at hand (Chan et al., 1983).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Moments {
    count: f64,
    mean: f64,
    /// Sum of the squared distances from the mean.
    squares: f64,
}

impl Moments {
    pub(super) fn add(&mut self, values: &[f32]) {
        let count = values.len() as f64;
        if values.is_empty() {
            return;
        }
        let mean = values.iter().map(|&value| f64::from(value)).sum::<f64>() / count;
        let squares: f64 = values
            .iter()
            .map(|&value| (f64::from(value) - mean).powi(2))
            .sum();
        let all = self.count + count;
        let apart = mean - self.mean;
        self.mean += apart * count / all;
        self.squares += squares + apart * apart * self.count * count / all;
        self.count = all;
    }
}

impl FromIterator<Moments> for Normalization {
    fn from_iter<T: IntoIterator<Item = Moments>>(channels: T) -> Self {
        let (mean, deviation) = channels
            .into_iter()
            .map(|moments| {
                let variance = moments.squares / moments.count.max(1.0);
                (moments.mean, variance.sqrt())
            })
            .unzip();
        Self { mean, deviation }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_do_not_depend_on_the_parts() {
        // Far from 0, where a plain sum of squares is lost to rounding.
        let values: Vec<f32> = (0_u8..100).map(|i| 1e6 + f32::from(i % 7)).collect();
        let mean = values.iter().map(|&v| f64::from(v)).sum::<f64>() / 100.0;
        let variance = values
            .iter()
            .map(|&v| (f64::from(v) - mean).powi(2))
            .sum::<f64>()
            / 100.0;
        for part in [1, 3, 50, 100] {
            let mut moments = Moments::default();
            values.chunks(part).for_each(|values| moments.add(values));
            let normalization: Normalization = [moments].into_iter().collect();
            assert!((normalization.mean[0] - mean).abs() < 1e-8);
            assert!((normalization.deviation[0] - variance.sqrt()).abs() < 1e-8);
        }
    }

    #[test]
    fn each_channel_has_its_own_numbers() {
        let normalization = Normalization {
            mean: vec![1.0, 10.0],
            deviation: vec![2.0, 0.0],
        };
        // Two samples of two channels with two pixels each.
        let mut values = [1.0, 3.0, 10.0, 12.0, -1.0, 5.0, 9.0, 10.0];
        normalization.apply(&mut values, [2, 1, 2]);
        assert_eq!(values, [0.0, 1.0, 0.0, 2.0, -1.0, 2.0, -1.0, 0.0]);
        normalization.undo(&mut values, [2, 1, 2]);
        assert_eq!(values, [1.0, 3.0, 10.0, 12.0, -1.0, 5.0, 9.0, 10.0]);
    }

    #[test]
    fn values_stay_finite() {
        let normalization = Normalization {
            mean: vec![0.0],
            deviation: vec![0.5],
        };
        let mut values = [f32::MAX, -f32::MAX, 1.0];
        normalization.apply(&mut values, [1, 1, 1]);
        assert_eq!(values, [f32::MAX, f32::MIN, 2.0]);
    }
}
