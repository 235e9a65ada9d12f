//! All that a run tells, in order: the lines of its record and what the window hears are the same.

use serde::{Deserialize, Serialize};

use crate::{Change, Evaluation, Inspection, Isolation, Phase, StepRecord, Summary, Truth};

/// One thing that a run tells; a line of `metrics.jsonl` where it [is recorded](Self::is_recorded).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Fact {
    /// A step that was done.
    Step(StepRecord),
    /// Every module on the test samples.
    Evaluation(Evaluation),
    /// Which modules each loss reaches.
    Isolation(Isolation),
    /// A step that was told just before, against the truth.
    Truth(Truth),
    /// The next step as it would be done, which was asked for.
    Inspection(Inspection),
    /// Something that a person should know; the run goes on.
    Note {
        /// A sentence without its full stop.
        message: String,
    },
    /// Like a note, and worth a notification.
    Warning {
        /// Steps done; none where it is about how the program began its work on the run.
        step: Option<usize>,
        /// The module that it is about, from 1.
        module: Option<usize>,
        /// A sentence without its full stop.
        message: String,
    },
    /// The run is over.
    Ended {
        /// How it ended.
        phase: Phase,
        /// Why, where it did not simply finish.
        message: Option<String>,
        /// What came of it; none where it never began.
        summary: Option<Box<Summary>>,
    },
    /// What a person changed; it has a type of its own.
    #[serde(untagged)]
    Changed(Change),
}

/// What a person hears of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said<'a> {
    /// A sentence without its full stop.
    Note(&'a str),
    /// The same, worth a notification.
    Warning(&'a str),
    /// How a run ended, and why where it did not simply finish.
    End(Phase, Option<&'a str>),
}

impl Fact {
    /// Whether the record holds it. Of the rest, some is asked for, some is about this start of the
    /// program, and how a run ended has a file of its own.
    pub fn is_recorded(&self) -> bool {
        match self {
            Self::Step(_)
            | Self::Evaluation(_)
            | Self::Isolation(_)
            | Self::Truth(_)
            | Self::Changed(_) => true,
            Self::Warning { step, .. } => step.is_some(),
            Self::Inspection(_) | Self::Note { .. } | Self::Ended { .. } => false,
        }
    }

    /// Steps done when it was so; none where it is of no step.
    pub fn step(&self) -> Option<usize> {
        match self {
            Self::Step(record) => Some(record.step),
            Self::Evaluation(evaluation) => Some(evaluation.step),
            Self::Isolation(isolation) => Some(isolation.step),
            Self::Truth(truth) => Some(truth.step),
            Self::Inspection(inspection) => Some(inspection.step),
            Self::Changed(change) => Some(change.step),
            Self::Warning { step, .. } => *step,
            Self::Note { .. } | Self::Ended { .. } => None,
        }
    }

    /// What of it a person hears at once, if anything.
    pub fn said(&self) -> Option<Said<'_>> {
        match self {
            Self::Note { message } => Some(Said::Note(message)),
            Self::Warning { message, .. } => Some(Said::Warning(message)),
            Self::Ended { phase, message, .. } => Some(Said::End(*phase, message.as_deref())),
            Self::Step(_)
            | Self::Evaluation(_)
            | Self::Isolation(_)
            | Self::Truth(_)
            | Self::Inspection(_)
            | Self::Changed(_) => None,
        }
    }

    /// Its line of a record, with the end of the line.
    ///
    /// # Errors
    /// None that a fact can bring about.
    pub fn to_line(&self) -> serde_json::Result<Vec<u8>> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        Ok(line)
    }

    /// The fact of a line; none where that is cut off or of another version.
    pub fn of_line(line: &[u8]) -> Option<Self> {
        serde_json::from_slice(line).ok()
    }
}

#[cfg(test)]
mod tests;
