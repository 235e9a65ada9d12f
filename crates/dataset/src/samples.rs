//! Samples as a network receives them.

use std::{borrow::Cow, sync::Arc};

use layerwise_experiment::{Prepare, RESIDENT_BYTES, Resize, Shape};
use rand::Rng;
use rayon::prelude::*;

use super::{
    augment::{augment, erase},
    error::Error,
    normalize::Normalization,
    picture::{fit, planes::Planes},
    progress::{Loading, Progress},
    source::{Part, Range, Store},
};

/// Samples that are read between two reports.
const AT_ONCE: usize = 512;

/// What turns what is stored into what a network receives.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Shape of every sample.
    pub shape: Shape,
    /// How image files are brought to that shape.
    pub resize: Resize,
    /// How values are shifted and scaled; none where they stay as they are.
    pub normalization: Option<Normalization>,
}

/// What the network receives for each value of a pixel, channel by channel.
#[derive(Clone, Debug, PartialEq)]
struct Levels(Vec<[f32; 256]>);

impl Levels {
    fn of(reading: &Reading) -> Self {
        let [channels, ..] = reading.shape.sizes();
        let mut levels = vec![std::array::from_fn(|pixel| pixel as f32 / 255.0); channels];
        if let Some(normalization) = &reading.normalization {
            normalization.apply(levels.as_flattened_mut(), [channels, 1, 256]);
        }
        Self(levels)
    }

    /// Writes the pixels of a sample as the network receives them.
    fn write(&self, pixels: &[u8], out: &mut [f32]) {
        let plane = (pixels.len() / self.0.len().max(1)).max(1);
        let channels = out.chunks_mut(plane).zip(pixels.chunks(plane));
        for ((out, pixels), levels) in channels.zip(&self.0) {
            for (out, pixel) in out.iter_mut().zip(pixels) {
                *out = levels.get(usize::from(*pixel)).copied().unwrap_or(0.0);
            }
        }
    }
}

/// Samples with labels, in an order of their own. What they are made of is shared.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    part: Arc<Part>,
    /// Places in `part`.
    order: Arc<Vec<u32>>,
    /// Class of each sample, from 0.
    pub labels: Arc<Vec<u32>>,
    reading: Arc<Reading>,
    /// None where they hold no pixels.
    levels: Option<Arc<Levels>>,
}

impl Samples {
    /// The samples of `part` at these places, with the class of each.
    pub fn new(part: Arc<Part>, order: Vec<u32>, labels: Vec<u32>, reading: Arc<Reading>) -> Self {
        let levels = part.store.holds_pixels().then(|| Levels::of(&reading));
        Self {
            part,
            order: Arc::new(order),
            labels: Arc::new(labels),
            reading,
            levels: levels.map(Arc::new),
        }
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Shape of every sample.
    pub fn shape(&self) -> Shape {
        self.reading.shape
    }

    /// How their values are shifted and scaled.
    pub fn normalization(&self) -> Option<&Normalization> {
        self.reading.normalization.as_ref()
    }

    /// All samples of a part, as they are.
    pub fn all(part: Part, shape: Shape) -> Self {
        let reading = Reading {
            shape,
            resize: Resize::default(),
            normalization: None,
        };
        let order = (0..part.labels.len() as u32).collect();
        let labels = part.labels.clone();
        Self::new(Arc::new(part), order, labels, Arc::new(reading))
    }

    /// Some of the samples, in this order.
    pub(super) fn select(&self, places: &[u32]) -> Self {
        let pick = |all: &[u32]| {
            let picked = places.iter().map(|&at| all.get(at as usize).copied());
            Arc::new(picked.flatten().collect())
        };
        Self {
            order: pick(&self.order),
            labels: pick(&self.labels),
            ..self.clone()
        }
    }

    /// The same samples with their values as they lie in their source.
    pub fn unnormalized(&self) -> Self {
        self.normalized(None)
    }

    /// The same samples with their values shifted and scaled like this.
    pub fn normalized(&self, normalization: Option<Normalization>) -> Self {
        let reading = Reading {
            normalization,
            ..(*self.reading).clone()
        };
        self.with(Arc::new(reading))
    }

    /// At most `count` of the samples, evenly spread.
    pub fn spread(&self, count: usize) -> Self {
        let some = count.min(self.len()) as u64;
        let places = (0..some).map(|at| (at * self.len() as u64 / some.max(1)) as u32);
        self.select(&places.collect::<Vec<_>>())
    }

    /// Takes samples away.
    pub(super) fn leave_out(&mut self, places: impl Iterator<Item = usize>) {
        let mut keep = vec![true; self.len()];
        for place in places {
            if let Some(keep) = keep.get_mut(place) {
                *keep = false;
            }
        }
        let places = (0..self.len() as u32).zip(keep);
        let kept: Vec<u32> = places.filter_map(|(at, keep)| keep.then_some(at)).collect();
        *self = self.select(&kept);
    }

    /// Whether both lie in one source, so that their places can be compared.
    pub(super) fn is_of_same_source(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.part, &other.part)
    }

