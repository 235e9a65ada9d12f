//! Pictures of any size to images of one size.

use std::path::Path;

use fast_image_resize::{
    FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer,
    images::{Image, ImageRef},
};
use layerwise_experiment::Resize;

use super::{
    decode::{MAX_SIDE, Picture, decode_file},
    planes::Planes,
};

/// Reads, decodes and resizes an image file. `shape`: channels (1 or 3), height, width.
///
/// # Errors
/// As [`decode_file`] and [`fit`].
pub fn load(path: &Path, shape: [usize; 3], resize: Resize) -> Result<Planes, String> {
    let [channels, height, width] = shape;
    let picture = decode_file(path, channels)?;
    fit(&picture, height, width, resize).map_err(|error| format!("{}: {error}", path.display()))
}

/// Resizes a picture with a triangle filter that widens when it shrinks (bilinear with
/// antialiasing), in whole numbers, so that every machine gives the same image.
///
/// # Errors
/// Where the size has no pixels or more than [`MAX_SIDE`] along a side, or the picture's fields do
/// not match.
pub fn fit(
    picture: &Picture,
    height: usize,
    width: usize,
    resize: Resize,
) -> Result<Planes, String> {
    let kind = match picture.channels {
        1 => PixelType::U8,
        3 => PixelType::U8x3,
        other => return Err(format!("A picture of {other} channels cannot be resized")),
    };
    let from = ImageRef::new(
        side(picture.width)?,
        side(picture.height)?,
        &picture.pixels,
        kind,
    )
    .map_err(|error| cannot(&error))?;
    if picture.pixels.len() != picture.width * picture.height * picture.channels {
        return Err(cannot(&"it has too many values"));
    }
    side(height)?;
    side(width)?;
    let (inner_height, inner_width) = match resize {
        Resize::Pad => inside(picture, height, width),
        Resize::Crop | Resize::Stretch => (height, width),
    };
    let mut resized = Image::new(side(inner_width)?, side(inner_height)?, kind);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
    let options = match resize {
        Resize::Crop => options.fit_into_destination(None),
        Resize::Stretch | Resize::Pad => options,
    };
    Resizer::new()
        .resize(&from, &mut resized, &options)
        .map_err(|error| cannot(&error))?;

    let channels = picture.channels;
    let (top, left) = ((height - inner_height) / 2, (width - inner_width) / 2);
    let mut pixels = vec![0; channels * height * width];
    for (channel, plane) in pixels.chunks_exact_mut(height * width).enumerate() {
        let rows = plane.chunks_exact_mut(width).skip(top);
        let from_rows = resized.buffer().chunks_exact(inner_width * channels);
        for (row, from) in rows.zip(from_rows) {
            let row = row.get_mut(left..).unwrap_or_default();
            for (to, pixel) in row.iter_mut().zip(from.chunks_exact(channels)) {
                *to = pixel.get(channel).copied().unwrap_or_default();
            }
        }
    }
    Planes::new([channels, height, width], pixels)
}

/// Largest height and width of the picture's aspect ratio within the size.
fn inside(picture: &Picture, height: usize, width: usize) -> (usize, usize) {
    let scale = (height as f64 / picture.height as f64).min(width as f64 / picture.width as f64);
    let scaled = |side: usize, most: usize| ((side as f64 * scale).round() as usize).clamp(1, most);
    (scaled(picture.height, height), scaled(picture.width, width))
}

fn side(side: usize) -> Result<u32, String> {
    u32::try_from(side)
        .ok()
        .filter(|side| (1..=MAX_SIDE).contains(side))
        .ok_or_else(|| format!("A side of {side} pixels is out of range: use 1 to {MAX_SIDE}"))
}

fn cannot(error: &dyn std::fmt::Display) -> String {
    format!("A picture cannot be resized: {error}")
}

#[cfg(test)]
mod tests;
