//! Which files are images.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use crate::picture::decode;

const EXTENSIONS: [&str; 9] = [
    "png", "jpg", "jpeg", "jpe", "jfif", "webp", "bmp", "dib", "gif",
];

/// Whether the name of a file ends as those of images do.
pub(super) fn has_image_name(path: &Path) -> bool {
    path.extension().is_some_and(|own| {
        EXTENSIONS
            .iter()
            .any(|extension| own.eq_ignore_ascii_case(extension))
    })
}

/// Whether a file begins as images do.
///
/// # Errors
/// Where it cannot be read.
pub(super) fn has_image_content(path: &Path) -> io::Result<bool> {
    let mut start = Vec::new();
    File::open(path)?.take(16).read_to_end(&mut start)?;
    Ok(decode::format(&start).is_some())
}
