//! How far features are from a simplex equiangular tight frame (Papyan, Han & Donoho 2020).

use burn::tensor::{Int, Tensor, TensorData};
use nalgebra::{DMatrix, DVector};

use crate::run::Separability;

/// Most classes of which the cosines of all pairs are kept: those of more are neither drawn nor
/// read, and their number grows with the square.
pub const MOST_PAIRED_CLASSES: usize = 100;

/// Measures features `[samples, d]` of samples with one-hot `targets` and `labels`, and the head
/// above them: its weights `[d, classes]`, where it is one matrix, and its `predictions`
/// `[samples]`. Reads back about C×C numbers.
///
/// # Errors
/// Where the device cannot be read.
pub fn separability(
    features: Tensor<2>,
    targets: Tensor<2>,
    labels: Tensor<1, Int>,
    head: Option<(Option<Tensor<2>>, Tensor<1, Int>)>,
) -> Result<Separability, String> {
    let [samples, _] = features.dims();
    let [_, classes] = targets.dims();
    let counts = targets.clone().sum_dim(0).reshape([classes, 1]);
    let means =
        targets.clone().transpose().matmul(features.clone()) / counts.clone().clamp_min(1.0);
    let centered = means.clone() - means.clone().mean_dim(0);
    let deviations = features.clone() - targets.matmul(means.clone());
    let projected = deviations.matmul(centered.clone().transpose());
    let gram = centered.clone().matmul(centered.clone().transpose());

    // ‖h − μ‖² without ‖h‖², which is the same for every class.
    let distances = (means.clone() * means.clone()).sum_dim(1).transpose()
        - features.matmul(means.transpose()) * 2.0;
    let nearest = distances.argmin(1).reshape([samples]);
    let class_mean_accuracy = nearest.clone().equal(labels).float().mean();

    let fewest = counts.min();
    let mut parts = vec![
        gram.reshape([classes * classes]),
        class_mean_accuracy,
        fewest,
    ];
    if let Some((weight, predictions)) = head {
        parts.push(nearest.not_equal(predictions).float().mean());
        if let Some(weight) = weight {
            let product = (weight.clone().transpose() * centered).sum();
            let weight_norm = (weight.clone() * weight).sum().sqrt();
            parts.extend([product, weight_norm]);
        }
    }
    let values = read(Tensor::cat(parts, 0))?;
    let (Some(gram), Some(rest)) = (
        values.get(..classes * classes),
        values.get(classes * classes..),
    ) else {
        return Err("the device returned too few numbers".to_owned());
    };
    // The geometry is that of all class means: none where a class has no sample.
    let all_seen = rest.get(1).is_some_and(|fewest| *fewest > 0.0);
    let gram = match all_seen {
        true => DMatrix::from_row_slice(classes, classes, gram),
        false => DMatrix::from_element(classes, classes, f64::NAN),
    };
    let mut measured = geometry(&gram);
    measured.nc1 = nc1(&gram, projected)?;
    if !all_seen {
        measured.class_mean_accuracy = f32::NAN;
        return Ok(measured);
    }
    if let Some(accuracy) = rest.first() {
        measured.class_mean_accuracy = *accuracy as f32;
    }
    measured.class_mean_disagreement = rest.get(2).map(|share| *share as f32);
    if let [_, _, _, product, weight_norm] = rest {
        let mean_norm = gram.trace().max(0.0).sqrt();
        let cosine = product / (weight_norm * mean_norm).max(f64::MIN_POSITIVE);
        measured.self_duality = Some((2.0 - 2.0 * cosine).max(0.0).sqrt() as f32);
    }
    Ok(measured)
}

/// Reads numbers back from the device.
fn read<const D: usize>(numbers: Tensor<D>) -> Result<Vec<f64>, String> {
    numbers
        .try_into_vec_as()
        .map_err(|error| format!("the device could not be read: {error}"))
}

