//! Work that must not hold up the window: reading data, finding adapters, system dialogs.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use crossbeam_channel::{Receiver, bounded};
use eframe::egui::Context;
use layerwise_dataset::{self as dataset, Contents, Dataset, Error, Request};
use layerwise_experiment::{DataKind, Experiment, Found, Split};
use layerwise_learn::weights::{self, Report};
use layerwise_run::panic_text;

use super::{
    sight::Sight,
    waiting::{Waiting, Work},
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
/// How long a result is waited for before anything is said of it, calm time included.
const PATIENCE: Duration = Duration::from_millis(550);

/// A result that follows what it is of: made again behind the window once that stays the same.
pub struct Follower<K, T> {
    /// What `result` is of.
    shown: Option<K>,
    result: Option<Result<T, String>>,
    wanted: Option<(K, Instant)>,
    /// Set where the result is not of what is shown, because a person ended its making.
    cancelled: bool,
    job: Option<Making<K, T>>,
    /// Counts the results, so that pictures of an older one are not kept.
    generation: u64,
}

/// A result that is being made.
struct Making<K, T> {
    of: K,
    job: Job<Result<T, String>>,
    work: Arc<Work>,
}

impl<K, T> Default for Follower<K, T> {
    fn default() -> Self {
        Self {
            shown: None,
            result: None,
            wanted: None,
            cancelled: false,
            job: None,
            generation: 0,
        }
    }
}

impl<K: Clone + PartialEq + Send + 'static, T: Send + 'static> Follower<K, T> {
    /// Notes what the result is wanted of and has `make` make it once that stays the same. What
    /// takes long tells its [`Work`] now and then how far it is, and ends where that is unwanted.
    pub fn want(
        &mut self,
        key: K,
        thread: &str,
        ctx: &Context,
        make: fn(K, &Work) -> Result<T, String>,
    ) {
        if let Some(making) = &self.job {
            if making.of != key {
                making.work.end();
            }
            if let Some(result) = making.job.poll() {
                if making.work.is_wanted() {
                    self.shown = Some(making.of.clone());
                    self.end_with(result);
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
        let work = Arc::new(Work::default());
        let started = Job::start(thread, ctx, {
            let (key, work) = (key.clone(), Arc::clone(&work));
            move || {
                let made = catch_unwind(AssertUnwindSafe(|| make(key, &work)));
                made.unwrap_or_else(|panic| {
                    let cause = panic_text(panic.as_ref());
                    Err(format!("This broke off: {cause}"))
                })
            }
        });
        match started {
            Ok(job) => {
                ctx.request_repaint_after(PATIENCE);
                self.job = Some(Making { of: key, job, work });
            }
            Err(message) => {
                self.shown = Some(key);
                self.end_with(Err(message));
            }
        }
    }

    fn end_with(&mut self, result: Result<T, String>) {
        self.result = Some(result);
        self.generation += 1;
        self.cancelled = false;
    }

    /// Gives up the result that is wanted, until another is.
    pub fn cancel(&mut self) {
        let Some((wanted, _)) = self.wanted.take() else {
            return;
        };
        if let Some(making) = &self.job {
            making.work.end();
        }
        self.shown = Some(wanted);
        self.end_with(Err(Error::Cancelled.into()));
        self.cancelled = true;
    }

    /// Whether a person gave up the result.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled
    }

    /// How far the result is, where it has been waited for so long that this is worth a word.
    pub fn waiting(&self) -> Option<Waiting> {
        let (_, since) = self.wanted.as_ref()?;
        if since.elapsed() < PATIENCE {
            return None;
        }
        let making = self.job.as_ref().filter(|making| making.work.is_wanted());
        Some(making.map_or_else(Waiting::default, |making| making.work.waiting()))
    }

    /// Drops the result, which is of nothing that is wanted.
    pub fn forget(&mut self) {
        if let Some(making) = self.job.take() {
            making.work.end();
        }
        self.shown = None;
        self.result = None;
        self.cancelled = false;
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
        self.wanted.is_some()
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

fn load(request: Request, work: &Work) -> Result<Looked, String> {
    let mut hear = |loading| work.hear(loading);
    let contents = request.contents(&mut hear)?;
    let dataset = dataset::load(&request, &mut hear).map_err(String::from);
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
        self.0.is_behind()
    }

    /// How far they are, where they take long.
    pub fn waiting(&self) -> Option<Waiting> {
        self.0.waiting()
    }

    /// Ends loading; nothing is loaded until other data are wanted, or the same again.
    pub fn cancel(&mut self) {
        self.0.cancel();
    }

    /// Whether a person ended loading.
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
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

#[cfg(test)]
mod tests {
    use layerwise_dataset::Loading;

    use super::*;

    /// Frames until something holds.
    fn wait(
        follower: &mut Follower<u64, u64>,
        key: u64,
        make: fn(u64, &Work) -> Result<u64, String>,
        done: impl Fn(&Follower<u64, u64>) -> bool,
    ) {
        let ctx = Context::default();
        let started = Instant::now();
        while !done(follower) {
            assert!(started.elapsed().as_secs() < 30, "waited too long");
            follower.want(key, "test", &ctx, make);
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Goes on until it is unwanted.
    fn endless(_: u64, work: &Work) -> Result<u64, String> {
        let told = Loading {
            what: "Reading",
            done: 45,
            total: 100,
        };
        while work.hear(told.clone()) {
            std::thread::sleep(Duration::from_millis(1));
        }
        Err(Error::Cancelled.into())
    }

    #[test]
    fn what_is_cancelled_stays_so_until_it_is_wanted_again() {
        let mut follower = Follower::default();
        wait(&mut follower, 1, endless, |it| it.waiting().is_some());
        assert!(follower.is_behind() && follower.result().is_none());
        follower.cancel();
        assert!(follower.is_cancelled() && !follower.is_behind());
        wait(&mut follower, 1, endless, |it| it.job.is_none());
        assert!(follower.is_cancelled() && follower.waiting().is_none());

        follower.forget();
        assert!(!follower.is_cancelled());
        let quick = |key: u64, _: &Work| Ok(key);
        wait(&mut follower, 1, quick, |it| it.result().is_some());
        assert_eq!(follower.result(), Some(&Ok(1)));
    }

    #[test]
    fn nothing_is_said_of_what_is_quick() {
        let mut follower = Follower::default();
        let quick = |key: u64, _: &Work| Ok(key);
        follower.want(1, "test", &Context::default(), quick);
        assert!(follower.is_behind() && follower.waiting().is_none());
        wait(&mut follower, 1, quick, |it| it.result().is_some());
        assert!(!follower.is_behind() && follower.waiting().is_none());
        assert_eq!(follower.result(), Some(&Ok(1)));
    }
}
