//! The trainer: owns every tensor, on a thread of its own.

mod epoch;
mod tell;

use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use burn::tensor::{Device, Tensor};
use crossbeam_channel::{Receiver, TryRecvError};
use indicatif::HumanBytes;

use super::{
    Command, Evaluation, Event, LambdaChange, Phase, RunOptions, StepRecord, Summary, Target,
    device, evaluation,
    feed::Feed,
    handle::Latest,
    outbox::Outbox,
    record::{Line, Record},
    supply::Supply,
    trace,
    watch::EpochMeans,
};
use crate::{
    dataset::{self, Request},
    experiment::Experiment,
    local::{Learner, LocalModule},
    metric::{PeakMemory, available_memory},
    weights,
};

/// Numbers are read from the device and told at most so often.
const TELL_EVERY: Duration = Duration::from_millis(33);
/// And at the latest after so many steps.
const TELL_STEPS: usize = 64;

/// Why the loop ended.
enum End {
    Finished,
    Stopped,
    Diverged(String),
    Failed(String),
}

impl From<String> for End {
    fn from(message: String) -> Self {
        Self::Failed(message)
    }
}

/// A step whose numbers are still on the device.
struct Pending {
    record: StepRecord,
    values: Tensor<1>,
    aligned: bool,
}

/// Trains an experiment to its end and says how it ended.
pub(super) fn train(
    experiment: Experiment,
    options: RunOptions,
    inbox: &Receiver<Command>,
    latest: &Latest,
    outbox: &mut Outbox,
) -> Event {
    match Trainer::prepare(experiment, options, inbox, latest, outbox) {
        Ok(mut trainer) => trainer.run(),
        Err(message) => {
            latest.progress.lock().loading = None;
            let stopped = latest.stopping.load(Ordering::Relaxed);
            Event::Ended {
                phase: if stopped {
                    Phase::Stopped
                } else {
                    Phase::Failed
                },
                message: (!stopped).then_some(message),
                summary: None,
            }
        }
    }
}

/// Refuses what would only be killed by the system later.
fn check_memory(experiment: &Experiment) -> Result<(), String> {
    let gib = |bytes: u64| bytes as f64 / f64::from(1 << 30);
    match (experiment.least_memory_bytes(), available_memory()) {
        (Some(needed), Some(there)) if needed > there => Err(format!(
            "This run needs at least {:.1} GiB of memory, and {:.1} GiB are free: choose a smaller batch, fewer samples or narrower blocks",
            gib(needed),
            gib(there)
        )),
        _ => Ok(()),
    }
}

struct Trainer<'a> {
    experiment: Experiment,
    inbox: &'a Receiver<Command>,
    latest: &'a Latest,
    outbox: &'a mut Outbox,
    record: Option<Record>,

    /// Without autodiff.
    device: Device,
    device_name: String,
    feed: Feed,
    test: Supply,
    classes: usize,
    /// Samples of an evaluation that go through the network at once.
    chunk: usize,
    learner: Learner,
    /// Modules at the last evaluation, all of whose numbers were finite.
    good: Vec<LocalModule>,

    lambda: Vec<f64>,
    lambda_changes: Vec<LambdaChange>,
    total_steps: usize,
    steps_per_epoch: usize,
    step: usize,
    paused: bool,
    single_step: bool,
    watch_regions: bool,

    pending: Vec<Pending>,
    last_told: Instant,
    last_regions: Option<Instant>,
    memory: PeakMemory,
    /// Seconds of steps, evaluations and pauses left out, and how many steps they were. The
    /// first step, which prepares kernels, does not count.
    step_seconds: f64,
    steps_timed: usize,
    seconds_spent: f64,
    epoch: EpochMeans,
    last_epoch: EpochMeans,
    worse_than_guessing: Vec<usize>,
    evaluation: Option<Evaluation>,
}

