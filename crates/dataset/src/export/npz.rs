//! NumPy arrays in an `.npz` file, as `np.savez` writes them.

use std::{fs::File, io::Write};

use layerwise_experiment::Shape;
use zip::{CompressionMethod, ZipWriter, result::ZipError, write::SimpleFileOptions};

use super::{
    about::{holds_pixels, image_note, lost_names, parts, unused_classes},
    array::Array,
    place::Fault,
    work::Work,
};
use crate::source::Note;

impl From<ZipError> for Fault {
    fn from(error: ZipError) -> Self {
        match error {
            ZipError::Io(error) => Self::Disk(error),
            other => Self::Disk(std::io::Error::other(other)),
        }
    }
}

/// Writes samples and labels of each part.
///
/// # Errors
/// Where samples cannot be read or written.
pub(super) fn write(work: &mut Work<'_>, file: &mut File) -> Result<Vec<Note>, Fault> {
    let mut archive = ZipWriter::new(&mut *file);
    match fill(work, &mut archive) {
        Ok(notes) => {
            archive.finish()?;
            Ok(notes)
        }
        Err(fault) => {
            // Dropped, it would finish the archive and print where it cannot.
            std::mem::forget(archive);
            Err(fault)
        }
    }
}

fn fill(work: &mut Work<'_>, archive: &mut ZipWriter<&mut File>) -> Result<Vec<Note>, Fault> {
    let dataset = work.dataset;
    let axes = Axes::of(dataset.shape);
    let pixels = axes.are_image && holds_pixels(dataset);
    let array = Array {
        pixels,
        big_endian: false,
        last_channels: axes.last_channels,
    };
    let descr = if pixels { "|u1" } else { "<f4" };
    for (part, samples) in parts(dataset, ["train", "test"]) {
        let mut lengths = vec![samples.len()];
        lengths.extend(&axes.lengths);
        begin(archive, &format!("x_{part}.npy"), descr, &lengths)?;
        array.write(samples, archive, work)?;
        begin(archive, &format!("y_{part}.npy"), "<i8", &[samples.len()])?;
        let labels = samples.labels.iter();
        let labels = labels.flat_map(|label| i64::from(*label).to_le_bytes());
        archive.write_all(&labels.collect::<Vec<u8>>())?;
    }
    let image = image_note(dataset.shape).filter(|_| !axes.are_image);
    Ok(lost_names(dataset)
        .into_iter()
        .chain(unused_classes(dataset))
        .chain(image)
        .collect())
}

/// Begins an array with its header.
fn begin(
    archive: &mut ZipWriter<&mut File>,
    name: &str,
    descr: &str,
    lengths: &[usize],
) -> Result<(), Fault> {
    /// What stands before the words of the header: a mark, the version and the words' length.
    const FRONT: usize = 10;
    const ALIGNED: usize = 64;
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .large_file(true);
    archive.start_file(name, options)?;
    let shape: String = lengths.iter().map(|length| format!("{length}, ")).collect();
    let mut words = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}");
    let whole = (FRONT + words.len() + 1).next_multiple_of(ALIGNED);
    words.extend(std::iter::repeat_n(' ', whole - FRONT - words.len() - 1));
    words.push('\n');
    archive.write_all(b"\x93NUMPY\x01\x00")?;
    archive.write_all(&(words.len() as u16).to_le_bytes())?;
    Ok(archive.write_all(words.as_bytes())?)
}

/// The axes of an array but that of the samples.
struct Axes {
    lengths: Vec<usize>,
    /// Channels where they are the last axis, else 1.
    last_channels: usize,
    /// Whether they are read as those of images.
    are_image: bool,
}

impl Axes {
    /// Axes that are read as this shape: with the channels first where that is understood, else
    /// with the channels last, else as a vector.
    fn of(shape: Shape) -> Self {
        let may_be_channels = |length: usize| matches!(length, 1 | 3 | 4);
        let image = |lengths: &[usize], last_channels: usize| Self {
            lengths: lengths.to_vec(),
            last_channels,
            are_image: true,
        };
        match shape {
            Shape::Image([1, height, width]) => image(&[height, width], 1),
            Shape::Image([channels @ (3 | 4), height, width]) => {
                if !may_be_channels(width) || channels < width {
                    return image(&[channels, height, width], 1);
                }
                if !may_be_channels(height) || channels <= height {
                    return image(&[height, width, channels], channels);
                }
                Self::vector(shape)
            }
            _ => Self::vector(shape),
        }
    }

    fn vector(shape: Shape) -> Self {
        Self {
            lengths: vec![shape.len()],
            last_channels: 1,
            are_image: false,
        }
    }
}
