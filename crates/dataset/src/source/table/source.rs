//! Text from a file: unpacked, decoded and measured.

use std::cell::Cell;
use std::io::{self, BufReader, Read};
use std::rc::Rc;

use encoding_rs_io::DecodeReaderBytesBuilder;
use flate2::bufread::MultiGzDecoder;

/// Opens a file anew, at its beginning.
pub type Open<'a> = &'a dyn Fn() -> io::Result<Box<dyn Read + 'a>>;

/// Longest row, in bytes: 16 MiB; in tests, which are not optimised, 1 MiB.
pub(super) const LONGEST_ROW: usize = if cfg!(test) { 1 << 20 } else { 16 << 20 };

/// A file, or bytes that stand for one.
pub(super) struct Source<'a> {
    pub open: Open<'a>,
    /// Length in bytes.
    pub len: u64,
}

/// The beginning of a text: all of it, or as much as the longest row.
pub(super) struct Sample {
    pub bytes: Vec<u8>,
    /// Whether the text ends here.
    pub is_whole: bool,
}

/// How far a text was read.
#[derive(Default)]
pub(super) struct Gauge {
    /// Bytes of the file.
    pub packed: Cell<u64>,
    /// Bytes of text.
    pub text: Cell<u64>,
    /// Bytes of text since the last row ended.
    pub since_row: Cell<usize>,
    /// The last byte of text that is neither space nor the end of a line.
    pub last: Cell<u8>,
}

impl<'a> Source<'a> {
    /// The text as UTF-8 without a byte order mark. Text that is not marked as UTF-16 stays as it
    /// is. Reading fails in a row above [`LONGEST_ROW`].
    pub fn text(&self, gauge: &Rc<Gauge>) -> io::Result<impl Read + use<'a>> {
        let file = Packed {
            inner: (self.open)()?,
            gauge: gauge.clone(),
        };
        let mut file = BufReader::with_capacity(BUFFER, file);
        let mut first = [0; 2];
        let found = fill(&mut file, &mut first)?;
        let begun = io::Cursor::new(first).take(found as u64);
        let bytes: Box<dyn Read + 'a> = if first == GZIP {
            let whole = BufReader::with_capacity(BUFFER, begun.chain(file));
            Box::new(MultiGzDecoder::new(whole))
        } else {
            Box::new(begun.chain(file))
        };
        Ok(Text {
            inner: DecodeReaderBytesBuilder::new()
                .utf8_passthru(true)
                .strip_bom(true)
                .build(bytes),
            gauge: gauge.clone(),
        })
    }

    /// The beginning of the text.
    ///
    /// # Errors
    /// Where there is none, or none that can be read.
    pub fn sample(&self) -> Result<Sample, String> {
        let mut bytes = Vec::new();
        let read = self
            .text(&Rc::default())
            .and_then(|text| text.take(LONGEST_ROW as u64).read_to_end(&mut bytes));
        match read {
            // An error further on ends the next pass.
            Err(error) if bytes.is_empty() => Err(unreadable(&error)),
            _ if bytes.is_empty() => Err("the file is empty: choose another".to_owned()),
            _ => Ok(Sample {
                is_whole: read.is_ok() && bytes.len() < LONGEST_ROW,
                bytes,
            }),
        }
    }
}

pub(super) fn unreadable(error: &io::Error) -> String {
    format!("the file cannot be read ({error}): copy or download it again")
}

const BUFFER: usize = 1 << 16;
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Reads until `buffer` is full or there is no more; the number of bytes.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut found = 0;
    while let Some(rest) = buffer.get_mut(found..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest)? {
            0 => break,
            more => found += more,
        }
    }
    Ok(found)
}

struct Packed<R> {
    inner: R,
    gauge: Rc<Gauge>,
}

impl<R: Read> Read for Packed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.gauge.packed.update(|bytes| bytes + count as u64);
        Ok(count)
    }
}

struct Text<R> {
    inner: R,
    gauge: Rc<Gauge>,
}

impl<R: Read> Read for Text<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.gauge.since_row.get() > LONGEST_ROW {
            return Err(io::Error::other("a row is too long"));
        }
        let count = self.inner.read(buffer)?;
        self.gauge.text.update(|bytes| bytes + count as u64);
        self.gauge.since_row.update(|bytes| bytes + count);
        let new = buffer.get(..count).unwrap_or_default();
        if let Some(&last) = new.iter().rfind(|byte| !byte.is_ascii_whitespace()) {
            self.gauge.last.set(last);
        }
        Ok(count)
    }
}
