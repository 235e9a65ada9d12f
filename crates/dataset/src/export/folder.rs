//! PNG files in a folder for each class.

use std::{collections::HashSet, fs, io::Cursor, path::Path};

use image::{DynamicImage, GrayImage, ImageFormat, RgbImage};
use layerwise_experiment::Shape;

use super::{
    about::{holds_pixels, parts, unfit},
    names::Names,
    place::Fault,
    work::Work,
};
use crate::{
    histogram::class_counts,
    source::{Note, is_ignored},
};

/// Characters that names of files on some system do not have.
const REFUSED: [char; 9] = ['/', '\\', ':', '*', '?', '"', '<', '>', '|'];
/// Names that Windows keeps for devices, whatever follows a dot.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
const NUMBERED_DEVICES: [&str; 2] = ["com", "lpt"];

/// Writes `train/CLASS/NUMBER.png` and `val/CLASS/NUMBER.png`.
///
/// # Errors
/// Where samples are no square grey or colour images of 8-bit pixels, a class is only in the part
/// for testing, or images cannot be read or written.
pub(super) fn write(work: &mut Work<'_>, folder: &Path) -> Result<Vec<Note>, Fault> {
    let dataset = work.dataset;
    let side = match dataset.shape {
        Shape::Image([1 | 3, height, width]) if height == width => height,
        shape => {
            let format = "Image files are read as squares, grey or of three colours";
            return Err(unfit(format, shape, "npz or csv"));
        }
    };
    if !holds_pixels(dataset) {
        return Err(Fault::Told(
            "Image files hold 8-bit pixels, and these samples are other numbers: choose idx, npz or csv"
                .to_owned(),
        ));
    }
    let counts = |labels: &[u32]| class_counts(labels, dataset.classes.len());
    let (trained, tested) = (counts(&dataset.train.labels), counts(&dataset.test.labels));
    let mut notes = Vec::new();
    for ((class, trained), tested) in dataset.classes.iter().zip(trained).zip(tested) {
        match (trained, tested) {
            (0, 0) => notes.push(Note {
                what: format!("Class {class}"),
                why: "no sample belongs to it, and so it has no folder".to_owned(),
            }),
            (0, _) => {
                return Err(Fault::Told(format!(
                    "The class {class} has samples to test on but none to train on, and such a folder is not read: choose idx, npz or csv"
                )));
            }
            _ => {}
        }
    }
    let names = Names::of(&dataset.classes, &REFUSED, fit);
    for (part, samples) in parts(dataset, ["train", "val"]) {
        let digits = samples.len().saturating_sub(1).to_string().len();
        for (at, label) in samples.labels.iter().enumerate() {
            work.step()?;
            let Some(class) = names.all.get(*label as usize) else {
                return Err(Fault::Told(format!(
                    "Sample {at} is of class {label}, which is not there: look at the data again"
                )));
            };
            let folder = folder.join(part).join(class);
            fs::create_dir_all(&folder)?;
            let png = png(&samples.pixels(at)?, side)?;
            fs::write(folder.join(format!("{at:0digits$}.png")), png)?;
        }
    }
    let channels = dataset.shape.len() / side.saturating_mul(side).max(1);
    notes.extend(names.note);
    notes.push(Note {
        what: "Order".to_owned(),
        why: "images are read class after class, in each as they were".to_owned(),
    });
    notes.push(Note {
        what: "Size".to_owned(),
        why: format!(
            "set data.size = {side} and data.channels = {channels} to read the images as they are"
        ),
    });
    Ok(notes)
}

/// Whether folders can have these names, also where capitals are not told apart, and are sorted in
/// this order.
fn fit(names: &[&str]) -> bool {
    let device = |name: &str| {
        let name = name.split('.').next().unwrap_or_default().to_lowercase();
        let number = |start: &&str| {
            let rest = name.strip_prefix(*start);
            rest.is_some_and(|rest| rest.chars().count() == 1)
        };
        DEVICES.contains(&name.as_str()) || NUMBERED_DEVICES.iter().any(number)
    };
    let mut seen = HashSet::new();
    names.is_sorted()
        && names.iter().all(|name| {
            !name.is_empty()
                && !is_ignored(name.as_ref())
                && !device(name)
                && seen.insert(name.to_lowercase())
        })
}

/// A grey or colour image of pixels that lie channel by channel.
fn png(pixels: &[u8], side: usize) -> Result<Vec<u8>, Fault> {
    let plane = side.saturating_mul(side);
    let size = u32::try_from(side).unwrap_or(u32::MAX);
    let image: Option<DynamicImage> = if pixels.len() == plane {
        GrayImage::from_raw(size, size, pixels.to_vec()).map(Into::into)
    } else {
        let channel = |channel: usize| pixels.iter().skip(channel * plane);
        let colours = channel(0).zip(channel(1)).zip(channel(2)).take(plane);
        let colours = colours.flat_map(|((red, green), blue)| [*red, *green, *blue]);
        RgbImage::from_raw(size, size, colours.collect()).map(Into::into)
    };
    let mut bytes = Cursor::new(Vec::new());
    image
        .ok_or_else(|| format!("An image of {side}×{side} pixels cannot be written: choose npz"))?
        .write_to(&mut bytes, ImageFormat::Png)
        .map_err(|error| format!("An image cannot be written as PNG ({error}): choose npz"))?;
    Ok(bytes.into_inner())
}
