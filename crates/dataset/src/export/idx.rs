//! IDX files under the names of MNIST's.

use std::{fs::File, io::Write, path::Path};

use layerwise_experiment::Shape;

use super::{
    about::{holds_pixels, lost_names, parts, unfit, unused_classes},
    array::Array,
    place::Fault,
    work::Work,
};
use crate::source::Note;

const U8: u8 = 0x08;
const I32: u8 = 0x0c;
const F32: u8 = 0x0d;

/// Writes images and labels of each part.
///
/// # Errors
/// Where samples are no images with 1, 3 or 4 channels, or cannot be read or written.
pub(super) fn write(work: &mut Work<'_>, folder: &Path) -> Result<Vec<Note>, Fault> {
    let dataset = work.dataset;
    let Shape::Image([channels @ (1 | 3 | 4), height, width]) = dataset.shape else {
        return Err(unfit(
            "IDX files hold images with 1, 3 or 4 channels",
            dataset.shape,
            "npz or csv",
        ));
    };
    let pixels = holds_pixels(dataset);
    let (code, kind) = if pixels {
        (U8, "ubyte")
    } else {
        (F32, "float")
    };
    let array = Array {
        pixels,
        big_endian: true,
        last_channels: channels,
    };
    for (part, samples) in parts(dataset, ["train", "t10k"]) {
        let mut axes = vec![samples.len(), height, width];
        if channels > 1 {
            axes.push(channels);
        }
        let name = format!("{part}-images-idx{}-{kind}", axes.len());
        let mut file = File::create(folder.join(name))?;
        file.write_all(&header(code, &axes)?)?;
        array.write(samples, &mut file, work)?;
        file.sync_all()?;

        let are_bytes = dataset.classes.len() <= 1 << u8::BITS;
        let (code, kind) = if are_bytes {
            (U8, "ubyte")
        } else {
            (I32, "int")
        };
        let mut labels = header(code, &[samples.len()])?;
        for label in samples.labels.iter() {
            match u8::try_from(*label) {
                Ok(label) if are_bytes => labels.push(label),
                _ => labels.extend(label.to_be_bytes()),
            }
        }
        let mut file = File::create(folder.join(format!("{part}-labels-idx1-{kind}")))?;
        file.write_all(&labels)?;
        file.sync_all()?;
    }
    Ok(lost_names(dataset)
        .into_iter()
        .chain(unused_classes(dataset))
        .collect())
}

/// Type and axes of a file.
fn header(code: u8, axes: &[usize]) -> Result<Vec<u8>, Fault> {
    let mut bytes = vec![0, 0, code, axes.len() as u8];
    for axis in axes {
        let axis = u32::try_from(*axis)
            .map_err(|_| format!("{axis} samples are too many for IDX files: take fewer"))?;
        bytes.extend(axis.to_be_bytes());
    }
    Ok(bytes)
}
