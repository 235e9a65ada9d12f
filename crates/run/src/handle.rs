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
use layerwise_study::{DecisionRegions, Fact, Phase, Progress};

use super::{Command, RunOptions, latest::Latest, outbox::Outbox, trainer, trouble::Broken};

/// A run on its own thread. Dropping it stops the run.
pub struct Run {
    experiment: Experiment,
    folder: Option<PathBuf>,
    commands: Sender<Command>,
    facts: Receiver<Fact>,
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
        let (sender, facts) = crossbeam_channel::unbounded();
        let latest = Arc::new(Latest::default());
        let folder = options.folder.clone();
        let thread = std::thread::Builder::new()
            .name("trainer".to_owned())
            .spawn({
                let experiment = experiment.clone();
                let latest = latest.clone();
                move || {
                    let wake = options.wake.clone();
                    let outbox = Outbox::new(sender, wake);
                    let work = || trainer::train(experiment, options, &inbox, &latest, &outbox);
                    let ended = match catch_unwind(AssertUnwindSafe(work)) {
                        Ok(ended) => ended,
                        Err(panic) => {
                            let device = latest.progress.lock().device.clone();
                            let why = Broken::of_panic(panic.as_ref(), &device);
                            Fact::Ended {
                                phase: Phase::Failed,
                                message: Some(why.to_string()),
                                summary: None,
                            }
                        }
                    };
                    if let Fact::Ended { phase, .. } = &ended {
                        latest.progress.lock().phase = *phase;
                    }
                    outbox.push(ended);
                    outbox.wake();
                }
            })
            .map_err(|error| format!("The trainer thread cannot be started: {error}"))?;
        Ok(Self {
            experiment,
            folder,
            commands,
            facts,
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

    /// Every fact since the last call. Never waits.
    pub fn drain(&self) -> Vec<Fact> {
        self.facts.try_iter().collect()
    }

    /// The next fact, waiting at most `timeout`.
    pub fn next_fact(&self, timeout: Duration) -> Option<Fact> {
        self.facts.recv_timeout(timeout).ok()
    }

    /// The newest state. Never waits for the trainer.
    pub fn progress(&self) -> Progress {
        self.latest.progress.lock().clone()
    }

    /// The newest decision regions; they are made while [`Slot::Regions`](super::Slot) is watched,
    /// and at the end.
    pub fn regions(&self) -> Option<Arc<DecisionRegions>> {
        self.latest.regions.get()
    }

    /// Whether its thread has ended, and with it all that it writes.
    pub fn has_ended(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Stops the run and waits until its thread has ended.
    pub fn join(mut self) {
        self.send(Command::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.send(Command::Stop);
    }
}
