//! Readers of data in files, each of which is told by its content.

mod array;
pub(super) mod folder;
mod notes;
mod range;
mod raw;
mod table;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use parking_lot::Mutex;
use walkdir::WalkDir;

pub(super) use array::LIMIT as MOST_ARRAY_BYTES;
pub(super) use folder::is_ignored;
pub use range::Range;
pub use raw::{Format, Note, Part, Raw, Store};
pub use table::column::{Column, Kind as ColumnKind};
pub(super) use table::{
    keeps_classes,
    limits::{MAX_FEATURES, MAX_VALUES},
};

/// What a person may say of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Column of a table with the classes, by name or by number from 1.
    pub label: Option<String>,
    /// Whether the first row of a table names its columns.
    pub header: Option<bool>,
    /// Whether classes are CIFAR-100's coarse ones.
    pub coarse: bool,
}

/// What decides what is read.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    path: PathBuf,
    options: Options,
    stamp: Stamp,
}

/// Most entries of a folder that a stamp looks at.
const MOST_ENTRIES: usize = 4_096;

/// When files were written and how long they are: of a file, or of what lies in a folder and in the
/// folders in it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp(Vec<(Option<SystemTime>, u64)>);

impl Stamp {
    fn of(path: &Path) -> Self {
        let entries = WalkDir::new(path).max_depth(2).sort_by_file_name();
        let about = entries.into_iter().take(MOST_ENTRIES).flatten();
        let about = about.filter_map(|entry| entry.metadata().ok());
        Self(about.map(|it| (it.modified().ok(), it.len())).collect())
    }
}

/// The source read last, which the window, a check and a run may all want.
static LAST: Mutex<Option<(Key, Arc<Raw>)>> = Mutex::new(None);

/// Reads the file or folder at `path`. What was read last is not read again while it stays
/// the same.
///
/// # Errors
/// Where there is nothing, nothing that is known, or something is wrong with it; the sentence says
/// what to do.
pub fn open(
    path: &Path,
    options: &Options,
    progress: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<Arc<Raw>, String> {
    about(path)?;
    let key = Key {
        path: path.to_owned(),
        options: options.clone(),
        stamp: Stamp::of(path),
    };
    if let Some((of, raw)) = &*LAST.lock()
        && *of == key
    {
        return Ok(Arc::clone(raw));
    }
    let raw = Arc::new(read(path, options, progress)?);
    *LAST.lock() = Some((key, Arc::clone(&raw)));
    Ok(raw)
}

fn about(path: &Path) -> Result<std::fs::Metadata, String> {
    let about = std::fs::metadata(path).map_err(|error| {
        format!(
            "{} cannot be read: {error}: choose a file or folder that exists",
            path.display()
        )
    })?;
    if about.is_file() || about.is_dir() {
        return Ok(about);
    }
    Err(format!(
        "{} is neither a file nor a folder: choose one",
        path.display()
    ))
}

/// What a file or folder holds, told by the beginning of its content.
///
/// # Errors
/// Where there is nothing, or nothing that is known.
pub fn format_of(path: &Path) -> Result<Format, String> {
    let about = about(path)?;
    let other = || {
        if about.is_dir() {
            folder::recognise(path).then_some(Format::Folder)
        } else {
            table::recognise(path).then_some(Format::Table)
        }
    };
    array::recognise(path).or_else(other).ok_or_else(|| {
        if about.is_file() && about.len() == 0 {
            format!("{} is empty: download or save it again", path.display())
        } else {
            unknown(path)
        }
    })
}

fn read(
    path: &Path,
    options: &Options,
    progress: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<Raw, String> {
    match format_of(path)? {
        Format::Idx => array::idx::read_idx(path, progress),
        Format::Cifar10 | Format::Cifar100 => {
            array::cifar::read_cifar(path, options.coarse, progress)
        }
        Format::Npz => array::npz::read_npz(path, progress),
        Format::Folder => folder::scan(path, progress),
        Format::Table => {
            let options = table::Options {
                label: options.label.clone(),
                header: options.header,
            };
            table::read(path, &options, progress)
        }
    }
}

/// Why nothing is read of something that is not recognised.
fn unknown(path: &Path) -> String {
    let known = "IDX files, CIFAR's binary version, a folder of image files for each class, a CSV or TSV table, or a NumPy .npz file";
    match unreadable(path) {
        Some(why) => format!(
            "{} holds no data that can be read ({why}): allow that, or choose {known}",
            path.display()
        ),
        None => format!(
            "{} holds no data that are known: choose {known}",
            path.display()
        ),
    }
}

/// The first of what lies in a folder, and in the folders in it, that cannot be read, and why.
fn unreadable(path: &Path) -> Option<String> {
    let entries = WalkDir::new(path).follow_links(true).max_depth(2);
    let error = (entries.into_iter().take(MOST_ENTRIES)).find_map(Result::err)?;
    let place = error.path().unwrap_or(path).display();
    Some(format!("{place}: {}", folder::reason(&error)))
}

/// Forgets what was read last, so that it is read again.
pub fn forget() {
    *LAST.lock() = None;
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = format_of(folder.path()).unwrap_err();
        assert!(error.contains("no data that are known"), "{error}");
        let link = folder.path().join("round");
        std::os::unix::fs::symlink(folder.path(), link).unwrap();
        let error = format_of(folder.path()).unwrap_err();
        assert!(error.contains("round: a link to a folder that"), "{error}");
    }
}
