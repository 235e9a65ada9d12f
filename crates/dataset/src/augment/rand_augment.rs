//! RandAugment (Cubuk et al., 2020, arXiv 1909.13719): random changes of one strength.

use std::f64::consts::TAU;

use image::Luma;
use imageproc::geometric_transformations::{Border, Interpolation, Projection, warp};
use rand::{Rng, RngExt};

use super::colour;
use crate::picture::planes::Planes;

/// Most operations for an image.
pub const MAX_OPERATIONS: usize = 16;
/// Largest magnitude.
pub const MAX_MAGNITUDE: usize = 30;

/// How RandAugment changes an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RandAugment {
    /// Number of operations, each drawn from all 14; 0: off; more than [`MAX_OPERATIONS`] count as
    /// that.
    pub operations: usize,
    /// Strength of the operations that have one, from 0 to [`MAX_MAGNITUDE`].
    pub magnitude: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Identity,
    Autocontrast,
    Equalize,
    Rotate,
    Solarize,
    Color,
    Posterize,
    Contrast,
    Brightness,
    Sharpness,
    ShearX,
    ShearY,
    TranslateX,
    TranslateY,
}

const OPERATIONS: [Operation; 14] = [
    Operation::Identity,
    Operation::Autocontrast,
    Operation::Equalize,
    Operation::Rotate,
    Operation::Solarize,
    Operation::Color,
    Operation::Posterize,
    Operation::Contrast,
    Operation::Brightness,
    Operation::Sharpness,
    Operation::ShearX,
    Operation::ShearY,
    Operation::TranslateX,
    Operation::TranslateY,
];

/// Applies operations in the ranges of torchvision's implementation: at the largest magnitude,
/// 30° of turn, a shear of 0.3, a shift by 150/331 of the side, colour, contrast, brightness and
/// sharpness by ±0.9, 4 bits, and a full inversion; a magnitude of 0 changes nothing but by
/// autocontrast and equalize. What comes into view from outside is black. Draws two numbers for
/// each operation.
pub(super) fn rand_augment(image: &mut Planes, settings: RandAugment, rng: &mut impl Rng) {
    let strength = settings.magnitude.min(MAX_MAGNITUDE) as f64 / MAX_MAGNITUDE as f64;
    for _ in 0..settings.operations.min(MAX_OPERATIONS) {
        let index = rng.random_range(0..OPERATIONS.len());
        let sign = if rng.random() { 1.0 } else { -1.0 };
        let operation = OPERATIONS.get(index).copied();
        apply(
            image,
            operation.unwrap_or(Operation::Identity),
            strength,
            sign,
        );
    }
}

/// `strength`: 0 to 1; `sign`: 1 or −1.
fn apply(image: &mut Planes, operation: Operation, strength: f64, sign: f64) {
    let [_, height, width] = image.shape();
    let factor = (1.0 + 0.9 * strength * sign) as f32;
    let shear = 0.3 * strength * sign;
    let shift = |side: usize| (150.0 / 331.0 * side as f64 * strength).trunc() * sign;
    match operation {
        Operation::Identity => {}
        Operation::Autocontrast => colour::autocontrast(image),
        Operation::Equalize => colour::equalize(image),
        Operation::Rotate => {
            let (sin, cos) = (sign * strength * TAU * 30.0 / 360.0).sin_cos();
            about_centre(image, [cos, -sin, sin, cos]);
        }
        Operation::Solarize => colour::solarize(image, (256.0 * (1.0 - strength)).round() as u16),
        Operation::Color => colour::saturation(image, factor),
        Operation::Posterize => colour::posterize(image, 8 - (4.0 * strength).round() as u32),
        Operation::Contrast => colour::contrast(image, factor),
        Operation::Brightness => colour::brightness(image, factor),
        Operation::Sharpness => colour::sharpness(image, factor),
        Operation::ShearX => about_centre(image, [1.0, shear, 0.0, 1.0]),
        Operation::ShearY => about_centre(image, [1.0, 0.0, shear, 1.0]),
        Operation::TranslateX => move_pixels(image, [1.0, 0.0, 0.0, 1.0], [shift(width), 0.0]),
        Operation::TranslateY => move_pixels(image, [1.0, 0.0, 0.0, 1.0], [0.0, shift(height)]),
    }
}

/// Maps pixels about the centre of the image by a 2×2 matrix, row by row.
fn about_centre(image: &mut Planes, matrix: [f64; 4]) {
    let [_, height, width] = image.shape();
    let (x, y) = ((width as f64 - 1.0) / 2.0, (height as f64 - 1.0) / 2.0);
    let [a, b, c, d] = matrix;
    move_pixels(image, matrix, [x - a * x - b * y, y - c * x - d * y]);
}

/// Maps pixels by a 2×2 matrix, row by row, and a shift in x and y. Each takes the value of the
/// pixel nearest to where it comes from.
fn move_pixels(image: &mut Planes, matrix: [f64; 4], shift: [f64; 2]) {
    let ([a, b, c, d], [x, y]) = (matrix, shift);
    let matrix = [a, b, x, c, d, y, 0.0, 0.0, 1.0].map(|value| value as f32);
    let Some(projection) = Projection::from_matrix(matrix) else {
        return;
    };
    image.change_channels(|channel| {
        let outside = Border::Constant(Luma([0]));
        warp(channel, projection, Interpolation::Nearest, outside)
    });
}

#[cfg(test)]
mod tests;
