//! Writes a data set in a format that is read back to the same samples.

mod about;
mod array;
mod cifar;
mod csv;
mod folder;
mod idx;
mod names;
mod npz;
mod place;
mod work;

use std::path::Path;

use super::{
    dataset::Dataset,
    error::{Error, cancellable},
    progress::Progress,
    source::Note,
};
use work::Work;

/// What a data set is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A folder of IDX files: images of 8-bit pixels or of numbers, with 1, 3 or 4 channels.
    Idx,
    /// A folder with the binary version of CIFAR-10: 3×32×32 8-bit pixels, at most 10 classes.
    Cifar10,
    /// A NumPy `.npz` file: samples of any shape.
    Npz,
    /// A folder with a folder of PNG files for each class: square images of 8-bit pixels, grey or
    /// in colour.
    Folder,
    /// A table with a row for each sample and the name of its class in the last column.
    Csv,
}

/// Writes the samples of both parts as they are before they are normalised and augmented, each
/// with its class, as a new file or folder `out`. Reading it gives the same samples of the same
/// classes in the same order, but for what the notes tell. Nothing is at `out` before all of it
/// is written.
///
/// # Errors
/// Where the format cannot hold the samples, there is something at `out` already or it cannot be
/// written, an image file cannot be read, or `progress` does not want to go on ([`Error::Cancelled`]).
pub fn export(
    dataset: &Dataset,
    target: Target,
    out: &Path,
    progress: Progress<'_>,
) -> Result<Vec<Note>, Error> {
    cancellable(progress, |progress| write(dataset, target, out, progress))
}

fn write(
    dataset: &Dataset,
    target: Target,
    out: &Path,
    progress: Progress<'_>,
) -> Result<Vec<Note>, String> {
    let mut work = Work {
        dataset,
        done: 0,
        total: (dataset.train.len() + dataset.test.len()) as u64,
        progress,
    };
    match target {
        Target::Idx => place::folder(out, |folder| idx::write(&mut work, folder)),
        Target::Cifar10 => place::folder(out, |folder| cifar::write(&mut work, folder)),
        Target::Npz => place::file(out, |file| npz::write(&mut work, file)),
        Target::Folder => place::folder(out, |folder| folder::write(&mut work, folder)),
        Target::Csv => place::file(out, |file| csv::write(&mut work, file)),
    }
}

#[cfg(test)]
mod tests;