/// tr(Σ_W Σ_B†)/C from the Gram matrix G = M·Mᵀ of the centred class means M and from
/// `projected` = D·Mᵀ, `[samples, classes]`, of the deviations D from class means.
///
/// With Σ_B = MᵀM/C and the eigenvectors u_i of G it is Σ_i mean((D·Mᵀ·u_i)²)/λ_i². Squares are
/// taken after the projection on u_i, which keeps f32 from losing the small directions.
fn nc1(gram: &DMatrix<f64>, projected: Tensor<2>) -> Result<f32, String> {
    if gram.iter().any(|value| !value.is_finite()) {
        return Ok(f32::NAN);
    }
    let classes = gram.nrows();
    let eigen = gram.clone().symmetric_eigen();
    let rows: Vec<f64> = eigen.eigenvectors.transpose().iter().copied().collect();
    let basis = Tensor::<2>::from_data(
        TensorData::new(rows, [classes, classes]),
        &projected.device(),
    );
    let along = projected.matmul(basis);
    let spread = read((along.clone() * along).mean_dim(0))?;
    // Centring takes one direction away; f32 rounding leaves about 1e-7 of the largest there.
    let smallest = eigen.eigenvalues.max() * 1e-5;
    let sum: f64 = eigen
        .eigenvalues
        .iter()
        .zip(&spread)
        .filter(|(value, _)| **value > smallest)
        .map(|(value, spread)| spread / (value * value))
        .sum();
    Ok(sum as f32)
}

/// The measures that follow from the Gram matrix of the centred class means alone.
fn geometry(gram: &DMatrix<f64>) -> Separability {
    let classes = gram.nrows();
    if gram.iter().any(|value| !value.is_finite()) {
        return Separability {
            equinorm: f32::NAN,
            equiangularity: f32::NAN,
            class_mean_cosine: paired(vec![f32::NAN; classes * classes], classes),
            ..Separability::default()
        };
    }
    let norms: Vec<f64> = gram.diagonal().iter().map(|v| v.max(0.0).sqrt()).collect();
    let mean = norms.iter().sum::<f64>() / classes as f64;
    let variance = norms.iter().map(|n| (n - mean).powi(2)).sum::<f64>() / classes as f64;
    let lengths = DVector::from_vec(norms);
    let cosine = gram.zip_map(&(&lengths * lengths.transpose()), |product, length| {
        product / length.max(f64::MIN_POSITIVE)
    });
    let ideal = -1.0 / (classes as f64 - 1.0);
    let off_ideal = cosine.map(|cosine| (cosine - ideal).abs());
    let angle = off_ideal.sum() - off_ideal.trace();
    Separability {
        equinorm: (variance.sqrt() / mean.max(f64::MIN_POSITIVE)) as f32,
        equiangularity: (angle / (classes * (classes - 1)) as f64) as f32,
        class_mean_cosine: paired(
            cosine.transpose().iter().map(|v| *v as f32).collect(),
            classes,
        ),
        ..Separability::default()
    }
}

