//! The binary versions of CIFAR-10 and CIFAR-100.

mod collect;
mod record;

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use layerwise_experiment::words::one_line;

use crate::source::array::bytes::{
    LIMIT, Progress, Report, cannot_read, first_bytes, name_of, unpacked,
};
use crate::source::array::labels::check_used;
use crate::source::array::listing;
use crate::source::raw::{Format, Part, Raw, Store};
use collect::Collected;
use record::{Batch, SHAPE};

pub use record::looks_like;

/// Bytes that are read of a file to recognise it.
const FIRST: u64 = 16 << 10;
/// Bytes that are read of an archive, unpacked, to recognise it.
const ARCHIVE_FIRST: u64 = 64 << 10;

/// Reads the binary version of CIFAR-10 or CIFAR-100.
///
/// `path` is a folder or a tar archive, gzipped or not, with batches as published: files that end
/// in `.bin`, those with `test` in the name for testing, and the names of the classes in
/// `batches.meta.txt`, `fine_label_names.txt` and `coarse_label_names.txt`. Or it is a single
/// batch, beside which the names are looked for; it is for training. Where there are no names, the
/// classes are called by their numbers. Batches come in the order of their names. Files in an
/// archive are found in any folder; nothing is written to disk, so any path in it is harmless.
///
/// `coarse` chooses the 20 coarse classes of CIFAR-100 instead of the 100 fine ones.
///
/// `progress` is told the bytes read of the files and in all; false cancels.
///
/// # Errors
/// Where there is no batch, one is damaged or has a label out of range, or batches of both data
/// sets are mixed; "Cancelled" where `progress` asked for it.
pub fn read_cifar(path: &Path, coarse: bool, progress: &mut Report<'_>) -> Result<Raw, String> {
    let name = name_of(path);
    if path.is_dir() {
        let files = listing::files(path)?;
        let sizes = files.iter().filter_map(|file| file.metadata().ok());
        let total = sizes.map(|about| about.len()).sum();
        return Progress::over(progress, total, |progress| {
            let mut collected = Collected::default();
            for file in &files {
                take_file(&mut collected, file, false, progress)?;
            }
            raw(collected, &path.display().to_string(), coarse)
        });
    }
    if !path.is_file() {
        return Err(format!(
            "{} does not exist: choose another file",
            path.display()
        ));
    }
    let size = path.metadata().map_or(0, |about| about.len());
    Progress::over(progress, size, |progress| {
        if recognise_batch(path).is_none() && holds_tar(path) {
            return decode_archive(progress.open(path)?, &name, coarse);
        }
        let mut collected = Collected::default();
        take_file(&mut collected, path, true, progress)?;
        for name in collect::META {
            let beside = path.with_file_name(name);
            if beside.is_file() {
                take_file(&mut collected, &beside, false, progress)?;
            }
        }
        raw(collected, &name, coarse)
    })
}

/// Reads a tar archive, gzipped or not, as [`read_cifar`] does. Errors call it `name`.
///
/// # Errors
/// Those of [`read_cifar`].
pub fn decode_archive(bytes: impl Read, name: &str, coarse: bool) -> Result<Raw, String> {
    let error = |error: std::io::Error| cannot_read(name, &error);
    // Twice the samples leave room for what else lies in the archive.
    let reader = unpacked(bytes).map_err(error)?.take(2 * LIMIT);
    let mut archive = tar::Archive::new(reader);
    let mut collected = Collected::default();
    for entry in archive.entries().map_err(error)? {
        let entry = entry.map_err(error)?;
        if entry.header().entry_type().is_file() {
            let entry_name = base_name(&entry.path_bytes());
            let size = entry.size();
            collected.take(&entry_name, size, entry, false)?;
        }
    }
    // The checksum of what is packed stands at the end.
    std::io::copy(&mut archive.into_inner(), &mut std::io::sink()).map_err(error)?;
    raw(collected, name, coarse)
}

/// What a folder, an archive or a batch is; none where it is not CIFAR. Reads a few KiB.
pub fn recognise(path: &Path) -> Option<Format> {
    if path.is_dir() {
        let files = listing::files(path).ok()?;
        return (files.iter())
            .filter(|file| collect::is_batch(&name_of(file)))
            .find_map(|file| recognise_batch(file));
    }
    if !path.is_file() {
        return None;
    }
    recognise_batch(path).or_else(|| recognise_archive(path))
}

