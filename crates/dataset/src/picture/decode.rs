//! Image files to pixels.

use std::{fs::File, io::Cursor, io::Read, path::Path};

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage};
use layerwise_experiment::words::one_line;

/// Most pixels along a side.
pub const MAX_SIDE: u32 = 16_384;
/// Most bytes of a file, and of its pixels before they are brought to 8 bits.
pub const MAX_BYTES: u64 = 512 << 20;
/// More pixels than a byte of a JPEG file can hold: one bit for each block of 8×8 makes 512. The
/// decoder would take seconds to fill what a header claims beyond that with grey.
const MOST_PER_BYTE: u64 = 1024;

/// An 8-bit image, row by row, the channels of a pixel side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub width: usize,
    pub height: usize,
    /// 1 (grey) or 3 (red, green, blue).
    pub channels: usize,
    /// `height * width * channels` values.
    pub pixels: Vec<u8>,
}

/// The format of an image that begins with `start`, where it is one that can be decoded. The
/// first 16 bytes tell.
pub fn format(start: &[u8]) -> Option<ImageFormat> {
    image::guess_format(start).ok().filter(|format| {
        matches!(
            format,
            ImageFormat::Png
                | ImageFormat::Jpeg
                | ImageFormat::WebP
                | ImageFormat::Bmp
                | ImageFormat::Gif
        )
    })
}

/// Reads and decodes an image file, as [`decode`] does.
///
/// # Errors
/// As [`decode`], and where the file cannot be read.
pub fn decode_file(path: &Path, channels: usize) -> Result<Picture, String> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    decode(&bytes, channels).map_err(|error| format!("{}: {error}", path.display()))
}

/// Decodes a PNG, JPEG, WebP, BMP or GIF image, told apart by content. It is turned upright as
/// its Exif orientation says; 16 bits become 8; what is transparent becomes white; CMYK becomes
/// RGB; an animation is its first frame. Colour profiles are not applied. `channels`: 1 for grey
/// (luminance by Rec. 709) or 3 for RGB.
///
/// # Errors
/// Where the bytes are no such image, are damaged or cut off, or the image has more than
/// [`MAX_SIDE`] pixels along a side or takes more than [`MAX_BYTES`].
pub fn decode(bytes: &[u8], channels: usize) -> Result<Picture, String> {
    if channels != 1 && channels != 3 {
        return Err(format!(
            "An image cannot be decoded to {channels} channels: use 1 or 3"
        ));
    }
    if bytes.is_empty() {
        return Err("The image file is empty: save it again".to_owned());
    }
    if bytes.len() as u64 > MAX_BYTES {
        return Err(format!(
            "The image file is larger than {} MiB: save it smaller",
            MAX_BYTES >> 20
        ));
    }
    let format = format(bytes).ok_or(
        "The file is no PNG, JPEG, WebP, BMP or GIF image: save it in one of these formats",
    )?;
    if format == ImageFormat::Jpeg && !jpeg_is_whole(bytes) {
        return Err(cut_off());
    }
    let image = upright(bytes, format)?;

    let image = if image.color().has_alpha() {
        over_white(&image)
    } else {
        image
    };
    let (width, height) = (image.width() as usize, image.height() as usize);
    let pixels = if channels == 1 {
        image.into_luma8().into_raw()
    } else {
        image.into_rgb8().into_raw()
    };
    Ok(Picture {
        width,
        height,
        channels,
        pixels,
    })
}

fn upright(bytes: &[u8], format: ImageFormat) -> Result<DynamicImage, String> {
    let broken = |error: ImageError| {
        let why = one_line(&error.to_string());
        format!("The image cannot be decoded ({why}): save it again")
    };
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_BYTES);

    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    let most = (bytes.len() as u64).saturating_mul(MOST_PER_BYTE);
    if format == ImageFormat::Jpeg && u64::from(width) * u64::from(height) > most {
        return Err(cut_off());
    }
    limits.reserve(decoder.total_bytes()).map_err(broken)?;
    let orientation = decoder.orientation().map_err(broken)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(broken)?;
    image.apply_orientation(orientation);
    Ok(image)
}

fn cut_off() -> String {
    "The JPEG image is cut off: save it again".to_owned()
}

/// Whether the mark of the end follows the pixels. The decoder fills what is missing with grey.
fn jpeg_is_whole(bytes: &[u8]) -> bool {
    const SCAN: u8 = 0xDA;
    const END: [u8; 2] = [0xFF, 0xD9];
    // Segments before the pixels may hold a thumbnail, which has its own mark.
    let mut rest = bytes.get(2..).unwrap_or_default();
    while let [0xFF, marker, high, low, ..] = *rest
        && marker != SCAN
    {
        let len = match marker {
            // Any number of these may come before a marker.
            0xFF => 1,
            _ => 2 + usize::from(u16::from_be_bytes([high, low])),
        };
        rest = rest.get(len..).unwrap_or_default();
    }
    rest.windows(2).any(|pair| pair == END)
}

fn over_white(image: &DynamicImage) -> DynamicImage {
    let image = image.to_rgba8();
    let mut flat = RgbImage::new(image.width(), image.height());
    for (to, from) in flat.pixels_mut().zip(image.pixels()) {
        let [red, green, blue, alpha] = from.0.map(u32::from);
        to.0 = [red, green, blue].map(|value| {
            let mixed = (value * alpha + 255 * (255 - alpha) + 127) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        });
    }
    flat.into()
}

#[cfg(test)]
mod tests;