impl<'a> Trainer<'a> {
    fn prepare(
        experiment: Experiment,
        options: RunOptions,
        inbox: &'a Receiver<Command>,
        latest: &'a Latest,
        outbox: &'a mut Outbox,
    ) -> Result<Self, String> {
        let memory = PeakMemory::start();
        let opened = device::open(experiment.device)?;
        // A GPU does not tell how much of its own memory is free.
        if opened.in_main_memory {
            check_memory(&experiment)?;
        }
        let (device, device_name) = (opened.device, opened.name);
        let mut hear = |loading| {
            latest.progress.lock().loading = Some(loading);
            !latest.stopping.load(Ordering::Relaxed)
        };
        let data = dataset::load(&Request::of(&experiment), &mut hear)?;
        data.must_be_as_checked(&experiment)?;
        latest.progress.lock().device.clone_from(&device_name);
        let learning = device.clone().autodiff();
        let classes = data.classes.len();
        let feed = Feed::new(&data, &experiment, &learning, &mut hear)?;
        let test = Supply::new(&data.test, classes, &device, &mut hear)?;
        latest.progress.lock().loading = None;
        let (learner, imported) = weights::learner(&experiment, &learning)?;
        let widest = experiment.widest();
        // Last of what can fail, so that a run that cannot start leaves no folder behind.
        let record = match &options.folder {
            Some(folder) => Some(Record::create(folder, &experiment)?),
            None => None,
        };
        outbox.push(Event::Note(format!("Training on {device_name}")));
        if let Some((threads, bytes)) = feed.ahead() {
            let s = if threads == 1 { "" } else { "s" };
            outbox.push(Event::Note(format!(
                "Samples are read ahead on {threads} thread{s}, in up to {}",
                HumanBytes(bytes as u64)
            )));
        }
        if data.unreadable > 0 {
            let words = match data.unreadable {
                1 => "1 image file cannot be read and is not used".to_owned(),
                count => format!("{count} image files cannot be read and are not used"),
            };
            outbox.push(Event::Warning {
                module: None,
                message: words,
            });
        }
        if let Some(report) = imported {
            let message = format!("Starting with {}", report.sentence());
            outbox.push(if report.is_complete() {
                Event::Note(message)
            } else {
                Event::Warning {
                    module: None,
                    message,
                }
            });
        }
        outbox.flush();
        let steps_per_epoch = feed.steps_per_epoch();
        let all_steps = feed.total_steps();
        let boundaries = match experiment.method.kind.is_local() {
            true => experiment.module_count(),
            false => 1,
        };
        Ok(Self {
            lambda: (2..=boundaries)
                .map(|number| experiment.lambda_of(number))
                .collect(),
            good: learner.modules().to_vec(),
            total_steps: options.max_steps.unwrap_or(all_steps).min(all_steps),
            experiment,
            inbox,
            latest,
            outbox,
            record,
            device,
            device_name,
            feed,
            test,
            classes,
            chunk: evaluation::chunk(widest),
            learner,
            lambda_changes: Vec::new(),
            steps_per_epoch,
            step: 0,
            paused: options.paused,
            single_step: false,
            watch_regions: false,
            pending: Vec::new(),
            last_told: Instant::now(),
            last_regions: None,
            memory,
            step_seconds: 0.0,
            steps_timed: 0,
            seconds_spent: 0.0,
            epoch: EpochMeans::default(),
            last_epoch: EpochMeans::default(),
            worse_than_guessing: Vec::new(),
            evaluation: None,
        })
    }

    fn run(&mut self) -> Event {
        let trained = self.train_all();
        self.judge_at_the_end();
        let end = match self.evaluate_last(trained) {
            Ok(()) => End::Finished,
            Err(end) => end,
        };
        let (phase, message) = match end {
            End::Finished => (Phase::Finished, None),
            End::Stopped => (Phase::Stopped, None),
            End::Diverged(message) => (Phase::Diverged, Some(message)),
            End::Failed(message) => (Phase::Failed, Some(message)),
        };
        if phase == Phase::Diverged {
            self.learner.set_modules(self.good.clone());
        }
        // For whoever looks at them only after the end; without them there is still the rest.
        let _ = self.draw_regions_now();
        // Made once, so that what is told and what is recorded are the same.
        let mut summary = Box::new(self.summary(phase, message));
        if let Err(error) = self.close(&summary) {
            summary.phase = Phase::Failed;
            summary.message.get_or_insert(error);
        }
        self.tell_progress(summary.phase);
        Event::Ended {
            phase: summary.phase,
            message: summary.message.clone(),
            summary: Some(summary),
        }
    }

    /// Evaluates the final state, unless that was done or there is nothing sound to evaluate.
    fn evaluate_last(&mut self, trained: Result<(), End>) -> Result<(), End> {
        let stale = self
            .evaluation
            .as_ref()
            .is_none_or(|evaluation| evaluation.step != self.step);
        if matches!(trained, Ok(()) | Err(End::Stopped)) && stale && self.step > 0 {
            self.evaluate()?;
        }
        trained
    }

