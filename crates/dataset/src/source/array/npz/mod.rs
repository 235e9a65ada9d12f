//! NumPy arrays `x` and `y` in an `.npz` file.

mod array;
mod header;
mod target;

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use layerwise_experiment::words::{one_line, short};
use zip::{CompressionMethod, ZipArchive};

use crate::source::array::bytes::{Named, Progress, Report, cannot_read, first_bytes, name_of};
use crate::source::array::labels::check_counts;
use crate::source::array::origin::{HELD, Origin};
use crate::source::notes::Notes;
use crate::source::raw::{Format, Note, Part, Raw};
use array::Samples;
use header::{Header, NPY};
use target::Labels;

/// Names of the arrays that are read.
const X: &[&str] = &[
    "x",
    "X",
    "images",
    "data",
    "x_train",
    "X_train",
    "train_x",
    "train_images",
];
const Y: &[&str] = &[
    "y",
    "Y",
    "labels",
    "targets",
    "y_train",
    "Y_train",
    "train_y",
    "train_labels",
];
const X_TEST: &[&str] = &["x_test", "X_test", "test_x", "test_images"];
const Y_TEST: &[&str] = &["y_test", "Y_test", "test_y", "test_labels"];

/// Bytes that suffice to recognise a file.
const FIRST: u64 = 512;
/// Names of arrays that an error lists.
const MOST_LISTED: usize = 10;

/// Reads the NumPy arrays of a data set from an `.npz` file, packed or not.
///
/// The samples are the array `x`, `X`, `images`, `data`, `x_train`, `X_train`, `train_x` or
/// `train_images`; the labels `y`, `Y`, `labels`, `targets`, `y_train`, `Y_train`, `train_y` or
/// `train_labels`. The part for testing, which may be absent, is `x_test`, `X_test`, `test_x` or
/// `test_images` with `y_test`, `Y_test`, `test_y` or `test_labels`.
///
/// Samples are N × F (vectors), N × H × W, N × H × W × C or N × C × H × W with 1, 3 or 4 channels
/// C. Where both the second and the last axis could be the channels, the shorter one is, and of
/// equal ones the last. Images of bytes are of 255 steps; other numbers stay as they are, rounded
/// to 32 bits.
///
/// Labels are N or N × 1 whole numbers or texts, whose classes are the distinct ones in their
/// order, or N × C with a single 1 in each row, whose classes are the columns. Numbers are `bool`,
/// 8, 16, 32 or 64 bits wide integers, or 16, 32 or 64 bits wide floats, in either order of bytes
/// and axes.
///
/// `progress` is told the bytes read of the file and in all; false cancels.
///
/// # Errors
/// Where the file or an array is damaged, an array is missing or of another shape or type, or
/// holds numbers that are not finite; "Cancelled" where `progress` asked for it.
pub fn read_npz(path: &Path, progress: &mut Report<'_>) -> Result<Raw, String> {
    let about =
        (path.metadata()).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    if !about.is_file() {
        return Err(format!(
            "{} is no file: choose an .npz file",
            path.display()
        ));
    }
    Progress::over(progress, about.len(), |progress| {
        let at = Some((path, HELD));
        decode(progress.open(path)?, &name_of(path), at)
    })
}

/// Reads an `.npz` file as [`read_npz`] does. Errors call it `name`. Arrays that are not packed may
/// stay in the file `at` a path, where they take more than so many bytes.
///
/// # Errors
/// Those of [`read_npz`].
pub fn decode(
    mut reader: impl Read + Seek,
    name: &str,
    at: Option<(&Path, u64)>,
) -> Result<Raw, String> {
    let first = first_bytes(&mut reader, NPY.len() as u64)
        .and_then(|first| reader.seek(SeekFrom::Start(0)).map(|_| first))
        .map_err(|error| cannot_read(name, &error))?;
    if first.is_empty() {
        return Err(format!("{name} is empty: download or save it again"));
    }
    if first == NPY {
        return Err(format!(
            "{name} is a single NumPy array, but samples and labels are needed: save both with np.savez('data.npz', x=x, y=y)"
        ));
    }
    let mut archive = ZipArchive::new(reader).map_err(|error| damaged(name, &error))?;
    if archive.has_duplicate_names() {
        return Err(format!(
            "{name} holds two arrays of one name: save it again"
        ));
    }
    let mut file = File::new(name, at, &mut archive)?;
    let x = file.find(X)?.ok_or_else(|| file.missing())?;
    let y = file.find(Y)?.ok_or_else(|| file.missing())?;
    let test = match (file.find(X_TEST)?, file.find(Y_TEST)?) {
        (Some(x), Some(y)) => Some((x, y)),
        (None, None) => None,
        (Some(found), None) | (None, Some(found)) => {
            return Err(format!(
                "{name} holds {} but not both x_test and y_test: save both or neither",
                found.name
            ));
        }
    };
    let used: Vec<&Entry> = [&x, &y]
        .into_iter()
        .chain(test.iter().flat_map(|(x, y)| [x, y]))
        .collect();
    let notes = file.notes(&used);
    let train = file.part(&x, &y)?;
    let test = match &test {
        None => None,
        Some((x_test, y_test)) => {
            let test = file.part(x_test, y_test)?;
            array::check_alike(&x.name, &train.0, &x_test.name, &test.0)?;
            Some(test)
        }
    };
    let (samples, labels) = train;
    let (test_samples, test_labels) = test.unzip();
    let classes = target::classes(labels, test_labels)?;
    Ok(Raw {
        format: Format::Npz,
        shape: Some(samples.shape),
        is_image: samples.is_image,
        classes: classes.names,
        train: Part::shared(samples.store, classes.train),
        test: test_samples
            .zip(classes.test)
            .map(|(samples, labels)| Part::shared(samples.store, labels)),
        notes,
        columns: Vec::new(),
    })
}

