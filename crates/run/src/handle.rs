//! The window's and the command line's hold on a run.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, atomic::Ordering},
    thread::JoinHandle,
    time::Duration,
};

use crossbeam_channel::{Receiver, Sender};
use layerwise_experiment::Experiment;
use layerwise_study::{DecisionRegions, Event, Phase, Progress};

use super::{Command, RunOptions, latest::Latest, outbox::Outbox, trainer, trouble};

/// Events that wait for the reader before the trainer holds them back itself.
const EVENT_CAPACITY: usize = 256;

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
