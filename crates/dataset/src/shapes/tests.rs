use layerwise_experiment::rng::{Stream, rng};
use nalgebra::DMatrix;

use super::*;

const SIDE: usize = 32;
const VALUES: usize = 3 * SIDE * SIDE;

struct Images {
    inputs: Vec<f32>,
    labels: Vec<u32>,
}

impl Images {
    fn len(&self) -> usize {
        self.labels.len()
    }
}

fn images(count: usize, noise: f64, seed: u64) -> Images {
    let drawn = samples(
        count,
        SIDE,
        10,
        Normal::new(0.0, noise).unwrap(),
        &mut rng(seed, Stream::Data, 0),
        &mut |_| true,
    )
    .unwrap();
    let Store::Bytes(pixels) = drawn.store else {
        panic!("no pixels");
    };
    Images {
        inputs: pixels.iter().map(|&it| f32::from(it) / 255.0).collect(),
        labels: drawn.labels,
    }
}

fn matrix(images: &Images) -> DMatrix<f64> {
    DMatrix::from_row_iterator(
        images.len(),
        VALUES,
        images.inputs.iter().map(|&value| f64::from(value) - 0.5),
    )
}

/// Share of rows whose largest score is at their label.
fn accuracy(scores: &DMatrix<f64>, labels: &[u32]) -> f64 {
    let right = scores
        .row_iter()
        .zip(labels)
        .filter(|(row, label)| row.transpose().argmax().0 == **label as usize)
        .count();
    right as f64 / labels.len() as f64
}

#[test]
fn a_linear_model_fails() {
    let (train, test) = (images(1500, 0.05, 0), images(500, 0.05, 1));
    let (inputs, test_inputs) = (matrix(&train), matrix(&test));
    let targets = DMatrix::from_fn(train.len(), 10, |row, class| {
        f64::from(u8::from(train.labels[row] as usize == class))
    });
    // Ridge regression in its dual form: scores = X* Xᵀ (X Xᵀ + λ I)⁻¹ Y.
    let kernel = &inputs * inputs.transpose();
    let across = &test_inputs * inputs.transpose();
    for ridge in [1.0, 30.0, 1000.0] {
        let system = &kernel + DMatrix::identity(train.len(), train.len()) * ridge;
        let weights = system.cholesky().unwrap().solve(&targets);
        let accuracy = accuracy(&(&across * weights), &test.labels);
        assert!(accuracy < 0.25, "{accuracy} at ridge {ridge}");
    }
}

#[test]
fn colour_tells_nothing_of_the_class() {
    // Mean colour of each class over many images, against that of all.
    let images = images(4000, 0.0, 2);
    let mut means = [[0.0_f64; 3]; 10];
    for (image, &label) in images.inputs.chunks(VALUES).zip(&images.labels) {
        for (channel, values) in image.chunks(VALUES / 3).enumerate() {
            let mean = values.iter().sum::<f32>() / values.len() as f32;
            means[label as usize][channel] += f64::from(mean) / 400.0;
        }
    }
    for mean in means.iter().flatten() {
        assert!((mean - 0.5).abs() < 0.05, "{means:?}");
    }
}

#[test]
fn foreground_stands_out() {
    let mut rng = rng(3, Stream::Data, 0);
    for _ in 0..20_000 {
        let (_, stops) = background(SIDE as f32, &Colours::Random, &mut rng).unwrap();
        let shape = foreground(stops, &mut rng);
        let [first, last] = stops;
        for ground in [first, mix(first, last), last] {
            assert!(difference(shape, ground) > 0.25, "{shape:?} on {stops:?}");
        }
    }
}

/// Which points of a 32×32 grid over the unit circle a shape covers, turned by an angle.
fn covered(figure: Figure, angle: f64) -> Vec<bool> {
    let polygons = figure.outline();
    let (sin, cos) = angle.sin_cos();
    let inside = |x: f64, y: f64| {
        let crossings = polygons.iter().flat_map(|points| {
            let next = points.iter().cycle().skip(1);
            points.iter().zip(next).filter(|(a, b)| {
                (a.1 > y) != (b.1 > y) && x < a.0 + (y - a.1) / (b.1 - a.1) * (b.0 - a.0)
            })
        });
        crossings.count() % 2 == 1
    };
    (0..1024)
        .map(|point| {
            let x = f64::from(point % 32) / 16.0 - 1.0 + 1.0 / 32.0;
            let y = f64::from(point / 32) / 16.0 - 1.0 + 1.0 / 32.0;
            inside(x * cos + y * sin, y * cos - x * sin)
        })
        .collect()
}

#[test]
fn no_turn_makes_one_shape_another() {
    for (at, a) in Figure::ALL.into_iter().enumerate() {
        for turn in 0..72 {
            let turned = covered(a, f64::from(turn) * 5_f64.to_radians());
            for b in &Figure::ALL[..at] {
                let pairs: Vec<(bool, bool)> =
                    turned.iter().copied().zip(covered(*b, 0.0)).collect();
                let both = pairs.iter().filter(|(a, b)| *a && *b).count();
                let either = pairs.iter().filter(|(a, b)| *a || *b).count();
                let shared = both as f64 / either as f64;
                assert!(shared < 0.8, "{a:?} and {b:?} share {shared}");
            }
        }
    }
}

#[test]
fn noise_stays_within_the_range_of_pixels() {
    let still = images(40, 0.0, 0);
    assert_eq!(still.inputs.len(), 40 * VALUES);
    let ends = images(40, 3.0, 0);
    let share = |end: f32| {
        let at_end = ends.inputs.iter().filter(|&&value| value == end).count();
        at_end as f64 / ends.inputs.len() as f64
    };
    assert!(share(0.0) > 0.3 && share(1.0) > 0.3);
}
