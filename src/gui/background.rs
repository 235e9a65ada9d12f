//! Work that must not hold up the window: reading data, finding adapters, system dialogs.

use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, bounded};
use eframe::egui::Context;

use crate::{
    dataset::{self, Dataset},
    experiment::Data,
};

/// One piece of work on a thread of its own.
pub struct Job<T> {
    receiver: Receiver<T>,
}

impl<T: Send + 'static> Job<T> {
    /// Starts the work; the window is drawn again when it is done.
    pub fn start(
        name: &str,
        ctx: &Context,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Self, String> {
        let (sender, receiver) = bounded(1);
        let ctx = ctx.clone();
        std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                // Where nobody listens any more, the result is not wanted.
                let _ = sender.send(work());
                ctx.request_repaint();
            })
            .map_err(|error| format!("Cannot start a thread: {error}"))?;
        Ok(Self { receiver })
    }

    /// The result, once.
    pub fn poll(&self) -> Option<T> {
        self.receiver.try_recv().ok()
    }
}

/// How long data must stay the same before it is loaded.
const CALM: Duration = Duration::from_millis(250);

/// The data set of the edited experiment, loaded behind the window.
#[derive(Default)]
pub struct DataLoader {
    /// What `result` is of.
    shown: Option<(Data, u64)>,
    result: Option<Result<Dataset, String>>,
    wanted: Option<((Data, u64), Instant)>,
    job: Option<((Data, u64), Job<Result<Dataset, String>>)>,
    /// Counts the results, so that pictures of an older one are not kept.
    generation: u64,
}

impl DataLoader {
    /// Notes which data the experiment wants and loads them once they stay the same.
    pub fn want(&mut self, data: &Data, seed: u64, ctx: &Context) {
        if let Some((key, job)) = &self.job
            && let Some(result) = job.poll()
        {
            self.shown = Some(key.clone());
            self.result = Some(result);
            self.generation += 1;
            self.job = None;
        }
        let key = (data.clone(), seed);
        if self.shown.as_ref() == Some(&key) {
            self.wanted = None;
            return;
        }
        if self
            .wanted
            .as_ref()
            .is_none_or(|(wanted, _)| *wanted != key)
        {
            let since = Instant::now();
            // The first data are loaded at once.
            let since = if self.shown.is_none() {
                since.checked_sub(CALM).unwrap_or(since)
            } else {
                since
            };
            self.wanted = Some((key.clone(), since));
        }
        let calm = self
            .wanted
            .as_ref()
            .is_some_and(|(_, since)| since.elapsed() >= CALM);
        if self.job.is_some() {
            return;
        }
        if !calm {
            ctx.request_repaint_after(CALM);
            return;
        }
        let (data, seed) = key.clone();
        match Job::start("layerwise-data", ctx, move || dataset::load(&data, seed)) {
            Ok(job) => self.job = Some((key, job)),
            Err(message) => {
                self.shown = Some(key);
                self.result = Some(Err(message));
                self.generation += 1;
            }
        }
    }

    /// The data loaded last, or why they could not be.
    pub fn result(&self) -> Option<&Result<Dataset, String>> {
        self.result.as_ref()
    }

    /// The data loaded last, where they are those of this experiment.
    pub fn dataset(&self) -> Option<&Dataset> {
        self.result.as_ref()?.as_ref().ok()
    }

    /// Whether data are on their way.
    pub fn is_loading(&self) -> bool {
        self.job.is_some()
    }

    /// Changes with every result.
    pub fn generation(&self) -> u64 {
        self.generation
    }
}
