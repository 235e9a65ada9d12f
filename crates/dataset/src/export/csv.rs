//! A table: values and the name of the class.

use std::{fs::File, io::BufWriter};

use super::{
    about::{holds_pixels, image_note, unused_classes},
    names::Names,
    place::Fault,
    work::Work,
};
use crate::{
    samples::Samples,
    source::{MAX_FEATURES, MAX_VALUES, Note, keeps_classes},
};

/// Characters that could be taken for what parts cells.
const REFUSED: [char; 2] = [';', '|'];
/// Values that a note lists by number.
const MOST_LISTED: usize = 10;

impl From<::csv::Error> for Fault {
    fn from(error: ::csv::Error) -> Self {
        Self::Disk(error.into())
    }
}

/// Writes a header and a row for each sample, in the order of the source where both parts come from
/// one, else those to test on last.
///
/// # Errors
/// Where samples have more values than a table is read with, or cannot be read or written.
pub(super) fn write(work: &mut Work<'_>, file: &mut File) -> Result<Vec<Note>, Fault> {
    let dataset = work.dataset;
    let values = dataset.shape.len();
    let count = dataset.train.len() + dataset.test.len();
    if values > MAX_FEATURES || count.saturating_mul(values) > MAX_VALUES {
        return Err(Fault::Told(format!(
            "{count} samples of {values} values are more than a table is read with, which is {MAX_FEATURES} values in a row and {MAX_VALUES} in all: choose npz, or folder for 8-bit images"
        )));
    }
    let (train, test) = (&dataset.train, &dataset.test);
    let mut rows: Vec<(&Samples, usize)> = (0..train.len()).map(|at| (train, at)).collect();
    rows.extend((0..test.len()).map(|at| (test, at)));
    let is_one_source = train.is_of_same_source(test);
    if is_one_source {
        rows.sort_by_key(|(samples, at)| samples.place(*at).ok());
    }

    let names = Names::of(&dataset.classes, &REFUSED, keeps_classes);
    let whole = holds_pixels(dataset) && reaches_two(&rows)?;
    let mut table = ::csv::Writer::from_writer(BufWriter::new(file));
    let header = (1..=values).map(|number| format!("x{number}"));
    table.write_record(header.chain(["label".to_owned()]))?;
    let mut row = vec![0.0; values];
    let mut constant = Constant::default();
    for (samples, at) in rows {
        work.step()?;
        if whole {
            for (value, pixel) in row.iter_mut().zip(samples.pixels(at)?.iter()) {
                *value = f32::from(*pixel);
            }
        } else {
            samples.read_plain(at, &mut row)?;
        }
        constant.take(&row);
        for value in &row {
            // With all digits of the longer type, it is read as just this number.
            table.write_field(f64::from(*value).to_string())?;
        }
        let label = samples.labels.get(at).copied().unwrap_or_default();
        let name = names.all.get(label as usize);
        table.write_field(name.map_or("", String::as_str))?;
        table.write_record(None::<&[u8]>)?;
    }
    table.flush()?;

    let tested = (!test.is_empty()).then(|| Note {
        what: "Test samples".to_owned(),
        why: if is_one_source {
            "a table has no part for them: the same seed and data.test_fraction choose the same ones when it is read".to_owned()
        } else {
            format!(
                "a table has no part for them: they are the last {} rows, and others are chosen when it is read",
                test.len()
            )
        },
    });
    let constant = constant.note();
    let image = image_note(dataset.shape).filter(|_| constant.is_none());
    Ok(names
        .note
        .into_iter()
        .chain(tested)
        .chain(constant)
        .chain(image)
        .chain(unused_classes(dataset))
        .collect())
}

/// Whether a pixel is above 1. Without one, whole numbers in a table are not taken for pixels.
fn reaches_two(rows: &[(&Samples, usize)]) -> Result<bool, String> {
    for (samples, at) in rows {
        if samples.pixels(*at)?.iter().any(|pixel| *pixel > 1) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Which values are the same in every row.
#[derive(Default)]
struct Constant {
    first: Vec<f32>,
    varies: Vec<bool>,
}

impl Constant {
    fn take(&mut self, row: &[f32]) {
        if self.first.is_empty() {
            self.first = row.to_vec();
            self.varies = vec![false; row.len()];
        }
        for ((varies, first), value) in self.varies.iter_mut().zip(&self.first).zip(row) {
            *varies |= first != value;
        }
    }

    /// Tells that reading leaves such columns out.
    fn note(&self) -> Option<Note> {
        let constant = self.varies.iter().zip(1..).filter(|(varies, _)| !**varies);
        let names: Vec<String> = constant.map(|(_, number)| format!("x{number}")).collect();
        let some = names.get(..names.len().min(MOST_LISTED))?.join(", ");
        let more = match names.len().saturating_sub(MOST_LISTED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        (!names.is_empty()).then(|| Note {
            what: format!("Columns {some}{more}"),
            why: "each has one value in all rows, and is left out when the table is read: choose npz to keep the shape".to_owned(),
        })
    }
}
