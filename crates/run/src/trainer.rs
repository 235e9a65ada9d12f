//! The trainer: owns every tensor, on a thread of its own.

mod clock;
mod end;
mod epoch;
mod judgement;
mod machine;
mod obey;
mod prepare;
mod probe;
mod samples;
mod summary;
mod tell;
mod transport;
mod untold;

pub use samples::probe_size;

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Instant,
};

use crossbeam_channel::Receiver;
use layerwise_experiment::Experiment;
use layerwise_learn::local::Learner;
use layerwise_study::{Change, Fact, Live, Phase, StepRecord, Summary};

use clock::Clock;
use end::End;
use judgement::Judgement;
use machine::Machine;
use samples::Samples;
use transport::Transport;
use untold::{Pending, Untold};

use super::{
    Command, RunOptions,
    latest::{Latest, Watch},
    outbox::Outbox,
    teller::Teller,
    timetable::Pace,
    trace,
    trouble::Broken,
};

/// Trains an experiment to its end and says how it ended.
pub(super) fn train(
    experiment: Experiment,
    options: RunOptions,
    inbox: &Receiver<Command>,
    latest: &Latest,
    outbox: &Outbox,
) -> Fact {
    match Trainer::prepare(experiment, options, inbox, latest, outbox) {
        Ok(mut trainer) => trainer.run(),
        Err(end) => {
            let mut progress = latest.progress.lock();
            progress.loading = None;
            let (phase, message) = end.explained(&progress.device).told();
            Fact::Ended {
                phase,
                message,
                summary: None,
            }
        }
    }
}

struct Trainer<'a> {
    /// As the run was started with it.
    experiment: Experiment,
    /// λ and learning rate as they are now.
    live: Live,
    /// What a person changed of them.
    changes: Vec<Change>,

    inbox: &'a Receiver<Command>,
    latest: &'a Latest,
    teller: Teller<'a>,

    machine: Machine,
    samples: Samples,
    learner: Learner,
    /// Samples of an evaluation that go through the network at once.
    chunk: usize,

    clock: Clock,
    transport: Transport,
    untold: Untold,
    judgement: Judgement,
    regions: Watch,
    /// Step of the newest checkpoint.
    checkpointed: usize,
}

impl Trainer<'_> {
    fn run(&mut self) -> Fact {
        let end = self.train_and_judge();
        let broken = matches!(end, End::Broken(_));
        let (phase, message) = end.told();
        if phase == Phase::Diverged {
            self.learner.set_modules(self.judgement.good.clone());
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
            summary.message = Some(self.why(panic.as_ref()).to_string());
            self.close(&summary, true)
        });
        if let Err(error) = closed {
            summary.phase = Phase::Failed;
            summary.message.get_or_insert(error);
        }
        self.tell_progress(summary.phase);
        Fact::Ended {
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
        match self.machine.trouble() {
            Some(trouble) => End::Broken(Broken::Device(trouble)),
            None => end.explained(&self.machine.name),
        }
    }

    /// Why a panic broke the run: a complaint is the cause of what came of it here.
    fn why(&self, panic: &(dyn Any + Send)) -> Broken {
        let trouble = self.machine.trouble();
        trouble.map_or_else(
            || Broken::of_panic(panic, &self.machine.name),
            Broken::Device,
        )
    }

    /// Evaluates the final state, unless that was done or there is nothing sound to evaluate.
    fn evaluate_last(&mut self, trained: Result<(), End>) -> Result<(), End> {
        let step = self.clock.step();
        let sound = matches!(trained, Ok(()) | Err(End::Stopped));
        if sound && self.judgement.is_stale(step) && step > 0 {
            self.evaluate()?;
        }
        trained
    }

    /// Writes what remains to be written; of a `broken` run, nothing that lies on the device.
    fn close(&mut self, summary: &Summary, broken: bool) -> Result<(), String> {
        let experiment = self.experiment_now();
        if let Some(record) = &mut self.teller.record {
            if !broken {
                let mut weights = trace::Archive::default();
                weights.parameters("", self.learner.modules(), &experiment);
                let about = trace::metadata(&experiment, self.samples.normalization.as_ref())?;
                weights.write(&record.weights_path(), about)?;
            }
            record.summary(summary)?;
        }
        if matches!(summary.phase, Phase::Finished | Phase::Stopped) {
            let last = self.changes.last();
            if last.is_some_and(|last| last.step == self.clock.step()) {
                // Changed after the last step, which the checkpoint after it does not know.
                self.checkpointed = 0;
            }
            self.checkpoint()?;
        }
        Ok(())
    }

    fn train_all(&mut self) -> Result<(), End> {
        self.tell_progress(if self.transport.is_paused() {
            Phase::Paused
        } else {
            Phase::FirstStep
        });
        self.teller.flush()?;
        if self.clock.step() > 0 {
            self.evaluate_again()?;
        }
        while !self.clock.is_over() {
            self.obey()?;
            self.train_one()?;
            if self.clock.ends_epoch() {
                self.end_epoch()?;
            }
            let standing = self.clock.standing();
            self.look_at_goals(|way| way.is_reached(standing))?;
            if let Some(why) = self.transport.ends() {
                self.tell_steps()?;
                self.teller.note(format!("{why}: the run ends"))?;
                return Ok(());
            }
            self.transport.end_step();
        }
        Ok(())
    }

    /// Does a step, and tells it and those before it where that is due.
    fn train_one(&mut self) -> Result<(), End> {
        let started = Instant::now();
        self.step()?;
        if self.clock.is_first()
            || self.clock.ends_epoch()
            || self.transport.is_single_step()
            || self.clock.is_over()
            || self.untold.are_due()
        {
            self.tell_steps()?;
        }
        if self.clock.step() == 1 {
            self.prove_isolation(false)?;
        }
        self.clock.spend_on_step(started.elapsed().as_secs_f64());
        Ok(())
    }

    fn step(&mut self) -> Result<(), End> {
        let batch = self.samples.feed.batch(self.clock.step())?;
        let pace = self.pace();
        let every = self.experiment.measure.alignment_every;
        let way = pace.way(self.clock.step().is_multiple_of(every));
        let before = self.keep_for_truth();
        let numbers = self.learner.step(&batch, &way, &mut |_| {});
        if let Some(said) = self.machine.complaint() {
            return Err(End::Failed(said));
        }
        let probe = &self.samples.probe;
        let truth = before.and_then(|before| self.learner.truth(&before, probe, &way));
        self.clock.advance();
        self.untold.push(Pending {
            record: StepRecord {
                step: self.clock.step(),
                epoch: self.clock.epochs(),
                learning_rate: pace.learning_rate,
                lambda: pace.lambda,
                ..StepRecord::default()
            },
            numbers,
            truth,
        });
        Ok(())
    }

    /// How the next step trains.
    fn pace(&self) -> Pace {
        let timetable = self.clock.timetable();
        timetable.pace(&self.experiment, &self.live, self.clock.step())
    }

    /// The experiment with λ and learning rate as they are now.
    fn experiment_now(&self) -> Experiment {
        let mut experiment = self.experiment.clone();
        self.live.apply(&mut experiment);
        experiment
    }
}
