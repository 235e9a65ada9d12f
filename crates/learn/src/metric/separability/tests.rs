use layerwise_experiment::rng::{Stream, rng};
use rand_distr::{Distribution, StandardNormal};

use super::*;
use crate::local::etf_weights;

/// Measures features, a row for each sample, as a network hands them on: in `f32`.
fn measure(features: &DMatrix<f64>, labels: &[u32], head: &DMatrix<f64>) -> Separability {
    let single = |matrix: &DMatrix<f64>| -> Vec<f32> {
        matrix
            .transpose()
            .iter()
            .map(|value| *value as f32)
            .collect()
    };
    let scores = features * head;
    let predictions: Vec<u32> = (scores.row_iter())
        .map(|row| row.transpose().argmax().0 as u32)
        .collect();
    separability(&Seen {
        features: &single(features),
        labels,
        classes: head.ncols(),
        predictions: Some(&predictions),
        weight: Some(&single(head)),
    })
}

fn normal(rows: usize, columns: usize, seed: u64) -> DMatrix<f64> {
    let mut rng = rng(seed, Stream::Data, 0);
    DMatrix::from_fn(rows, columns, |_, _| StandardNormal.sample(&mut rng))
}

fn in_turn(samples: usize, classes: usize) -> Vec<u32> {
    (0..samples)
        .map(|sample| (sample % classes) as u32)
        .collect()
}

/// The features as `f32` has them.
fn rounded(features: &DMatrix<f64>) -> DMatrix<f64> {
    features.map(|value| f64::from(value as f32))
}

/// tr(Σ_W Σ_B†)/C by its definition, with as many directions as `rank`.
fn nc1_by_definition(features: &DMatrix<f64>, labels: &[u32], classes: usize, rank: usize) -> f64 {
    let (samples, d) = features.shape();
    let mut means = DMatrix::<f64>::zeros(classes, d);
    for class in 0..classes {
        let of_class = (0..samples).filter(|row| labels[*row] as usize == class);
        let of_class: Vec<usize> = of_class.collect();
        means.set_row(class, &features.select_rows(&of_class).row_mean());
    }
    let global = means.row_mean();
    let centred = DMatrix::from_fn(classes, d, |row, column| {
        means[(row, column)] - global[column]
    });
    let mut within = DMatrix::<f64>::zeros(d, d);
    for (row, label) in labels.iter().enumerate() {
        let deviation = features.row(row) - means.row(*label as usize);
        within += deviation.transpose() * &deviation / samples as f64;
    }
    // The eigenvectors of Σ_B are the right singular vectors of the class means.
    let decomposed = centred.svd(false, true);
    let directions = decomposed.v_t.unwrap();
    let mut order: Vec<usize> = (0..decomposed.singular_values.len()).collect();
    order.sort_by(|a, b| decomposed.singular_values[*b].total_cmp(&decomposed.singular_values[*a]));
    let terms = order.into_iter().take(rank).map(|at| {
        let direction = directions.row(at);
        let spread = (direction * &within * direction.transpose())[0];
        spread / decomposed.singular_values[at].powi(2)
    });
    terms.sum()
}

fn near(found: f32, expected: f64, share: f64) {
    let found = f64::from(found);
    assert!(
        (found - expected).abs() < share * expected,
        "{found} against {expected}"
    );
}

#[test]
fn collapsed_features_on_a_simplex_are_ideal() {
    let (d, classes) = (16, 5);
    let mut rng = rng(3, Stream::Head, 0);
    let head = DMatrix::from_row_slice(d, classes, &etf_weights(d, classes, &mut rng));
    let labels = in_turn(50, classes);
    let features = DMatrix::from_fn(50, d, |row, column| {
        3.0 * head[(column, labels[row] as usize)] + 0.7
    });
    let found = measure(&features, &labels, &head);
    assert!(found.nc1.abs() < 1e-12, "{}", found.nc1);
    assert!(found.equinorm < 1e-5);
    assert!(found.equiangularity < 1e-5);
    assert!(found.self_duality.unwrap() < 1e-3);
    assert_eq!(found.class_mean_accuracy, 1.0);
    assert_eq!(found.class_mean_disagreement, Some(0.0));
    assert_eq!(found.class_mean_cosine.len(), classes * classes);
}

#[test]
fn nc1_matches_its_definition() {
    let (samples, d, classes) = (600, 7, 4);
    let labels = in_turn(samples, classes);
    let centres = normal(classes, d, 4);
    let noise = normal(samples, d, 5);
    let features = DMatrix::from_fn(samples, d, |row, column| {
        centres[(labels[row] as usize, column)] * 2.0 + noise[(row, column)] + 100.0
    });
    let found = measure(&features, &labels, &normal(d, classes, 6));
    let expected = nc1_by_definition(&rounded(&features), &labels, classes, classes - 1);
    near(found.nc1, expected, 1e-6);
}

