//! Samples as the numbers of an array.

use std::io::Write;

use super::{place::Fault, work::Work};
use crate::{samples::Samples, source::MOST_ARRAY_BYTES};

/// Bytes written at a time.
const PIECE: usize = 64 << 10;

/// How samples lie in an array.
#[derive(Clone, Copy)]
pub(super) struct Array {
    /// Whether values are 8-bit pixels; else they are 32-bit floats.
    pub pixels: bool,
    pub big_endian: bool,
    /// Channels of each pixel side by side; 1 where each channel lies by itself.
    pub last_channels: usize,
}

impl Array {
    /// Writes sample after sample.
    ///
    /// # Errors
    /// Where there are too many to be read, one cannot be read, or they cannot be written.
    pub fn write(
        self,
        samples: &Samples,
        out: &mut impl Write,
        work: &mut Work<'_>,
    ) -> Result<(), Fault> {
        let values = samples.shape().len();
        let size = if self.pixels { 1 } else { size_of::<f32>() };
        must_be_readable(samples.len(), values.saturating_mul(size))?;
        let mut plain = vec![0.0; values];
        let mut piece = Vec::new();
        for at in 0..samples.len() {
            work.step()?;
            if self.pixels {
                piece.extend(side_by_side(&samples.pixels(at)?, self.last_channels));
            } else {
                samples.read_plain(at, &mut plain)?;
                let numbers = side_by_side(&plain, self.last_channels);
                piece.extend(numbers.flat_map(|number| {
                    if self.big_endian {
                        number.to_be_bytes()
                    } else {
                        number.to_le_bytes()
                    }
                }));
            }
            if piece.len() >= PIECE {
                out.write_all(&piece)?;
                piece.clear();
            }
        }
        Ok(out.write_all(&piece)?)
    }
}

/// Refuses more samples of `size` bytes than can be read from arrays.
///
/// # Errors
/// Where there are more.
pub(super) fn must_be_readable(count: usize, size: usize) -> Result<(), Fault> {
    let bytes = (count as u64).saturating_mul(size as u64);
    if bytes <= MOST_ARRAY_BYTES {
        return Ok(());
    }
    Err(Fault::Told(format!(
        "{count} samples take {bytes} bytes, and this format is read up to {MOST_ARRAY_BYTES}: take fewer, as by data.per_class, or choose folder for 8-bit images"
    )))
}

/// Values that lie channel by channel, with the channels of each pixel side by side.
fn side_by_side<T: Copy>(values: &[T], channels: usize) -> impl Iterator<Item = T> {
    let channels = channels.max(1);
    let plane = values.len() / channels;
    (0..plane).flat_map(move |at| {
        let channel = move |channel: usize| values.get(channel * plane + at).copied();
        (0..channels).filter_map(channel)
    })
}
