//! Samples in their own order, for evaluations.

use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::{
    dataset::{Progress, Samples},
    local::{Resident, int_tensor, one_hot},
};

/// Test samples: on the device where they are few, else read whenever they are looked at.
pub(super) struct Supply {
    samples: Samples,
    resident: Option<Resident>,
    labels: Labels,
    device: Device,
}

/// Classes of all samples on the device.
pub(super) struct Labels {
    /// `[samples]`
    pub classes: Tensor<1, Int>,
    /// One-hot, `[samples, classes]`.
    pub targets: Tensor<2>,
}

impl Supply {
    /// Samples of so many classes on `device`.
    ///
    /// # Errors
    /// Where a sample cannot be read, or `progress` does not want to go on.
    pub fn new(
        samples: &Samples,
        classes: usize,
        device: &Device,
        progress: Progress<'_>,
    ) -> Result<Self, String> {
        let of_samples = int_tensor(&samples.labels, device);
        let resident = match samples.are_few() {
            true => Some(Resident::new(samples, classes, device, progress)?),
            false => None,
        };
        Ok(Self {
            samples: samples.clone(),
            resident,
            labels: Labels {
                targets: one_hot(&of_samples, classes),
                classes: of_samples,
            },
            device: device.clone(),
        })
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// The inputs from `start`, at most `count` of them: `[count, channels, height, width]`.
    ///
    /// # Errors
    /// Where a sample cannot be read.
    pub fn inputs(&self, start: usize, count: usize) -> Result<Tensor<4>, String> {
        if let Some(resident) = &self.resident {
            return Ok(resident.range(start, count).inputs);
        }
        let count = count.min(self.len().saturating_sub(start));
        let [channels, height, width] = self.samples.shape().sizes();
        let values = self.samples.values_of(start, count)?;
        let data = TensorData::new(values, [count, channels, height, width]);
        Ok(Tensor::from_data(data, &self.device))
    }
}
