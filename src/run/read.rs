//! Reading the record of a run.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Deserializer};

use super::{Change, Evaluation, Event, Isolation, StepRecord, Truth, checkpoint};
use crate::experiment::Experiment;

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
    pub experiment: Experiment,
    /// Steps done at the newest checkpoint; 0 where there is none.
    pub step: usize,
    /// What the run told until then.
    pub events: Vec<Event>,
}

impl Recorded {
    /// Reads the record of a run in `folder`.
    ///
    /// # Errors
    /// Where there is none or it cannot be read.
    pub fn open(folder: &Path) -> Result<Self, String> {
        let path = folder.join("experiment.toml");
        if !path.is_file() {
            return Err(format!(
                "{} holds no record of a run: choose the folder of one",
                folder.display()
            ));
        }
        let experiment = Experiment::load(&path).map_err(|error| error.to_string())?;
        let (checkpoint, _) = checkpoint::newest(folder);
        let step = checkpoint.map_or(0, |checkpoint| checkpoint.state.step);
        let events = match step {
            0 => Vec::new(),
            step => told(folder, step)?,
        };
        Ok(Self {
            folder: folder.to_owned(),
            experiment,
            step,
            events,
        })
    }
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

/// Numbers of which those that are not known are written as null.
pub(super) fn numbers<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<f32>, D::Error> {
    let numbers = Vec::<Option<f32>>::deserialize(from)?;
    Ok(numbers
        .into_iter()
        .map(|it| it.unwrap_or(f32::NAN))
        .collect())
}

/// A number that is written as null where it is not known.
pub(super) fn number<'de, D: Deserializer<'de>>(from: D) -> Result<f32, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or(f32::NAN))
}
