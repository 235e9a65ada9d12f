//! Samples that stay in their file because they are too many for memory.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;

use super::bytes::name_of;
use super::layout::Layout;
use super::number::Element;
use super::origin::Origin;
use crate::source::range::Range;

/// Samples of an array, read from their file one by one.
#[derive(Clone, Debug, PartialEq)]
pub struct InFile {
    path: PathBuf,
    /// Byte of the file at which the first one begins.
    start: u64,
    element: Element,
    /// Of one sample.
    layout: Layout,
    /// Of the values of all samples; none of bytes.
    range: Option<Range>,
}

impl InFile {
    /// Samples of `layout` that lie one after the other `after` bytes from the origin. `range` is
    /// that of the values of all samples, none where they are the bytes of images.
    pub fn new(
        origin: Origin,
        after: u64,
        element: Element,
        layout: &Layout,
        range: Option<Range>,
    ) -> Self {
        Self {
            path: origin.path,
            start: origin.start.saturating_add(after),
            element,
            layout: layout.of_one(),
            range,
        }
    }

    /// Whether samples are pixels from 0 to 255.
    pub fn holds_pixels(&self) -> bool {
        self.range.is_none()
    }

    /// The range of all values; none of pixels.
    pub fn range(&self) -> Option<Range> {
        self.range
    }

    /// The same samples, whose values are whole numbers from 0 to 255, as pixels.
    pub fn as_pixels(&self) -> Self {
        Self {
            range: None,
            ..self.clone()
        }
    }

    /// The values of the sample at `place`, channel by channel, row by row.
    ///
    /// # Errors
    /// Where the file cannot be read; the sentence names it.
    pub fn values(&self, place: usize) -> Result<Vec<f32>, String> {
        let values = (self.bytes(place)?.chunks_exact(self.element.size()))
            .map(|bytes| self.element.value(bytes))
            .collect();
        self.layout.arrange(&name_of(&self.path), values)
    }

    /// The pixels of the sample at `place`, channel by channel, row by row.
    ///
    /// # Errors
    /// As [`InFile::values`].
    pub fn pixels(&self, place: usize) -> Result<Vec<u8>, String> {
        if self.element.size() == 1 {
            return (self.layout).arrange(&name_of(&self.path), self.bytes(place)?);
        }
        let values = self.values(place)?;
        Ok(values.into_iter().map(|value| value as u8).collect())
    }

    fn bytes(&self, place: usize) -> Result<Vec<u8>, String> {
        let size = self.layout.total.saturating_mul(self.element.size());
        let at = (place as u64).saturating_mul(size as u64);
        let mut bytes = vec![0; size];
        File::open(&self.path)
            .and_then(|mut file| {
                file.seek(SeekFrom::Start(self.start.saturating_add(at)))?;
                file.read_exact(&mut bytes)
            })
            .map_err(|error| {
                format!(
                    "sample {place} (counted from 0) of {} cannot be read: {error}",
                    self.path.display()
                )
            })?;
        Ok(bytes)
    }
}