/// Whether a file begins like an `.npz` file or a single NumPy array. `first` are its first bytes,
/// 512 or as many as there are.
pub fn looks_like(first: &[u8]) -> bool {
    if first.starts_with(NPY) {
        return true;
    }
    let Some([low, high]) = first.get(26..28) else {
        return false;
    };
    let length = usize::from(u16::from_le_bytes([*low, *high]));
    first.starts_with(b"PK\x03\x04")
        && (first.get(30..30 + length)).is_some_and(|name| name.ends_with(b".npy"))
}

/// Whether a file is in this format. Reads its first bytes.
pub fn recognise(path: &Path) -> bool {
    path.is_file()
        && std::fs::File::open(path)
            .and_then(|file| first_bytes(file, FIRST))
            .is_ok_and(|first| looks_like(&first))
}

/// An `.npz` file and the names in it.
struct File<'a, R> {
    name: &'a str,
    at: Option<(&'a Path, u64)>,
    archive: &'a mut ZipArchive<R>,
    entries: Vec<Entry>,
}

#[derive(Clone, PartialEq, Eq)]
struct Entry {
    at: usize,
    name: String,
}

impl<'a, R: Read + Seek> File<'a, R> {
    fn new(
        name: &'a str,
        at: Option<(&'a Path, u64)>,
        archive: &'a mut ZipArchive<R>,
    ) -> Result<Self, String> {
        let mut entries = Vec::new();
        for at in 0..archive.len() {
            if let Some(entry) = archive.name_for_index(at) {
                let entry = entry.map_err(|error| damaged(name, &error))?;
                let entry = entry.strip_suffix(".npy").unwrap_or(&entry).to_owned();
                entries.push(Entry { at, name: entry });
            }
        }
        Ok(Self {
            name,
            at,
            archive,
            entries,
        })
    }

    /// The only array with one of these names.
    fn find(&self, names: &[&str]) -> Result<Option<Entry>, String> {
        let mut found = (self.entries.iter()).filter(|entry| names.contains(&entry.name.as_str()));
        match (found.next(), found.next()) {
            (Some(first), Some(second)) => Err(format!(
                "{} holds both {} and {}: keep one of them",
                self.name, first.name, second.name
            )),
            (first, _) => Ok(first.cloned()),
        }
    }

    fn missing(&self) -> String {
        let names: Vec<String> = (self.entries.iter().take(MOST_LISTED))
            .map(|entry| short(&entry.name))
            .collect();
        let found = if names.is_empty() {
            "no arrays".to_owned()
        } else {
            names.join(", ")
        };
        format!(
            "{} holds {found}, but x and y are needed: save both with np.savez('data.npz', x=x, y=y)",
            self.name
        )
    }

    fn notes(&self, used: &[&Entry]) -> Vec<Note> {
        let mut notes = Notes::default();
        for entry in self.entries.iter().filter(|entry| !used.contains(entry)) {
            notes.push(|| Note {
                what: short(&entry.name),
                why: "its name is none of those that samples and labels have".to_owned(),
            });
        }
        notes.into_list("arrays")
    }

    fn part(&mut self, x: &Entry, y: &Entry) -> Result<(Samples, Labels), String> {
        let labels = self.array(y, target::read)?;
        let samples = self.array(x, array::read)?;
        check_counts(&x.name, samples.count, &y.name, labels.len())?;
        Ok((samples, labels))
    }

    fn array<T>(
        &mut self,
        entry: &Entry,
        read: impl FnOnce(&mut Named, &Header) -> Result<T, String>,
    ) -> Result<T, String> {
        let name = format!("{} in {}", entry.name, self.name);
        let packed = (self.archive.by_index(entry.at)).map_err(|error| damaged(&name, &error))?;
        let start = (packed.compression() == CompressionMethod::Stored)
            .then(|| packed.data_start())
            .flatten();
        let origin = (self.at.zip(start)).map(|((path, held), start)| Origin {
            path: path.to_owned(),
            start,
            end: start.saturating_add(packed.size()),
            held,
        });
        let mut source = Named::new(&name, packed);
        source.origin = origin;
        let header = Header::read(&mut source)?;
        let array = read(&mut source, &header)?;
        source.end()?;
        Ok(array)
    }
}

fn damaged(name: &str, error: &zip::result::ZipError) -> String {
    let why = one_line(&error.to_string());
    format!("{name} cannot be unpacked ({why}): download or save it again")
}

#[cfg(test)]
mod tests;