    /// Writes what remains to be written.
    fn close(&mut self, summary: &Summary) -> Result<(), String> {
        if let Some(record) = &mut self.record {
            let mut weights = trace::Archive::default();
            weights.parameters("", self.learner.modules(), &self.experiment);
            weights.write(&record.weights_path(), trace::metadata(&self.experiment)?)?;
            record.summary(summary)?;
        }
        Ok(())
    }

    fn train_all(&mut self) -> Result<(), End> {
        self.tell_progress(if self.paused {
            Phase::Paused
        } else {
            Phase::FirstStep
        });
        self.outbox.flush();
        while self.step < self.total_steps {
            self.obey()?;
            let started = Instant::now();
            self.one_step()?;
            let first = self.step == 1;
            let epoch_ends = self.step.is_multiple_of(self.steps_per_epoch);
            if first
                || epoch_ends
                || self.single_step
                || self.step == self.total_steps
                || self.pending.len() >= TELL_STEPS
                || self.last_told.elapsed() >= TELL_EVERY
            {
                self.tell_steps()?;
            }
            let seconds = started.elapsed().as_secs_f64();
            self.seconds_spent += seconds;
            if !first {
                self.step_seconds += seconds;
                self.steps_timed += 1;
            }
            if epoch_ends {
                self.end_epoch()?;
            }
            if self.single_step {
                self.single_step = false;
                self.paused = true;
            }
        }
        Ok(())
    }

    /// Carries out waiting commands; while paused, waits for them.
    fn obey(&mut self) -> Result<(), End> {
        loop {
            let command = if self.paused && !self.single_step {
                self.tell_steps()?;
                self.tell_progress(Phase::Paused);
                self.outbox.flush();
                self.inbox.recv().map_err(|_| End::Stopped)?
            } else {
                match self.inbox.try_recv() {
                    Ok(command) => command,
                    Err(TryRecvError::Empty) => return Ok(()),
                    Err(TryRecvError::Disconnected) => return Err(End::Stopped),
                }
            };
            match command {
                Command::Pause => self.paused = true,
                Command::Step => {
                    self.paused = true;
                    self.single_step = true;
                }
                Command::Resume => {
                    self.paused = false;
                    self.single_step = false;
                    self.tell_progress(Phase::Running);
                }
                Command::Stop => {
                    self.tell_steps()?;
                    return Err(End::Stopped);
                }
                Command::SetLambda { target, lambda } => self.set_lambda(target, lambda)?,
                Command::WatchRegions(watch) => {
                    self.watch_regions = watch;
                    self.last_regions = None;
                    self.draw_regions()?;
                }
            }
        }
    }

    fn set_lambda(&mut self, target: Target, lambda: f64) -> Result<(), End> {
        match target {
            Target::All => self.lambda.fill(lambda),
            Target::Module(number) => {
                let boundary = number.checked_sub(2).and_then(|at| self.lambda.get_mut(at));
                match boundary {
                    Some(boundary) => *boundary = lambda,
                    None => return Ok(()),
                }
            }
        }
        let change = LambdaChange {
            step: self.step,
            target,
            lambda,
        };
        self.lambda_changes.push(change);
        // The steps before the change come first in the record.
        self.tell_steps()?;
        if let Some(record) = &mut self.record {
            record.line(&Line::Lambda(&change))?;
        }
        self.outbox.push(Event::LambdaChanged(change));
        Ok(())
    }

    fn one_step(&mut self) -> Result<(), End> {
        let batch = self.feed.batch(self.step)?;
        let factor = self
            .experiment
            .schedule
            .factor(self.step, self.total(), self.steps_per_epoch);
        let learning_rate = self.experiment.optimizer.lr * factor;
        let measure = self
            .step
            .is_multiple_of(self.experiment.measure.alignment_every);
        let numbers = self.learner.step(
            &batch,
            self.step,
            learning_rate,
            &self.lambda,
            measure,
            &mut |_| {},
        );
        self.step += 1;
        self.pending.push(Pending {
            record: StepRecord {
                step: self.step,
                epoch: self.step as f64 / self.steps_per_epoch as f64,
                learning_rate,
                lambda: self.lambda.clone(),
                ..StepRecord::default()
            },
            values: numbers.values,
            aligned: numbers.aligned,
        });
        Ok(())
    }

    /// Steps of the whole schedule, also where a run ends earlier.
    fn total(&self) -> usize {
        self.steps_per_epoch * self.experiment.train.epochs
    }
}
