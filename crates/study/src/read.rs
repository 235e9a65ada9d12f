//! Reading the record of a run.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
};

use layerwise_experiment::Experiment;

use super::{Fact, Live, Origin, checkpoint};

/// A run as its record has it.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Where the record lies.
    pub folder: PathBuf,
    /// As it began.
    pub experiment: Experiment,
    /// The same with λ and learning rate as they were at the checkpoint.
    pub live: Experiment,
    /// Steps done at the checkpoint; 0 where there is none.
    pub step: usize,
    /// What the run told until then.
    pub facts: Vec<Fact>,
    /// Where it branched off from another one, if it did.
    pub origin: Option<Origin>,
}

impl Recorded {
    /// Reads the record of a run in `folder` as far as its newest checkpoint.
    ///
    /// # Errors
    /// Where there is none or it cannot be read.
    pub fn open(folder: &Path) -> Result<Self, String> {
        let experiment = Self::experiment(folder)?;
        let (checkpoint, _) = checkpoint::newest(folder);
        let state = checkpoint.map(|checkpoint| checkpoint.state);
        let step = state.as_ref().map_or(0, |state| state.step);
        let mut facts = if step == 0 {
            Vec::new()
        } else {
            told(folder, step)?
        };
        // Some may have been made after the checkpoint, which is without them.
        let changes = state.as_ref().map_or(&[][..], |state| &state.changes);
        facts.retain(|fact| match fact {
            Fact::Changed(change) => changes.contains(change),
            _ => true,
        });
        Ok(Self {
            folder: folder.to_owned(),
            live: state.map_or_else(
                || experiment.clone(),
                |state| with(&experiment, &state.live),
            ),
            experiment,
            step,
            facts,
            origin: Origin::of(folder),
        })
    }

    /// Reads all that the record of a run in `folder` tells, which may be of steps after its
    /// newest checkpoint.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn whole(folder: &Path) -> Result<Self, String> {
        let recorded = Self::open(folder)?;
        Ok(Self {
            facts: told(folder, usize::MAX)?,
            ..recorded
        })
    }

    /// The experiment of the run that `folder` records, as it began.
    ///
    /// # Errors
    /// Where there is no record or it cannot be read.
    pub fn experiment(folder: &Path) -> Result<Experiment, String> {
        let path = folder.join("experiment.toml");
        if !path.is_file() {
            return Err(format!(
                "{} holds no record of a run: choose the folder of one",
                folder.display()
            ));
        }
        Experiment::load(&path).map_err(|error| error.to_string())
    }

    /// The same with λ and learning rate as they were at the checkpoint after `step`, or at the
    /// newest.
    ///
    /// # Errors
    /// Where there is no such checkpoint, or it cannot be used.
    pub fn experiment_at(folder: &Path, step: Option<usize>) -> Result<Experiment, String> {
        let experiment = Self::experiment(folder)?;
        Ok(with(&experiment, &checkpoint::at(folder, step)?.state.live))
    }
}

/// An experiment with other live settings.
fn with(experiment: &Experiment, live: &Live) -> Experiment {
    let mut experiment = experiment.clone();
    live.apply(&mut experiment);
    experiment
}

/// What the record in `folder` tells of the first `steps` steps, in order. Lines that are cut off
/// or not known are passed over.
///
/// # Errors
/// Where it cannot be read.
pub fn told(folder: &Path, steps: usize) -> Result<Vec<Fact>, String> {
    let path = folder.join("metrics.jsonl");
    let wrong = |error: std::io::Error| format!("{} cannot be read: {error}", path.display());
    let mut facts = Vec::new();
    for line in BufReader::new(File::open(&path).map_err(wrong)?).split(b'\n') {
        let fact = Fact::of_line(&line.map_err(wrong)?);
        facts.extend(fact.filter(|fact| fact.step().is_some_and(|step| step <= steps)));
    }
    Ok(facts)
}
