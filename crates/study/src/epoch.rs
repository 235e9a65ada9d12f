//! What the steps of an epoch come to: means, and modules that are worse than guessing.

use serde::{Deserialize, Serialize};

use super::StepRecord;

/// Sums of one epoch, module by module and boundary by boundary.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EpochMeans {
    loss: Vec<Mean>,
    /// Of δin and δout.
    pub cosine: Vec<Mean>,
    /// ‖δin − δout‖/‖δout‖
    pub relative_distance: Vec<Mean>,
    /// ‖δin‖/‖δout‖
    pub norm_ratio: Vec<Mean>,
    /// R.
    pub reconciliation: Vec<Mean>,
}

/// A mean that passes over NaN.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Mean {
    sum: f64,
    count: usize,
}

impl Mean {
    /// The mean; NaN of nothing.
    pub fn value(self) -> f32 {
        if self.count == 0 {
            f32::NAN
        } else {
            (self.sum / self.count as f64) as f32
        }
    }
}

fn add(means: &mut Vec<Mean>, values: &[f32]) {
    if means.len() < values.len() {
        means.resize(values.len(), Mean::default());
    }
    for (mean, value) in means.iter_mut().zip(values) {
        if !value.is_nan() {
            mean.sum += f64::from(*value);
            mean.count += 1;
        }
    }
}

impl EpochMeans {
    /// Whether no step was added.
    pub fn is_empty(&self) -> bool {
        self.loss.is_empty()
    }

    /// Adds a step.
    pub fn add(&mut self, record: &StepRecord) {
        add(&mut self.loss, &record.loss);
        add(&mut self.cosine, &record.cosine);
        add(&mut self.relative_distance, &record.relative_distance);
        add(&mut self.norm_ratio, &record.norm_ratio);
        add(&mut self.reconciliation, &record.reconciliation);
    }

    /// Modules, counted from `first`, whose mean loss is no better than that of guessing, ln C. A
    /// module whose features died sits near ln C, so the last 2 % of what lies between it and the
    /// least that the loss of a module can be count too.
    pub fn worse_than_guessing(
        &self,
        classes: usize,
        first: usize,
        least: impl Fn(usize) -> f64,
    ) -> Vec<usize> {
        let guessing = (classes as f64).ln();
        (first..)
            .zip(&self.loss)
            .filter(|(number, mean)| {
                let least = least(*number);
                f64::from(mean.value()) > least + (guessing - least) * 0.98
            })
            .map(|(number, _)| number)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_is_a_mean_loss_of_ln_c() {
        let mut means = EpochMeans::default();
        for loss in [2.2, 2.4] {
            means.add(&StepRecord {
                loss: vec![0.1, 10f32.ln(), loss, f32::NAN],
                ..StepRecord::default()
            });
        }
        assert_eq!(means.worse_than_guessing(10, 1, |_| 0.0), [2, 3]);
        assert_eq!(means.worse_than_guessing(2, 1, |_| 0.0), [2, 3]);
        // The loss of the third cannot be below 2.28.
        let least = |number| if number == 3 { 2.28 } else { 0.0 };
        assert_eq!(means.worse_than_guessing(10, 1, least), [2]);
    }
}
