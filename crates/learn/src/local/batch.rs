//! Samples on the device.

use burn::tensor::{Device, Int, Tensor, TensorData};
use layerwise_dataset::{Error, HostBatch, Images, Mixing, Progress, Samples};
use layerwise_experiment::Shape;

/// Samples that stay on the device; batches are gathered there.
#[derive(Clone, Debug)]
pub struct Resident {
    /// `[samples, channels, height, width]`
    inputs: Tensor<4>,
    /// `[samples]`
    labels: Tensor<1, Int>,
    classes: usize,
    count: usize,
    shown: Images,
}

/// Some samples, ready to train on.
#[derive(Clone, Debug)]
pub struct Batch {
    /// `[batch, channels, height, width]`
    pub inputs: Tensor<4>,
    /// `[batch]`
    pub labels: Tensor<1, Int>,
    /// One-hot labels, `[batch, classes]`; shares of two classes where samples are mixed.
    pub targets: Tensor<2>,
    /// What its inputs show.
    pub shown: Images,
}

/// The images that inputs `[batch, channels, height, width]` show, with values from 0 to 1.
pub fn images(shown: &Images, inputs: Tensor<4>) -> Tensor<4> {
    let Some(channels) = &shown.channels else {
        return inputs;
    };
    let of_channels = |part: usize| {
        let values = channels
            .iter()
            .filter_map(|channel| channel.get(part).copied());
        let values: Vec<f64> = values.collect();
        let shape = [1, values.len(), 1, 1];
        Tensor::<4>::from_data(TensorData::new(values, shape), &inputs.device())
    };
    let [factor, shift] = [0, 1].map(of_channels);
    // Rounding leaves the range by a little, and test samples may leave it by more.
    (inputs * factor + shift).clamp(0.0, 1.0)
}

impl Batch {
    /// Samples with their labels `[batch]`, of so many classes.
    pub fn new(inputs: Tensor<4>, labels: Tensor<1, Int>, classes: usize, shown: &Images) -> Self {
        let targets = one_hot(&labels, classes);
        Self {
            inputs,
            labels,
            targets,
            shown: shown.clone(),
        }
    }

    /// The images of its inputs, with values from 0 to 1, whatever they were shifted and scaled by.
    pub fn images(&self) -> Tensor<4> {
        images(&self.shown, self.inputs.clone())
    }

    /// Uploads samples from the host.
    pub fn upload(
        host: HostBatch,
        shape: Shape,
        classes: usize,
        shown: &Images,
        device: &Device,
    ) -> Self {
        let [channels, height, width] = shape.sizes();
        let pieces = host.pieces.into_iter().map(|piece| {
            let count = piece.len() / shape.len().max(1);
            let data = TensorData::new(piece, [count, channels, height, width]);
            Tensor::from_data(data, device)
        });
        let mut pieces: Vec<Tensor<4>> = pieces.collect();
        let inputs = match pieces.pop() {
            Some(only) if pieces.is_empty() => only,
            Some(last) => {
                pieces.push(last);
                Tensor::cat(pieces, 0)
            }
            None => Tensor::zeros([0, channels, height, width], device),
        };
        let batch = Self::new(inputs, int_tensor(&host.labels, device), classes, shown);
        match &host.mixing {
            Some(mixing) => batch.with_mixed_targets(mixing),
            None => batch,
        }
    }

    /// Targets as the inputs were mixed.
    fn with_mixed_targets(self, mixing: &Mixing) -> Self {
        let partners: Vec<i32> = mixing.partner.iter().map(|&at| at as i32).collect();
        let partners = TensorData::new(partners, [mixing.partner.len()]);
        let partners: Tensor<1, Int> = Tensor::from_data(partners, &self.targets.device());
        let share = f64::from(mixing.share());
        let others = self.targets.clone().select(0, partners);
        Self {
            targets: self.targets * share + others * (1.0 - share),
            ..self
        }
    }

