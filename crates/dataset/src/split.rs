//! Which samples are kept for testing.

use layerwise_experiment::rng::{Stream as Draws, rng};
use rand::{Rng, seq::SliceRandom};

use super::samples::Samples;

/// Splits samples into those to train on and those to test on.
pub(super) fn divided(
    all: &Samples,
    fraction: f64,
    test_count: usize,
    seed: u64,
) -> Result<[Samples; 2], String> {
    let count = all.len();
    if test_count == 0 || test_count >= count {
        return Err(format!(
            "{count} samples with a test fraction of {fraction} leave {} to train on and {test_count} to test on: change data.test_fraction or the number of samples",
            count.saturating_sub(test_count)
        ));
    }
    let places = split(&all.labels, test_count, &mut rng(seed, Draws::Split, 0));
    Ok(places.map(|places| all.select(&places)))
}

/// Splits the places of samples with these classes into those of training and of test samples, both
/// in random order: exactly `test_count` of them are for testing, and each class keeps its share to
/// within one sample.
fn split(labels: &[u32], test_count: usize, rng: &mut impl Rng) -> [Vec<u32>; 2] {
    let mut shuffled: Vec<u32> = (0..labels.len() as u32).collect();
    shuffled.shuffle(rng);
    let class_of = |place: u32| {
        labels
            .get(place as usize)
            .map_or(0, |&class| class as usize)
    };

    let classes = labels.iter().max().map_or(0, |&last| last as usize + 1);
    let mut sizes = vec![0_usize; classes];
    for &label in labels {
        if let Some(size) = sizes.get_mut(label as usize) {
            *size += 1;
        }
    }

    // Spreads each class evenly over [0, 1): the first `test_count` then hold each class's share.
    let mut seen = vec![0_usize; classes];
    let mut spread: Vec<(f64, u32)> = Vec::with_capacity(labels.len());
    for &place in &shuffled {
        let class = class_of(place);
        if let (Some(seen), Some(&size)) = (seen.get_mut(class), sizes.get(class)) {
            spread.push(((*seen as f64 + 0.5) / size as f64, place));
            *seen += 1;
        }
    }
    spread.sort_by(|a, b| a.0.total_cmp(&b.0));

    let mut is_test = vec![false; labels.len()];
    for (_, place) in spread.iter().take(test_count) {
        if let Some(flag) = is_test.get_mut(*place as usize) {
            *flag = true;
        }
    }
    let (test, train) = shuffled
        .into_iter()
        .partition(|&place| is_test.get(place as usize).copied().unwrap_or(false));
    [train, test]
}

#[cfg(test)]
mod tests {
    use layerwise_experiment::rng::{Stream, rng};

    use super::*;

    /// Samples of unequal classes.
    fn unequal() -> Vec<u32> {
        [(0, 50), (1, 30), (2, 7)]
            .iter()
            .flat_map(|&(class, size)| std::iter::repeat_n(class, size))
            .collect()
    }

    #[test]
    fn every_sample_lands_in_one_part() {
        let [train, test] = split(&unequal(), 20, &mut rng(0, Stream::Split, 0));
        assert_eq!((train.len(), test.len()), (67, 20));
        let mut all: Vec<u32> = train.into_iter().chain(test).collect();
        all.sort_unstable();
        assert_eq!(all, (0..87).collect::<Vec<_>>());
    }

    #[test]
    fn classes_keep_their_share() {
        let labels = unequal();
        for test_count in 1..labels.len() {
            let [_, test] = split(&labels, test_count, &mut rng(1, Stream::Split, 0));
            assert_eq!(test.len(), test_count);
            for (class, size) in [(0, 50.0), (1, 30.0), (2, 7.0)] {
                let kept = test
                    .iter()
                    .filter(|&&place| labels[place as usize] == class)
                    .count();
                let share = size * test_count as f64 / labels.len() as f64;
                assert!((kept as f64 - share).abs() <= 1.0, "{kept} of {share}");
            }
        }
    }

    #[test]
    fn parts_are_in_random_order() {
        let labels = unequal();
        for part in split(&labels, 40, &mut rng(0, Stream::Split, 0)) {
            assert!(!part.is_sorted_by_key(|&place| labels[place as usize]));
        }
    }
}
