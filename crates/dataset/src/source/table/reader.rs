//! A reader of rows.

use std::io::Read;

use csv::{Reader, ReaderBuilder};

use super::source::LONGEST_ROW;
use super::words::{count, grouped};

/// The rows of a text, whose cells `delimiter` parts.
pub(super) fn reader<R: Read>(text: R, delimiter: u8) -> Reader<R> {
    ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(1 << 16)
        .from_reader(text)
}

/// Why a row that does not end is refused.
pub(super) fn too_long(number: u64) -> String {
    format!(
        "row {} is longer than {}: a quotation mark may not be closed there, or the file is no table",
        grouped(number),
        count(LONGEST_ROW, "byte")
    )
}
