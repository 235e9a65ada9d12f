//! Changes of an image's values that leave every pixel where it is, as Pillow makes them, but
//! rounded. Those of colour leave images alone that do not have three channels.

use image::Luma;
use imageproc::{filter::filter, kernel::Kernel};

use crate::picture::planes::Planes;

/// Weights of red, green and blue in the luminance by Rec. 601.
const LUMINANCE: [f32; 3] = [0.299, 0.587, 0.114];

/// Black at a `factor` of 0, unchanged at 1.
pub(super) fn brightness(image: &mut Planes, factor: f32) {
    for value in image.pixels_mut() {
        *value = blend(0.0, *value, factor);
    }
}

/// The mean luminance everywhere at a `factor` of 0, unchanged at 1.
pub(super) fn contrast(image: &mut Planes, factor: f32) {
    let mean = mean_luminance(image).round() as f32;
    for value in image.pixels_mut() {
        *value = blend(mean, *value, factor);
    }
}

/// Grey at a `factor` of 0, unchanged at 1.
pub(super) fn saturation(image: &mut Planes, factor: f32) {
    each_colour(image, |colour| {
        let grey = luminance(colour.map(f32::from)).round();
        colour.map(|value| blend(grey, value, factor))
    });
}

/// Turns the colours by a part of the circle, keeping their luminance.
pub(super) fn hue(image: &mut Planes, turns: f32) {
    // Chrominance as the distances of blue and red from the luminance, each scaled so that a turn
    // keeps the colour's distance from grey about the same.
    let [red_weight, green_weight, blue_weight] = LUMINANCE;
    let (red_scale, blue_scale) = (0.877, 0.492);
    let (sin, cos) = (f64::from(turns) * std::f64::consts::TAU).sin_cos();
    let (sin, cos) = (sin as f32, cos as f32);
    each_colour(image, |colour| {
        let [red, green, blue] = colour.map(f32::from);
        let grey = luminance([red, green, blue]);
        let (u, v) = (blue_scale * (blue - grey), red_scale * (red - grey));
        let red = grey + (v * cos + u * sin) / red_scale;
        let blue = grey + (u * cos - v * sin) / blue_scale;
        let green = (grey - red_weight * red - blue_weight * blue) / green_weight;
        [red, green, blue].map(to_byte)
    });
}

/// Smoothed at a `factor` of 0, unchanged at 1.
pub(super) fn sharpness(image: &mut Planes, factor: f32) {
    const WEIGHTS: [i32; 9] = [1, 1, 1, 1, 5, 1, 1, 1, 1];
    const SUM: i32 = 13;
    image.change_channels(|channel| {
        let mut smooth = filter::<_, _, _, Luma<u8>>(channel, Kernel::new(&WEIGHTS, 3, 3), |sum| {
            u8::try_from((sum + SUM / 2) / SUM).unwrap_or(u8::MAX)
        });
        for (smooth, &value) in smooth.iter_mut().zip(channel.as_raw()) {
            *smooth = blend(f32::from(*smooth), value, factor);
        }
        smooth
    });
}

/// Stretches the values of each channel to the whole range.
pub(super) fn autocontrast(image: &mut Planes) {
    for channel in image.channels_mut() {
        let low = channel.iter().copied().min().unwrap_or_default();
        let high = channel.iter().copied().max().unwrap_or_default();
        if low < high {
            let scale = 255.0 / f32::from(high - low);
            for value in channel {
                *value = to_byte(f32::from(*value - low) * scale);
            }
        }
    }
}

/// Spreads the values of each channel so that all parts of the range are about as frequent.
pub(super) fn equalize(image: &mut Planes) {
    for channel in image.channels_mut() {
        let mut counts = [0_usize; 256];
        for &value in channel.iter() {
            if let Some(count) = counts.get_mut(usize::from(value)) {
                *count += 1;
            }
        }
        let last = counts.iter().rfind(|&&count| count > 0).copied();
        let step = (channel.len() - last.unwrap_or_default()) / 255;
        if step == 0 {
            continue;
        }
        let mut below = step / 2;
        let table = counts.map(|count| {
            let to = u8::try_from(below / step).unwrap_or(u8::MAX);
            below += count;
            to
        });
        for value in channel {
            *value = table.get(usize::from(*value)).copied().unwrap_or(*value);
        }
    }
}

/// Inverts the values that are at least `threshold`; 256 changes none.
pub(super) fn solarize(image: &mut Planes, threshold: u16) {
    for value in image.pixels_mut() {
        if u16::from(*value) >= threshold {
            *value = u8::MAX - *value;
        }
    }
}

/// Keeps the highest `bits` of each value, at most 8.
pub(super) fn posterize(image: &mut Planes, bits: u32) {
    let mask = u8::MAX.checked_shl(8_u32.saturating_sub(bits)).unwrap_or(0);
    for value in image.pixels_mut() {
        *value &= mask;
    }
}

fn each_colour(image: &mut Planes, change: impl Fn([u8; 3]) -> [u8; 3]) {
    if let Some([red, green, blue]) = image.colours_mut() {
        for ((red, green), blue) in red.iter_mut().zip(green).zip(blue) {
            [*red, *green, *blue] = change([*red, *green, *blue]);
        }
    }
}

fn mean_luminance(image: &mut Planes) -> f64 {
    let mean = |values: &[u8]| {
        let sum: u64 = values.iter().map(|&value| u64::from(value)).sum();
        sum as f64 / values.len() as f64
    };
    match image.colours_mut() {
        Some(colours) => colours
            .iter()
            .zip(LUMINANCE)
            .map(|(channel, weight)| mean(channel) * f64::from(weight))
            .sum(),
        None => mean(image.pixels()),
    }
}

fn luminance(colour: [f32; 3]) -> f32 {
    colour.iter().zip(LUMINANCE).map(|(v, w)| v * w).sum()
}

fn blend(base: f32, value: u8, factor: f32) -> u8 {
    to_byte(base + factor * (f32::from(value) - base))
}

fn to_byte(value: f32) -> u8 {
    // The conversion cuts off fractions and stops at 0 and 255.
    (value + 0.5) as u8
}

#[cfg(test)]
mod tests;
