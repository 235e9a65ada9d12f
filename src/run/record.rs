//! The record of a run on disk: a folder that grows as the run goes.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::{Evaluation, LambdaChange, StepRecord, Summary};
use crate::experiment::{Experiment, write_whole};

/// One line of `metrics.jsonl`.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub(super) enum Line<'a> {
    Step(&'a StepRecord),
    Evaluation(&'a Evaluation),
    Lambda(&'a LambdaChange),
    Warning {
        step: usize,
        module: Option<usize>,
        message: &'a str,
    },
}

/// Everything a record may hold. A run never replaces any of them.
const FILES: [&str; 4] = [
    "experiment.toml",
    "metrics.jsonl",
    "summary.json",
    "weights.safetensors",
];

/// An open record folder.
pub(super) struct Record {
    folder: PathBuf,
    metrics: BufWriter<File>,
}

impl Record {
    /// Makes the folder and writes the experiment into it.
    ///
    /// # Errors
    /// Where the folder holds a run already or cannot be written.
    pub fn create(folder: &Path, experiment: &Experiment) -> Result<Self, String> {
        let wrong = |error: &dyn std::fmt::Display| {
            format!(
                "The record folder {} cannot be written: {error}. Choose another folder or make room",
                folder.display()
            )
        };
        std::fs::create_dir_all(folder).map_err(|error| wrong(&error))?;
        if let Some(taken) = FILES.iter().find(|name| folder.join(name).exists()) {
            return Err(format!(
                "The folder {} already holds {taken}, which a run would replace: choose another folder or remove it",
                folder.display()
            ));
        }
        experiment
            .save(&folder.join("experiment.toml"))
            .map_err(|error| wrong(&error))?;
        let metrics =
            File::create_new(folder.join("metrics.jsonl")).map_err(|error| wrong(&error))?;
        Ok(Self {
            folder: folder.to_owned(),
            metrics: BufWriter::new(metrics),
        })
    }

    /// Adds a line.
    ///
    /// # Errors
    /// Where it cannot be written, as on a full disk.
    pub fn line(&mut self, line: &Line<'_>) -> Result<(), String> {
        serde_json::to_writer(&mut self.metrics, line)
            .map_err(std::io::Error::from)
            .and_then(|()| self.metrics.write_all(b"\n"))
            .map_err(|error| self.wrong("metrics.jsonl", &error))
    }

    /// Hands what was added to the system, so that a reader sees it.
    ///
    /// # Errors
    /// Where it cannot be written, as on a full disk.
    pub fn flush(&mut self) -> Result<(), String> {
        self.metrics
            .flush()
            .map_err(|error| self.wrong("metrics.jsonl", &error))
    }

    /// Writes `summary.json`.
    ///
    /// # Errors
    /// Where it cannot be written, as on a full disk.
    pub fn summary(&mut self, summary: &Summary) -> Result<(), String> {
        self.flush()?;
        serde_json::to_vec_pretty(summary)
            .map_err(std::io::Error::from)
            .and_then(|text| write_whole(&self.folder.join("summary.json"), &text))
            .map_err(|error| self.wrong("summary.json", &error))
    }

    /// Where the trained weights go.
    pub fn weights_path(&self) -> PathBuf {
        self.folder.join("weights.safetensors")
    }

    fn wrong(&self, file: &str, error: &std::io::Error) -> String {
        format!(
            "{} cannot be written: {error}. Make room or choose another folder",
            self.folder.join(file).display()
        )
    }
}