fn recognise_batch(path: &Path) -> Option<Format> {
    let file = std::fs::File::open(path).ok()?;
    let size = file.metadata().ok()?.len();
    looks_like(&first_bytes(file, FIRST).ok()?, size)
}

fn recognise_archive(path: &Path) -> Option<Format> {
    let reader = unpacked(std::fs::File::open(path).ok()?).ok()?;
    let mut archive = tar::Archive::new(reader.take(ARCHIVE_FIRST));
    for entry in archive.entries().ok()? {
        let entry = entry.ok()?;
        if collect::is_batch(&base_name(&entry.path_bytes())) {
            let size = entry.size();
            let format = looks_like(&first_bytes(entry, FIRST).ok()?, size);
            if format.is_some() {
                return format;
            }
        }
    }
    None
}

/// Whether a file is a tar archive, gzipped or not.
fn holds_tar(path: &Path) -> bool {
    std::fs::File::open(path)
        .and_then(unpacked)
        .and_then(|reader| first_bytes(reader, 512))
        .is_ok_and(|first| first.get(257..262) == Some(b"ustar"))
}

fn take_file(
    collected: &mut Collected,
    path: &Path,
    is_batch: bool,
    progress: &mut Progress<'_>,
) -> Result<(), String> {
    let size = path.metadata().map_or(0, |about| about.len());
    collected.take(&name_of(path), size, progress.open(path)?, is_batch)
}

/// The last part of a path in an archive.
fn base_name(path: &[u8]) -> String {
    let last = path.rsplit(|byte| matches!(byte, b'/' | b'\\')).next();
    one_line(&String::from_utf8_lossy(last.unwrap_or_default()))
}

fn raw(collected: Collected, name: &str, coarse: bool) -> Result<Raw, String> {
    let Collected {
        mut batches,
        names,
        left,
    } = collected;
    let Some(format) = batches.first().map(|batch| batch.format) else {
        return Err(format!(
            "{name} holds no batches of CIFAR, files that end in .bin: download the binary version"
        ));
    };
    if let Some(other) = batches.iter().find(|batch| batch.format != format) {
        return Err(format!(
            "{name} holds batches of both CIFAR-10 and CIFAR-100, such as {}: keep them apart",
            other.name
        ));
    }
    // Shorter names first, so that batch 2 comes before batch 10.
    batches.sort_by(|a, b| (a.name.len(), &a.name).cmp(&(b.name.len(), &b.name)));
    let (mut test, mut train): (Vec<_>, Vec<_>) =
        batches.into_iter().partition(|batch| batch.is_test);
    if train.is_empty() {
        std::mem::swap(&mut train, &mut test);
    }
    let train = part(train, coarse)?;
    let test = (!test.is_empty()).then(|| part(test, coarse)).transpose()?;
    let mut notes = left.into_list("files");
    let classes = collect::classes(format, coarse, &names, &mut notes);
    check_used(
        &classes,
        &train.labels,
        test.as_ref().map(|test| test.labels.as_slice()),
    )?;
    Ok(Raw {
        format,
        shape: Some(SHAPE),
        is_image: true,
        classes,
        train,
        test,
        notes,
        columns: Vec::new(),
    })
}

fn part(batches: Vec<Batch>, coarse: bool) -> Result<Arc<Part>, String> {
    let mut batches = batches.into_iter();
    let Some(mut all) = batches.next() else {
        return Err("There are no batches: download the binary version".to_owned());
    };
    let more: usize = batches
        .as_slice()
        .iter()
        .map(|batch| batch.pixels.len())
        .sum();
    (all.pixels.try_reserve_exact(more))
        .map_err(|_| "The batches do not fit into memory: use fewer of them".to_owned())?;
    for mut batch in batches {
        all.pixels.append(&mut batch.pixels);
        all.labels.append(&mut batch.labels);
        all.coarse_labels.append(&mut batch.coarse_labels);
    }
    let labels = if coarse && all.format == Format::Cifar100 {
        all.coarse_labels
    } else {
        all.labels
    };
    let labels = labels.into_iter().map(u32::from).collect();
    Ok(Part::shared(Store::Bytes(all.pixels), labels))
}

#[cfg(test)]
mod tests;
