//! Writes a data set in a format that is read back to the same samples.

mod array;
mod cifar;
mod csv;
mod folder;
mod idx;
mod names;
mod npz;
mod place;
#[cfg(test)]
mod tests;

use std::path::Path;

use layerwise_experiment::Shape;

use super::{
    Dataset, Error, Loading, Note, Progress, Samples, class_counts,
    error::{CANCELLED, cancellable},
};
use place::Fault;

/// Samples between two reports.
const STEP: u64 = 64;

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

/// Writing in progress.
struct Work<'a> {
    dataset: &'a Dataset,
    done: u64,
    /// Number of samples.
    total: u64,
    progress: Progress<'a>,
}

impl Work<'_> {
    /// Counts a sample.
    ///
    /// # Errors
    /// Where it should not go on.
    fn step(&mut self) -> Result<(), Fault> {
        let goes_on = !self.done.is_multiple_of(STEP)
            || (self.progress)(Loading {
                what: "Writing",
                done: self.done,
                total: self.total,
            });
        self.done += 1;
        match goes_on {
            true => Ok(()),
            false => Err(CANCELLED.to_owned().into()),
        }
    }
}

/// The parts that have samples, under their names in a format.
fn parts<'a>(
    dataset: &'a Dataset,
    [train, test]: [&'static str; 2],
) -> impl Iterator<Item = (&'static str, &'a Samples)> {
    [(train, &dataset.train), (test, &dataset.test)]
        .into_iter()
        .filter(|(_, samples)| !samples.is_empty())
}

/// Whether all samples are images of 8-bit pixels.
fn holds_pixels(dataset: &Dataset) -> bool {
    matches!(dataset.shape, Shape::Image(_))
        && dataset.train.holds_pixels()
        && dataset.test.holds_pixels()
}

/// Number of samples of each class in both parts.
fn counts(dataset: &Dataset) -> Vec<u64> {
    let of = |samples: &Samples| class_counts(&samples.labels, dataset.classes.len());
    let both = of(&dataset.train).into_iter().zip(of(&dataset.test));
    both.map(|(train, test)| train + test).collect()
}

/// Tells of classes that no sample belongs to, which formats without a list of classes lose.
fn unused_classes(dataset: &Dataset) -> impl Iterator<Item = Note> {
    let unused = dataset
        .classes
        .iter()
        .zip(counts(dataset))
        .filter(|(_, count)| *count == 0);
    unused.map(|(name, _)| Note {
        what: format!("Class {name}"),
        why: "no sample belongs to it, so that it is not there when the data are read".to_owned(),
    })
}

/// Tells that the names of classes are lost where numbers stand for them.
fn lost_names(dataset: &Dataset) -> Option<Note> {
    let is_number = |(at, name): (usize, &String)| *name == at.to_string();
    let are_numbers = dataset.classes.iter().enumerate().all(is_number);
    (!are_numbers).then(|| Note {
        what: "Names of classes".to_owned(),
        why: format!(
            "the format has none: numbers from 0 stand for {}",
            dataset.classes.join(", ")
        ),
    })
}

/// Tells how samples that are written as rows of values become images again.
fn image_note(shape: Shape) -> Option<Note> {
    let Shape::Image([channels, height, width]) = shape else {
        return None;
    };
    Some(Note {
        what: "Images".to_owned(),
        why: format!(
            "each is a row of values: set data.image = [{channels}, {height}, {width}] to read them"
        ),
    })
}

/// Why a format does not hold samples of this shape.
fn unfit(format: &str, shape: Shape, instead: &str) -> Fault {
    let what = match shape {
        Shape::Image(_) => "images",
        _ => "vectors",
    };
    Fault::Told(format!(
        "{format}, and these samples are {what} of {shape}: choose {instead}"
    ))
}
