//! Samples on the device.

use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::{dataset::Samples, experiment::Shape};

/// Samples that stay on the device; batches are gathered there.
#[derive(Clone, Debug)]
pub struct Resident {
    /// `[samples, channels, height, width]`
    inputs: Tensor<4>,
    /// `[samples]`
    labels: Tensor<1, Int>,
    classes: usize,
    count: usize,
}

/// Some samples, ready to train on.
#[derive(Clone, Debug)]
pub struct Batch {
    /// `[batch, channels, height, width]`
    pub inputs: Tensor<4>,
    /// `[batch]`
    pub labels: Tensor<1, Int>,
    /// One-hot labels, `[batch, classes]`.
    pub targets: Tensor<2>,
}

impl Batch {
    /// The same samples without autodiff.
    pub fn resting(&self) -> Self {
        Self {
            inputs: self.inputs.clone().inner(),
            labels: self.labels.clone().inner(),
            targets: self.targets.clone().inner(),
        }
    }
}

impl Resident {
    /// Uploads samples once.
    pub fn new(samples: &Samples, shape: Shape, classes: usize, device: &Device) -> Self {
        let count = samples.len();
        let [channels, height, width] = shape.sizes();
        let inputs = TensorData::new(samples.inputs.clone(), [count, channels, height, width]);
        let labels: Vec<i32> = samples.labels.iter().map(|&label| label as i32).collect();
        Self {
            inputs: Tensor::from_data(inputs, device),
            labels: Tensor::from_data(TensorData::new(labels, [count]), device),
            classes,
            count,
        }
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
        let indices: Vec<i32> = indices.iter().map(|&index| index as i32).collect();
        let count = indices.len();
        let indices: Tensor<1, Int> =
            Tensor::from_data(TensorData::new(indices, [count]), &self.inputs.device());
        self.batch(
            self.inputs.clone().select(0, indices.clone()),
            self.labels.clone().select(0, indices),
        )
    }

    /// The samples from `start`, at most `count` of them.
    pub fn range(&self, start: usize, count: usize) -> Batch {
        let count = count.min(self.count.saturating_sub(start));
        self.batch(
            self.inputs.clone().narrow(0, start, count),
            self.labels.clone().narrow(0, start, count),
        )
    }

    fn batch(&self, inputs: Tensor<4>, labels: Tensor<1, Int>) -> Batch {
        let [count] = labels.dims();
        let classes = self.classes;
        let all = Tensor::<1, Int>::arange(0..classes as i64, &inputs.device())
            .reshape([1, classes])
            .expand([count, classes]);
        let targets = labels
            .clone()
            .reshape([count, 1])
            .expand([count, classes])
            .equal(all)
            .float();
        Batch {
            inputs,
            labels,
            targets,
        }
    }
}
