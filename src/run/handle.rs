//! The window's and the command line's hold on a run.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use crossbeam_channel::{Receiver, Sender};
use parking_lot::Mutex;

use super::{
    Command, DecisionRegions, Event, Goal, Phase, Progress, outbox::Outbox, trainer, trouble,
};
use crate::experiment::Experiment;

/// Events that wait for the reader before the trainer holds them back itself.
const EVENT_CAPACITY: usize = 256;

/// What a run is started with besides the experiment.
#[derive(Clone, Default)]
pub struct RunOptions {
    /// Folder that the record grows in; made where it does not exist. None keeps no record.
    pub folder: Option<PathBuf>,
    /// Go on with the run that `folder` records.
    pub resume: bool,
    /// End after so many steps even if epochs are left.
    pub max_steps: Option<usize>,
    /// Goals at which it ends even if epochs are left.
    pub end_at: Vec<Goal>,
    /// Hold before the first step.
    pub paused: bool,
    /// Called from the trainer thread when there is something new to see, at most about 30 times
    /// a second and at the end of each epoch.
    pub wake: Option<Arc<dyn Fn() + Send + Sync>>,
}

/// Newest values, replaced as a whole.
#[derive(Default)]
pub(super) struct Latest {
    pub progress: Mutex<Progress>,
    /// Whether the run shall stop, for work before the first step.
    pub stopping: AtomicBool,
    pub regions: Mutex<Option<Arc<DecisionRegions>>>,
}

/// A run on its own thread. Dropping it stops the run.
pub struct Run {
    experiment: Experiment,
    folder: Option<PathBuf>,
    commands: Sender<Command>,
    events: Receiver<Event>,
    latest: Arc<Latest>,
    thread: Option<JoinHandle<()>>,
}

impl Run {
    /// Starts training on a thread of its own and returns at once.
    ///
    /// # Errors
    /// Where the experiment has problems or the thread cannot be started.
    pub fn start(experiment: Experiment, options: RunOptions) -> Result<Self, String> {
        if let Some(problem) = experiment.problems().first() {
            return Err(problem.to_string());
        }
        let (commands, inbox) = crossbeam_channel::unbounded();
        let (sender, events) = crossbeam_channel::bounded(EVENT_CAPACITY);
        let latest = Arc::new(Latest::default());
        let folder = options.folder.clone();
        let thread = std::thread::Builder::new()
            .name("trainer".to_owned())
            .spawn({
                let experiment = experiment.clone();
                let latest = latest.clone();
                move || {
                    let wake = options.wake.clone();
                    let mut outbox = Outbox::new(sender, wake);
                    let work = || trainer::train(experiment, options, &inbox, &latest, &mut outbox);
                    let ended = match catch_unwind(AssertUnwindSafe(work)) {
                        Ok(ended) => ended,
                        Err(panic) => Event::Ended {
                            phase: Phase::Failed,
                            message: Some(trouble::of_panic(
                                panic.as_ref(),
                                &latest.progress.lock().device,
                            )),
                            summary: None,
                        },
                    };
                    if let Event::Ended { phase, .. } = &ended {
                        latest.progress.lock().phase = *phase;
                    }
                    outbox.finish(ended);
                }
            })
            .map_err(|error| format!("The trainer thread cannot be started: {error}"))?;
        Ok(Self {
            experiment,
            folder,
            commands,
            events,
            latest,
            thread: Some(thread),
        })
    }

    /// The experiment as it was when the run started.
    pub fn experiment(&self) -> &Experiment {
        &self.experiment
    }

    /// The folder of the record.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Sends a command; after the end of the run it does nothing.
    pub fn send(&self, command: Command) {
        if command == Command::Stop {
            self.latest.stopping.store(true, Ordering::Relaxed);
        }
        let _ = self.commands.send(command);
    }

    /// Every event since the last call. Never waits.
    pub fn drain(&self) -> Vec<Event> {
        self.events.try_iter().collect()
    }

    /// The next event, waiting at most `timeout`.
    pub fn next_event(&self, timeout: Duration) -> Option<Event> {
        self.events.recv_timeout(timeout).ok()
    }

    /// The newest state. Never waits for the trainer.
    pub fn progress(&self) -> Progress {
        self.latest.progress.lock().clone()
    }

    /// The newest decision regions, where they were asked for.
    pub fn regions(&self) -> Option<Arc<DecisionRegions>> {
        self.latest.regions.lock().clone()
    }

    /// Whether its thread has ended, and with it all that it writes.
    pub fn has_ended(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Stops the run and waits until its thread has ended.
    pub fn join(mut self) {
        self.send(Command::Stop);
        if let Some(thread) = self.thread.take() {
            // Keeps the trainer's last events from filling the channel.
            while !thread.is_finished() {
                let _ = self.next_event(Duration::from_millis(10));
            }
            let _ = thread.join();
        }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.send(Command::Stop);
    }
}

/// What a panic says of its cause.
pub(crate) fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "unknown cause".to_owned())
}
