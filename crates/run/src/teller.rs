//! The one that tells: what belongs to the record is written to it, and everything is sent to
//! whoever listens.

use layerwise_study::Fact;

use super::{outbox::Outbox, record::Record};

/// Tells what a run finds.
pub(super) struct Teller<'a> {
    outbox: &'a Outbox,
    /// None of a run that keeps no record.
    pub record: Option<Record>,
}

impl<'a> Teller<'a> {
    pub fn new(outbox: &'a Outbox, record: Option<Record>) -> Self {
        Self { outbox, record }
    }

    /// Tells a fact.
    ///
    /// # Errors
    /// Where it belongs to the record, and that cannot be written, as on a full disk.
    pub fn tell(&mut self, fact: Fact) -> Result<(), String> {
        if let Some(record) = &mut self.record
            && fact.is_recorded()
        {
            record.add(&fact)?;
        }
        self.outbox.push(fact);
        Ok(())
    }

    /// Tells a fact that the record holds already.
    pub fn tell_again(&self, fact: Fact) {
        self.outbox.push(fact);
    }

    /// Tells something that a person should know.
    ///
    /// # Errors
    /// As [`Self::tell`].
    pub fn note(&mut self, message: String) -> Result<(), String> {
        self.tell(Fact::Note { message })
    }

    /// Hands what was recorded to the system, so that others see it, and wakes whoever listens.
    ///
    /// # Errors
    /// Where it cannot be written, as on a full disk.
    pub fn flush(&mut self) -> Result<(), String> {
        if let Some(record) = &mut self.record {
            record.flush()?;
        }
        self.outbox.wake();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use layerwise_experiment::preset;
    use layerwise_study::StepRecord;

    use super::*;

    #[test]
    fn all_is_sent_and_what_is_of_a_step_recorded() {
        let experiment = preset("digits-mlp").unwrap().experiment().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run");
        let (sender, receiver) = crossbeam_channel::unbounded();
        let outbox = Outbox::new(sender, None);
        let record = Record::create(&path, &experiment).unwrap();
        let mut teller = Teller::new(&outbox, Some(record));

        let step = Fact::Step(StepRecord {
            step: 1,
            ..StepRecord::default()
        });
        let warning = |step| Fact::Warning {
            step,
            module: None,
            message: "Mind it".to_owned(),
        };
        teller.note("Training".to_owned()).unwrap();
        teller.tell(warning(None)).unwrap();
        teller.tell(step.clone()).unwrap();
        teller.tell(warning(Some(1))).unwrap();
        teller.tell_again(step.clone());
        teller.flush().unwrap();

        let note = Fact::Note {
            message: "Training".to_owned(),
        };
        let sent = [
            note,
            warning(None),
            step.clone(),
            warning(Some(1)),
            step.clone(),
        ];
        assert!(receiver.try_iter().eq(sent));
        let recorded = layerwise_study::told(&path, 1).unwrap();
        assert_eq!(recorded, [step, warning(Some(1))]);
    }
}
