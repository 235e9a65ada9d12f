//! What the trainer proves and compares on a few training samples.

use layerwise_learn::local::{LocalModule, isolation_matrix};
use layerwise_study::{Fact, Isolation};

use super::{Trainer, end::End};

impl Trainer<'_> {
    /// The modules as they are before a step that is compared with the truth.
    pub(super) fn keep_for_truth(&self) -> Option<Vec<LocalModule>> {
        let every = self.experiment.measure.truth_every;
        let due = every > 0 && self.clock.step().is_multiple_of(every);
        due.then(|| self.learner.modules().to_vec())
    }

    /// Measures which modules each loss reaches, and tells it. Under global BP there are no cuts;
    /// elsewhere they are opened where `broken` asks for it. What is trained stays as it is.
    pub(super) fn prove_isolation(&mut self, broken: bool) -> Result<(), End> {
        let modules = self.learner.modules();
        let open = broken || !self.experiment.method.kind.is_local();
        let probe = &self.samples.probe;
        let [samples] = probe.labels.dims();
        let isolation = Isolation {
            step: self.clock.step(),
            samples,
            broken,
            losses: (1..)
                .zip(modules)
                .filter(|(_, module)| module.objective().is_some())
                .map(|(number, _)| number)
                .collect(),
            norms: isolation_matrix(modules, probe, open),
        };
        // The steps before it come first.
        self.tell_steps()?;
        self.teller.tell(Fact::Isolation(isolation))?;
        self.teller.flush()?;
        Ok(())
    }

    /// Tells every number of the next step for one sample of the probe, without doing it. What is
    /// trained and what is recorded stay as they are.
    pub(super) fn inspect(&mut self, sample: usize) -> Result<(), End> {
        let pace = self.pace();
        let probe = &self.samples.probe;
        let inspection = self.learner.inspect(probe, &pace.way(true), sample);
        // The steps before it come first.
        self.tell_steps()?;
        self.teller.tell(Fact::Inspection(inspection))?;
        self.teller.flush()?;
        Ok(())
    }
}
