//! Points in the plane, within about [−1, 1] on both axes before noise.

use std::f64::consts::{PI, TAU};

use rand::{Rng, RngExt};
use rand_distr::{Distribution, Normal, StandardNormal};

use super::rows::Rows;

/// Turns of each spiral around the centre.
const TURNS: f64 = 1.75;
/// Distance from the centre at which the spirals start.
const SPIRAL_START: f64 = 0.1;
/// Radius of the inner circle; the outer one has radius 1.
const INNER: f64 = 0.5;
/// Distance of the clouds from the centre, and the spread of each before noise.
const CLOUD_RING: f64 = 0.75;
const CLOUD_SPREAD: f64 = 0.08;
/// Fields along each side of the checkerboard.
const FIELDS: usize = 4;

/// A planar set: how to draw a point of each class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Planar {
    Spirals,
    Moons,
    Circles,
    Blobs { classes: usize },
    Checkerboard,
}

impl Planar {
    /// Names of the classes.
    pub(super) fn classes(self) -> Vec<String> {
        let pair = |first: &str, second: &str| vec![first.to_owned(), second.to_owned()];
        match self {
            Self::Spirals => pair("First arm", "Second arm"),
            Self::Moons => pair("Upper", "Lower"),
            Self::Circles => pair("Inner", "Outer"),
            Self::Checkerboard => pair("Dark", "Light"),
            Self::Blobs { classes } => (1..=classes).map(|n| format!("Cloud {n}")).collect(),
        }
    }

    /// `count` points, each class as often as the others to within one. `noise` moves them.
    pub(super) fn samples(self, count: usize, noise: Normal<f64>, rng: &mut impl Rng) -> Rows {
        let classes = self.classes().len().max(1);
        let mut samples = Rows {
            inputs: Vec::with_capacity(2 * count),
            labels: Vec::with_capacity(count),
        };
        for index in 0..count {
            let class = index % classes;
            let (x, y) = self.point(class, rng);
            samples.inputs.push((x + noise.sample(rng)) as f32);
            samples.inputs.push((y + noise.sample(rng)) as f32);
            samples.labels.push(class as u32);
        }
        samples
    }

    fn point(self, class: usize, rng: &mut impl Rng) -> (f64, f64) {
        match self {
            Self::Spirals => {
                // A uniform square of the radius spreads the points evenly along the arm.
                let radius = rng.random_range(SPIRAL_START.powi(2)..1.0).sqrt();
                polar(radius, TURNS * TAU * radius + class as f64 * PI)
            }
            Self::Moons => {
                let (x, y) = polar(1.0, rng.random_range(0.0..PI));
                let (x, y) = if class == 0 {
                    (x, y)
                } else {
                    (1.0 - x, 0.5 - y)
                };
                ((x - 0.5) / 1.5, (y - 0.25) / 1.5)
            }
            Self::Circles => polar(
                if class == 0 { INNER } else { 1.0 },
                rng.random_range(0.0..TAU),
            ),
            Self::Blobs { classes } => {
                let (x, y) = polar(CLOUD_RING, TAU * class as f64 / classes as f64);
                let dx: f64 = rng.sample(StandardNormal);
                let dy: f64 = rng.sample(StandardNormal);
                (x + CLOUD_SPREAD * dx, y + CLOUD_SPREAD * dy)
            }
            Self::Checkerboard => {
                let row = rng.random_range(0..FIELDS);
                let column = 2 * rng.random_range(0..FIELDS / 2) + (row + class) % 2;
                let mut place =
                    |field: usize| 2.0 * (field as f64 + rng.random::<f64>()) / FIELDS as f64 - 1.0;
                (place(column), place(row))
            }
        }
    }
}

fn polar(radius: f64, angle: f64) -> (f64, f64) {
    (radius * angle.cos(), radius * angle.sin())
}

#[cfg(test)]
mod tests {
    use layerwise_experiment::rng::{Stream, rng};

    use super::*;

    const ALL: [Planar; 6] = [
        Planar::Spirals,
        Planar::Moons,
        Planar::Circles,
        Planar::Blobs { classes: 3 },
        Planar::Blobs { classes: 10 },
        Planar::Checkerboard,
    ];

    fn draw(planar: Planar, count: usize, noise: f64) -> Rows {
        planar.samples(
            count,
            Normal::new(0.0, noise).unwrap(),
            &mut rng(4, Stream::Data, 0),
        )
    }

    /// Share of points whose nearest other point is of the same class.
    fn neighbours_agree(samples: &Rows) -> f64 {
        let points: Vec<&[f32]> = samples.inputs.chunks(2).collect();
        let agree = (0..points.len())
            .filter(|&at| {
                let distance = |other: usize| {
                    (points[at][0] - points[other][0]).powi(2)
                        + (points[at][1] - points[other][1]).powi(2)
                };
                let nearest = (0..points.len())
                    .filter(|&other| other != at)
                    .min_by(|&a, &b| distance(a).total_cmp(&distance(b)));
                nearest.is_some_and(|other| samples.labels[at] == samples.labels[other])
            })
            .count();
        agree as f64 / points.len() as f64
    }

    #[test]
    fn points_fill_about_the_unit_square() {
        for planar in ALL {
            let samples = draw(planar, 2000, 0.0);
            let reach = samples
                .inputs
                .iter()
                .fold(0.0_f32, |reach, value| reach.max(value.abs()));
            assert!((0.9..=1.1).contains(&reach), "{planar:?} reaches {reach}");
        }
    }

    #[test]
    fn classes_are_apart_without_noise_and_mixed_with_much() {
        for planar in ALL {
            let clean = neighbours_agree(&draw(planar, 1000, 0.0));
            assert!(clean > 0.9, "{planar:?}: {clean}");
            let noisy = neighbours_agree(&draw(planar, 1000, 2.0));
            assert!(noisy < 0.65, "{planar:?}: {noisy}");
        }
    }

    #[test]
    fn noise_is_the_standard_deviation_of_the_displacement() {
        // The distance from the inner circle varies like the noise along one axis.
        let samples = draw(Planar::Circles, 20_000, 0.02);
        let inner: Vec<f64> = samples
            .inputs
            .chunks(2)
            .zip(&samples.labels)
            .filter(|(_, label)| **label == 0)
            .map(|(point, _)| f64::from(point[0].hypot(point[1])) - INNER)
            .collect();
        let variance = inner.iter().map(|d| d * d).sum::<f64>() / inner.len() as f64;
        assert!(
            (variance.sqrt() - 0.02).abs() < 0.001,
            "{}",
            variance.sqrt()
        );
    }
}
