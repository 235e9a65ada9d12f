//! The trainer: owns every tensor, on a thread of its own.

mod epoch;
mod obey;
mod probe;
mod tell;

pub use probe::probe_size;

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use burn::tensor::Tensor;
use crossbeam_channel::Receiver;
use layerwise_dataset::{self as dataset, Normalization, Request};
use layerwise_experiment::{
    Experiment,
    words::size::{exact_bytes, gib},
};
use layerwise_learn::{
    local::{Batch, Learner, LocalModule, StepWay},
    metric::{PeakMemory, available_memory},
    weights,
};
use layerwise_study::{
    Change, EpochMeans, Evaluation, Event, Phase, StepRecord, Summary,
    checkpoint::{State, newest},
};

use super::{
    Command, RunOptions, checkpoint, device, evaluation,
    feed::Feed,
    goal::{Standing, Way},
    gpu::Complaint,
    latest::Latest,
    lone,
    outbox::Outbox,
    record::{Record, Told},
    regions::Grid,
    supply::Supply,
    timetable::Timetable,
    trace, trouble,
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
    /// The device or the code on it gave way: what lies there is not to be looked at any more.
    Broken(String),
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
    /// The step against the truth, where that is due.
    truth: Option<Tensor<1>>,
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
            let device = latest.progress.lock().device.clone();
            Event::Ended {
                phase: if stopped {
                    Phase::Stopped
                } else {
                    Phase::Failed
                },
                message: (!stopped)
                    .then(|| trouble::explained(&message, &device).unwrap_or(message)),
                summary: None,
            }
        }
    }
}

