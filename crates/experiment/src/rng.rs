//! Random numbers: the same seed gives the same numbers on every machine, and no two uses share
//! any.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// What random numbers are drawn for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Samples of the drawn sets.
    Data,
    /// Which samples are kept for testing, and their order.
    Split,
    /// Order of the samples in each epoch; index: epoch.
    Batches,
    /// Initial weights of the blocks.
    Weights,
    /// Values that dropout sets to zero.
    Dropout,
    /// Initial weights of the heads.
    Head,
    /// Random changes of training samples; index: step and place in the batch.
    Augment,
    /// How samples of a batch are mixed; index: step.
    Mix,
    /// Values that dropout sets to zero where a step is compared with the truth; index: step and
    /// module.
    Probe,
}

/// The generator for one use. `index` tells apart the parts of a use, such as epochs or blocks;
/// only its lowest 56 bits count.
pub fn rng(seed: u64, stream: Stream, index: u64) -> ChaCha8Rng {
    let part = index & ((1 << INDEX_BITS) - 1);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream((stream as u64) << INDEX_BITS | part);
    rng
}

const INDEX_BITS: u32 = 56;

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;

    #[test]
    fn numbers_stay_the_same() {
        let numbers: [u32; 2] = rng(7, Stream::Weights, 3).random();
        assert_eq!(numbers, [1_246_802_856, 3_356_608_630]);
    }

    #[test]
    fn every_use_draws_other_numbers() {
        let uses = [
            (0, Stream::Data, 0),
            (1, Stream::Data, 0),
            (0, Stream::Data, 1),
            (0, Stream::Split, 0),
            (0, Stream::Batches, 0),
            (0, Stream::Weights, 0),
            (0, Stream::Dropout, 0),
            (0, Stream::Head, 0),
        ];
        let mut first: Vec<u64> = uses
            .iter()
            .map(|&(seed, stream, index)| rng(seed, stream, index).random())
            .collect();
        first.sort_unstable();
        first.dedup();
        assert_eq!(first.len(), uses.len());
    }
}
