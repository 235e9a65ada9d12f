//! Work that must not hold up the window: reading data, finding adapters, system dialogs.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use crossbeam_channel::{Receiver, bounded};
use eframe::egui::Context;

use super::sight::Sight;
use crate::{
    dataset::{self, Contents, Dataset, Request},
    experiment::{DataKind, Experiment, Found, Split},
    run::panic_text,
    weights::{self, Report},
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

/// How long something must stay the same before its result is made.
const CALM: Duration = Duration::from_millis(250);

/// A result that follows what it is of: made again behind the window once that stays the same.
pub struct Follower<K, T> {
    /// What `result` is of.
    shown: Option<K>,
    result: Option<Result<T, String>>,
    wanted: Option<(K, Instant)>,
    job: Option<Making<K, T>>,
    /// Counts the results, so that pictures of an older one are not kept.
    generation: u64,
}

/// A result that is being made.
struct Making<K, T> {
    of: K,
    job: Job<Result<T, String>>,
    unwanted: Arc<AtomicBool>,
}

impl<K, T> Default for Follower<K, T> {
    fn default() -> Self {
        Self {
            shown: None,
            result: None,
            wanted: None,
            job: None,
            generation: 0,
        }
    }
}

impl<K: Clone + PartialEq + Send + 'static, T: Send + 'static> Follower<K, T> {
    /// Notes what the result is wanted of and has `work` make it once that stays the same. Work
    /// that takes long asks now and then whether its result is unwanted by now.
    pub fn want(
        &mut self,
        key: K,
        thread: &str,
        ctx: &Context,
        work: fn(K, &AtomicBool) -> Result<T, String>,
    ) {
        if let Some(making) = &self.job {
            if making.of != key {
                making.unwanted.store(true, Ordering::Relaxed);
            }
            if let Some(result) = making.job.poll() {
                if !making.unwanted.load(Ordering::Relaxed) {
                    self.shown = Some(making.of.clone());
                    self.result = Some(result);
                    self.generation += 1;
                }
                self.job = None;
            }
        }
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
            // The first result is made at once.
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
        let unwanted = Arc::new(AtomicBool::new(false));
        let started = Job::start(thread, ctx, {
            let (key, unwanted) = (key.clone(), Arc::clone(&unwanted));
            move || {
                let made = catch_unwind(AssertUnwindSafe(|| work(key, &unwanted)));
                made.unwrap_or_else(|panic| {
                    let cause = panic_text(panic.as_ref());
                    Err(format!("This broke off: {cause}"))
                })
            }
        });
        match started {
            Ok(job) => {
                self.job = Some(Making {
                    of: key,
                    job,
                    unwanted,
                });
            }
            Err(message) => {
                self.shown = Some(key);
                self.result = Some(Err(message));
                self.generation += 1;
            }
        }
    }

    /// Drops the result, which is of nothing that is wanted.
    pub fn forget(&mut self) {
        if let Some(making) = self.job.take() {
            making.unwanted.store(true, Ordering::Relaxed);
        }
        self.shown = None;
        self.result = None;
        self.wanted = None;
    }

    /// The result made last.
    pub fn result(&self) -> Option<&Result<T, String>> {
        self.result.as_ref()
    }

    /// Changes with every result.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether the result made last is not of what is wanted.
    pub fn is_behind(&self) -> bool {
        self.job.is_some() || self.wanted.is_some()
    }
}

/// Samples, a look at some of them, and what files were found to hold.
pub struct Loaded {
    pub dataset: Dataset,
    pub sight: Sight,
    found: Option<Found>,
}

/// What files hold, and what is taken of it.
struct Looked {
    /// None of built-in sets.
    contents: Option<Contents>,
    loaded: Result<Loaded, String>,
}

/// The data set of the edited experiment, loaded behind the window.
#[derive(Default)]
pub struct DataLoader(Follower<Request, Looked>);

fn load(request: Request, unwanted: &AtomicBool) -> Result<Looked, String> {
    let mut hear = |_| !unwanted.load(Ordering::Relaxed);
    let contents = request.contents(&mut hear)?;
    let dataset = dataset::load(&request, &mut hear);
    let loaded = dataset.and_then(|dataset| {
        Ok(Loaded {
            found: request.found()?,
            sight: Sight::of(&dataset),
            dataset,
        })
    });
    Ok(Looked { contents, loaded })
}

impl DataLoader {
    /// Notes which data the experiment wants and loads them once they stay the same.
    pub fn want(&mut self, experiment: &Experiment, ctx: &Context) {
        let request = Request::for_preview(experiment);
        if request.lacks_path() {
            self.0.forget();
        } else {
            self.0.want(request, "layerwise-data", ctx, load);
        }
    }

    /// Reads files again, which may have changed.
    pub fn forget(&mut self) {
        dataset::forget();
        self.0.forget();
    }

    /// What the files of an experiment were found to hold, where that is known by now and another
    /// than it says.
    pub fn news_of(&self, experiment: &Experiment) -> Option<Found> {
        if experiment.data.kind != DataKind::Files || self.0.is_behind() {
            return None;
        }
        let found = self.result()?.ok()?.found.as_ref()?;
        (experiment.data.found.as_ref() != Some(found)).then(|| found.clone())
    }

    /// The data loaded last, or why they could not be.
    pub fn result(&self) -> Option<Result<&Loaded, &str>> {
        let looked = self.0.result()?.as_ref().map_err(String::as_str);
        Some(looked.and_then(|looked| looked.loaded.as_ref().map_err(String::as_str)))
    }

    /// The data loaded last, where there are any.
    pub fn dataset(&self) -> Option<&Dataset> {
        self.result()?.ok().map(|loaded| &loaded.dataset)
    }

    /// What the files hold, also where what is wanted of it is not there.
    pub fn contents(&self) -> Option<&Contents> {
        self.0.result()?.as_ref().ok()?.contents.as_ref()
    }

    /// Whether data are on their way.
    pub fn is_loading(&self) -> bool {
        self.0.job.is_some()
    }

    /// Changes with every result.
    pub fn generation(&self) -> u64 {
        self.0.generation
    }
}

/// What decides how a checkpoint fits: the network, and when the file was written.
type Fit = (Experiment, Option<SystemTime>);

/// How the checkpoint of the edited experiment fits, looked at behind the window.
#[derive(Default)]
pub struct WeightsChecker(Follower<Fit, Report>);

impl WeightsChecker {
    /// Notes which checkpoint and network are edited. The experiment has no problems.
    pub fn want(&mut self, experiment: &Experiment, ctx: &Context) {
        let Some(weights) = &experiment.weights else {
            return;
        };
        let written = std::fs::metadata(&weights.path).and_then(|about| about.modified());
        let mut network = Experiment {
            data: experiment.data.clone(),
            head: experiment.head,
            loss: experiment.loss,
            split: Split {
                after: Some(experiment.split_points()),
                ..Split::default()
            },
            modules: experiment.modules.clone(),
            weights: experiment.weights.clone(),
            blocks: experiment.blocks.clone(),
            ..Experiment::default()
        };
        network.method.kind = experiment.method.kind;
        for number in 1..=experiment.module_count() {
            network.set_lambda_of(number, None);
        }
        let key = (network, written.ok());
        self.0.want(
            key,
            "layerwise-weights",
            ctx,
            |(network, _), _| match &network.weights {
                Some(weights) => weights::check(&network, weights),
                None => Err("No checkpoint is chosen".to_owned()),
            },
        );
    }

    /// Drops what was found of a network that is no more.
    pub fn forget(&mut self) {
        self.0.forget();
    }

    /// Whether the file is being looked at.
    pub fn is_looking(&self) -> bool {
        self.0.is_behind()
    }

    /// How the checkpoint fits, or why it cannot be read; none while it is looked at.
    pub fn result(&self) -> Option<&Result<Report, String>> {
        self.0.result().filter(|_| !self.0.is_behind())
    }
}
