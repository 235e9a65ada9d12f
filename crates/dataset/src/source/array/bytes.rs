//! Bytes from files that may be packed, cut off, or lie about their size.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufReader, Cursor, ErrorKind, Read, Result as IoResult, Seek, SeekFrom};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use layerwise_experiment::words::one_line;

use super::origin::Origin;
use crate::error::CANCELLED;

/// Bytes that the samples of one part may take in memory: 4 GiB.
pub const LIMIT: u64 = 4 << 30;

/// Bytes read at a time.
const PIECE: usize = 64 << 10;

/// Told the bytes read so far and in all; false cancels.
pub type Report<'a> = dyn FnMut(u64, u64) -> bool + 'a;

/// How far the files of a source are read.
pub struct Progress<'a> {
    report: &'a mut Report<'a>,
    done: u64,
    total: u64,
    cancelled: bool,
}

impl<'a> Progress<'a> {
    /// Progress of `work`, which reads `total` bytes from files.
    ///
    /// # Errors
    /// "Cancelled" where `report` asked for it, else those of `work`.
    pub fn over<T>(
        report: &'a mut Report<'a>,
        total: u64,
        work: impl FnOnce(&mut Self) -> Result<T, String>,
    ) -> Result<T, String> {
        let mut progress = Self {
            report,
            done: 0,
            total,
            cancelled: false,
        };
        let result = work(&mut progress);
        if progress.cancelled {
            Err(CANCELLED.to_owned())
        } else {
            result
        }
    }

    /// Opens a file, whose bytes then count as progress.
    ///
    /// # Errors
    /// Where the file cannot be opened.
    pub fn open(&mut self, path: &Path) -> Result<BufReader<Counted<'_, 'a>>, String> {
        let file = File::open(path)
            .map_err(|error| format!("{} cannot be opened: {error}", path.display()))?;
        let counted = Counted {
            file,
            progress: self,
        };
        Ok(BufReader::with_capacity(PIECE, counted))
    }

    fn add(&mut self, bytes: usize) -> IoResult<()> {
        self.done = self.done.saturating_add(bytes as u64).min(self.total);
        self.cancelled |= !(self.report)(self.done, self.total);
        if self.cancelled {
            Err(std::io::Error::other(CANCELLED))
        } else {
            Ok(())
        }
    }
}

/// A file that tells how far it is read.
pub struct Counted<'p, 'a> {
    file: File,
    progress: &'p mut Progress<'a>,
}

impl Read for Counted<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> IoResult<usize> {
        let bytes = self.file.read(buffer)?;
        self.progress.add(bytes)?;
        Ok(bytes)
    }
}

impl Seek for Counted<'_, '_> {
    fn seek(&mut self, to: SeekFrom) -> IoResult<u64> {
        self.file.seek(to)
    }
}

/// The bytes of `reader`, unpacked where they are gzipped.
///
/// # Errors
/// Where the first two bytes cannot be read; fewer are no error.
pub fn unpacked<'a>(reader: impl Read + 'a) -> IoResult<Box<dyn Read + 'a>> {
    unpack(reader).map(|(reader, _)| reader)
}

/// The bytes of `reader` as they were before they were gzipped, and whether they are.
fn unpack<'a>(mut reader: impl Read + 'a) -> IoResult<(Box<dyn Read + 'a>, bool)> {
    let first = first_bytes(&mut reader, 2)?;
    let gzipped = first == [0x1f, 0x8b];
    let whole = Cursor::new(first).chain(reader);
    Ok(if gzipped {
        (Box::new(MultiGzDecoder::new(whole)), true)
    } else {
        (Box::new(whole), false)
    })
}

/// At most `count` bytes from the beginning.
///
/// # Errors
/// Where they cannot be read.
pub fn first_bytes(reader: impl Read, count: u64) -> IoResult<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(count).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Bytes under a name that its errors tell.
pub struct Named<'a> {
    pub name: &'a str,
    /// Where they lie in a file as they are; none where they are packed.
    pub origin: Option<Origin>,
    reader: Box<dyn Read + 'a>,
    done: u64,
}

impl<'a> Named<'a> {
    pub fn new(name: &'a str, reader: impl Read + 'a) -> Self {
        Self {
            name,
            origin: None,
            reader: Box::new(reader),
            done: 0,
        }
    }

    /// Bytes unpacked where they are gzipped; of the file `origin` where they are not.
    ///
    /// # Errors
    /// Where the first bytes cannot be read.
    pub fn unpacked(
        name: &'a str,
        reader: impl Read + 'a,
        origin: Option<Origin>,
    ) -> Result<Self, String> {
        let (reader, packed) = unpack(reader).map_err(|error| cannot_read(name, &error))?;
        Ok(Self {
            name,
            origin: origin.filter(|_| !packed),
            reader,
            done: 0,
        })
    }

    /// Bytes read so far.
    pub fn done(&self) -> u64 {
        self.done
    }

    /// Passes over the next `count` bytes, which stay in the file that they lie in, and are its
    /// last.
    ///
    /// # Errors
    /// Where there are fewer or more.
    pub fn leave(&mut self, count: u64) -> Result<(), String> {
        let Some(origin) = &self.origin else {
            return Ok(());
        };
        let whole = self.done.saturating_add(count);
        let there = origin.end.saturating_sub(origin.start);
        match there.cmp(&whole) {
            Ordering::Less => return Err(ends_early(self.name, there, whole)),
            Ordering::Greater => return Err(goes_on(self.name, whole)),
            Ordering::Equal => {}
        }
        self.done = whole;
        self.reader = Box::new(std::io::empty());
        Ok(())
    }

