//! Samples of built-in sets.

use super::source::{Part, Store};

/// Samples that were drawn or decoded here.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Rows {
    /// Values, sample after sample; images channel by channel, row by row.
    pub inputs: Vec<f32>,
    /// Class of each sample, from 0.
    pub labels: Vec<u32>,
}

impl From<Rows> for Part {
    fn from(rows: Rows) -> Self {
        Self {
            store: Store::Values(rows.inputs),
            labels: rows.labels,
        }
    }
}

impl Rows {
    /// Number of samples.
    pub fn len(&self) -> usize {
        self.labels.len()
    }
}
