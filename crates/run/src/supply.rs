//! Samples in their own order, for evaluations.

use std::sync::Arc;

use burn::tensor::{Device, Int, Tensor, TensorData};
use crossbeam_channel::{Receiver, bounded};
use layerwise_dataset::{Error, Images, Progress, Samples};
use layerwise_learn::local::{Resident, images, int_tensor, one_hot};

/// Test samples: on the device where they are few, else read whenever they are looked at, those
/// that follow while the device is busy.
pub(super) struct Supply {
    samples: Samples,
    resident: Option<Resident>,
    ahead: Option<Ahead>,
    labels: Labels,
    /// What inputs show.
    shown: Images,
    device: Device,
}

/// Samples that are being read.
struct Ahead {
    start: usize,
    count: usize,
    values: Receiver<Result<Vec<f32>, String>>,
}

/// Classes of all samples.
pub(super) struct Labels {
    /// On the host.
    pub host: Arc<Vec<u32>>,
    /// `[samples]`
    pub classes: Tensor<1, Int>,
    /// One-hot, `[samples, classes]`.
    pub targets: Tensor<2>,
}

impl Supply {
    /// Samples of so many classes on `device`, whose inputs show what those of training do.
    ///
    /// # Errors
    /// Where a sample cannot be read, or `progress` does not want to go on.
    pub fn new(
        samples: &Samples,
        shown: &Images,
        classes: usize,
        device: &Device,
        progress: Progress<'_>,
    ) -> Result<Self, Error> {
        let of_samples = int_tensor(&samples.labels, device);
        let resident = if samples.are_few() {
            Some(Resident::new(samples, classes, device, progress)?)
        } else {
            None
        };
        Ok(Self {
            samples: samples.clone(),
            resident,
            ahead: None,
            labels: Labels {
                host: Arc::clone(&samples.labels),
                targets: one_hot(&of_samples, classes),
                classes: of_samples,
            },
            shown: shown.clone(),
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

    /// The images that inputs show, with values from 0 to 1.
    pub fn images(&self, inputs: Tensor<4>) -> Tensor<4> {
        images(&self.shown, inputs)
    }

    /// The inputs from `start`, at most `count` of them: `[count, channels, height, width]`.
    ///
    /// # Errors
    /// Where a sample cannot be read.
    pub fn inputs(&mut self, start: usize, count: usize) -> Result<Tensor<4>, String> {
        if let Some(resident) = &self.resident {
            return Ok(resident.range(start, count).inputs);
        }
        let ahead = self
            .ahead
            .take()
            .filter(|it| (it.start, it.count) == (start, count));
        let values = match ahead {
            Some(ahead) => ahead
                .values
                .recv()
                .unwrap_or_else(|_| Err("a thread that read samples has ended".to_owned()))?,
            None => self.samples.values_of(start, count)?,
        };
        if start + count < self.len() {
            self.ahead = Some(self.read_ahead(start + count, count)?);
        }
        let [channels, height, width] = self.samples.shape().sizes();
        let count = count.min(self.len().saturating_sub(start));
        let data = TensorData::new(values, [count, channels, height, width]);
        Ok(Tensor::from_data(data, &self.device))
    }

    fn read_ahead(&self, start: usize, count: usize) -> Result<Ahead, String> {
        let (sender, values) = bounded(1);
        let samples = self.samples.clone();
        std::thread::Builder::new()
            .name("layerwise-test-samples".to_owned())
            .spawn(move || {
                // Nobody waits any more where an evaluation has failed.
                let _ = sender.send(samples.values_of(start, count));
            })
            .map_err(|error| format!("no thread can be started to read samples: {error}"))?;
        Ok(Ahead {
            start,
            count,
            values,
        })
    }
}
