//! Where the trainer gets its samples from: the device, or threads that read ahead of it.

use std::sync::Arc;

use burn::tensor::Device;
use layerwise_dataset::{Dataset, Error, HostBatch, Images, Progress, Schedule, Stream};
use layerwise_experiment::Experiment;
use layerwise_learn::local::{Batch, Resident};

use super::timetable::Timetable;

/// Batches of training samples, step by step.
pub(super) struct Feed {
    schedule: Arc<Schedule>,
    classes: usize,
    /// What inputs show.
    shown: Images,
    device: Device,
    timetable: Timetable,
    source: Source,
}

enum Source {
    /// All samples are on the device.
    Resident {
        samples: Box<Resident>,
        /// The order of the epoch that it is in.
        known: Option<(u64, Vec<u32>)>,
    },
    /// Samples come from the host; none before the first step.
    Streamed(Option<Stream>),
}

/// Threads that read samples: all but the trainer's.
fn workers() -> usize {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    threads.saturating_sub(1).clamp(1, 8)
}

impl Feed {
    /// The training samples of an experiment on `device`. Few samples that are not augmented stay
    /// there.
    ///
    /// # Errors
    /// Where a sample cannot be read or is no image to augment, or `progress` does not want to go
    /// on.
    pub fn new(
        data: &Dataset,
        experiment: &Experiment,
        device: &Device,
        progress: Progress<'_>,
    ) -> Result<Self, Error> {
        let schedule = Schedule::new(data.train.clone(), experiment);
        if experiment.prepare.augments() {
            data.train.must_be_pixels()?;
        }
        let classes = data.classes.len();
        let source = if schedule.changes_samples() || !data.train.are_few() {
            Source::Streamed(None)
        } else {
            Source::Resident {
                samples: Box::new(Resident::new(&data.train, classes, device, progress)?),
                known: None,
            }
        };
        Ok(Self {
            timetable: Timetable::of(experiment, schedule.steps_per_epoch()),
            schedule: Arc::new(schedule),
            classes,
            shown: Images::of(&data.train),
            device: device.clone(),
            source,
        })
    }

    /// What inputs show, of training and of test samples.
    pub fn shown(&self) -> &Images {
        &self.shown
    }

    pub fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    pub fn timetable(&self) -> &Timetable {
        &self.timetable
    }

    /// How many threads read ahead, and the most bytes that their samples take up; none where all
    /// samples are on the device.
    pub fn ahead(&self) -> Option<(usize, usize)> {
        match self.source {
            Source::Resident { .. } => None,
            Source::Streamed(_) => Some((workers(), Stream::most_bytes(&self.schedule, workers()))),
        }
    }

    /// The samples of a step, counted from 0.
    ///
    /// # Errors
    /// Where a sample cannot be read.
    pub fn batch(&mut self, step: usize) -> Result<Batch, String> {
        match &mut self.source {
            Source::Resident { samples, known } => {
                Ok(samples.gather(self.schedule.indices(step, known)))
            }
            Source::Streamed(stream) => {
                if stream.as_ref().is_none_or(|it| it.position() != step) {
                    let schedule = Arc::clone(&self.schedule);
                    let total = self.timetable.total_steps();
                    *stream = Some(Stream::start(schedule, step, total, workers())?);
                }
                let host = match stream {
                    Some(stream) => stream.take()?,
                    None => HostBatch::default(),
                };
                let shape = self.schedule.samples.shape();
                let (shown, device) = (&self.shown, &self.device);
                Ok(Batch::upload(host, shape, self.classes, shown, device))
            }
        }
    }
}
