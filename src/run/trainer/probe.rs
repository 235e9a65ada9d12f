//! What the trainer proves and compares on a few training samples.

use burn::tensor::Device;

use super::{End, Trainer};
use crate::{
    dataset::{Dataset, Progress},
    experiment::Experiment,
    local::{Batch, LocalModule, Resident, isolation_matrix},
    run::{Event, Isolation, record::Told},
};

/// Most training samples that something is proved on.
const SAMPLES: usize = 64;

/// Training samples, neither augmented nor mixed, evenly spread over all: as many as a batch has,
/// up to 64, so that a proof needs no more memory than a step.
///
/// # Errors
/// Where a sample cannot be read, or `progress` does not want to go on.
pub(super) fn batch(
    data: &Dataset,
    experiment: &Experiment,
    device: &Device,
    progress: Progress<'_>,
) -> Result<Batch, String> {
    let count = experiment.train.batch_size.min(SAMPLES);
    let samples = data.train.spread(count);
    let resident = Resident::new(&samples, data.classes.len(), device, progress)?;
    Ok(resident.range(0, count))
}

impl Trainer<'_> {
    /// The modules as they are before a step that is compared with the truth.
    pub(super) fn keep_for_truth(&self) -> Option<Vec<LocalModule>> {
        let every = self.experiment.measure.truth_every;
        let due = every > 0 && self.step.is_multiple_of(every);
        due.then(|| self.learner.modules().to_vec())
    }

    /// Measures which modules each loss reaches, records and tells it. Under global BP there are
    /// no cuts; elsewhere they are opened where `broken` asks for it. What is trained stays as it
    /// is.
    pub(super) fn prove_isolation(&mut self, broken: bool) -> Result<(), End> {
        let modules = self.learner.modules();
        let open = broken || !self.experiment.method.kind.is_local();
        let [samples] = self.probe.labels.dims();
        let isolation = Isolation {
            step: self.step,
            samples,
            broken,
            losses: (1..)
                .zip(modules)
                .filter(|(_, module)| module.objective().is_some())
                .map(|(number, _)| number)
                .collect(),
            norms: isolation_matrix(modules, &self.probe, open),
        };
        // The steps before it come first in the record.
        self.tell_steps()?;
        if let Some(record) = &mut self.record {
            record.tell(Told::Isolation(&isolation))?;
            record.flush()?;
        }
        self.outbox.push(Event::Isolation(isolation));
        self.outbox.flush();
        Ok(())
    }
}
