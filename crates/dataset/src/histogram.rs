//! How often values and classes occur.

use super::normalize::Normalization;

/// Bars of a histogram of numbers that are not bytes.
pub const BARS: usize = 64;

/// How often the values of a channel occur.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// The least value.
    pub low: f32,
    /// The greatest value.
    pub high: f32,
    /// For bytes, 256 counts: number i is of the value i/255, `low` is 0 and `high` 1. Otherwise
    /// `BARS` counts of equal ranges from `low` to `high`; the last one includes `high`.
    pub counts: Vec<u64>,
}

impl Histogram {
    pub(super) fn between(low: f32, high: f32) -> Self {
        Self {
            low,
            high,
            counts: vec![0; BARS],
        }
    }

    pub(super) fn add(&mut self, values: &[f32]) {
        let (low, high) = (f64::from(self.low), f64::from(self.high));
        let scale = if low < high {
            BARS as f64 / (high - low)
        } else {
            0.0
        };
        for &value in values {
            let bar = ((f64::from(value) - low) * scale) as usize;
            if let Some(count) = self.counts.get_mut(bar.min(BARS - 1)) {
                *count += 1;
            }
        }
    }
}

/// How often each byte occurs in each channel.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ByteCounts(Vec<[u64; 256]>);

impl ByteCounts {
    pub(super) fn new(channels: usize) -> Self {
        Self(vec![[0; 256]; channels])
    }

    /// Counts a sample, whose channels have `plane` values each.
    pub(super) fn add(&mut self, sample: &[u8], plane: usize) {
        for (counts, channel) in self.0.iter_mut().zip(sample.chunks_exact(plane.max(1))) {
            for &value in channel {
                if let Some(count) = counts.get_mut(usize::from(value)) {
                    *count += 1;
                }
            }
        }
    }

    /// Of one sample.
    pub(super) fn of(sample: &[u8], [channels, height, width]: [usize; 3]) -> Self {
        let mut counts = Self::new(channels);
        counts.add(sample, height * width);
        counts
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (counts, others) in self.0.iter_mut().zip(&other.0) {
            for (count, other) in counts.iter_mut().zip(others) {
                *count += other;
            }
        }
    }

    /// Of the values i/255.
    pub(super) fn normalization(&self) -> Normalization {
        let (mean, deviation) = self.0.iter().map(mean_and_deviation).unzip();
        Normalization { mean, deviation }
    }

    pub(super) fn into_histograms(self) -> Vec<Histogram> {
        let histogram = |counts: [u64; 256]| Histogram {
            low: 0.0,
            high: 1.0,
            counts: counts.to_vec(),
        };
        self.0.into_iter().map(histogram).collect()
    }
}

fn mean_and_deviation(counts: &[u64; 256]) -> (f64, f64) {
    let all = counts.iter().sum::<u64>().max(1) as f64;
    let values = || {
        (0_u8..=255)
            .map(|value| f64::from(value) / 255.0)
            .zip(counts)
    };
    let mean = values()
        .map(|(value, &count)| value * count as f64)
        .sum::<f64>()
        / all;
    let variance = values()
        .map(|(value, &count)| (value - mean).powi(2) * count as f64)
        .sum::<f64>()
        / all;
    (mean, variance.sqrt())
}

/// Number of samples of each class. Labels out of range are not counted.
pub fn class_counts(labels: &[u32], classes: usize) -> Vec<u64> {
    let mut counts = vec![0; classes];
    for &label in labels {
        if let Some(count) = counts.get_mut(label as usize) {
            *count += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_fall_into_equal_ranges() {
        let mut histogram = Histogram::between(-32.0, 32.0);
        histogram.add(&[-32.0, -31.5, -31.0, 0.0, 31.9, 32.0]);
        assert_eq!(histogram.counts.len(), 64);
        assert_eq!(histogram.counts[..3], [2, 1, 0]);
        assert_eq!((histogram.counts[32], histogram.counts[63]), (1, 2));
        for value in [0.0, f32::MAX, f32::MIN] {
            let mut histogram = Histogram::between(value, value);
            histogram.add(&[value, value]);
            assert_eq!(histogram.counts[0], 2);
        }
        let mut histogram = Histogram::between(f32::MIN, f32::MAX);
        histogram.add(&[f32::MIN, f32::MAX]);
        assert_eq!((histogram.counts[0], histogram.counts[63]), (1, 1));
    }

    #[test]
    fn classes_are_counted() {
        assert_eq!(class_counts(&[2, 0, 2, 9], 4), [1, 0, 2, 0]);
        assert!(class_counts(&[1], 0).is_empty());
    }
}
