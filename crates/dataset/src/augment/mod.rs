//! Random changes of training images, so that a network does not see the same image twice.

mod colour;
mod erase;
mod rand_augment;

use layerwise_experiment::{Fill, Prepare};
use rand::{Rng, RngExt};

use super::picture::planes::Planes;
use rand_augment::{RandAugment, rand_augment};

pub use erase::erase;

/// Changes an image: crop, flip, jitter, RandAugment, in this order; erasing is for after
/// normalisation. The result depends on the
/// arguments alone. An image that does not have three channels keeps its saturation and hue.
pub fn augment(mut image: Planes, augment: &Prepare, rng: &mut impl Rng) -> Planes {
    if augment.crop_padding > 0 {
        crop(&mut image, augment.crop_padding, augment.crop_fill, rng);
    }
    if augment.flip && rng.random() {
        flip(&mut image);
    }
    if augment.jitter > 0.0 {
        jitter(&mut image, augment.jitter.min(1.0), rng);
    }
    let operations = RandAugment {
        operations: augment.rand_augment,
        magnitude: augment.magnitude,
    };
    rand_augment(&mut image, operations, rng);
    image
}

fn crop(image: &mut Planes, padding: usize, fill: Fill, rng: &mut impl Rng) {
    let most = padding.saturating_mul(2);
    let (down, right) = (rng.random_range(0..=most), rng.random_range(0..=most));
    shift(image, down, right, padding, fill);
}

/// Cuts out the part of the padded image that begins `down` and `right` of its corner.
fn shift(image: &mut Planes, down: usize, right: usize, padding: usize, fill: Fill) {
    let [_, height, width] = image.shape();
    let rows = sources(height, down, padding, fill);
    let columns = sources(width, right, padding, fill);
    for channel in image.channels_mut() {
        let from = channel.to_vec();
        for (row, to) in rows.iter().zip(channel.chunks_exact_mut(width)) {
            let from = row.and_then(|row| from.chunks_exact(width).nth(row));
            for (column, value) in columns.iter().zip(to) {
                let source = from.zip(*column).and_then(|(row, column)| row.get(column));
                *value = source.copied().unwrap_or_default();
            }
        }
    }
}

/// Where along a side each pixel of the cut-out part comes from; None: from outside.
fn sources(side: usize, start: usize, padding: usize, fill: Fill) -> Vec<Option<usize>> {
    let place = |index: usize| {
        let padded = start.checked_add(index)?;
        match fill {
            Fill::Zero => padded
                .checked_sub(padding)
                .filter(|&position| position < side),
            Fill::Reflect => Some(mirrored(padded, padding, side)),
        }
    };
    (0..side).map(place).collect()
}

/// The pixel of a side that a pixel of the padded side shows.
fn mirrored(padded: usize, padding: usize, side: usize) -> usize {
    let last = side.saturating_sub(1);
    let distance = padded.abs_diff(padding).checked_rem(2 * last).unwrap_or(0);
    if distance <= last {
        distance
    } else {
        2 * last - distance
    }
}

fn flip(image: &mut Planes) {
    let [_, _, width] = image.shape();
    for row in image.pixels_mut().chunks_exact_mut(width) {
        row.reverse();
    }
}

fn jitter(image: &mut Planes, strength: f64, rng: &mut impl Rng) {
    let mut draw = || strength * rng.random_range(-1.0..=1.0);
    let [brightness, contrast, saturation, hue] = [draw(), draw(), draw(), draw()];
    colour::brightness(image, (1.0 + brightness) as f32);
    colour::contrast(image, (1.0 + contrast) as f32);
    colour::saturation(image, (1.0 + saturation) as f32);
    colour::hue(image, (hue / 4.0) as f32);
}

#[cfg(test)]
mod tests;
