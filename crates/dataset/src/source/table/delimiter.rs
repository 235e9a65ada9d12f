//! Which character parts the cells.

use csv::ByteRecord;

use super::cell::{self, Value};
use super::reader::reader;
use super::source::Sample;

/// How a delimiter parts the first rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Guess {
    pub delimiter: u8,
    /// The number of cells that most rows have.
    pub columns: usize,
    rows: usize,
    /// Rows with that many cells.
    alike: usize,
    /// Share of the cells that are numbers.
    numbers: f64,
}

/// Where two suit as well as each other, the first is taken: commas are common in text.
const DELIMITERS: [u8; 4] = [b'\t', b';', b'|', b','];

impl Guess {
    fn new(sample: &Sample, delimiter: u8) -> Self {
        let mut sizes: Vec<(usize, usize)> = Vec::new();
        let (mut rows, mut cells, mut numbers) = (0, 0, 0_usize);
        each_row(sample, delimiter, &mut |row| {
            rows += 1;
            cells += row.len();
            numbers += row.iter().filter(|cell| is_number(cell, delimiter)).count();
            match sizes.iter_mut().find(|(size, _)| *size == row.len()) {
                Some((_, times)) => *times += 1,
                None => sizes.push((row.len(), 1)),
            }
        });
        // The first of those that are as common as each other.
        let &(columns, alike) = sizes
            .iter()
            .rev()
            .max_by_key(|(_, times)| times)
            .unwrap_or(&(0, 0));
        Self {
            delimiter,
            columns,
            rows,
            alike,
            numbers: numbers as f64 / cells.max(1) as f64,
        }
    }

    fn share_alike(&self) -> f64 {
        self.alike as f64 / self.rows.max(1) as f64
    }

    fn score(&self) -> f64 {
        self.share_alike() * (1.0 + self.numbers)
    }
}

/// The delimiter that parts the first rows into at least two cells, most of them alike, and gives
/// the most numbers. None: there is no such delimiter.
pub(super) fn recognise(sample: &Sample) -> Option<Guess> {
    DELIMITERS
        .iter()
        .rev()
        .map(|&delimiter| Guess::new(sample, delimiter))
        .filter(|guess| guess.columns > 1)
        .max_by(|a, b| a.score().total_cmp(&b.score()))
}

/// Visits the first complete rows, at most 1,000.
pub(super) fn each_row(sample: &Sample, delimiter: u8, visit: &mut dyn FnMut(&ByteRecord)) {
    const MOST_ROWS: usize = 1000;
    const ENOUGH_ROWS: usize = 20;
    const ENOUGH_BYTES: u64 = 1 << 20;
    let mut reader = reader(sample.bytes.as_slice(), delimiter);
    let mut record = ByteRecord::new();
    let mut rows = 0;
    while rows < MOST_ROWS && reader.read_byte_record(&mut record).unwrap_or(false) {
        let end = reader.position().byte();
        if !sample.is_whole && end >= sample.bytes.len() as u64 {
            break;
        }
        visit(&record);
        rows += 1;
        if rows >= ENOUGH_ROWS && end > ENOUGH_BYTES {
            break;
        }
    }
}

/// Whether a comma can be a decimal sign in the cells.
pub(super) fn allows_decimal_comma(delimiter: u8) -> bool {
    delimiter != b','
}

/// Whether the first bytes of a text look like a table.
pub(super) fn looks_like(sample: &Sample) -> bool {
    // Tabs and ends of lines and pages are at home in text.
    let is_control = |byte: &u8| byte.is_ascii_control() && !matches!(byte, b'\t'..=b'\r');
    let first = sample.bytes.trim_ascii_start().first();
    let is_other = matches!(first, None | Some(b'{' | b'[' | b'<'));
    if is_other || sample.bytes.iter().any(is_control) {
        return false;
    }
    let lines = sample.bytes.iter().filter(|&&byte| byte == b'\n').count();
    let ends_whole = sample.bytes.ends_with(b"\n") || lines < 2;
    let sample = match sample.bytes.iter().rposition(|&byte| byte == b'\n') {
        Some(end) if !ends_whole => sample.bytes.get(..=end).unwrap_or_default(),
        _ => &sample.bytes,
    };
    let sample = Sample {
        bytes: sample.to_vec(),
        is_whole: true,
    };
    recognise(&sample).is_some_and(|guess| guess.alike >= 2 && guess.share_alike() >= 0.9)
}

fn is_number(cell: &[u8], delimiter: u8) -> bool {
    let (text, _) = cell::text(cell);
    let value = cell::value(&text, allows_decimal_comma(delimiter));
    matches!(value, Value::Number(_))
}
