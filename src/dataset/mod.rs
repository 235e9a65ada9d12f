//! The samples that an experiment learns from, on the host. Knows neither Burn nor egui.

mod batch;
mod digits;
mod planar;
mod shapes;
mod split;

use rand_distr::Normal;

use crate::experiment::{Data, DataKind, Shape};
use crate::rng::{Stream, rng};
use planar::Planar;

pub use batch::epoch_order;

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
    let shape = data.shape();
    let count = data.sample_count();
    let test_count = data.test_count();
    if data.class_count() < 2 {
        return Err(format!(
            "{} classes are too few: set data.classes to at least 2",
            data.class_count()
        ));
    }
    if test_count == 0 || data.train_count() == 0 {
        return Err(format!(
            "{count} samples with a test fraction of {} leave {} to train on and {test_count} to test on: change data.samples or data.test_fraction",
            data.test_fraction,
            data.train_count()
        ));
    }
    if count > data.max_samples() {
        return Err(format!(
            "{count} samples are too many: set data.samples to at most {}",
            data.max_samples()
        ));
    }
    let noise = Normal::new(0.0, data.noise).map_err(|_| {
        format!(
            "The noise of {} is not a finite number: change data.noise",
            data.noise
        )
    })?;

    let mut draw = rng(seed, Stream::Data, 0);
    let mut planar = |planar: Planar| {
        (
            planar.samples(count, noise, &mut draw),
            planar.classes(),
            made_here(data.kind),
        )
    };
    let (all, classes, source) = match data.kind {
        DataKind::Spirals => planar(Planar::Spirals),
        DataKind::Moons => planar(Planar::Moons),
        DataKind::Circles => planar(Planar::Circles),
        DataKind::Checkerboard => planar(Planar::Checkerboard),
        DataKind::Blobs => planar(Planar::Blobs {
            classes: data.class_count(),
        }),
        DataKind::Digits => (
            digits::samples()?,
            (0..10).map(|digit| digit.to_string()).collect(),
            digits::source(),
        ),
        DataKind::Shapes => (
            shapes::samples(count, data.size, data.class_count(), noise, &mut draw)?,
            shapes::classes(data.class_count()),
            made_here(data.kind),
        ),
    };
    let (train, test) = split::split(
        &all,
        shape.len(),
        test_count,
        &mut rng(seed, Stream::Split, 0),
    );
    Ok(Dataset {
        shape,
        classes,
        train,
        test,
        source,
    })
}

fn made_here(kind: DataKind) -> Source {
    Source {
        title: kind.title().to_owned(),
        credit: "Drawn by Layerwise from the experiment's seed".to_owned(),
        licence: "No licence needed".to_owned(),
    }
}

#[cfg(test)]
mod tests;
