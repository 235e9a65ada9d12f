//! The outlines of the ten shapes. They stay distinct however they are turned.

use std::f64::consts::{PI, TAU};

/// A point within the unit circle.
type Point = (f64, f64);

/// Straight pieces that stand for a full circle.
const PIECES: f64 = 64.0;

/// A class of shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Figure {
    Disc,
    Ring,
    Square,
    Triangle,
    Star,
    Cross,
    HalfDisc,
    Crescent,
    Bar,
    Corner,
}

impl Figure {
    /// Every shape, in the order of its label.
    pub(super) const ALL: [Self; 10] = [
        Self::Disc,
        Self::Ring,
        Self::Square,
        Self::Triangle,
        Self::Star,
        Self::Cross,
        Self::HalfDisc,
        Self::Crescent,
        Self::Bar,
        Self::Corner,
    ];

    /// Name on the screen.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Disc => "Disc",
            Self::Ring => "Ring",
            Self::Square => "Square",
            Self::Triangle => "Triangle",
            Self::Star => "Star",
            Self::Cross => "Cross",
            Self::HalfDisc => "Half-disc",
            Self::Crescent => "Crescent",
            Self::Bar => "Bar",
            Self::Corner => "Corner",
        }
    }

    /// Closed polygons to fill by the even–odd rule.
    pub(super) fn outline(self) -> Vec<Vec<Point>> {
        match self {
            Self::Disc => vec![circle(0.9)],
            Self::Ring => vec![circle(1.0), circle(0.55)],
            Self::Square => vec![corners(4, 1.0)],
            Self::Triangle => vec![corners(3, 1.0)],
            Self::Star => {
                let tips = corners(5, 1.0);
                let notches = corners(5, 0.4)
                    .into_iter()
                    .map(|point| turn(point, PI / 5.0));
                vec![
                    tips.into_iter()
                        .zip(notches)
                        .flat_map(|(tip, notch)| [tip, notch])
                        .collect(),
                ]
            }
            Self::Cross => {
                let arm = [(0.28, 0.28), (0.28, 0.95), (-0.28, 0.95)];
                vec![
                    (0..4)
                        .flat_map(|side| arm.map(|point| turn(point, f64::from(side) * PI / 2.0)))
                        .collect(),
                ]
            }
            Self::HalfDisc => vec![arc((0.0, -0.4), 0.9, 0.0, PI)],
            Self::Crescent => {
                // The unit circle less a circle of radius 0.8 that is shifted by 0.55.
                let (bite, shift) = (0.8_f64, 0.55_f64);
                let x = (1.0 - bite * bite + shift * shift) / (2.0 * shift);
                let y = (1.0 - x * x).sqrt();
                let (outer, inner) = (y.atan2(x), y.atan2(x - shift));
                let mut points = arc((0.0, 0.0), 1.0, outer, TAU - outer);
                points.extend(arc((shift, 0.0), bite, TAU - inner, inner));
                vec![points]
            }
            Self::Bar => vec![vec![
                (-0.97, -0.22),
                (0.97, -0.22),
                (0.97, 0.22),
                (-0.97, 0.22),
            ]],
            Self::Corner => vec![vec![
                (-0.65, -0.65),
                (0.75, -0.65),
                (0.75, -0.2),
                (-0.2, -0.2),
                (-0.2, 0.75),
                (-0.65, 0.75),
            ]],
        }
    }
}

/// The point at a distance from the centre.
fn polar(radius: f64, angle: f64) -> Point {
    (radius * angle.cos(), radius * angle.sin())
}

fn turn((x, y): Point, angle: f64) -> Point {
    let (sin, cos) = angle.sin_cos();
    (x * cos - y * sin, x * sin + y * cos)
}

/// Corners of a regular polygon.
fn corners(count: u32, radius: f64) -> Vec<Point> {
    (0..count)
        .map(|corner| polar(radius, TAU * f64::from(corner) / f64::from(count)))
        .collect()
}

fn circle(radius: f64) -> Vec<Point> {
    corners(PIECES as u32, radius)
}

/// Points along an arc, both ends included.
fn arc((x, y): Point, radius: f64, from: f64, to: f64) -> Vec<Point> {
    let pieces = ((to - from).abs() / TAU * PIECES).ceil();
    (0..=pieces as u32)
        .map(|piece| {
            let (dx, dy) = polar(radius, from + (to - from) * f64::from(piece) / pieces);
            (x + dx, y + dy)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outlines_fit_the_unit_circle() {
        for figure in Figure::ALL {
            let reach = figure
                .outline()
                .iter()
                .flatten()
                .fold(0.0_f64, |reach, &(x, y)| reach.max(x.hypot(y)));
            assert!((0.85..=1.0 + 1e-9).contains(&reach), "{figure:?}: {reach}");
        }
    }

    /// Area by the shoelace formula, holes subtracted.
    fn area(figure: Figure) -> f64 {
        let polygon = |points: &Vec<Point>| {
            let next = points.iter().cycle().skip(1);
            let sum: f64 = points
                .iter()
                .zip(next)
                .map(|(a, b)| a.0 * b.1 - a.1 * b.0)
                .sum();
            sum.abs() / 2.0
        };
        let areas: Vec<f64> = figure.outline().iter().map(polygon).collect();
        areas[0] - areas[1..].iter().sum::<f64>()
    }

    #[test]
    fn areas_are_those_of_the_shapes() {
        let crescent = {
            // Unit disc less its lens with the biting circle.
            let (r, d) = (0.8_f64, 0.55_f64);
            let outer = ((1.0 - r * r + d * d) / (2.0 * d)).acos();
            let inner = ((d * d + r * r - 1.0) / (2.0 * d * r)).acos();
            PI - (outer - outer.sin() * outer.cos()) - r * r * (inner - inner.sin() * inner.cos())
        };
        for (figure, expected) in [
            (Figure::Disc, PI * 0.81),
            (Figure::Ring, PI * (1.0 - 0.55 * 0.55)),
            (Figure::Square, 2.0),
            (Figure::Triangle, 27_f64.sqrt() / 4.0),
            (Figure::Star, 5.0 * 0.4 * (PI / 5.0).sin()),
            (Figure::Cross, 2.0 * 1.9 * 0.56 - 0.56 * 0.56),
            (Figure::HalfDisc, PI * 0.81 / 2.0),
            (Figure::Crescent, crescent),
            (Figure::Bar, 1.94 * 0.44),
            (Figure::Corner, 1.4 * 1.4 - 0.95 * 0.95),
        ] {
            let area = area(figure);
            assert!(
                (area / expected - 1.0).abs() < 0.01,
                "{figure:?}: {area}, not {expected}"
            );
        }
    }
}