/// The cosines of all pairs, or none of too many classes.
fn paired(cosines: Vec<f32>, classes: usize) -> Vec<f32> {
    if classes > MOST_PAIRED_CLASSES {
        return Vec::new();
    }
    cosines
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use rand_distr::{Distribution, StandardNormal};

    use super::*;
    use crate::{
        local::etf_weights,
        rng::{Stream, rng},
    };

    fn measure(
        features: &DMatrix<f64>,
        labels: &[usize],
        classes: usize,
        head: &DMatrix<f64>,
    ) -> Separability {
        let device = Device::flex();
        let tensor = |matrix: &DMatrix<f64>| {
            let values: Vec<f64> = matrix.transpose().iter().copied().collect();
            Tensor::<2>::from_data(
                TensorData::new(values, [matrix.nrows(), matrix.ncols()]),
                &device,
            )
        };
        let targets = DMatrix::from_fn(labels.len(), classes, |row, column| {
            f64::from(u8::from(labels[row] == column))
        });
        let ints: Vec<i32> = labels.iter().map(|label| *label as i32).collect();
        let labels = Tensor::<1, Int>::from_data(TensorData::new(ints, [labels.len()]), &device);
        let predictions = tensor(&(features * head))
            .argmax(1)
            .reshape([features.nrows()]);
        separability(
            tensor(features),
            tensor(&targets),
            labels,
            Some((Some(tensor(head)), predictions)),
        )
        .unwrap()
    }

    #[test]
    fn collapsed_features_on_a_simplex_are_ideal() {
        let (d, classes) = (16, 5);
        let mut rng = rng(3, Stream::Head, 0);
        let head = DMatrix::from_row_slice(d, classes, &etf_weights(d, classes, &mut rng));
        let labels: Vec<usize> = (0..50).map(|sample| sample % classes).collect();
        let features =
            DMatrix::from_fn(50, d, |row, column| 3.0 * head[(column, labels[row])] + 0.7);
        let found = measure(&features, &labels, classes, &head);
        assert!(found.nc1.abs() < 1e-6, "{}", found.nc1);
        assert!(found.equinorm < 1e-5);
        assert!(found.equiangularity < 1e-5);
        assert!(found.self_duality.unwrap() < 1e-3);
        assert_eq!(found.class_mean_accuracy, 1.0);
        assert_eq!(found.class_mean_cosine.len(), classes * classes);
    }

    #[test]
    fn nc1_matches_its_definition() {
        let (samples, d, classes) = (60, 7, 4);
        let mut rng = rng(4, Stream::Data, 0);
        let labels: Vec<usize> = (0..samples).map(|sample| sample % classes).collect();
        let centers = DMatrix::<f64>::from_fn(classes, d, |_, _| StandardNormal.sample(&mut rng));
        let features = DMatrix::from_fn(samples, d, |row, column| {
            let noise: f64 = StandardNormal.sample(&mut rng);
            centers[(labels[row], column)] * 2.0 + noise
        });
        let head = DMatrix::from_fn(d, classes, |_, _| StandardNormal.sample(&mut rng));
        let found = measure(&features, &labels, classes, &head);

        let mut means = DMatrix::<f64>::zeros(classes, d);
        for (row, label) in labels.iter().enumerate() {
            let updated = means.row(*label) + features.row(row) * (classes as f64 / samples as f64);
            means.set_row(*label, &updated);
        }
        let global = means.row_mean();
        let mut between = DMatrix::<f64>::zeros(d, d);
        for class in 0..classes {
            let centered = means.row(class) - &global;
            between += centered.transpose() * &centered / classes as f64;
        }
        let mut within = DMatrix::<f64>::zeros(d, d);
        for (row, label) in labels.iter().enumerate() {
            let deviation = features.row(row) - means.row(*label);
            within += deviation.transpose() * &deviation / samples as f64;
        }
        let expected = (within * between.pseudo_inverse(1e-9).unwrap()).trace() / classes as f64;
        assert!(
            (f64::from(found.nc1) - expected).abs() < 1e-4 * expected,
            "{} against {expected}",
            found.nc1
        );
    }

    #[test]
    fn nearly_collapsed_class_means_still_give_a_spread_above_zero() {
        let (samples, d, classes) = (360, 64, 10);
        let mut rng = rng(5, Stream::Data, 0);
        let labels: Vec<usize> = (0..samples).map(|sample| sample % classes).collect();
        let axis = DMatrix::<f64>::from_fn(1, d, |_, _| StandardNormal.sample(&mut rng));
        let features = DMatrix::from_fn(samples, d, |row, column| {
            let noise: f64 = StandardNormal.sample(&mut rng);
            axis[(0, column)] * (5.0 + labels[row] as f64) + noise * 0.05
        });
        let head = DMatrix::from_fn(d, classes, |_, _| StandardNormal.sample(&mut rng));
        let found = measure(&features, &labels, classes, &head);
        assert!(found.nc1 > 0.0 && found.nc1.is_finite(), "{}", found.nc1);
    }
}
