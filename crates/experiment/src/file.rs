//! The experiment as a TOML file, and single keys of it set from the command line.

use std::{
    io::{Read, Write},
    path::{Path, PathBuf},
};

use serde::Deserialize;
use toml::{Table, Value};

use super::{Block, Experiment};
use crate::words::{one_line, short};

/// Version of the file format that this program writes. Older ones are read.
pub const VERSION: u32 = 1;

/// Largest experiment file that is read, in bytes.
const MAX_FILE_BYTES: u64 = 4 << 20;

/// Why an experiment could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file cannot be read.
    #[error("Cannot read {}: {source}", path.display())]
    Read {
        /// Its path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file cannot be written.
    #[error("Cannot write {}: {source}", path.display())]
    Write {
        /// Its path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Not TOML, or a key that is unknown, missing, of a wrong type or out of range.
    #[error("{origin}: {message}")]
    Content { origin: String, message: String },
    /// A `--set` that cannot be applied.
    #[error("--set {assignment}: {message}")]
    Override { assignment: String, message: String },
}

impl Experiment {
    /// Reads an experiment from a TOML file.
    ///
    /// # Errors
    /// Where the file cannot be read, is not TOML, is of a newer version, or holds an unknown
    /// key, a wrong type or a value out of range.
    pub fn load(path: &Path) -> Result<Self, FileError> {
        Self::load_with(path, &[])
    }

    /// Reads an experiment from a TOML file with some keys replaced.
    ///
    /// # Errors
    /// As [`Experiment::load`], and where an assignment cannot be applied.
    pub fn load_with(path: &Path, assignments: &[String]) -> Result<Self, FileError> {
        let read = |source| FileError::Read {
            path: path.to_owned(),
            source,
        };
        let mut text = String::new();
        std::fs::File::open(path)
            .and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_string(&mut text))
            .map_err(|error| {
                read(match error.kind() {
                    std::io::ErrorKind::InvalidData => {
                        std::io::Error::other("it is not a text file")
                    }
                    _ => error,
                })
            })?;
        if text.len() as u64 > MAX_FILE_BYTES {
            return Err(FileError::Content {
                origin: path.display().to_string(),
                message: format!("more than {MAX_FILE_BYTES} bytes are too many for an experiment"),
            });
        }
        Self::from_toml(&text, &path.display().to_string(), assignments)
    }

    /// Reads an experiment from TOML text; `origin` names it in errors.
    ///
    /// # Errors
    /// As [`Experiment::load_with`].
    pub fn from_toml(text: &str, origin: &str, assignments: &[String]) -> Result<Self, FileError> {
        let content = |message: String| FileError::Content {
            origin: origin.to_owned(),
            message,
        };
        let mut table: Table = text
            .parse()
            .map_err(|error| content(format!("{}: correct it", not_toml(text, &error))))?;
        for assignment in assignments {
            set(&mut table, assignment)?;
        }
        match table.get("version").and_then(Value::as_integer) {
            Some(version) if version > i64::from(VERSION) => {
                return Err(content(format!(
                    "version = {version} is newer than this program reads (up to {VERSION}): update Layerwise"
                )));
            }
            Some(version) if version >= 1 => {}
            _ => {
                return Err(content(format!(
                    "version is missing or not a whole number from 1 to {VERSION}"
                )));
            }
        }
        let experiment: Self = serde_path_to_error::deserialize(Value::Table(table.clone()))
            .map_err(|error| {
                // As keys are written: block.1.out.
                let path = error.path().to_string().replace('[', ".").replace(']', "");
                let message = plain(error.inner());
                content(match path.as_str() {
                    "." => message,
                    path => match wrong_block_key(&table, path) {
                        Some(key) => format!("{}.{}: {message}", short(path), short(&key)),
                        None => format!("{}: {message}", short(path)),
                    },
                })
            })?;
        match experiment.range_problems().first() {
            Some(problem) => Err(content(problem.to_string())),
            None => Ok(experiment),
        }
    }

    /// The experiment as TOML text.
    ///
    /// # Errors
    /// Where a value cannot be written as TOML, such as a seed above 2⁶³ − 1.
    pub fn to_toml(&self) -> Result<String, String> {
        toml::to_string(self).map_err(|error| error.to_string())
    }

    /// Writes the experiment to a file: to a temporary one first, which is then renamed.
    ///
    /// # Errors
    /// Where the folder or the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), FileError> {
        let error = |source| FileError::Write {
            path: path.to_owned(),
            source,
        };
        let text = self
            .to_toml()
            .map_err(|message| error(std::io::Error::other(message)))?;
        write_whole(path, text.as_bytes()).map_err(error)
    }
}