    /// Exactly `SIZE` bytes of a header.
    ///
    /// # Errors
    /// Where there are fewer.
    pub fn header<const SIZE: usize>(&mut self) -> Result<[u8; SIZE], String> {
        let mut bytes = [0; SIZE];
        self.fill(&mut bytes)
            .map_err(|error| self.header_error(&error))?;
        Ok(bytes)
    }

    /// `size` bytes of a header.
    ///
    /// # Errors
    /// Where there are fewer.
    pub fn header_of(&mut self, size: u16) -> Result<Vec<u8>, String> {
        let mut bytes = vec![0; usize::from(size)];
        self.fill(&mut bytes)
            .map_err(|error| self.header_error(&error))?;
        Ok(bytes)
    }

    /// Gives `take` the next `count` units of `unit` bytes, some whole units at a time.
    ///
    /// # Errors
    /// Where there are fewer, or `take` has one.
    pub fn units(
        &mut self,
        count: u64,
        unit: usize,
        mut take: impl FnMut(&[u8]) -> Result<(), String>,
    ) -> Result<(), String> {
        let unit = unit.max(1);
        let at_once = (PIECE / unit).max(1);
        let bytes = count.saturating_mul(unit as u64);
        let whole = self.done.saturating_add(bytes);
        let mut buffer = Vec::new();
        let mut left = count;
        while left > 0 {
            let units = usize::try_from(left).map_or(at_once, |left| left.min(at_once));
            buffer.resize(units * unit, 0);
            if let Err(error) = self.fill(&mut buffer) {
                return Err(match error.kind() {
                    ErrorKind::UnexpectedEof => ends_early(self.name, self.done, whole),
                    _ => cannot_read(self.name, &error),
                });
            }
            take(&buffer)?;
            left -= units as u64;
        }
        Ok(())
    }

    /// Checks that nothing follows, and with that the checksum of what is packed.
    ///
    /// # Errors
    /// Where something follows.
    pub fn end(mut self) -> Result<(), String> {
        match first_bytes(&mut self.reader, 1) {
            Ok(more) if more.is_empty() => Ok(()),
            Ok(_) => Err(goes_on(self.name, self.done)),
            Err(error) => Err(cannot_read(self.name, &error)),
        }
    }

    /// Fills the buffer. `done` grows by what was there.
    fn fill(&mut self, mut buffer: &mut [u8]) -> IoResult<()> {
        while !buffer.is_empty() {
            match self.reader.read(buffer) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(bytes) => {
                    self.done = self.done.saturating_add(bytes as u64);
                    buffer = buffer.get_mut(bytes..).unwrap_or_default();
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn header_error(&self, error: &std::io::Error) -> String {
        match error.kind() {
            ErrorKind::UnexpectedEof if self.done == 0 => {
                format!("{} is empty: download or save it again", self.name)
            }
            ErrorKind::UnexpectedEof => format!(
                "{} ends after {} bytes, within its header: download or save it again",
                self.name,
                grouped(self.done)
            ),
            _ => cannot_read(self.name, error),
        }
    }
}

/// Makes room for `more` values as they arrive; never for more than `total` in all.
///
/// # Errors
/// Where the memory is full.
pub fn grow<T>(name: &str, values: &mut Vec<T>, more: usize, total: u64) -> Result<(), String> {
    if values.capacity() - values.len() >= more {
        return Ok(());
    }
    let left = usize::try_from(total)
        .unwrap_or(usize::MAX)
        .saturating_sub(values.len());
    values
        .try_reserve_exact(values.len().min(left).max(more))
        .map_err(|_| format!("{name} does not fit into memory: use fewer samples"))
}

/// The sentence for data that stop too early.
pub fn ends_early(name: &str, done: u64, whole: u64) -> String {
    format!(
        "{name} ends after {} of {} bytes: download or save it again",
        grouped(done),
        grouped(whole)
    )
}

fn goes_on(name: &str, done: u64) -> String {
    format!(
        "{name} goes on after the {} bytes that its header tells of: download or save it again",
        grouped(done)
    )
}

/// The sentence for data that cannot be read.
pub fn cannot_read(name: &str, error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::UnexpectedEof => format!("{name} ends too early: download or save it again"),
        ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::Other => {
            let why = one_line(&error.to_string());
            format!("{name} is damaged ({why}): download or save it again")
        }
        _ => format!("{name} cannot be read: {error}"),
    }
}

/// A whole number with its thousands apart.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The last part of a path, for messages.
pub fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or(OsStr::new("The file"));
    one_line(&name.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        let texts = [0, 999, 1000, 47_040_016].map(grouped);
        assert_eq!(texts, ["0", "999", "1,000", "47,040,016"]);
    }

    #[test]
    fn room_grows_with_what_arrives() {
        let mut values = Vec::<u8>::new();
        grow("x", &mut values, 10, 1 << 40).unwrap();
        assert!(values.capacity() < 100);
        values.resize(10, 0);
        grow("x", &mut values, 2, 12).unwrap();
        assert!(values.capacity() < 100);
        assert!(grow("x", &mut values, usize::MAX, u64::MAX).is_err());
    }
}