    /// The same samples, read another way.
    pub(super) fn with(&self, reading: Arc<Reading>) -> Self {
        let levels = self.holds_pixels().then(|| Levels::of(&reading));
        Self {
            reading,
            levels: levels.map(Arc::new),
            ..self.clone()
        }
    }

    /// Whether all of them fit into [`RESIDENT_BYTES`] as numbers.
    pub fn are_few(&self) -> bool {
        let values = self.len().saturating_mul(self.shape().len());
        values.saturating_mul(size_of::<f32>()) <= RESIDENT_BYTES
    }

    /// The file of a sample, of image files.
    pub fn file(&self, at: usize) -> Option<&std::path::Path> {
        match &self.part.store {
            Store::Files(paths) => Some(paths.get(*self.order.get(at)? as usize)?),
            Store::Bytes(_) | Store::Values(_) | Store::InFile(_) => None,
        }
    }

    /// Whether samples are pixels from 0 to 255, in memory or in files.
    pub fn holds_pixels(&self) -> bool {
        self.part.store.holds_pixels()
    }

    /// The pixels of a sample, channel by channel; values of arrays and tables are rounded, 1 to
    /// 255.
    ///
    /// # Errors
    /// Where the file of the sample cannot be read; the sentence names it.
    pub fn pixels(&self, at: usize) -> Result<Cow<'_, [u8]>, String> {
        let place = self.place(at)?;
        let shape = self.shape();
        Ok(match &self.part.store {
            Store::Bytes(bytes) => Cow::Borrowed(sample(bytes, place, shape)?),
            Store::Values(values) => Cow::Owned(rounded(sample(values, place, shape)?)),
            Store::InFile(samples) if samples.holds_pixels() => Cow::Owned(samples.pixels(place)?),
            Store::InFile(samples) => Cow::Owned(rounded(&samples.values(place)?)),
            Store::Files(paths) => {
                let path = paths.get(place).ok_or_else(|| missing(place))?;
                let image = fit::load(path, shape.sizes(), self.reading.resize)?;
                Cow::Owned(image.into_pixels())
            }
        })
    }

    /// Writes the values of a sample to `out`, of the length of its shape: pixels from 0 to 1,
    /// values of arrays and tables as they are.
    ///
    /// # Errors
    /// As [`Samples::pixels`].
    pub fn read_plain(&self, at: usize, out: &mut [f32]) -> Result<(), String> {
        let values = match &self.part.store {
            Store::Values(values) => Cow::Borrowed(sample(values, self.place(at)?, self.shape())?),
            Store::InFile(samples) if !samples.holds_pixels() => {
                Cow::Owned(samples.values(self.place(at)?)?)
            }
            _ => {
                plain(&self.pixels(at)?, out);
                return Ok(());
            }
        };
        for (out, value) in out.iter_mut().zip(&*values) {
            *out = *value;
        }
        Ok(())
    }

    /// Writes a training sample to `out` as the network receives it, changed at random.
    ///
    /// # Errors
    /// As [`Samples::pixels`].
    pub fn read_augmented(
        &self,
        at: usize,
        prepare: &Prepare,
        rng: &mut impl Rng,
        out: &mut [f32],
    ) -> Result<(), String> {
        let sizes = self.shape().sizes();
        let image = Planes::new(sizes, self.pixels(at)?.into_owned())?;
        let image = augment(image, prepare, rng);
        match &self.levels {
            Some(levels) => levels.write(image.pixels(), out),
            None => {
                plain(image.pixels(), out);
                self.normalize(out);
            }
        }
        erase(out, sizes, prepare.erase, rng);
        Ok(())
    }

    /// Where a sample lies in its source.
    ///
    /// # Errors
    /// Where there is no such sample.
    pub(super) fn place(&self, at: usize) -> Result<usize, String> {
        let place = self.order.get(at).ok_or_else(|| missing(at))?;
        Ok(*place as usize)
    }

    /// Writes a sample to `out` as the network receives it.
    ///
    /// # Errors
    /// As [`Samples::pixels`].
    pub fn read(&self, at: usize, out: &mut [f32]) -> Result<(), String> {
        match &self.levels {
            Some(levels) => levels.write(&self.pixels(at)?, out),
            None => {
                self.read_plain(at, out)?;
                self.normalize(out);
            }
        }
        Ok(())
    }

    /// Shifts and scales plain values of one or more samples.
    pub fn normalize(&self, out: &mut [f32]) {
        if let Some(normalization) = self.normalization() {
            normalization.apply(out, self.shape().sizes());
        }
    }

    /// The values of all samples, one after the other.
    ///
    /// # Errors
    /// As [`Samples::pixels`], and where `progress` does not want to go on.
    pub fn values(&self, progress: Progress<'_>) -> Result<Vec<f32>, Error> {
        let mut values = Vec::new();
        for start in (0..self.len()).step_by(AT_ONCE) {
            let goes_on = progress(Loading {
                what: "Decoding",
                done: start as u64,
                total: self.len() as u64,
            });
            if !goes_on {
                return Err(Error::Cancelled);
            }
            values.append(&mut self.values_of(start, AT_ONCE)?);
        }
        Ok(values)
    }

    /// The lowest and the highest plain value of their whole source, where these are no pixels:
    /// neither bytes nor numbers from 0 to 1.
    pub fn beyond_pixels(&self) -> Option<[f32; 2]> {
        let range = match &self.part.store {
            Store::Values(values) => {
                let mut range = Range::default();
                range.extend(values);
                range
            }
            Store::InFile(samples) => samples.range()?,
            Store::Bytes(_) | Store::Files(_) => return None,
        };
        let ends = [range.low, range.high];
        let are_pixels = ends.iter().all(|value| (0.0..=1.0).contains(value));
        (!are_pixels).then_some(ends)
    }

    /// Refuses samples that cannot be changed as images are.
    ///
    /// # Errors
    /// Where values are no pixels.
    pub fn must_be_pixels(&self) -> Result<(), String> {
        let ends = self.beyond_pixels().into_iter().flatten();
        let strange = ends.into_iter().find(|value| !(0.0..=1.0).contains(value));
        strange.map_or(Ok(()), |value| {
            Err(format!(
                "Augmentation needs pixels from 0 to 1, or whole ones from 0 to 255, and these samples have the value {value}: turn it off under prepare"
            ))
        })
    }

    /// The values of the samples from `start`, at most `count` of them, read on several threads.
    ///
    /// # Errors
    /// As [`Samples::pixels`].
    pub fn values_of(&self, start: usize, count: usize) -> Result<Vec<f32>, String> {
        let count = count.min(self.len().saturating_sub(start));
        let len = self.shape().len().max(1);
        let mut values = vec![0.0; count.saturating_mul(len)];
        values
            .par_chunks_exact_mut(len)
            .enumerate()
            .try_for_each(|(at, out)| self.read(start + at, out))?;
        Ok(values)
    }
}

fn missing(place: usize) -> String {
    format!("sample {place} is not there: look at the data again")
}

/// The values of one sample.
fn sample<T>(values: &[T], place: usize, shape: Shape) -> Result<&[T], String> {
    let start = place.saturating_mul(shape.len());
    let end = start.saturating_add(shape.len());
    values.get(start..end).ok_or_else(|| missing(place))
}

/// Values from 0 to 1 as pixels.
fn rounded(values: &[f32]) -> Vec<u8> {
    let byte = |value: &f32| (value * 255.0).round() as u8;
    values.iter().map(byte).collect()
}

fn plain(pixels: &[u8], out: &mut [f32]) {
    for (out, pixel) in out.iter_mut().zip(pixels) {
        *out = f32::from(*pixel) / 255.0;
    }
}
