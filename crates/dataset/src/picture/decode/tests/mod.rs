mod files;

use image::{
    Delay, DynamicImage, Frame, GrayAlphaImage, ImageBuffer, Luma, LumaA, Rgb, Rgba, RgbaImage,
    codecs::gif::GifEncoder, codecs::jpeg::JpegEncoder,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use files::bytes;

/// 5×3 with a colour of its own for each pixel.
fn colours() -> DynamicImage {
    RgbImage::from_fn(5, 3, |x, y| {
        Rgb([x, y, x + y].map(|value| u8::try_from(value * 40 % 256).unwrap()))
    })
    .into()
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn animated_gif() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    for colour in [[255, 0, 0, 255], [0, 0, 255, 255]] {
        let image = RgbaImage::from_pixel(6, 4, Rgba(colour));
        let delay = Delay::from_numer_denom_ms(100, 1);
        encoder
            .encode_frame(Frame::from_parts(image, 0, 0, delay))
            .unwrap();
    }
    drop(encoder);
    bytes
}

/// A file of each kind.
fn all() -> Vec<Vec<u8>> {
    let mut files: Vec<Vec<u8>> = [
        ImageFormat::Png,
        ImageFormat::Jpeg,
        ImageFormat::WebP,
        ImageFormat::Bmp,
        ImageFormat::Gif,
    ]
    .iter()
    .map(|&format| encoded(&colours(), format))
    .collect();
    files.push(animated_gif());
    files.push(rotated_jpeg(6));
    files.extend(
        [
            files::CMYK_JPEG,
            files::PALETTE_PNG,
            files::ANIMATED_WEBP,
            files::PROGRESSIVE_JPEG,
        ]
        .map(bytes),
    );
    files
}

/// 16×8, red on the left and blue on the right, with an Exif orientation.
fn rotated_jpeg(orientation: u8) -> Vec<u8> {
    let image = RgbImage::from_fn(16, 8, |x, _| {
        Rgb(if x < 8 { [255, 0, 0] } else { [0, 0, 255] })
    });
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, 95)
        .encode_image(&image)
        .unwrap();
    let mut segment = vec![0xFF, 0xE1, 0, 34];
    segment.extend(b"Exif\0\0MM\0*\0\0\0\x08");
    // One entry: tag 0x0112, of type SHORT, one value.
    segment.extend([0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    segment.extend([0; 4]);
    file.splice(2..2, segment);
    file
}

fn pixel(picture: &Picture, x: usize, y: usize) -> &[u8] {
    let start = (y * picture.width + x) * picture.channels;
    &picture.pixels[start..start + picture.channels]
}

fn is_near(a: &[u8], b: &[u8], most: u8) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.abs_diff(*b) <= most)
}

#[test]
fn every_format_is_decoded() {
    let original = colours().into_rgb8().into_raw();
    for (format, most) in [
        (ImageFormat::Png, 0),
        (ImageFormat::WebP, 0),
        (ImageFormat::Bmp, 0),
        (ImageFormat::Gif, 0),
        (ImageFormat::Jpeg, 60),
    ] {
        let picture = decode(&encoded(&colours(), format), 3).unwrap();
        assert_eq!(
            (picture.width, picture.height, picture.channels),
            (5, 3, 3),
            "{format:?}"
        );
        assert!(is_near(&picture.pixels, &original, most), "{format:?}");
        let grey = decode(&encoded(&colours(), format), 1).unwrap();
        assert_eq!((grey.channels, grey.pixels.len()), (1, 15));
    }
}

#[test]
fn sixteen_bits_are_scaled() {
    let grey = ImageBuffer::<Luma<u16>, _>::from_raw(3, 1, vec![0, 0x8080, 0xFFFF]).unwrap();
    let file = encoded(&DynamicImage::ImageLuma16(grey), ImageFormat::Png);
    assert_eq!(decode(&file, 1).unwrap().pixels, [0, 0x80, 0xFF]);
    assert_eq!(
        decode(&file, 3).unwrap().pixels,
        [0, 0, 0, 0x80, 0x80, 0x80, 0xFF, 0xFF, 0xFF]
    );
    let rgb = ImageBuffer::<Rgb<u16>, _>::from_raw(1, 1, vec![257, 0x1010, 0xFEFE]).unwrap();
    let file = encoded(&DynamicImage::ImageRgb16(rgb), ImageFormat::Png);
    assert_eq!(decode(&file, 3).unwrap().pixels, [1, 0x10, 0xFE]);
}

#[test]
fn what_is_transparent_becomes_white() {
    let pixels = vec![10, 20, 30, 0, 10, 20, 30, 255, 0, 100, 255, 51];
    let image = RgbaImage::from_raw(3, 1, pixels).unwrap();
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let picture = decode(&encoded(&image.clone().into(), format), 3).unwrap();
        assert_eq!(
            picture.pixels,
            [255, 255, 255, 10, 20, 30, 204, 224, 255],
            "{format:?}"
        );
    }
    let mut grey = GrayAlphaImage::new(2, 1);
    grey.put_pixel(1, 0, LumaA([40, 255]));
    let file = encoded(&grey.into(), ImageFormat::Png);
    assert_eq!(decode(&file, 1).unwrap().pixels, [255, 40]);
    assert_eq!(
        decode(&bytes(files::PALETTE_PNG), 3).unwrap().pixels,
        [255, 0, 0, 0, 255, 0, 255, 255, 255, 10, 20, 30]
    );
}

