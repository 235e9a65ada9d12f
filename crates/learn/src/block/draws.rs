//! What one step draws and measures once, however many passes it makes.

use std::collections::BTreeMap;

use burn::tensor::Tensor;
use rand_chacha::ChaCha8Rng;

/// What draws belong to: the index of a layer in its module, and the part of a layer that has
/// several, else 0.
pub type Place = (usize, usize);

/// Dropout masks and batch statistics of one module in one step, by the place of the layer.
/// A second pass finds what the first one left.
#[derive(Debug)]
pub struct Draws {
    pub(super) rng: ChaCha8Rng,
    /// 0 or 1/(1−p), shaped as the values that they multiply.
    pub(super) masks: BTreeMap<Place, Tensor<4>>,
    /// Mean and unbiased variance of each channel, `[channels]`.
    pub(super) statistics: BTreeMap<Place, (Tensor<1>, Tensor<1>)>,
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

    /// Every mask that was drawn, by its place.
    pub fn masks(&self) -> impl Iterator<Item = (Place, &Tensor<4>)> {
        self.masks.iter().map(|(place, mask)| (*place, mask))
    }

    /// The mask that was drawn at a place.
    pub(crate) fn mask(&self, place: Place) -> Option<&Tensor<4>> {
        self.masks.get(&place)
    }
}
