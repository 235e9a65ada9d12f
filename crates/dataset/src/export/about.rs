//! What formats ask and tell of a data set.

use layerwise_experiment::Shape;

use super::place::Fault;
use crate::{dataset::Dataset, histogram::class_counts, samples::Samples, source::Note};

/// The parts that have samples, under their names in a format.
pub(super) fn parts<'a>(
    dataset: &'a Dataset,
    [train, test]: [&'static str; 2],
) -> impl Iterator<Item = (&'static str, &'a Samples)> {
    [(train, &dataset.train), (test, &dataset.test)]
        .into_iter()
        .filter(|(_, samples)| !samples.is_empty())
}

/// Whether all samples are images of 8-bit pixels.
pub(super) fn holds_pixels(dataset: &Dataset) -> bool {
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
pub(super) fn unused_classes(dataset: &Dataset) -> impl Iterator<Item = Note> {
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
pub(super) fn lost_names(dataset: &Dataset) -> Option<Note> {
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
pub(super) fn image_note(shape: Shape) -> Option<Note> {
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
pub(super) fn unfit(format: &str, shape: Shape, instead: &str) -> Fault {
    let what = match shape {
        Shape::Image(_) => "images",
        _ => "vectors",
    };
    Fault::Told(format!(
        "{format}, and these samples are {what} of {shape}: choose {instead}"
    ))
}
