//! How far features are from a simplex equiangular tight frame (Papyan, Han & Donoho 2020).

use layerwise_study::{MOST_PAIRED_CLASSES, Separability};
use nalgebra::{DMatrix, DVector, SymmetricEigen};
use rayon::prelude::*;

/// Samples that one thread looks at in one go.
const AT_ONCE: usize = 256;

/// The singular values of a matrix come from the eigenvalues of its Gram matrix, their squares: below
/// this share of the largest they are lost in the rounding of `f64`.
const PRECISION: f64 = 1e-7;

/// Iterations after which a decomposition is given up that has not come to an end.
const ITERATIONS: usize = 10_000;

/// What a module makes of some samples, on the host.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// What its head sees, `[samples, d]` row by row.
    pub features: &'a [f32],
    /// Class of each sample.
    pub labels: &'a [u32],
    /// Number of classes.
    pub classes: usize,
    /// The class that the head gives to each sample, where it scores classes.
    pub predictions: Option<&'a [u32]>,
    /// The head's weights, `[d, classes]` row by row, where it is one matrix of class scores.
    pub weight: Option<&'a [f32]>,
}

/// Class means, centred, with the directions in which they differ. All in `f64`: what a module has
/// not pulled apart yet is lost in the rounding of `f32` beside what it has.
struct Means {
    /// Mean of the class means, of length d.
    centre: DVector<f64>,
    /// M, `[d, classes]`: each class mean less their mean.
    centred: DMatrix<f64>,
    /// MᵀM, `[classes, classes]`.
    gram: DMatrix<f64>,
    /// Vᵀ, `[directions, d]`: orthonormal rows.
    directions: DMatrix<f64>,
    /// The singular value σ of M along each direction.
    spread: DVector<f64>,
}

/// Measures what a module makes of samples; NaN where a class has no sample, a feature is not
/// finite, or the class means do not differ.
pub fn separability(seen: &Seen<'_>) -> Separability {
    let mut measured = unknown(seen.classes);
    let Some(means) = Means::of(seen) else {
        return measured;
    };
    let (within, nearest) = means.look_at(seen);
    let share = |hits: usize| hits as f32 / seen.labels.len() as f32;
    let hits = |of: &[u32]| nearest.iter().zip(of).filter(|(a, b)| a == b).count();
    if !means.spread.is_empty() {
        measured = geometry(&means.gram);
        // tr(Σ_W Σ_B†)/C with Σ_B = M·Mᵀ/C.
        let terms = within.iter().zip(&means.spread);
        measured.nc1 = terms
            .map(|(within, sigma)| within / (sigma * sigma))
            .sum::<f64>() as f32;
        measured.self_duality = (seen.weight).map(|weight| self_duality(weight, &means.centred));
    }
    measured.class_mean_accuracy = share(hits(seen.labels));
    measured.class_mean_disagreement =
        (seen.predictions).map(|of| share(seen.labels.len() - hits(of)));
    measured
}

impl Means {
    /// None where a class has no sample or a feature is not finite.
    fn of(seen: &Seen<'_>) -> Option<Self> {
        let width = seen.width()?;
        let mut counts = vec![0.0; seen.classes];
        let mut means = DMatrix::<f64>::zeros(width, seen.classes);
        let mut squares = 0.0;
        for (sample, &label) in seen.features.chunks_exact(width).zip(seen.labels) {
            *counts.get_mut(label as usize)? += 1.0;
            for (sum, &value) in means.column_mut(label as usize).iter_mut().zip(sample) {
                let value = f64::from(value);
                *sum += value;
                squares += value * value;
            }
        }
        if !squares.is_finite() || counts.contains(&0.0) {
            return None;
        }
        for (mut mean, count) in means.column_iter_mut().zip(&counts) {
            mean /= *count;
        }
        let centre = means.column_mean();
        for mut mean in means.column_iter_mut() {
            mean -= &centre;
        }
        // Class means that differ by less than the rounding of their features do not differ.
        let root_mean_square = (squares / seen.features.len() as f64).sqrt();
        let rounding = f64::from(f32::EPSILON) * root_mean_square * (seen.classes as f64).sqrt();
        let gram = means.transpose() * &means;
        let decomposed = SymmetricEigen::try_new(gram.clone(), f64::EPSILON, ITERATIONS)?;
        let sigma = decomposed.eigenvalues.map(|value| value.max(0.0).sqrt());
        let least = rounding.max(PRECISION * sigma.max());
        let kept = (sigma.iter().enumerate()).filter(|(_, sigma)| **sigma > least);
        let kept: Vec<usize> = kept.map(|(at, _)| at).collect();
        let spread = sigma.select_rows(&kept);
        let mut directions = &means * decomposed.eigenvectors.select_columns(&kept);
        for (mut direction, sigma) in directions.column_iter_mut().zip(&spread) {
            direction /= *sigma;
        }
        Some(Self {
            centre,
            centred: means,
            gram,
            directions: directions.transpose(),
            spread,
        })
    }

