//! Reading the record of a run.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
};

use layerwise_experiment::Experiment;
use serde::Deserialize;

use super::{
    Change, Evaluation, Event, Isolation, Origin, StepRecord, Truth,
    checkpoint::{self, State},
};

/// A line of `metrics.jsonl`.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum Line {
    Step(StepRecord),
    Evaluation(Evaluation),
    Isolation(Isolation),
    Truth(Truth),
    Warning {
        module: Option<usize>,
        message: String,
    },
}

/// A run as its record has it.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub folder: PathBuf,
    /// As it began.
    pub experiment: Experiment,
    /// The same with λ and learning rate as they were at the checkpoint.
    pub live: Experiment,
    /// Steps done at the checkpoint; 0 where there is none.
    pub step: usize,
    /// What the run told until then.
    pub events: Vec<Event>,
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
        let mut events = match step {
            0 => Vec::new(),
            step => told(folder, step)?,
        };
        // Some may have been made after the checkpoint, which is without them.
        let changes = state.as_ref().map_or(&[][..], |state| &state.changes);
        events.retain(|event| match event {
            Event::Changed(change) => changes.contains(change),
            _ => true,
        });
        Ok(Self {
            folder: folder.to_owned(),
            live: state.map_or_else(|| experiment.clone(), |state| live(&experiment, &state)),
            experiment,
            step,
            events,
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
            events: told(folder, usize::MAX)?,
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
        Ok(live(&experiment, &checkpoint::at(folder, step)?.state))
    }
}

fn live(experiment: &Experiment, state: &State) -> Experiment {
    let mut live = experiment.clone();
    live.set_lambdas(&state.lambda);
    live.optimizer.lr = state.learning_rate;
    live
}

/// What the record in `folder` tells of the first `steps` steps, in order. Lines that are cut off
/// or not known are passed over.
///
/// # Errors
/// Where it cannot be read.
pub fn told(folder: &Path, steps: usize) -> Result<Vec<Event>, String> {
    #[derive(Deserialize)]
    struct About {
        step: usize,
    }
    let path = folder.join("metrics.jsonl");
    let wrong = |error: std::io::Error| format!("{} cannot be read: {error}", path.display());
    let mut events = Vec::new();
    let mut waiting = Vec::new();
    for line in BufReader::new(File::open(&path).map_err(wrong)?).split(b'\n') {
        let line = line.map_err(wrong)?;
        let about: Option<About> = serde_json::from_slice(&line).ok();
        if about.is_none_or(|about| about.step > steps) {
            continue;
        }
        let event = match serde_json::from_slice(&line) {
            Ok(Line::Step(record)) => {
                waiting.push(record);
                continue;
            }
            Ok(Line::Evaluation(evaluation)) => Event::Evaluated(evaluation),
            Ok(Line::Isolation(isolation)) => Event::Isolation(isolation),
            Ok(Line::Truth(truth)) => Event::Truth(truth),
            Ok(Line::Warning { module, message }) => Event::Warning { module, message },
            Err(_) => match serde_json::from_slice::<Change>(&line) {
                Ok(change) => Event::Changed(change),
                Err(_) => continue,
            },
        };
        if !waiting.is_empty() {
            events.push(Event::Steps(std::mem::take(&mut waiting)));
        }
        events.push(event);
    }
    if !waiting.is_empty() {
        events.push(Event::Steps(waiting));
    }
    Ok(events)
}
