//! What decides the samples of an experiment.

use layerwise_experiment::{Data, DataKind, Experiment, Found, Normalize, Prepare};

use super::{
    files::{self, Contents, look},
    progress::Progress,
};

/// Which data are wanted, and how: what decides every sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub(super) data: Data,
    pub(super) prepare: Prepare,
    pub(super) seed: u64,
    /// Whether image files that cannot be decoded are found first, and left out.
    pub(super) examines: bool,
}

impl Request {
    /// The data of an experiment.
    pub fn of(experiment: &Experiment) -> Self {
        let mut data = experiment.data.clone();
        // Found again, whatever it was before.
        data.found = None;
        // What is done on the way to the network changes no sample.
        Self {
            data,
            prepare: Prepare {
                resize: experiment.prepare.resize,
                normalize: experiment.prepare.normalize,
                mean: experiment.prepare.mean.clone(),
                std: experiment.prepare.std.clone(),
                ..Prepare::default()
            },
            seed: experiment.seed,
            examines: true,
        }
    }

    /// The same for a look at the samples as they lie in files, without what takes long.
    pub fn for_preview(experiment: &Experiment) -> Self {
        let mut request = Self::of(experiment);
        if request.data.kind == DataKind::Files {
            request.prepare.normalize = Normalize::Off;
            request.examines = false;
        }
        request
    }

    /// Whether both are of the same samples of the same files, whatever is done to them.
    pub fn is_of_same_files(&self, other: &Self) -> bool {
        self.data == other.data
    }

    /// What the files hold; none of built-in sets.
    ///
    /// # Errors
    /// As reading them has.
    pub fn found(&self) -> Result<Option<Found>, String> {
        match self.data.kind {
            DataKind::Files => look(&self.data, &mut |_| true).map(Some),
            _ => Ok(None),
        }
    }

    /// What the files hold, whatever of it is taken; none of built-in sets.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub fn contents(&self, progress: Progress<'_>) -> Result<Option<Contents>, String> {
        match self.data.kind {
            DataKind::Files => files::contents(&self.data, progress).map(Some),
            _ => Ok(None),
        }
    }

    /// Whether files are wanted, but none are chosen.
    pub fn lacks_path(&self) -> bool {
        self.data.kind == DataKind::Files && self.data.path.as_os_str().is_empty()
    }
}
