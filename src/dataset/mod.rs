//! The samples that an experiment learns from, on the host. Knows neither Burn nor egui.

use crate::experiment::{Data, Shape};

/// Samples with labels, in the order of the split.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Samples {
    /// N samples of `Dataset::shape` values each, one after the other; images channel by channel,
    /// row by row.
    pub inputs: Vec<f32>,
    /// Class of each sample, from 0.
    pub labels: Vec<u32>,
}

impl Samples {
    /// Number of samples.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }
}

/// Where a data set comes from and under which terms.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Source {
    pub title: String,
    pub credit: String,
    pub licence: String,
}

/// A whole data set, split for training and testing.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    pub shape: Shape,
    /// Name of each class.
    pub classes: Vec<String>,
    pub train: Samples,
    pub test: Samples,
    pub source: Source,
}

/// Makes or decodes the data of an experiment. The same data and seed give the same samples in
/// the same order on every machine.
///
/// # Errors
/// Where the built-in file cannot be decoded or the numbers asked for make no data set; the
/// sentence says what to change.
pub fn load(data: &Data, seed: u64) -> Result<Dataset, String> {
    let _ = (data, seed);
    Err("not yet".to_owned())
}
