//! One batch: a record for each sample, of its labels and its pixels.

use std::io::Read;

use crate::source::array::bytes::{LIMIT, Named, grouped, grow};
use crate::source::raw::Format;

/// Channels, height and width of every sample.
pub(super) const SHAPE: [usize; 3] = [3, 32, 32];

const PIXELS: usize = 3 * 32 * 32;

/// What a record begins with: the classes of each label.
const CIFAR_10: &[u8] = &[10];
const CIFAR_100: &[u8] = &[20, 100];

/// The samples of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    pub name: String,
    /// [`Format::Cifar10`] or [`Format::Cifar100`].
    pub format: Format,
    /// Whether its name says that it is for testing.
    pub is_test: bool,
    /// Sample after sample, channel by channel, row by row.
    pub pixels: Vec<u8>,
    /// The class of each sample: for CIFAR-100 the fine one.
    pub labels: Vec<u8>,
    /// The coarse class of each sample; empty for CIFAR-10.
    pub coarse_labels: Vec<u8>,
}

/// What a batch of `size` bytes that begins with `first` is; none where it is none. Some KiB
/// suffice.
pub fn looks_like(first: &[u8], size: u64) -> Option<Format> {
    [(Format::Cifar10, CIFAR_10), (Format::Cifar100, CIFAR_100)]
        .into_iter()
        .find(|(_, classes)| {
            let record = PIXELS + classes.len();
            size > 0
                && size.is_multiple_of(record as u64)
                && first.len() >= record
                && first.chunks(record).all(|bytes| {
                    bytes
                        .iter()
                        .zip(*classes)
                        .all(|(label, classes)| label < classes)
                })
        })
        .map(|(format, _)| format)
}

/// Reads one batch of `size` bytes. Errors call it `name`.
///
/// # Errors
/// Where there are fewer or more bytes, they are no whole number of records, or a label is out of
/// range.
pub fn decode(bytes: impl Read, size: u64, name: &str) -> Result<Batch, String> {
    if size == 0 {
        return Err(format!("{name} is empty: download it again"));
    }
    if size > LIMIT {
        return Err(format!(
            "{name} has {} bytes, more than the {} that can be read: use a smaller one",
            grouped(size),
            grouped(LIMIT)
        ));
    }
    let mut source = Named::new(name, bytes);
    let mut records = Vec::new();
    source.units(size, 1, |piece| {
        grow(name, &mut records, piece.len(), size)?;
        records.extend_from_slice(piece);
        Ok(())
    })?;
    source.end()?;
    let (format, classes) = match looks_like(&records, size) {
        Some(Format::Cifar100) => (Format::Cifar100, CIFAR_100),
        Some(_) => (Format::Cifar10, CIFAR_10),
        None if records.len().is_multiple_of(PIXELS + CIFAR_10.len()) => {
            (Format::Cifar10, CIFAR_10)
        }
        None if records.len().is_multiple_of(PIXELS + CIFAR_100.len()) => {
            (Format::Cifar100, CIFAR_100)
        }
        None => {
            return Err(format!(
                "{name} has {} bytes, which are neither whole records of CIFAR-10 (3,073 bytes) nor of CIFAR-100 (3,074 bytes): download the binary version again",
                grouped(size)
            ));
        }
    };
    let mut labels = Vec::new();
    let mut coarse_labels = Vec::new();
    for record in records.chunks_exact(PIXELS + classes.len()) {
        let in_range = |(label, classes): (&u8, &u8)| label < classes;
        match record {
            record if !record.iter().zip(classes).all(in_range) => {
                return Err(out_of_range(name, labels.len(), record, classes));
            }
            [coarse, fine, ..] if format == Format::Cifar100 => {
                coarse_labels.push(*coarse);
                labels.push(*fine);
            }
            [label, ..] => labels.push(*label),
            [] => {}
        }
    }
    keep_pixels(&mut records, classes.len());
    Ok(Batch {
        is_test: crate::source::array::listing::words(name).0
            == crate::source::array::listing::Role::Test,
        name: name.to_owned(),
        format,
        pixels: records,
        labels,
        coarse_labels,
    })
}

/// Takes the labels out of whole records, in place.
fn keep_pixels(records: &mut Vec<u8>, labels: usize) {
    let record = PIXELS + labels;
    let count = records.len() / record;
    for at in 0..count {
        let start = at * record + labels;
        records.copy_within(start..start + PIXELS, at * PIXELS);
    }
    records.truncate(count * PIXELS);
}

fn out_of_range(name: &str, at: usize, record: &[u8], classes: &[u8]) -> String {
    let labels: Vec<String> = (record.iter().zip(classes))
        .map(|(label, classes)| format!("{label} of {classes}"))
        .collect();
    format!(
        "Sample {at} (counted from 0) in {name} is of class {}, which is out of range: download it again",
        labels.join(" and ")
    )
}