#[test]
fn directions_along_which_classes_hardly_differ_count_as_others_do() {
    let (samples, d, classes) = (360, 64, 10);
    let labels = in_turn(samples, classes);
    let noise = normal(samples, d, 7);
    let frame = normal(d, classes, 8).qr().q();
    let centres = normal(classes, classes, 9);
    for smallest in [1e-1, 1e-3, 1e-5] {
        // Each direction is so much smaller than the one before, noise included, that the last has
        // `smallest` of the first: NC1 stays as it is for equal ones.
        let size = |axis: usize| f64::powf(smallest, axis as f64 / (classes - 1) as f64);
        let features = DMatrix::from_fn(samples, d, |row, column| {
            let along = |axis: usize| {
                let mean = centres[(labels[row] as usize, axis)];
                frame[(column, axis)] * size(axis) * (mean + noise[(row, axis)])
            };
            1.0 + (0..classes).map(along).sum::<f64>()
        });
        let found = measure(&features, &labels, &normal(d, classes, 10));
        let expected = nc1_by_definition(&rounded(&features), &labels, classes, classes - 1);
        near(found.nc1, expected, 1e-4);
        assert!(expected > 5.0, "{expected}");
    }
}

#[test]
fn rounding_is_no_direction() {
    // Features in a plane of three dimensions, up to the rounding of f32.
    let (samples, d, classes) = (360, 64, 10);
    let labels = in_turn(samples, classes);
    let centres = normal(classes, 3, 11);
    let noise = normal(samples, 3, 12);
    let plane = normal(3, d, 13);
    let inside = DMatrix::from_fn(samples, 3, |row, column| {
        centres[(labels[row] as usize, column)] + noise[(row, column)]
    });
    let features = inside * plane;
    let found = measure(&features, &labels, &normal(d, classes, 14));
    let expected = nc1_by_definition(&features, &labels, classes, 3);
    near(found.nc1, expected, 1e-3);
}

#[test]
fn fewer_features_than_classes_have_as_many_directions() {
    let (samples, d, classes) = (200, 3, 10);
    let labels = in_turn(samples, classes);
    let centres = normal(classes, d, 15);
    let noise = normal(samples, d, 16);
    let features = DMatrix::from_fn(samples, d, |row, column| {
        centres[(labels[row] as usize, column)] + noise[(row, column)]
    });
    let found = measure(&features, &labels, &normal(d, classes, 17));
    let expected = nc1_by_definition(&rounded(&features), &labels, classes, d);
    near(found.nc1, expected, 1e-6);
    let nearest = (0..samples).filter(|&row| {
        let mut best = (f64::INFINITY, 0);
        for class in 0..classes {
            let of_class = (0..samples).filter(|at| labels[*at] as usize == class);
            let of_class: Vec<usize> = of_class.collect();
            let mean = features.select_rows(&of_class).row_mean();
            let distance = (features.row(row) - mean).norm();
            if distance < best.0 {
                best = (distance, class);
            }
        }
        best.1 == labels[row] as usize
    });
    let share = nearest.count() as f32 / samples as f32;
    assert_eq!(found.class_mean_accuracy, share);
}

#[test]
fn many_samples_are_those_of_their_parts() {
    let (samples, d, classes) = (4 * AT_ONCE + 3, 5, 3);
    let labels = in_turn(samples, classes);
    let features = normal(samples, d, 18);
    let found = measure(&features, &labels, &normal(d, classes, 19));
    let expected = nc1_by_definition(&rounded(&features), &labels, classes, classes - 1);
    near(found.nc1, expected, 1e-5);
}

#[test]
fn what_cannot_be_known_is_not_a_number() {
    let (samples, d, classes) = (30, 4, 3);
    let head = normal(d, classes, 20);
    let constant = DMatrix::from_element(samples, d, 0.3);
    let found = measure(&constant, &in_turn(samples, classes), &head);
    assert!(found.nc1.is_nan() && found.equinorm.is_nan() && found.equiangularity.is_nan());
    assert_eq!(found.self_duality, None);
    assert_eq!(found.class_mean_accuracy, 1.0 / 3.0);

    let features = normal(samples, d, 21);
    let found = measure(&features, &in_turn(samples, 2), &head);
    assert!(found.nc1.is_nan() && found.class_mean_accuracy.is_nan());
    assert!(found.class_mean_cosine.iter().all(|cosine| cosine.is_nan()));

    let mut broken = features;
    broken[(3, 1)] = f64::INFINITY;
    let found = measure(&broken, &in_turn(samples, classes), &head);
    assert!(found.nc1.is_nan() && found.class_mean_accuracy.is_nan());
}
