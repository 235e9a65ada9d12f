//! The record of a run on disk: a folder that grows as the run goes.

use std::{
    fs::{File, TryLockError},
    io::{BufWriter, ErrorKind, Write},
    path::{Path, PathBuf},
};

use layerwise_experiment::{Experiment, write_whole};
use layerwise_study::{Change, Fact, Summary};
use serde::Deserialize;

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

/// What a line of `metrics.jsonl` is about, be it of another version.
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
    let lines = told.split_inclusive(|byte| *byte == b'\n');
    let kept = lines.filter(|line| {
        let about: Option<About> = serde_json::from_slice(line).ok();
        let stays = match Fact::of_line(line) {
            Some(Fact::Changed(change)) => changes.contains(&change),
            _ => true,
        };
        about.is_some_and(|about| about.step <= step) && stays
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
        let line = Fact::Changed(*change).to_line();
        lines.extend(line.map_err(|error| unwritable(into, &error))?);
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

    /// Adds a fact.
    ///
    /// # Errors
    /// Where it cannot be written, as on a full disk.
    pub fn add(&mut self, fact: &Fact) -> Result<(), String> {
        fact.to_line()
            .map_err(std::io::Error::from)
            .and_then(|line| self.metrics.write_all(&line))
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