#[test]
fn of_an_animation_the_first_frame_is_taken() {
    let picture = decode(&animated_gif(), 3).unwrap();
    assert_eq!((picture.width, picture.height), (6, 4));
    assert_eq!(picture.pixels, [255, 0, 0].repeat(24));
    let picture = decode(&bytes(files::ANIMATED_WEBP), 3).unwrap();
    assert_eq!(picture.pixels, [250, 0, 0].repeat(64));
}

#[test]
fn pictures_are_turned_upright() {
    let [red, blue] = [[254_u8, 0, 0], [0, 0, 254]];
    // Orientation, size, and a pixel where red is.
    for (orientation, size, at) in [
        (1, (16, 8), (2, 4)),
        (2, (16, 8), (13, 4)),
        (3, (16, 8), (13, 4)),
        (6, (8, 16), (4, 2)),
        (8, (8, 16), (4, 13)),
        (99, (16, 8), (2, 4)),
    ] {
        let picture = decode(&rotated_jpeg(orientation), 3).unwrap();
        assert_eq!((picture.width, picture.height), size, "{orientation}");
        let (x, y) = at;
        let other = (picture.width - 1 - x, picture.height - 1 - y);
        assert!(is_near(pixel(&picture, x, y), &red, 3), "{orientation}");
        assert!(
            is_near(pixel(&picture, other.0, other.1), &blue, 3),
            "{orientation}"
        );
    }
}

#[test]
fn cmyk_becomes_rgb() {
    let picture = decode(&bytes(files::CMYK_JPEG), 3).unwrap();
    for (x, y, colour) in [
        (4, 4, [0, 255, 255]),
        (12, 4, [255, 0, 0]),
        (4, 12, [0, 0, 0]),
        (12, 12, [255, 255, 255]),
    ] {
        assert!(is_near(pixel(&picture, x, y), &colour, 3), "{x} {y}");
    }
}

#[test]
fn progressive_jpeg_is_decoded() {
    let picture = decode(&bytes(files::PROGRESSIVE_JPEG), 1).unwrap();
    for (x, y) in [(0, 0), (5, 3), (23, 15)] {
        let expected = [u8::try_from(x * 9 + y * 3).unwrap()];
        assert!(is_near(pixel(&picture, x, y), &expected, 12), "{x} {y}");
    }
}

#[test]
fn the_content_tells_the_format() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("picture.jpg");
    std::fs::write(&path, encoded(&colours(), ImageFormat::Png)).unwrap();
    assert_eq!(
        decode_file(&path, 3).unwrap().pixels,
        colours().into_rgb8().into_raw()
    );
    std::fs::write(&path, "some text that is no image").unwrap();
    let error = decode_file(&path, 3).unwrap_err();
    assert!(error.contains("picture.jpg: The file is no PNG"), "{error}");
    std::fs::write(&path, "").unwrap();
    let error = decode_file(&path, 3).unwrap_err();
    assert!(error.contains("picture.jpg: The image file is empty"));
    let error = decode_file(&folder.path().join("none.png"), 3).unwrap_err();
    assert!(error.contains("none.png cannot be read"), "{error}");
    assert!(decode(&encoded(&colours(), ImageFormat::Png), 2).is_err());
}

#[test]
fn a_cut_off_file_is_an_error_or_whole() {
    for file in all() {
        let whole = decode(&file, 3).unwrap();
        let mut errors = 0;
        for len in 0..file.len() {
            match decode(&file[..len], 3) {
                Ok(picture) => assert_eq!(picture, whole, "{len} of {}", file.len()),
                Err(_) => errors += 1,
            }
        }
        assert!(errors * 2 > file.len(), "{errors} of {}", file.len());
    }
}

#[test]
fn a_thumbnail_does_not_hide_that_a_jpeg_is_cut_off() {
    // A segment that holds the mark of the end, after bytes that fill up.
    let mut file = encoded(&colours(), ImageFormat::Jpeg);
    let whole = decode(&file, 3).unwrap();
    file.splice(2..2, [0xFF, 0xFF, 0xFF, 0xE1, 0, 6, 0xFF, 0xD9, 0, 0]);
    assert_eq!(decode(&file, 3).unwrap(), whole);
    file.extend(b"more");
    assert_eq!(decode(&file, 3).unwrap(), whole);
    let error = decode(&file[..file.len() - 20], 3).unwrap_err();
    assert!(error.contains("cut off"), "{error}");
}

#[test]
fn damaged_files_are_no_trouble() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for file in all() {
        for _ in 0..400 {
            let mut damaged = file.clone();
            for _ in 0..rng.random_range(1..6) {
                let index = rng.random_range(0..damaged.len());
                damaged[index] = rng.random();
            }
            if let Ok(picture) = decode(&damaged, 3) {
                assert_eq!(picture.pixels.len(), picture.width * picture.height * 3);
            }
        }
    }
}

#[test]
fn huge_pictures_are_refused() {
    // The size in the header of a bitmap, without so many pixels.
    let mut file = encoded(&colours(), ImageFormat::Bmp);
    for (width, height) in [(16_385_i32, 1_i32), (1, 16_385), (16_384, 16_384)] {
        file[18..22].copy_from_slice(&width.to_le_bytes());
        file[22..26].copy_from_slice(&height.to_le_bytes());
        let error = decode(&file, 3).unwrap_err();
        assert!(error.contains("imit"), "{error}");
    }
    // 16,384 × 16,384 × 2 bytes are just allowed, but are not there.
    let mut file = bytes(files::PALETTE_PNG);
    let side = 16_384_u32.to_be_bytes();
    file[16..20].copy_from_slice(&side);
    file[20..24].copy_from_slice(&side);
    assert!(decode(&file, 3).is_err());
}
