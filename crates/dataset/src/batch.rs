//! The order in which training visits the samples.

use layerwise_experiment::rng::{Stream, rng};
use rand::seq::SliceRandom;

/// Indices of `count` training samples in the order of one epoch, counted from 0. Depends on
/// nothing but the arguments, so every method that is compared sees the same batches.
pub fn epoch_order(count: usize, seed: u64, epoch: u64) -> Vec<u32> {
    let mut order: Vec<u32> = (0..count as u32).collect();
    order.shuffle(&mut rng(seed, Stream::Batches, epoch));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_epoch_visits_every_sample_once() {
        for count in [0, 1, 20, 1437] {
            let mut order = epoch_order(count, 3, 5);
            order.sort_unstable();
            assert_eq!(order, (0..count as u32).collect::<Vec<_>>());
        }
    }

    #[test]
    fn order_depends_on_seed_and_epoch_alone() {
        assert_eq!(epoch_order(100, 1, 2), epoch_order(100, 1, 2));
        assert_ne!(epoch_order(100, 1, 2), epoch_order(100, 1, 3));
        assert_ne!(epoch_order(100, 1, 2), epoch_order(100, 2, 2));
    }
}
