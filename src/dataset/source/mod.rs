//! Readers of data in files, each of which is told by its content.

mod array;
pub(super) mod folder;
mod raw;
mod table;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use parking_lot::Mutex;

pub use raw::{Format, LeftOut, Part, Raw, Store};
pub use table::{Column, Kind as ColumnKind};

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
    written: Option<SystemTime>,
}

/// The source read last, which the window, a check and a run may all want.
static LAST: Mutex<Option<(Key, Arc<Raw>)>> = Mutex::new(None);

/// Reads the file or folder at `path`. What was read last is not read again while its time of
/// change stays the same.
///
/// # Errors
/// Where there is nothing, nothing that is known, or something is wrong with it; the sentence says
/// what to do.
pub fn open(
    path: &Path,
    options: &Options,
    progress: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<Arc<Raw>, String> {
    let about = std::fs::metadata(path).map_err(|error| {
        format!(
            "{} cannot be read: {error}: choose a file or folder that exists",
            path.display()
        )
    })?;
    let key = Key {
        path: path.to_owned(),
        options: options.clone(),
        written: about.modified().ok(),
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

/// What a file or folder holds, told by its content.
fn recognise(path: &Path) -> Option<Format> {
    let array = array::recognise(path);
    let other = || {
        if path.is_dir() {
            folder::recognise(path).then_some(Format::Folder)
        } else {
            table::recognise(path).then_some(Format::Table)
        }
    };
    array.or_else(other)
}

fn read(
    path: &Path,
    options: &Options,
    progress: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<Raw, String> {
    match recognise(path) {
        Some(Format::Idx) => array::idx::read_idx(path, progress),
        Some(Format::Cifar10 | Format::Cifar100) => {
            array::cifar::read_cifar(path, options.coarse, progress)
        }
        Some(Format::Npz) => array::npz::read_npz(path, progress),
        Some(Format::Folder) => folder::scan(path, progress),
        Some(Format::Table) => {
            let options = table::Options {
                label: options.label.clone(),
                header: options.header,
            };
            table::read(path, &options, progress)
        }
        None => Err(unknown(path)),
    }
}

/// Why nothing is read of something that is not recognised.
fn unknown(path: &Path) -> String {
    let about = std::fs::metadata(path);
    if about.is_ok_and(|about| about.is_file() && about.len() == 0) {
        return format!("{} is empty: download or save it again", path.display());
    }
    let known = "IDX files, CIFAR's binary version, a folder of image files for each class, a CSV or TSV table, or a NumPy .npz file";
    format!(
        "{} holds no data that are known: choose {known}",
        path.display()
    )
}

/// Forgets what was read last, so that it is read again.
pub fn forget() {
    *LAST.lock() = None;
}
