//! Which samples are kept for testing.

use rand::{Rng, seq::SliceRandom};

use super::Samples;

/// Splits samples of `len` values each into training and test samples, both in random order:
/// exactly `test_count` of them are for testing, and each class keeps its share to within one
/// sample.
pub(super) fn split(
    all: &Samples,
    len: usize,
    test_count: usize,
    rng: &mut impl Rng,
) -> (Samples, Samples) {
    let mut shuffled: Vec<usize> = (0..all.len()).collect();
    shuffled.shuffle(rng);

    let classes = all.labels.iter().max().map_or(0, |&last| last as usize + 1);
    let mut sizes = vec![0_usize; classes];
    for &label in &all.labels {
        if let Some(size) = sizes.get_mut(label as usize) {
            *size += 1;
        }
    }

    // Spreads each class evenly over [0, 1): the first `test_count` then hold each class's share.
    let mut seen = vec![0_usize; classes];
    let mut spread: Vec<(f64, usize)> = Vec::with_capacity(all.len());
    for &index in &shuffled {
        let class = all.labels.get(index).map_or(0, |&label| label as usize);
        if let (Some(seen), Some(&size)) = (seen.get_mut(class), sizes.get(class)) {
            spread.push(((*seen as f64 + 0.5) / size as f64, index));
            *seen += 1;
        }
    }
    spread.sort_by(|a, b| a.0.total_cmp(&b.0));

    let mut is_test = vec![false; all.len()];
    for (_, index) in spread.iter().take(test_count) {
        if let Some(flag) = is_test.get_mut(*index) {
            *flag = true;
        }
    }
    let (test, train): (Vec<usize>, Vec<usize>) = shuffled
        .into_iter()
        .partition(|&index| is_test.get(index).copied().unwrap_or(false));
    (pick(all, len, &train), pick(all, len, &test))
}

fn pick(all: &Samples, len: usize, indices: &[usize]) -> Samples {
    let mut picked = Samples {
        inputs: Vec::with_capacity(indices.len() * len),
        labels: Vec::with_capacity(indices.len()),
    };
    for &index in indices {
        if let (Some(values), Some(&label)) = (
            all.inputs.get(index * len..(index + 1) * len),
            all.labels.get(index),
        ) {
            picked.inputs.extend_from_slice(values);
            picked.labels.push(label);
        }
    }
    picked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Stream, rng};

    /// Samples of unequal classes, each with its index as its only value.
    fn numbered() -> Samples {
        let labels: Vec<u32> = [(0, 50), (1, 30), (2, 7)]
            .iter()
            .flat_map(|&(class, size)| std::iter::repeat_n(class, size))
            .collect();
        Samples {
            inputs: (0..labels.len()).map(|index| index as f32).collect(),
            labels,
        }
    }

    #[test]
    fn every_sample_lands_in_one_part_with_its_label() {
        let all = numbered();
        let (train, test) = split(&all, 1, 20, &mut rng(0, Stream::Split, 0));
        assert_eq!((train.len(), test.len()), (67, 20));
        let mut pairs: Vec<(f32, u32)> = [&train, &test]
            .iter()
            .flat_map(|part| part.inputs.iter().copied().zip(part.labels.iter().copied()))
            .collect();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let whole: Vec<(f32, u32)> = all.inputs.into_iter().zip(all.labels).collect();
        assert_eq!(pairs, whole);
    }

    #[test]
    fn classes_keep_their_share() {
        let all = numbered();
        for test_count in 1..all.len() {
            let (_, test) = split(&all, 1, test_count, &mut rng(1, Stream::Split, 0));
            assert_eq!(test.len(), test_count);
            for (class, size) in [(0, 50.0), (1, 30.0), (2, 7.0)] {
                let kept = test.labels.iter().filter(|&&label| label == class).count();
                let share = size * test_count as f64 / all.len() as f64;
                assert!((kept as f64 - share).abs() <= 1.0, "{kept} of {share}");
            }
        }
    }

    #[test]
    fn parts_are_in_random_order() {
        let (train, test) = split(&numbered(), 1, 40, &mut rng(0, Stream::Split, 0));
        assert!(!train.labels.is_sorted());
        assert!(!test.labels.is_sorted());
    }
}