/// Writes a file whole or not at all: to a temporary name beside it, then renamed. Folders,
/// devices and pipes are never replaced.
///
/// # Errors
/// Where the folder or the file cannot be written.
pub fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    // A link stays; the file that it leads to is replaced.
    let target = path.canonicalize();
    let path = target.as_deref().unwrap_or(path);
    if path.exists() && !path.is_file() {
        return Err(std::io::Error::other(
            "it is not a file: choose another name",
        ));
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    // Its name means nothing to a person.
    let nameless = |error: std::io::Error| {
        let text = error.to_string();
        let cause = text.split(" at path").next().unwrap_or_default();
        std::io::Error::other(cause.to_owned())
    };
    let mut file = builder.tempfile_in(folder).map_err(nameless)?;
    file.write_all(bytes).map_err(nameless)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// The key of a block that cannot be read, where `path` leads to a block: serde does not tell
/// for an enum with a tag. It is the key without which the error is another one.
fn wrong_block_key(table: &Table, path: &str) -> Option<String> {
    let index: usize = path.strip_prefix("block.")?.parse().ok()?;
    let block = table.get("block")?.get(index)?.as_table()?;
    let error = |block: &Table| {
        let read = Block::deserialize(Value::Table(block.clone()));
        read.err().map(|error| error.to_string())
    };
    let keys = block.keys().filter(|key| *key != "kind");
    keys.into_iter()
        .find(|key| {
            let mut less = block.clone();
            less.remove(*key);
            error(&less) != error(block)
        })
        .cloned()
}

/// What is wrong with text that is no TOML, and in which line.
pub(super) fn not_toml(text: &str, error: &toml::de::Error) -> String {
    let place = error.span().map(|span| {
        let before = text.get(..span.start).unwrap_or_default();
        format!(" in line {}", 1 + before.matches('\n').count())
    });
    format!("{}{}", line(error), place.unwrap_or_default())
}

/// An error on one line. It may tell a key or a value of any length.
fn line(error: &toml::de::Error) -> String {
    const MOST: usize = 600;
    one_line(error.message()).chars().take(MOST).collect()
}

/// An error of serde in words for people.
fn plain(error: &toml::de::Error) -> String {
    let mut message = line(error);
    for (rust, words) in [
        ("usize", "a whole number from 0"),
        ("u64", "a whole number from 0"),
        ("f64", "a number"),
        ("a boolean", "true or false"),
        ("internally tagged enum Block", "a table with a kind"),
        ("a sequence", "a list"),
        ("a map", "a table"),
    ] {
        message = message.replace(&format!("expected {rust}"), &format!("expected {words}"));
    }
    match message.split_once("expected struct ") {
        Some((before, _)) => format!("{before}expected a table"),
        None => message,
    }
}

/// Sets one key from text such as `optimizer.lr=0.1` or `block.3.out=128`.
fn set(table: &mut Table, assignment: &str) -> Result<(), FileError> {
    let wrong = |message: String| FileError::Override {
        assignment: assignment.to_owned(),
        message,
    };
    let (path, text) = assignment
        .split_once('=')
        .ok_or_else(|| wrong("write it as KEY=VALUE".to_owned()))?;
    let keys: Vec<&str> = path.trim().split('.').collect();
    if keys.iter().any(|key| key.is_empty()) {
        return Err(wrong(format!("\"{path}\" is not a key")));
    }
    let value = parse_value(text.trim());

    // An experiment has one of the two, so setting one replaces the other.
    if let ["split", key @ ("after" | "count")] = keys.as_slice() {
        let other = if *key == "after" { "count" } else { "after" };
        if let Some(split) = table.get_mut("split").and_then(Value::as_table_mut) {
            split.remove(other);
        }
    }

    // Whoever names files wants them.
    if let ["data", "path"] = keys.as_slice() {
        set(table, "data.kind=files")?;
    }

    let Some((last, parents)) = keys.split_last() else {
        return Err(wrong(format!("\"{path}\" is not a key")));
    };
    let mut place: Option<&mut Value> = None;
    for key in parents {
        let next = match place {
            None => table
                .entry(*key)
                .or_insert_with(|| Value::Table(Table::new())),
            Some(Value::Table(inner)) => inner
                .entry(*key)
                .or_insert_with(|| Value::Table(Table::new())),
            Some(Value::Array(items)) => element(items, key).map_err(wrong)?,
            Some(_) => return Err(wrong(format!("nothing lies below \"{key}\""))),
        };
        place = Some(next);
    }
    match place {
        None => {
            table.insert((*last).to_owned(), value);
        }
        Some(Value::Table(inner)) => {
            inner.insert((*last).to_owned(), value);
        }
        Some(Value::Array(items)) => *element(items, last).map_err(wrong)? = value,
        Some(_) => return Err(wrong(format!("\"{last}\" has no place here"))),
    }
    Ok(())
}

fn element<'a>(items: &'a mut [Value], key: &str) -> Result<&'a mut Value, String> {
    let count = items.len();
    key.parse::<usize>()
        .ok()
        .and_then(|index| items.get_mut(index))
        .ok_or_else(|| format!("\"{key}\" is not an index below {count}"))
}