    /// The same samples without autodiff.
    pub fn resting(&self) -> Self {
        Self {
            inputs: self.inputs.clone().inner(),
            labels: self.labels.clone().inner(),
            targets: self.targets.clone().inner(),
            shown: self.shown.clone(),
        }
    }
}

/// Whole numbers on the device: `[count]`.
pub fn int_tensor(labels: &[u32], device: &Device) -> Tensor<1, Int> {
    let labels: Vec<i32> = labels.iter().map(|&label| label as i32).collect();
    let count = labels.len();
    Tensor::from_data(TensorData::new(labels, [count]), device)
}

/// One-hot labels, `[samples, classes]`.
pub fn one_hot(labels: &Tensor<1, Int>, classes: usize) -> Tensor<2> {
    let [count] = labels.dims();
    let all = Tensor::<1, Int>::arange(0..classes as i64, &labels.device())
        .reshape([1, classes])
        .expand([count, classes]);
    labels
        .clone()
        .reshape([count, 1])
        .expand([count, classes])
        .equal(all)
        .float()
}

impl Resident {
    /// Uploads samples once.
    ///
    /// # Errors
    /// Where the file of a sample cannot be read, or `progress` does not want to go on.
    pub fn new(
        samples: &Samples,
        classes: usize,
        device: &Device,
        progress: Progress<'_>,
    ) -> Result<Self, Error> {
        let count = samples.len();
        let [channels, height, width] = samples.shape().sizes();
        let inputs = TensorData::new(samples.values(progress)?, [count, channels, height, width]);
        Ok(Self {
            inputs: Tensor::from_data(inputs, device),
            labels: int_tensor(&samples.labels, device),
            classes,
            count,
            shown: Images::of(samples),
        })
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is no sample.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The samples at these indices.
    pub fn gather(&self, indices: &[u32]) -> Batch {
        let indices = int_tensor(indices, &self.inputs.device());
        Batch::new(
            self.inputs.clone().select(0, indices.clone()),
            self.labels.clone().select(0, indices),
            self.classes,
            &self.shown,
        )
    }

    /// The samples from `start`, at most `count` of them.
    pub fn range(&self, start: usize, count: usize) -> Batch {
        let count = count.min(self.count.saturating_sub(start));
        Batch::new(
            self.inputs.clone().narrow(0, start, count),
            self.labels.clone().narrow(0, start, count),
            self.classes,
            &self.shown,
        )
    }
}

#[cfg(test)]
mod tests {
    use layerwise_dataset::MixKind;

    use super::*;

    #[test]
    fn mixed_targets_hold_the_shares_of_both_classes() {
        let host = HostBatch {
            pieces: vec![vec![0.0; 3]],
            labels: vec![0, 2, 1],
            mixing: Some(Mixing {
                partner: vec![1, 0, 2],
                kind: MixKind::Blend { share: 0.75 },
            }),
        };
        let shown = Images::default();
        let batch = Batch::upload(host, Shape::Flat(1), 3, &shown, &Device::flex());
        let targets: Vec<f32> = batch.targets.into_data().iter::<f32>().collect();
        // The last sample is its own partner.
        assert_eq!(targets, [0.75, 0.0, 0.25, 0.25, 0.0, 0.75, 0.0, 1.0, 0.0]);
        let labels: Vec<i32> = batch.labels.into_data().iter::<i32>().collect();
        assert_eq!(labels, [0, 2, 1]);
    }

    #[test]
    fn pieces_are_one_batch() {
        let host = HostBatch {
            pieces: vec![vec![1.0, 2.0, 3.0, 4.0], vec![5.0, 6.0]],
            labels: vec![0, 1, 0],
            mixing: None,
        };
        let shown = Images::default();
        let batch = Batch::upload(host, Shape::Flat(2), 2, &shown, &Device::flex());
        assert_eq!(batch.inputs.dims(), [3, 2, 1, 1]);
        let values: Vec<f32> = batch.inputs.into_data().iter::<f32>().collect();
        assert_eq!(values, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    }
}
