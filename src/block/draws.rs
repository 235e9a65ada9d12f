//! What one step draws and measures once, however many passes it makes.

use std::collections::BTreeMap;

use burn::tensor::Tensor;
use rand_chacha::ChaCha8Rng;

/// Dropout masks and batch statistics of one module in one step, by the index of the layer.
/// A second pass finds what the first one left.
#[derive(Debug)]
pub struct Draws {
    pub(super) rng: ChaCha8Rng,
    /// 0 or 1/(1−p), shaped as the values that they multiply.
    pub(super) masks: BTreeMap<usize, Tensor<4>>,
    /// Mean and unbiased variance of each channel, `[channels]`.
    pub(super) statistics: BTreeMap<usize, (Tensor<1>, Tensor<1>)>,
}

impl Draws {
    /// Draws for one module in one step.
    pub fn new(rng: ChaCha8Rng) -> Self {
        Self {
            rng,
            masks: BTreeMap::new(),
            statistics: BTreeMap::new(),
        }
    }
}
