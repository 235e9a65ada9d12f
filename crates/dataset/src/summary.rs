//! What all samples of a part look like together.

use rayon::prelude::*;

use super::{
    error::CANCELLED,
    histogram::{ByteCounts, Histogram},
    normalize::{Moments, Normalization},
    progress::{Loading, Progress},
    samples::Samples,
};

/// Samples between two reports of progress.
const STEP: usize = 256;

/// Statistics over every sample, with bytes taken as values from 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Mean and deviation of each channel.
    pub normalization: Normalization,
    /// One for each channel.
    pub histograms: Vec<Histogram>,
    /// Image files that could not be decoded, by place, with the reason; they do not count.
    pub unreadable: Vec<(usize, String)>,
}

/// Goes through all samples, on all threads of Rayon's pool where they are bytes or image files. The
/// result does not depend on the number of threads.
///
/// # Errors
/// Where there is no sample or none can be read, a number is not finite, or the work was cancelled
/// ("Cancelled").
pub fn summarise(samples: &Samples, progress: Progress<'_>) -> Result<Summary, String> {
    if samples.is_empty() || samples.shape().is_empty() {
        return Err("There is no sample: choose other data".to_owned());
    }
    let mut report = |done: usize| {
        let goes_on = progress(Loading {
            what: "Measuring",
            done: done as u64,
            total: samples.len() as u64,
        });
        if goes_on {
            Ok(())
        } else {
            Err(CANCELLED.to_owned())
        }
    };
    if samples.holds_pixels() {
        of_pixels(samples, &mut report)
    } else {
        of_values(samples, &mut report)
    }
}

fn of_values(
    samples: &Samples,
    report: &mut dyn FnMut(usize) -> Result<(), String>,
) -> Result<Summary, String> {
    let [channels, height, width] = samples.shape().sizes();
    let plane = height * width;
    let mut moments = vec![Moments::default(); channels];
    let mut ranges = vec![(f32::INFINITY, f32::NEG_INFINITY); channels];
    let mut sample = vec![0.0; channels * plane];
    for at in 0..samples.len() {
        if at.is_multiple_of(STEP) {
            report(at)?;
        }
        samples.read_plain(at, &mut sample)?;
        let statistics = moments.iter_mut().zip(&mut ranges);
        for (channel, (moments, (low, high))) in sample.chunks_exact(plane).zip(statistics) {
            if channel.iter().any(|value| !value.is_finite()) {
                return Err(format!(
                    "Sample {} has a value that is not a finite number: correct or remove it",
                    at + 1
                ));
            }
            moments.add(channel);
            *low = channel.iter().copied().fold(*low, f32::min);
            *high = channel.iter().copied().fold(*high, f32::max);
        }
    }
    let mut histograms: Vec<Histogram> = ranges
        .into_iter()
        .map(|(low, high)| Histogram::between(low, high))
        .collect();
    for at in 0..samples.len() {
        if at.is_multiple_of(STEP) {
            report(at)?;
        }
        samples.read_plain(at, &mut sample)?;
        for (channel, histogram) in sample.chunks_exact(plane).zip(&mut histograms) {
            histogram.add(channel);
        }
    }
    Ok(Summary {
        normalization: moments.into_iter().collect(),
        histograms,
        unreadable: Vec::new(),
    })
}

fn of_pixels(
    samples: &Samples,
    report: &mut dyn FnMut(usize) -> Result<(), String>,
) -> Result<Summary, String> {
    let sizes = samples.shape().sizes();
    let [channels, _, _] = sizes;
    let mut counts = ByteCounts::new(channels);
    let mut unreadable = Vec::new();
    let places: Vec<usize> = (0..samples.len()).collect();
    for part in places.chunks(STEP) {
        report(part.first().copied().unwrap_or(0))?;
        let images: Vec<Result<ByteCounts, String>> = part
            .par_iter()
            .map(|at| samples.pixels(*at).map(|it| ByteCounts::of(&it, sizes)))
            .collect();
        for (at, image) in part.iter().zip(images) {
            match image {
                Ok(image) => counts.merge(&image),
                Err(error) => unreadable.push((*at, error)),
            }
        }
    }
    if unreadable.len() == samples.len() {
        return Err(match unreadable.into_iter().next() {
            Some((_, error)) => format!("None of the image files can be used; the first: {error}"),
            None => "There is no sample: choose other data".to_owned(),
        });
    }
    Ok(Summary {
        normalization: counts.normalization(),
        histograms: counts.into_histograms(),
        unreadable,
    })
}

#[cfg(test)]
mod tests;
