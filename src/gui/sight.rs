//! A look at some samples, made behind the window.

use eframe::egui::ColorImage;
use layerwise_dataset::{Dataset, Plane, Samples};
use layerwise_experiment::Shape;

use super::theme;

/// Samples of each class in the preview of images.
pub const PER_CLASS: usize = 2;
/// Most classes in the preview of images.
const MAX_CLASSES: usize = 10;
/// Most points in the preview of planar data.
const MAX_POINTS: usize = 1_500;

/// What some samples look like.
#[derive(Default)]
pub struct Sight {
    /// For each class, its first samples beside each other.
    pub images: Vec<ColorImage>,
    /// Points in the unit square (y downwards) with their class.
    pub points: Vec<([f32; 2], u32)>,
}

impl Sight {
    /// A look at the training samples.
    pub fn of(dataset: &Dataset) -> Self {
        match dataset.shape {
            Shape::Image(_) => Self {
                images: (0..dataset.classes.len().min(MAX_CLASSES))
                    .map(|class| class_image(&dataset.train, class as u32))
                    .collect(),
                ..Self::default()
            },
            // A vector of many features has no picture.
            _ => Self {
                points: points(&dataset.train, &dataset.features),
                ..Self::default()
            },
        }
    }
}

/// A sample as a picture; black where it cannot be read.
pub fn picture(samples: &Samples, at: usize) -> ColorImage {
    let [channels, height, width] = samples.shape().sizes();
    let mut values = vec![0.0; samples.shape().len()];
    // Whoever trains on it is told.
    let _ = samples.read_plain(at, &mut values);
    painted(&values, [channels, height, width])
}

/// Most pixels along a side of a picture; of larger images some are left out.
const MOST_PIXELS: usize = 512;

/// Values from 0 to 1 as a picture: red, green and blue, or shades of grey.
pub fn painted(values: &[f32], [channels, height, width]: [usize; 3]) -> ColorImage {
    let plane = height * width;
    let step = height.max(width).div_ceil(MOST_PIXELS).max(1);
    let value = |channel: usize, at: usize| {
        let channel = if channels < 3 { 0 } else { channel };
        let value = values.get(channel * plane + at);
        (value.copied().unwrap_or(0.0).clamp(0.0, 1.0) * 255.0).round() as u8
    };
    let rows = (0..height).step_by(step);
    let places = rows.flat_map(|row| (0..width).step_by(step).map(move |at| row * width + at));
    let pixels = places
        .map(|at| theme::pixel([0, 1, 2].map(|channel| value(channel, at))))
        .collect();
    ColorImage::new([width.div_ceil(step), height.div_ceil(step)], pixels)
}

/// The first samples of a class beside each other.
fn class_image(samples: &Samples, class: u32) -> ColorImage {
    let all = samples.labels.iter().enumerate();
    let chosen = all.filter(|(_, label)| **label == class).take(PER_CLASS);
    let pictures: Vec<ColorImage> = chosen.map(|(at, _)| picture(samples, at)).collect();
    let [width, height] = pictures.first().map_or([1, 1], |picture| picture.size);
    let mut pixels = Vec::with_capacity(PER_CLASS * height * width);
    for row in 0..height {
        for at in 0..PER_CLASS {
            let row = pictures
                .get(at)
                .and_then(|picture| picture.pixels.chunks_exact(width.max(1)).nth(row));
            match row {
                Some(row) => pixels.extend_from_slice(row),
                None => pixels.extend(std::iter::repeat_n(theme::NO_PICTURE, width)),
            }
        }
    }
    ColorImage::new([PER_CLASS * width, height], pixels)
}

/// Some of the samples in the unit square that holds them all; none where they are no points.
fn points(samples: &Samples, features: &[String]) -> Vec<([f32; 2], u32)> {
    let Some(plane) = Plane::of(samples, features) else {
        return Vec::new();
    };
    let labels = samples.labels.iter().enumerate().take(MAX_POINTS);
    labels
        .filter_map(|(at, label)| {
            let mut point = [0.0; 2];
            samples.read_plain(at, &mut point).ok()?;
            Some((plane.unit(point), *label))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use eframe::egui::Color32;
    use layerwise_dataset::{Part, Store};

    use super::*;

    fn samples(values: Vec<f32>, labels: Vec<u32>, shape: Shape) -> Samples {
        let store = Store::Values(values);
        Samples::all(Part { store, labels }, shape)
    }

    #[test]
    fn points_keep_up_and_down() {
        let samples = samples(vec![2.0, 2.0, -2.0, -2.0], vec![0, 1], Shape::Flat(2));
        let points = points(&samples, &[]);
        let [([right, up], 0), ([left, down], 1)] = points.as_slice() else {
            panic!("{points:?}");
        };
        assert!(left < right && up < down);
    }

    #[test]
    fn pictures_of_long_images_are_small() {
        let sizes = [1, 12, 5000];
        let values: Vec<f32> = (0..12 * 5000).map(|at| (at % 2) as f32).collect();
        assert_eq!(painted(&values, sizes).size, [500, 2]);
        assert_eq!(painted(&values[..6], [1, 2, 3]).size, [3, 2]);
    }

    #[test]
    fn samples_of_a_class_stand_side_by_side() {
        let shape = [1, 1, 2];
        let samples = samples(vec![0.0, 1.0, 1.0, 0.0], vec![1, 1], Shape::Image(shape));
        let image = class_image(&samples, 1);
        let reds: Vec<u8> = image.pixels.iter().map(Color32::r).collect();
        assert_eq!(reds, [0, 255, 255, 0]);
    }
}