/// Refuses what would only be killed by the system later.
fn check_memory(experiment: &Experiment) -> Result<(), String> {
    match (experiment.least_memory_bytes(), available_memory()) {
        (Some(needed), Some(there)) if needed > there => Err(format!(
            "This run needs at least {} of memory, and {} are free: choose a smaller batch, fewer samples or narrower blocks",
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

    device_name: String,
    complaint: Complaint,
    feed: Feed,
    test: Supply,
    /// Training samples that proofs are measured on.
    probe: Batch,
    /// Of the samples.
    normalization: Option<Normalization>,
    /// Where decision regions are drawn; none of samples that are not in the plane.
    grid: Option<Grid>,
    classes: usize,
    /// Samples of an evaluation that go through the network at once.
    chunk: usize,
    learner: Learner,
    /// Modules at the last evaluation, all of whose numbers were finite.
    good: Vec<LocalModule>,

    lambda: Vec<f64>,
    changes: Vec<Change>,
    total_steps: usize,
    timetable: Timetable,
    step: usize,
    /// Steps that were done before the run went on from a checkpoint.
    resumed_at: usize,
    /// Step of the newest checkpoint.
    checkpointed: usize,
    paused: bool,
    /// The goal at which a person wants it to hold.
    hold_at: Option<Way>,
    /// Goals at which it ends, and the one that is reached.
    end_at: Vec<Way>,
    ends: Option<String>,
    /// Most steps in a second.
    speed: Option<f64>,
    last_step: Instant,
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
        mut experiment: Experiment,
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
        latest.progress.lock().device.clone_from(&device_name);
        let mut hear = |loading| {
            latest.progress.lock().loading = Some(loading);
            !latest.stopping.load(Ordering::Relaxed)
        };
        let data = dataset::load(&Request::of(&experiment), &mut hear)?;
        data.must_be_as_checked(&experiment)?;
        let learning = Learner::device(&experiment, device.clone());
        let classes = data.classes.len();
        let feed = Feed::new(&data, &experiment, &learning, &mut hear)?;
        let test = Supply::new(&data.test, feed.shown(), classes, &device, &mut hear)?;
        let probe = probe::batch(&data, &experiment, &learning, &mut hear)?;
        let grid = Grid::of(&data, &device);
        latest.progress.lock().loading = None;
        let (checkpoint, unusable) = match (&options.folder, options.resume) {
            (Some(folder), true) => newest(folder),
            _ => (None, Vec::new()),
        };
        let (learner, imported, state) = match checkpoint {
            Some(checkpoint) => {
                let mut learner = Learner::new(&experiment, &learning)?;
                let state = checkpoint::restore(checkpoint, &mut learner)?;
                (learner, None, Some(state))
            }
            None => {
                let (learner, imported) = weights::learner(&experiment, &learning)?;
                (learner, imported, None)
            }
        };
        let widest = experiment.widest();
        let step = state.as_ref().map_or(0, |state| state.step);
        // Last of what can fail, so that a run that cannot start leaves no folder behind.
        let mut record = match &options.folder {
            Some(folder) if options.resume => {
                let changes = state.as_ref().map_or(&[][..], |state| &state.changes);
                Some(Record::go_on(folder, &experiment, step, changes)?)
            }
            Some(folder) => Some(Record::create(folder, &experiment)?),
            None => None,
        };
        outbox.push(Event::Note(format!("Training on {device_name}")));
        if let Some((threads, bytes)) = feed.ahead() {
            let s = if threads == 1 { "" } else { "s" };
            outbox.push(Event::Note(format!(
                "Samples are read ahead on {threads} thread{s}, in up to {}",
                exact_bytes(bytes as u64)
            )));
        }
        if let Some([low, high]) = feed.shown().stretched
            && (experiment.plan().iter().flatten()).any(|module| module.loss.reconstructs())
        {
            outbox.push(Event::Note(format!(
                "Decoders draw values from 0 to 1: these images have values from {low} to {high}, which are brought to that range"
            )));
        }
        for message in unusable {
            outbox.push(Event::Warning {
                module: None,
                message,
            });
        }
        if options.resume {
            outbox.push(Event::Note(match step {
                0 => "There is no checkpoint yet: the run starts from the beginning".to_owned(),
                step => format!("The run goes on after step {step}"),
            }));
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
        let lone = lone::warning(&experiment, feed.schedule());
        // The record of a run that goes on tells of it already.
        if let Some(message) = lone.filter(|_| !options.resume) {
            if let Some(record) = &mut record {
                record.tell(Told::Warning {
                    step,
                    module: None,
                    message: &message,
                })?;
            }
            outbox.push(Event::Warning {
                module: None,
                message,
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
        let timetable = feed.timetable().clone();
        let all_steps = timetable.total_steps();
        let modules = match experiment.method.kind.is_local() {
            true => experiment.module_count(),
            false => 1,
        };
        let state = state.unwrap_or_else(|| State {
            lambda: (2..=modules)
                .map(|number| experiment.lambda_of(number))
                .collect(),
            learning_rate: experiment.optimizer.lr,
            ..State::default()
        });
        experiment.optimizer.lr = state.learning_rate;
        Ok(Self {
            lambda: state.lambda,
            good: learner.modules().to_vec(),
            total_steps: options.max_steps.unwrap_or(all_steps).min(all_steps),
            experiment,
            inbox,
            latest,
            outbox,
            record,
            device_name,
            complaint: opened.complaint,
            feed,
            test,
            probe,
            normalization: data.train.normalization().cloned(),
            grid,
            classes,
            chunk: evaluation::chunk(widest),
            learner,
            changes: state.changes,
            timetable,
            step,
            resumed_at: step,
            checkpointed: step,
            paused: options.paused,
            hold_at: None,
            end_at: (options.end_at.iter())
                .map(|goal| Way::to(*goal, state.seconds_spent))
                .collect(),
            ends: None,
            speed: None,
            last_step: Instant::now(),
            single_step: false,
            watch_regions: false,
            pending: Vec::new(),
            last_told: Instant::now(),
            last_regions: None,
            memory,
            step_seconds: 0.0,
            steps_timed: 0,
            seconds_spent: state.seconds_spent,
            epoch: state.epoch,
            last_epoch: state.last_epoch,
            worse_than_guessing: state.worse_than_guessing,
            evaluation: None,
        })
    }

    fn run(&mut self) -> Event {
        let end = self.train_and_judge();
        let broken = matches!(end, End::Broken(_));
        let (phase, message) = match end {
            End::Finished => (Phase::Finished, None),
            End::Stopped => (Phase::Stopped, None),
            End::Diverged(message) => (Phase::Diverged, Some(message)),
            End::Failed(message) | End::Broken(message) => (Phase::Failed, Some(message)),
        };
        if phase == Phase::Diverged {
            self.learner.set_modules(self.good.clone());
        }
        // Made once, so that what is told and what is recorded are the same.
        let mut summary = Box::new(self.summary(phase, message));
        let closed = catch_unwind(AssertUnwindSafe(|| {
            if !broken {
                // For whoever looks at them only after the end; without them there is still the
                // rest.
                let _ = self.draw_regions_now();
            }
            self.close(&summary, broken)
        }));
        let closed = closed.unwrap_or_else(|panic| {
            // The device gave way only now: what does not lie on it is written all the same.
            summary.phase = Phase::Failed;
            summary.message = Some(self.why(panic.as_ref()));
            self.close(&summary, true)
        });
        if let Err(error) = closed {
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

    /// Trains to the end and looks at what was learnt, whatever gives way meanwhile.
    fn train_and_judge(&mut self) -> End {
        let work = AssertUnwindSafe(|| {
            let trained = self.train_all();
            self.judge_at_the_end();
            self.evaluate_last(trained)
        });
        let end = match catch_unwind(work) {
            Ok(Ok(())) => End::Finished,
            Ok(Err(end)) => end,
            Err(panic) => return End::Broken(self.why(panic.as_ref())),
        };
        let explained = self.complained().or_else(|| match &end {
            End::Failed(message) => trouble::explained(message, &self.device_name),
            _ => None,
        });
        explained.map_or(end, End::Broken)
    }

    /// What the device complained of, in a sentence.
    fn complained(&self) -> Option<String> {
        trouble::explained(&self.complaint.take()?, &self.device_name)
    }

    /// Why a panic broke the run: a complaint is the cause of what came of it here.
    fn why(&self, panic: &(dyn Any + Send)) -> String {
        self.complained()
            .unwrap_or_else(|| trouble::of_panic(panic, &self.device_name))
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

    /// Writes what remains to be written; of a `broken` run, nothing that lies on the device.
    fn close(&mut self, summary: &Summary, broken: bool) -> Result<(), String> {
        if let Some(record) = &mut self.record {
            if !broken {
                let mut weights = trace::Archive::default();
                weights.parameters("", self.learner.modules(), &self.experiment);
                let about = trace::metadata(&self.experiment, self.normalization.as_ref())?;
                weights.write(&record.weights_path(), about)?;
            }
            record.summary(summary)?;
        }
        if matches!(summary.phase, Phase::Finished | Phase::Stopped) {
            if self
                .changes
                .last()
                .is_some_and(|last| last.step == self.step)
            {
                // Changed after the last step, which the checkpoint after it does not know.
                self.checkpointed = 0;
            }
            self.checkpoint()?;
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
        if self.step > 0 {
            self.evaluate_again()?;
        }
        while self.step < self.total_steps {
            self.obey()?;
            let started = Instant::now();
            self.one_step()?;
            let first = self.step == self.resumed_at + 1;
            let epoch_ends = self.step.is_multiple_of(self.timetable.steps_per_epoch);
            if first
                || epoch_ends
                || self.single_step
                || self.step == self.total_steps
                || self.pending.len() >= TELL_STEPS
                || self.last_told.elapsed() >= TELL_EVERY
            {
                self.tell_steps()?;
            }
            if self.step == 1 {
                self.prove_isolation(false)?;
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
            let standing = Standing {
                step: self.step,
                steps_per_epoch: self.timetable.steps_per_epoch,
                seconds_spent: self.seconds_spent,
            };
            self.look_at_goals(|way| way.is_reached(standing));
            if let Some(why) = self.ends.take() {
                self.tell_steps()?;
                self.outbox
                    .push(Event::Note(format!("{why}: the run ends")));
                return Ok(());
            }
            if self.single_step {
                self.single_step = false;
                self.paused = true;
            }
        }
        Ok(())
    }

    fn one_step(&mut self) -> Result<(), End> {
        let batch = self.feed.batch(self.step)?;
        let pace = (self.timetable).pace(&self.experiment, &self.lambda, self.step);
        let measure = self
            .step
            .is_multiple_of(self.experiment.measure.alignment_every);
        let way = StepWay {
            step: self.step,
            learning_rate: pace.learning_rate,
            lambda: &pace.lambda,
            measure,
            only: pace.only,
        };
        let before = self.keep_for_truth();
        let numbers = self.learner.step(&batch, &way, &mut |_| {});
        if let Some(said) = self.complaint.take() {
            return Err(End::Failed(said));
        }
        let truth = before.and_then(|before| self.learner.truth(&before, &self.probe, &way));
        self.step += 1;
        self.pending.push(Pending {
            record: StepRecord {
                step: self.step,
                epoch: self.epochs(),
                learning_rate: pace.learning_rate,
                lambda: pace.lambda,
                ..StepRecord::default()
            },
            values: numbers.values,
            aligned: numbers.aligned,
            truth,
        });
        Ok(())
    }

    /// Epochs done, with fraction.
    fn epochs(&self) -> f64 {
        self.step as f64 / self.timetable.steps_per_epoch as f64
    }
}
