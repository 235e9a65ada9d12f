//! Tables of text (CSV, TSV) for classification: rows are samples, one column is the label, the
//! others are features.
//!
//! The file may be gzipped. Cells are parted by `,`, `;`, tabs or `|`, whichever suits the first
//! rows best, and may be quoted with `"`. Text is UTF-8, or UTF-16 that begins with a byte order
//! mark; cells that are neither are read as Windows-1252 (which holds Latin-1), and that is noted.
//! Space around a cell does not count. Blank lines are passed over and not counted; every other
//! line is a row, comments too. Rows are numbered from 1, a header included.
//!
//! - The header is the first row with as many cells as most rows have. See [`Options::header`].
//! - A column is numeric where every value is a number. Where cells are not parted by commas, the
//!   comma is also a decimal sign, for columns that have no decimal point. The words inf and
//!   infinity, and numbers beyond the range of `f32`, are errors in such a column.
//! - Other columns have categories. Two categories make one feature, 1 for the second in sorted
//!   order; more make one feature each, 1 where the row has the category and 0 elsewhere.
//! - Columns are left out that have one value only, more than 1,000 different texts, more than 100
//!   that are also more than half as many as the rows, a text above 1,000 bytes, or both text and
//!   more than 100 different numbers.
//! - Empty cells and NA, N/A, NaN, null, None, ?, - and (missing), in any case, are missing values:
//!   the mean of a numeric column, a category of its own elsewhere. Rows without a label are left
//!   out; None and - are labels all the same, for they name classes in tables that are in use.
//! - Labels that are written differently are different classes.

mod cell;
pub(super) mod column;
mod delimiter;
mod encoder;
mod fill;
mod header;
mod labels;
mod layout;
pub(super) mod limits;
mod options;
mod reader;
mod rejects;
mod rows;
mod source;
mod survey;
mod tally;
#[cfg(test)]
mod tests;
mod texts;
mod words;

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use super::raw::{Format, Raw};
use layout::Layout;
use rows::Progress;
use source::{Open, Source};

pub use labels::keeps_classes;
pub use options::Options;

/// Reads a table, going over the file twice.
///
/// # Errors
/// Where the file cannot be read or makes no table of samples; a sentence that begins with the
/// name of the file and says what to change. "Cancelled" where `progress` said false.
pub fn read(path: &Path, options: &Options, progress: &mut Progress) -> Result<Raw, String> {
    let name = path.file_name().unwrap_or(path.as_os_str()).display();
    let about = fs::metadata(path).map_err(|error| format!("{name} cannot be read ({error})"))?;
    if !about.is_file() {
        return Err(format!("{name} is not a file: choose a CSV or TSV file"));
    }
    let open = || File::open(path).map(|file| Box::new(file) as Box<dyn Read>);
    let mut cancelled = false;
    let mut hear = |done, total| {
        cancelled |= !progress(done, total);
        !cancelled
    };
    let read = decode(&open, about.len(), options, &mut hear);
    read.map_err(|error| {
        if cancelled {
            error
        } else {
            format!("{name}: {error}")
        }
    })
}

/// Reads a table from what `open` gives, which must be the same every time; it is called three
/// times. `len` is its length in bytes, for `progress` alone.
///
/// # Errors
/// As for [`read`], without the name of the file.
pub fn decode(
    open: Open,
    len: u64,
    options: &Options,
    progress: &mut Progress,
) -> Result<Raw, String> {
    let source = Source { open, len };
    let layout = Layout::recognise(&source.sample()?, options)?;
    let plan = survey::survey(&source, &layout, progress)?;
    let train = fill::fill(&source, &layout, &plan, progress)?;
    Ok(Raw {
        format: Format::Table,
        shape: Some([plan.features, 1, 1]),
        is_image: false,
        classes: plan.classes,
        train,
        test: None,
        notes: plan.notes,
        columns: plan.columns,
    })
}

/// Whether a file begins like a table. See [`looks_like`].
pub fn recognise(path: &Path) -> bool {
    const BEGINNING: u64 = 4 << 20;
    let is_file = fs::metadata(path).is_ok_and(|about| about.is_file());
    let mut bytes = Vec::new();
    is_file
        && File::open(path)
            .and_then(|file| file.take(BEGINNING).read_to_end(&mut bytes))
            .is_ok_and(|_| looks_like(&bytes))
}

/// Whether the first bytes of a file, gzipped or not, are text without control characters that
/// some delimiter parts into at least two rows of two cells, at least nine of ten rows alike.
pub fn looks_like(first_bytes: &[u8]) -> bool {
    let open = || Ok(Box::new(first_bytes) as Box<dyn Read>);
    let source = Source {
        open: &open,
        len: 0,
    };
    source
        .sample()
        .is_ok_and(|sample| delimiter::looks_like(&sample))
}
