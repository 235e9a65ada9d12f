//! The binary version of CIFAR-10.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
};

use layerwise_experiment::Shape;

use super::{
    about::{holds_pixels, parts, unfit},
    array::must_be_readable,
    names::clean,
    place::Fault,
    work::Work,
};
use crate::source::Note;

const SHAPE: Shape = Shape::Image([3, 32, 32]);
/// Classes that the format always has.
const CLASSES: usize = 10;
/// Samples of each batch for training.
const BATCH: usize = 10_000;

/// Writes batches and the names of the classes.
///
/// # Errors
/// Where samples are other than CIFAR-10's, or cannot be read or written.
pub(super) fn write(work: &mut Work<'_>, folder: &Path) -> Result<Vec<Note>, Fault> {
    let dataset = work.dataset;
    if dataset.shape != SHAPE {
        let format = "CIFAR-10 holds images of 3×32×32";
        return Err(unfit(format, dataset.shape, "another format"));
    }
    if !holds_pixels(dataset) {
        return Err(Fault::Told(
            "CIFAR-10 holds 8-bit pixels, and these samples are other numbers: choose idx, npz or csv"
                .to_owned(),
        ));
    }
    let classes = &dataset.classes;
    if classes.len() > CLASSES {
        return Err(Fault::Told(format!(
            "CIFAR-10 holds at most {CLASSES} classes, and these samples have {}: choose another format or name {CLASSES} of them in data.only",
            classes.len()
        )));
    }
    let count = dataset.train.len() + dataset.test.len();
    must_be_readable(count, 1 + SHAPE.len())?;
    for (part, samples) in parts(dataset, ["data_batch", "test_batch"]) {
        let size = match part {
            "data_batch" => BATCH,
            _ => samples.len(),
        };
        let mut labels = samples.labels.iter().enumerate().peekable();
        let mut number = 1;
        while labels.peek().is_some() {
            let name = match part {
                "data_batch" => format!("{part}_{number}.bin"),
                _ => format!("{part}.bin"),
            };
            let mut file = BufWriter::new(File::create(folder.join(name))?);
            for (at, label) in labels.by_ref().take(size) {
                work.step()?;
                file.write_all(&[*label as u8])?;
                file.write_all(&samples.pixels(at)?)?;
            }
            file.flush()?;
            file.get_ref().sync_all()?;
            number += 1;
        }
    }
    let mut names: Vec<String> = classes.iter().map(|name| clean(name, &[])).collect();
    names.extend((names.len()..CLASSES).map(|class| class.to_string()));
    fs::write(folder.join("batches.meta.txt"), names.join("\n") + "\n")?;
    let missing = CLASSES - classes.len();
    let note = (missing > 0).then(|| Note {
        what: "Classes".to_owned(),
        why: format!(
            "CIFAR-10 always has {CLASSES}: the last {missing} have no samples, and data.only can leave them out"
        ),
    });
    Ok(note.into_iter().collect())
}
