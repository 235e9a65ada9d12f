//! Images and labels in IDX files, the format of MNIST and its family.

mod decode;
mod pairs;

use std::path::Path;

use crate::source::array::bytes::{Progress, Report};
use crate::source::array::labels::{check_counts, compact};
use crate::source::array::origin::{HELD, Origin};
use crate::source::raw::{Format, Note, Part, Raw, Store};
use pairs::{IdxFile, Pair};

pub use decode::{Array, decode, looks_like};

/// Reads the IDX files of a data set, gzipped or not.
///
/// `path` is a folder with one data set, or a file of images, whose labels and whose images for
/// testing are looked for beside it. Images with three axes are samples × rows × columns; with
/// four, samples × rows × columns × channels, of which there are 1, 3 or 4. Labels have one axis,
/// or are the table of QMNIST, whose first column they are. A file of labels belongs to the images
/// with the same name but for the words that mean images, labels and types, or else to the only
/// images of the same number. `train` or `training` in a name marks the part for training; `test`,
/// `testing` or `t10k` the one for testing. Where there is just one part, it is for training.
///
/// Bytes are images of 255 steps; other numbers stay as they are, rounded to 32 bits. The classes
/// are the distinct labels in their order.
///
/// `progress` is told the bytes read of the files and in all; false cancels.
///
/// # Errors
/// Where a file is damaged, belongs to none or to several others, or has images of a shape or
/// type that differs from that of the other part; "Cancelled" where `progress` asked for it.
pub fn read_idx(path: &Path, progress: &mut Report<'_>) -> Result<Raw, String> {
    let chosen = pairs::choose(path)?;
    let files = || (chosen.test.iter().chain([&chosen.train])).flat_map(Pair::files);
    let total = files().map(|file| file.bytes).sum();
    let (train, test) = Progress::over(progress, total, |progress| {
        let train = read_pair(&chosen.train, progress)?;
        let test = (chosen.test.as_ref())
            .map(|pair| read_pair(pair, progress))
            .transpose()?;
        Ok((train, test))
    })?;
    if let (Some(test), Some(pair)) = (&test, &chosen.test) {
        check_alike(&chosen.train.images.name, &train, &pair.images.name, test)?;
    }
    let classes = compact(
        &train.labels,
        test.as_ref().map(|test| test.labels.as_slice()),
    )?;
    Ok(Raw {
        format: Format::Idx,
        shape: Some(train.shape),
        is_image: true,
        classes: classes.names,
        train: Part::shared(train.store, classes.train),
        test: test
            .zip(classes.test)
            .map(|(test, labels)| Part::shared(test.store, labels)),
        notes: chosen.notes,
        columns: Vec::new(),
    })
}

/// Whether a folder holds images in IDX files, or a file is in this format. Reads a few bytes of
/// each file.
pub fn recognise(path: &Path) -> bool {
    if path.is_dir() {
        let mut notes: Vec<Note> = Vec::new();
        pairs::scan(path, &mut notes).is_ok_and(|files| files.iter().any(IdxFile::is_images))
    } else {
        path.is_file() && pairs::first_of(path).is_ok_and(|first| looks_like(&first))
    }
}

struct Samples {
    store: Store,
    shape: [usize; 3],
    labels: Vec<i64>,
}

fn read_pair(pair: &Pair, progress: &mut Progress<'_>) -> Result<Samples, String> {
    let labels = match read(&pair.labels, progress)? {
        Array::Labels(labels) => labels,
        Array::Images { .. } => return Err(changed(&pair.labels)),
    };
    let Array::Images {
        store,
        shape,
        count,
    } = read(&pair.images, progress)?
    else {
        return Err(changed(&pair.images));
    };
    check_counts(&pair.images.name, count, &pair.labels.name, labels.len())?;
    Ok(Samples {
        store,
        shape,
        labels,
    })
}

fn read(file: &IdxFile, progress: &mut Progress<'_>) -> Result<Array, String> {
    let origin = Origin {
        path: file.path.clone(),
        start: 0,
        end: file.bytes,
        held: HELD,
    };
    decode(progress.open(&file.path)?, &file.name, Some(origin))
}

fn changed(file: &IdxFile) -> String {
    format!("{} changed while it was read: try again", file.name)
}

fn check_alike(
    train_name: &str,
    train: &Samples,
    test_name: &str,
    test: &Samples,
) -> Result<(), String> {
    if train.shape != test.shape {
        let text = crate::source::array::layout::text;
        return Err(format!(
            "The images in {train_name} have the shape {} but those in {test_name} {} (channels × height × width): keep files of one data set together",
            text(&train.shape),
            text(&test.shape)
        ));
    }
    if train.store.holds_pixels() != test.store.holds_pixels() {
        return Err(format!(
            "Only one of {train_name} and {test_name} holds bytes: keep files of one data set together"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
