//! What the trainer proves and compares on a few training samples.

use burn::tensor::Device;
use layerwise_dataset::{Dataset, Progress};
use layerwise_experiment::Experiment;
use layerwise_learn::local::{Batch, LocalModule, Resident, StepWay, isolation_matrix};
use layerwise_study::{Event, Isolation};

use super::{End, Trainer};
use crate::record::Told;

/// Most training samples that something is proved on.
const SAMPLES: usize = 64;

/// How many training samples a run proves things on, where there are as many: those of a batch,
/// up to 64, so that a proof needs little more memory than a step of global BP. They are evenly
/// spread over all.
pub fn probe_size(experiment: &Experiment) -> usize {
    experiment.train.batch_size.min(SAMPLES)
}

/// These samples, neither augmented nor mixed.
///
/// # Errors
/// Where a sample cannot be read, or `progress` does not want to go on.
pub(super) fn batch(
    data: &Dataset,
    experiment: &Experiment,
    device: &Device,
    progress: Progress<'_>,
) -> Result<Batch, String> {
    let count = probe_size(experiment);
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
    /// Tells every number of the next step for one sample of the probe, without doing it. What is
    /// trained and what is recorded stay as they are.
    pub(super) fn inspect(&mut self, sample: usize) -> Result<(), End> {
        let pace = (self.timetable).pace(&self.experiment, &self.lambda, self.step);
        let way = StepWay {
            step: self.step,
            learning_rate: pace.learning_rate,
            lambda: &pace.lambda,
            measure: true,
            only: pace.only,
        };
        let inspection = self.learner.inspect(&self.probe, &way, sample);
        // The steps before it come first.
        self.tell_steps()?;
        self.outbox.push(Event::Inspected(inspection));
        self.outbox.flush();
        Ok(())
    }
}