/// A TOML value, or the text itself where it is none: `etf` needs no quotes.
fn parse_value(text: &str) -> Value {
    text.parse()
        .unwrap_or_else(|_| Value::String(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{HeadKind, MAX_BLOCKS, OptimizerKind, preset, presets};

    const SMALL: &str =
        "version = 1\n[data]\nkind = \"moons\"\n[[block]]\nkind = \"linear\"\nout = 4\n";

    fn with(assignments: &[&str]) -> Result<Experiment, String> {
        let assignments: Vec<String> = assignments.iter().map(|text| (*text).to_owned()).collect();
        Experiment::from_toml(SMALL, "small.toml", &assignments).map_err(|error| error.to_string())
    }

    #[test]
    fn presets_survive_a_round_trip() {
        for preset in presets() {
            let experiment = preset.experiment().unwrap();
            let text = experiment.to_toml().unwrap();
            assert_eq!(
                Experiment::from_toml(&text, "round trip", &[]).unwrap(),
                experiment
            );
        }
    }

    #[test]
    fn no_kind_of_block_takes_unknown_keys() {
        for block in Block::palette() {
            let text = toml::to_string(&block).unwrap();
            let read = |text: &str| toml::from_str::<Block>(text);
            assert_eq!(read(&text).unwrap(), block);
            let error = read(&format!("{text}colour = 1\n")).unwrap_err();
            assert!(error.to_string().contains("colour"), "{text}: {error}");
        }
    }

    #[test]
    fn only_whole_files_are_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.toml");
        write_whole(&path, b"one").unwrap();
        write_whole(&path, b"two").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert!(write_whole(folder.path(), b"three").is_err());
        #[cfg(unix)]
        {
            let link = folder.path().join("link.toml");
            std::os::unix::fs::symlink(&path, &link).unwrap();
            write_whole(&link, b"four").unwrap();
            assert!(link.is_symlink());
            assert_eq!(std::fs::read(&path).unwrap(), b"four");
        }
    }

    #[test]
    fn keys_can_be_set() {
        let experiment = with(&[
            "head.kind=linear",
            "optimizer.kind = adamw",
            "optimizer.lr=1e-3",
            "block.0.out=7",
            "method.lambda=2",
            "seed=9",
        ])
        .unwrap();
        assert_eq!(experiment.head.kind, HeadKind::Linear);
        assert_eq!(experiment.optimizer.kind, OptimizerKind::Adamw);
        assert_eq!(experiment.method.lambda, 2.0);
        assert_eq!(experiment.blocks.first().unwrap().summary(), "7 features");
        assert_eq!(experiment.seed, 9);
    }

    #[test]
    fn a_split_count_replaces_split_points() {
        let mut table: Table = preset("digits-mlp")
            .unwrap()
            .toml()
            .unwrap()
            .parse()
            .unwrap();
        set(&mut table, "split.after=[2]").unwrap();
        set(&mut table, "split.count=4").unwrap();
        let split = table.get("split").unwrap().as_table().unwrap();
        assert_eq!(split.keys().collect::<Vec<_>>(), ["count"]);
    }

    #[test]
    fn wrong_input_names_file_key_value_and_range() {
        for (assignment, expected) in [
            (
                "optimizer.lr=-1",
                "small.toml: optimizer.lr: -1 is out of range: choose a number above 0 and at most 1000",
            ),
            (
                "train.epochs=0",
                "small.toml: train.epochs: 0 is out of range: choose a whole number from 1 to 100000",
            ),
            (
                "method.lambda=nan",
                "small.toml: method.lambda: NaN is out of range: choose a number from 0 to 1000000",
            ),
            (
                "block.0.out=0",
                "small.toml: block.0.out: 0 is out of range: choose a whole number from 1 to 65536",
            ),
        ] {
            assert_eq!(with(&[assignment]).unwrap_err(), expected);
        }
        for (assignment, part) in [
            ("optimizer.speed=1", "unknown field `speed`"),
            (
                "train.epochs=many",
                "train.epochs: invalid type: string \"many\"",
            ),
            ("data.kind=cats", "unknown variant `cats`"),
            ("block.0.kind=lineer", "unknown variant `lineer`"),
            ("block.9.out=1", "\"9\" is not an index below 1"),
            ("epochs", "write it as KEY=VALUE"),
            ("device=tpu", "device \"tpu\" is unknown"),
            ("split.count=5", "split.count: 5 is out of range"),
        ] {
            let message = with(&[assignment]).unwrap_err();
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn newer_versions_and_other_files_are_refused() {
        let newer = Experiment::from_toml("version = 2", "new.toml", &[]).unwrap_err();
        assert!(newer.to_string().contains("newer"), "{newer}");
        let none = Experiment::from_toml("", "empty.toml", &[]).unwrap_err();
        assert!(none.to_string().contains("version is missing"), "{none}");
        let torn = Experiment::from_toml("version = [", "torn.toml", &[]).unwrap_err();
        assert!(torn.to_string().starts_with("torn.toml: "), "{torn}");
    }

    #[test]
    fn countless_blocks_are_refused_at_once() {
        let blocks = |count: usize| {
            let block = "[[block]]\nkind = \"linear\"\nout = 4\n";
            let text = format!(
                "version = 1\n[data]\nkind = \"moons\"\n[split]\ncount = {count}\nby = \"memory\"\n{}",
                block.repeat(count)
            );
            Experiment::from_toml(&text, "long.toml", &[])
        };
        let most = blocks(MAX_BLOCKS).unwrap();
        assert_eq!(most.costs().modules.len(), MAX_BLOCKS);
        assert_eq!(
            blocks(20_000).unwrap_err().to_string(),
            "long.toml: block: their number, 20000, is out of range: choose at most 1000"
        );
    }

    #[test]
    fn saving_replaces_the_file_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("experiment.toml");
        let experiment = with(&[]).unwrap();
        experiment.save(&path).unwrap();
        experiment.save(&path).unwrap();
        assert_eq!(Experiment::load(&path).unwrap(), experiment);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(experiment.save(&folder.path().join("none/x.toml")).is_err());
    }
}
