//! The files of CIFAR, from a folder or an archive.

use std::io::Read;

use super::record::{self, Batch};
use crate::source::array::bytes::{LIMIT, cannot_read, first_bytes, grouped};
use crate::source::notes::Notes;
use crate::source::raw::{Format, Note};

const NAMES_10: &str = "batches.meta.txt";
const NAMES_FINE: &str = "fine_label_names.txt";
const NAMES_COARSE: &str = "coarse_label_names.txt";

/// Files that hold the names of classes.
pub(super) const META: [&str; 3] = [NAMES_10, NAMES_FINE, NAMES_COARSE];

/// Bytes that a file with names may have.
const MOST_NAMES: u64 = 64 << 10;

/// What was found so far.
#[derive(Default)]
pub(super) struct Collected {
    pub batches: Vec<Batch>,
    /// File and text of each list of names.
    pub names: Vec<(String, Vec<u8>)>,
    /// Files that are neither.
    pub left: Notes,
}

/// Whether a file is a batch by its name.
pub(super) fn is_batch(name: &str) -> bool {
    name.to_lowercase().ends_with(".bin") && !name.starts_with('.')
}

impl Collected {
    /// Takes in a file of `size` bytes; one that `is_batch` whatever its name.
    ///
    /// # Errors
    /// Where a batch or a list of names is damaged or there twice, or there is too much.
    pub fn take(
        &mut self,
        name: &str,
        size: u64,
        bytes: impl Read,
        is_batch: bool,
    ) -> Result<(), String> {
        let known = (self.batches.iter().map(|batch| &batch.name))
            .chain(self.names.iter().map(|(name, _)| name));
        if known.into_iter().any(|known| known == name) {
            return Err(format!(
                "There are two files named {name}: keep the files of one data set together"
            ));
        }
        if is_batch || self::is_batch(name) {
            let held: u64 = (self.batches.iter().map(|batch| batch.pixels.len() as u64)).sum();
            if held.saturating_add(size) > LIMIT {
                return Err(format!(
                    "The batches up to {name} have more than the {} bytes that can be read: use fewer of them",
                    grouped(LIMIT)
                ));
            }
            self.batches.push(record::decode(bytes, size, name)?);
        } else if META.contains(&name) {
            let text = first_bytes(bytes, MOST_NAMES).map_err(|error| cannot_read(name, &error))?;
            self.names.push((name.to_owned(), text));
        } else {
            self.left.push(|| Note {
                what: name.to_owned(),
                why: "it is neither a batch nor a list of names".to_owned(),
            });
        }
        Ok(())
    }
}

/// The names of the classes, numbers where there is no list of as many.
pub(super) fn classes(
    format: Format,
    coarse: bool,
    names: &[(String, Vec<u8>)],
    notes: &mut Vec<Note>,
) -> Vec<String> {
    let (file, count) = match (format, coarse) {
        (Format::Cifar100, true) => (NAMES_COARSE, 20),
        (Format::Cifar100, false) => (NAMES_FINE, 100),
        _ => (NAMES_10, 10),
    };
    let numbers = (0..count).map(|class: usize| class.to_string()).collect();
    let Some((_, text)) = names.iter().find(|(name, _)| name == file) else {
        return numbers;
    };
    let text = String::from_utf8_lossy(text);
    let listed: Vec<String> = (text.lines().map(str::trim))
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect();
    if listed.len() == count {
        return listed;
    }
    notes.push(Note {
        what: file.to_owned(),
        why: format!("it has {} names, not {count}", listed.len()),
    });
    numbers
}
