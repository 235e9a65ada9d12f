//! The part of the plane in which samples of two values lie.

use layerwise_experiment::Shape;

use super::samples::Samples;

/// Space around the samples, as a part of their range.
const MARGIN: f64 = 0.15;
/// Axes whose ranges differ by no more than this factor have one scale, so that a circle is round.
const ALIKE: f64 = 3.0;

/// A rectangle that holds samples of two values, in the units that these have in their source.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plane {
    /// What the two values are called, where that is known.
    pub names: Option<[String; 2]>,
    /// The corner with the lowest values.
    pub low: [f32; 2],
    /// The corner with the highest values.
    pub high: [f32; 2],
}

impl Plane {
    /// The rectangle around these samples, whose features may have names; none where they are not
    /// vectors of two values.
    pub fn of(samples: &Samples, names: &[String]) -> Option<Self> {
        if samples.shape() != Shape::Flat(2) {
            return None;
        }
        let mut low = [f64::INFINITY; 2];
        let mut high = [f64::NEG_INFINITY; 2];
        for at in 0..samples.len() {
            let mut point = [0.0; 2];
            if samples.read_plain(at, &mut point).is_err() {
                continue;
            }
            for ((low, high), value) in low.iter_mut().zip(&mut high).zip(point.map(f64::from)) {
                *low = low.min(value);
                *high = high.max(value);
            }
        }
        // Lengths are compared as the network sees them.
        let scales: [f64; 2] = std::array::from_fn(|axis| {
            let deviations = samples.normalization().map(|it| &it.deviation);
            let deviation = deviations.and_then(|all| all.get(axis)).copied();
            deviation.filter(|it| *it > 0.0).unwrap_or(1.0)
        });
        let axis = |axis: usize| Some((*low.get(axis)?, *high.get(axis)?, *scales.get(axis)?));
        let (x, y) = (axis(0)?, axis(1)?);
        let half = |(low, high, scale): (f64, f64, f64)| {
            let half = (high - low) / 2.0 / scale;
            if half.is_finite() { half } else { 0.0 }
        };
        let longest = half(x).max(half(y));
        let longest = if longest > 0.0 { longest } else { 1.0 };
        let ends = |(low, high, scale): (f64, f64, f64)| {
            let half = half((low, high, scale));
            let is_other = half > 0.0 && half * ALIKE < longest;
            let half = if is_other { half } else { longest };
            let reach = half * scale * (1.0 + 2.0 * MARGIN);
            let middle = (low + high) / 2.0;
            let middle = if middle.is_finite() { middle } else { 0.0 };
            ((middle - reach) as f32, (middle + reach) as f32)
        };
        let ((left, right), (bottom, top)) = (ends(x), ends(y));
        let names = match names {
            [x, y] => Some([x.clone(), y.clone()]),
            _ => None,
        };
        Some(Self {
            names,
            low: [left, bottom],
            high: [right, top],
        })
    }

    /// Where a point lies in the unit square, whose second axis points down.
    pub fn unit(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let [left, bottom] = self.low;
        let [right, top] = self.high;
        let part =
            |value: f32, low: f32, high: f32| (value - low) / (high - low).max(f32::MIN_POSITIVE);
        [part(x, left, right), 1.0 - part(y, bottom, top)]
    }

    /// The middles of `side`×`side` cells, row by row from the top, two values each.
    pub fn grid(&self, side: usize) -> Vec<f32> {
        let [left, bottom] = self.low;
        let [right, top] = self.high;
        let at = |from: f32, to: f32, index: usize| {
            from + (to - from) * (index as f32 + 0.5) / side as f32
        };
        let point = |row, column| [at(left, right, column), at(top, bottom, row)];
        (0..side)
            .flat_map(|row| (0..side).flat_map(move |column| point(row, column)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Normalization, Part, Store};

    fn samples(values: &[[f32; 2]]) -> Samples {
        let store = Store::Values(values.concat());
        let labels = vec![0; values.len()];
        Samples::all(Part { store, labels }, Shape::Flat(2))
    }

    #[test]
    fn ranges_that_are_alike_have_one_scale() {
        let plane = Plane::of(&samples(&[[0.0, 1.0], [10.0, 5.0]]), &[]).unwrap();
        assert_eq!((plane.low, plane.high), ([-1.5, -3.5], [11.5, 9.5]));
        assert_eq!(plane.unit([-1.5, 9.5]), [0.0, 0.0]);
        assert_eq!(plane.unit([5.0, 3.0]), [0.5, 0.5]);
        assert_eq!(plane.names, None);
    }

    #[test]
    fn ranges_that_differ_much_fill_the_square_each() {
        let far = samples(&[[0.0, 1000.0], [1.0, 3000.0]]);
        let names = ["age".to_owned(), "income".to_owned()];
        let plane = Plane::of(&far, &names).unwrap();
        assert_eq!((plane.low, plane.high), ([-0.15, 700.0], [1.15, 3300.0]));
        assert_eq!(plane.names, Some(names));
        // To the network, which sees them normalised, they are alike.
        let normalized = far.normalized(Some(Normalization {
            mean: vec![0.5, 2000.0],
            deviation: vec![1.0, 1000.0],
        }));
        let plane = Plane::of(&normalized, &[]).unwrap();
        assert_eq!((plane.low, plane.high), ([-0.8, 700.0], [1.8, 3300.0]));
    }

    #[test]
    fn a_value_that_never_changes_has_room() {
        let plane = Plane::of(&samples(&[[2.0, 3.0]; 4]), &[]).unwrap();
        let middle = plane.unit([2.0, 3.0]);
        assert!(middle.iter().all(|part| (part - 0.5).abs() < 1e-6));
        assert!(plane.low[0] < 2.0 && plane.high[1] > 3.0);
    }

    #[test]
    fn the_grid_runs_from_the_top_left() {
        let plane = Plane {
            names: None,
            low: [0.0, 10.0],
            high: [2.0, 30.0],
        };
        let grid = plane.grid(2);
        assert_eq!(grid, [0.5, 25.0, 1.5, 25.0, 0.5, 15.0, 1.5, 15.0]);
    }
}
