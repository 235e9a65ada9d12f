//! Samples in their own order, for evaluations.

use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::{
    dataset::Samples,
    local::{Resident, int_tensor, one_hot},
};

/// Test samples: on the device where they are few, else read whenever they are looked at.
pub(super) enum Supply {
    Resident(Resident, Labels),
    Host(Samples, Labels, Device),
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
    /// Where a sample cannot be read.
    pub fn new(samples: &Samples, classes: usize, device: &Device) -> Result<Self, String> {
        let of_samples = int_tensor(&samples.labels, device);
        let labels = Labels {
            targets: one_hot(&of_samples, classes),
            classes: of_samples,
        };
        Ok(if samples.are_few() {
            Self::Resident(Resident::new(samples, classes, device)?, labels)
        } else {
            Self::Host(samples.clone(), labels, device.clone())
        })
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        match self {
            Self::Resident(samples, _) => samples.len(),
            Self::Host(samples, _, _) => samples.len(),
        }
    }

    pub fn labels(&self) -> &Labels {
        match self {
            Self::Resident(_, labels) | Self::Host(_, labels, _) => labels,
        }
    }

    /// The inputs from `start`, at most `count` of them: `[count, channels, height, width]`.
    ///
    /// # Errors
    /// Where a sample cannot be read.
    pub fn inputs(&self, start: usize, count: usize) -> Result<Tensor<4>, String> {
        match self {
            Self::Resident(samples, _) => Ok(samples.range(start, count).inputs),
            Self::Host(samples, _, device) => {
                let count = count.min(samples.len().saturating_sub(start));
                let [channels, height, width] = samples.shape().sizes();
                let values = samples.values_of(start, count)?;
                let data = TensorData::new(values, [count, channels, height, width]);
                Ok(Tensor::from_data(data, device))
            }
        }
    }
}
