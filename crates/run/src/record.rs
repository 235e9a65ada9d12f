//! The record of a run on disk: a folder that grows as the run goes.

use std::{
    fs::{File, TryLockError},
    io::{BufWriter, ErrorKind, Write},
    path::{Path, PathBuf},
};

use layerwise_experiment::{Experiment, write_whole};
use layerwise_study::{Change, Evaluation, Isolation, StepRecord, Summary, Truth};
use serde::{Deserialize, Serialize};

/// One line of `metrics.jsonl`.
#[derive(Serialize)]
#[serde(untagged)]
enum Line<'a> {
    Told(Told<'a>),
    /// Has a type of its own.
    Change(&'a Change),
}

/// What a run tells by itself.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub(super) enum Told<'a> {
    Step(&'a StepRecord),
    Evaluation(&'a Evaluation),
    Isolation(&'a Isolation),
    Truth(&'a Truth),
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
    /// Held as long as the run lives, and given up by the system where the program is killed.
    _lock: File,
}

/// Whether a run writes to a folder.
pub fn is_in_use(folder: &Path) -> bool {
    folder.join(".lock").exists() && lock(folder).is_err()
}

/// Keeps other runs from writing to a folder.
///
/// # Errors
/// Where one does.
fn lock(folder: &Path) -> Result<File, String> {
    let path = folder.join(".lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(format!(
            "Another run writes to {}: wait for its end or stop it",
            folder.display()
        )),
        Err(TryLockError::Error(error)) => {
            Err(format!("{} cannot be locked: {error}", path.display()))
        }
    }
}

/// What a line of `metrics.jsonl` is about.
#[derive(Deserialize)]
struct About {
    step: usize,
}

/// The lines of the record in `folder` about the first steps, so many; none where there are none.
/// Of changes, which may have been made after the last of them, those in `changes`.
///
/// # Errors
/// Where they cannot be read.
fn lines_until(folder: &Path, step: usize, changes: &[Change]) -> std::io::Result<Vec<u8>> {
    let told = match std::fs::read(folder.join("metrics.jsonl")) {
        Ok(told) => told,
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error),
    };
    // The last line may be cut off.
    let kept = (told.split_inclusive(|byte| *byte == b'\n')).filter(|line| {
        let about: Option<About> = serde_json::from_slice(line).ok();
        let change: Option<Change> = serde_json::from_slice(line).ok();
        about.is_some_and(|about| about.step <= step)
            && change.is_none_or(|change| changes.contains(&change))
    });
    Ok(kept.flatten().copied().collect())
}

/// Makes a folder for a record.
///
/// # Errors
/// Where it holds one already, or cannot be made.
fn make(folder: &Path) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
    match FILES.iter().find(|name| folder.join(name).exists()) {
        Some(taken) => Err(format!(
            "The folder {} already holds {taken}, which a run would replace: choose another folder or remove it",
            folder.display()
        )),
        None => Ok(()),
    }
}

pub(super) fn unwritable(folder: &Path, error: &dyn std::fmt::Display) -> String {
    format!(
        "The record folder {} cannot be written: {error}. Choose another folder or make room",
        folder.display()
    )
}

/// Begins a record in `into` with what the one in `from` tells of the first steps, so many, of
/// which it knows the changes in `earlier`, and with changes after them.
///
/// # Errors
/// Where `from` cannot be read, or `into` holds a record or cannot be written.
pub(super) fn begin_with(
    from: &Path,
    step: usize,
    earlier: &[Change],
    changes: &[Change],
    into: &Path,
) -> Result<(), String> {
    let mut lines = lines_until(from, step, earlier)
        .map_err(|error| format!("The record in {} cannot be read: {error}", from.display()))?;
    make(into)?;
    for change in changes {
        serde_json::to_writer(&mut lines, change).map_err(|error| unwritable(into, &error))?;
        lines.push(b'\n');
    }
    write_whole(&into.join("metrics.jsonl"), &lines).map_err(|error| unwritable(into, &error))
}

impl Record {
    /// Makes the folder and writes the experiment into it.
    ///
    /// # Errors
    /// Where the folder holds a run already or cannot be written.
    pub fn create(folder: &Path, experiment: &Experiment) -> Result<Self, String> {
        make(folder)?;
        let lock = lock(folder)?;
        experiment
            .save(&folder.join("experiment.toml"))
            .map_err(|error| unwritable(folder, &error))?;
        let metrics = File::create_new(folder.join("metrics.jsonl"))
            .map_err(|error| unwritable(folder, &error))?;
        Ok(Self {
            folder: folder.to_owned(),
            metrics: BufWriter::new(metrics),
            _lock: lock,
        })
    }

    /// Opens the folder of a run that goes on after `step`, until which there were `changes`. What
    /// it told of later steps is taken out of the record, for it will be told again, and so is
    /// what it left at its end.
    ///
    /// # Errors
    /// Where another run writes to the folder, or it cannot be read or written.
    pub fn go_on(
        folder: &Path,
        experiment: &Experiment,
        step: usize,
        changes: &[Change],
    ) -> Result<Self, String> {
        let path = folder.join("metrics.jsonl");
        let wrong = |error: &dyn std::fmt::Display| unwritable(folder, error);
        let lock = lock(folder)?;
        let kept = lines_until(folder, step, changes).map_err(|error| wrong(&error))?;
        write_whole(&path, &kept).map_err(|error| wrong(&error))?;
        experiment
            .save(&folder.join("experiment.toml"))
            .map_err(|error| wrong(&error))?;
        for left in ["summary.json", "weights.safetensors"] {
            match std::fs::remove_file(folder.join(left)) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(wrong(&error)),
                _ => {}
            }
        }
        let metrics = File::options().append(true).open(&path);
        Ok(Self {
            folder: folder.to_owned(),
            metrics: BufWriter::new(metrics.map_err(|error| wrong(&error))?),
            _lock: lock,
        })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Adds what the run tells.
    ///
    /// # Errors
    /// Where it cannot be written, as on a full disk.
    pub fn tell(&mut self, told: Told<'_>) -> Result<(), String> {
        self.line(&Line::Told(told))
    }

    /// Adds what a person changed.
    ///
    /// # Errors
    /// As [`Self::tell`].
    pub fn change(&mut self, change: &Change) -> Result<(), String> {
        self.line(&Line::Change(change))
    }

    fn line(&mut self, line: &Line<'_>) -> Result<(), String> {
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
