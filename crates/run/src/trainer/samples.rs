//! What a run learns from, is tested on, and proves things on.

use burn::tensor::Device;
use layerwise_dataset::{Dataset, Error, Normalization, Progress};
use layerwise_experiment::Experiment;
use layerwise_learn::local::{Batch, Resident};

use crate::{feed::Feed, regions::Grid, supply::Supply};

/// Most training samples that something is proved on.
const PROBED: usize = 64;

/// How many training samples a run proves things on, where there are as many: those of a batch,
/// up to 64, so that a proof needs little more memory than a step of global BP. They are evenly
/// spread over all.
pub fn probe_size(experiment: &Experiment) -> usize {
    experiment.train.batch_size.min(PROBED)
}

/// The samples of a run, on its device where they are few.
pub(super) struct Samples {
    pub feed: Feed,
    pub test: Supply,
    /// Training samples that things are proved and compared on, neither augmented nor mixed.
    pub probe: Batch,
    pub normalization: Option<Normalization>,
    /// Where decision regions are drawn; none of samples that are not in the plane.
    pub grid: Option<Grid>,
    pub classes: usize,
}

impl Samples {
    /// Those of `data` on a `device`, on which the network learns as `learning`.
    ///
    /// # Errors
    /// Where a sample cannot be read or is no image to augment, or `progress` does not want to go
    /// on.
    pub fn of(
        data: &Dataset,
        experiment: &Experiment,
        [device, learning]: [&Device; 2],
        progress: Progress<'_>,
    ) -> Result<Self, Error> {
        let classes = data.classes.len();
        let feed = Feed::new(data, experiment, learning, progress)?;
        let test = Supply::new(&data.test, feed.shown(), classes, device, progress)?;
        let count = probe_size(experiment);
        let probed = data.train.spread(count);
        let probe = Resident::new(&probed, classes, learning, progress)?.range(0, count);
        Ok(Self {
            test,
            probe,
            normalization: data.train.normalization().cloned(),
            grid: Grid::of(data, device),
            classes,
            feed,
        })
    }
}