    /// The mean square of the deviations from class means along each direction, and the nearest
    /// class mean of each sample.
    fn look_at(&self, seen: &Seen<'_>) -> (DVector<f64>, Vec<u32>) {
        let (width, samples) = (self.centre.len(), seen.labels.len());
        let of_classes = &self.directions * &self.centred;
        let lengths: Vec<f64> = of_classes
            .column_iter()
            .map(|mean| mean.norm_squared())
            .collect();
        let parts: Vec<(DVector<f64>, Vec<u32>)> = seen
            .features
            .par_chunks(AT_ONCE * width)
            .zip(seen.labels.par_chunks(AT_ONCE))
            .map(|(features, labels)| {
                let values = features.iter().map(|&value| f64::from(value));
                let mut samples = DMatrix::from_iterator(width, labels.len(), values);
                for mut sample in samples.column_iter_mut() {
                    sample -= &self.centre;
                }
                let along = &self.directions * samples;
                let products = of_classes.transpose() * &along;
                let nearest = products.column_iter().map(|products| {
                    // ‖h − μ‖² without ‖h‖², which is the same for every class.
                    let distances = lengths.iter().zip(&products);
                    let distances = distances.map(|(length, product)| length - 2.0 * product);
                    let least = distances
                        .enumerate()
                        .min_by(|(_, a), (_, b)| a.total_cmp(b));
                    least.map_or(0, |(class, _)| class as u32)
                });
                let nearest = nearest.collect();
                let mut squares = DVector::zeros(self.spread.len());
                for (sample, &label) in along.column_iter().zip(labels) {
                    let deviation = sample - of_classes.column(label as usize);
                    squares += deviation.component_mul(&deviation);
                }
                (squares, nearest)
            })
            .collect();
        let mut within = DVector::zeros(self.spread.len());
        let mut nearest = Vec::with_capacity(samples);
        // One after the other, so that the sum does not depend on the threads.
        for (squares, of_part) in parts {
            within += squares;
            nearest.extend(of_part);
        }
        (within / samples as f64, nearest)
    }
}

impl Seen<'_> {
    /// d; none where there is nothing to look at.
    fn width(&self) -> Option<usize> {
        let width = self.features.len().checked_div(self.labels.len())?;
        (width > 0).then_some(width)
    }
}

/// ‖W/‖W‖ − M/‖M‖‖_F of the weights W, `[d, classes]` row by row, and the centred class means M.
fn self_duality(weight: &[f32], means: &DMatrix<f64>) -> f32 {
    let (width, classes) = means.shape();
    let values = weight.iter().map(|&value| f64::from(value));
    let weight = DMatrix::from_row_iterator(width, classes, values);
    let lengths = (weight.norm() * means.norm()).max(f64::MIN_POSITIVE);
    let cosine = weight.dot(means) / lengths;
    (2.0 - 2.0 * cosine).max(0.0).sqrt() as f32
}

/// What is said of class means of which nothing is known.
fn unknown(classes: usize) -> Separability {
    Separability {
        nc1: f32::NAN,
        equinorm: f32::NAN,
        equiangularity: f32::NAN,
        self_duality: None,
        class_mean_disagreement: None,
        class_mean_accuracy: f32::NAN,
        class_mean_cosine: paired(vec![f32::NAN; classes * classes], classes),
    }
}

/// The measures that follow from the Gram matrix of the centred class means alone.
fn geometry(gram: &DMatrix<f64>) -> Separability {
    let classes = gram.nrows();
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
        ..unknown(classes)
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
mod tests;
