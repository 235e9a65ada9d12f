//! How a run gets ready: its device, samples, network and record, and what is said of them.

use std::sync::atomic::Ordering;

use burn::tensor::Device;
use crossbeam_channel::Receiver;
use indicatif::HumanBytes;
use layerwise_dataset::{self as dataset, Request};
use layerwise_experiment::Experiment;
use layerwise_learn::{
    local::Learner,
    weights::{self, Report},
};
use layerwise_study::{
    Fact, Live,
    checkpoint::{State, newest},
};

use super::{
    Trainer, clock::Clock, end::End, judgement::Judgement, machine::Machine, samples::Samples,
    tell::REGIONS_EVERY, transport::Transport, untold::Untold,
};
use crate::{
    Command, RunOptions, checkpoint, evaluation,
    latest::{Latest, Watch},
    lone,
    outbox::Outbox,
    record::Record,
    teller::Teller,
};

/// What a run begins with.
struct Start {
    learner: Learner,
    state: State,
    /// Why newer checkpoints could not be used.
    unusable: Vec<String>,
    /// How the weights of another program fitted, where it began with them.
    imported: Option<Report>,
}

impl Start {
    /// From the newest checkpoint of a run that goes on, or from the beginning.
    fn of(experiment: &Experiment, options: &RunOptions, device: &Device) -> Result<Self, String> {
        let (checkpoint, unusable) = match &options.folder {
            Some(folder) if options.resume => newest(folder),
            _ => (None, Vec::new()),
        };
        if let Some(checkpoint) = checkpoint {
            let mut learner = Learner::new(experiment, device)?;
            let state = checkpoint::restore(checkpoint, &mut learner)?;
            return Ok(Self {
                learner,
                state,
                unusable,
                imported: None,
            });
        }
        let (learner, imported) = weights::learner(experiment, device)?;
        let state = State {
            live: Live::of(experiment),
            ..State::default()
        };
        Ok(Self {
            learner,
            state,
            unusable,
            imported,
        })
    }

    /// The record that the run goes on with or begins; none where none is kept.
    fn record(
        &self,
        experiment: &Experiment,
        options: &RunOptions,
    ) -> Result<Option<Record>, String> {
        let State { step, changes, .. } = &self.state;
        let record = options.folder.as_ref().map(|folder| {
            if options.resume {
                Record::go_on(folder, experiment, *step, changes)
            } else {
                Record::create(folder, experiment)
            }
        });
        record.transpose()
    }
}

impl<'a> Trainer<'a> {
    /// Gets a run ready.
    ///
    /// # Errors
    /// Where the device, the data, the network or the record cannot be had, or the run shall stop.
    pub(super) fn prepare(
        experiment: Experiment,
        options: RunOptions,
        inbox: &'a Receiver<Command>,
        latest: &'a Latest,
        outbox: &'a Outbox,
    ) -> Result<Self, End> {
        let (machine, device) = Machine::open(&experiment)?;
        latest.progress.lock().device.clone_from(&machine.name);
        let mut hear = |loading| {
            latest.progress.lock().loading = Some(loading);
            !latest.stopping.load(Ordering::Relaxed)
        };
        let data = dataset::load(&Request::of(&experiment), &mut hear)?;
        data.must_be_as_checked(&experiment)?;
        let learning = Learner::device(&experiment, device.clone());
        let samples = Samples::of(&data, &experiment, [&device, &learning], &mut hear)?;
        latest.progress.lock().loading = None;
        let start = Start::of(&experiment, &options, &learning)?;
        // Last of what can fail, so that a run that cannot start leaves no folder behind.
        let record = start.record(&experiment, &options)?;
        let mut teller = Teller::new(outbox, record);
        teller.note(format!("Training on {}", machine.name))?;
        tell_of_samples(&mut teller, &experiment, &samples)?;
        tell_of_start(&mut teller, &start, options.resume)?;
        tell_of_unreadable(&mut teller, data.unreadable)?;
        // The record of a run that goes on tells of it already.
        let lone = lone::warning(&experiment, samples.feed.schedule());
        if let Some(message) = lone.filter(|_| !options.resume) {
            teller.tell(Fact::Warning {
                step: Some(start.state.step),
                module: None,
                message,
            })?;
        }
        tell_of_weights(&mut teller, start.imported)?;
        teller.flush()?;
        let Start { learner, state, .. } = start;
        let timetable = samples.feed.timetable().clone();
        Ok(Self {
            clock: Clock::new(
                timetable,
                options.max_steps,
                state.step,
                state.seconds_spent,
            ),
            transport: Transport::new(options.paused, &options.end_at, state.seconds_spent),
            judgement: Judgement {
                epoch: state.epoch,
                last_epoch: state.last_epoch,
                worse_than_guessing: state.worse_than_guessing,
                evaluation: None,
                good: learner.modules().to_vec(),
            },
            chunk: evaluation::chunk(experiment.widest()),
            live: state.live,
            changes: state.changes,
            checkpointed: state.step,
            untold: Untold::default(),
            regions: Watch::at_most(REGIONS_EVERY),
            experiment,
            inbox,
            latest,
            teller,
            machine,
            samples,
            learner,
        })
    }
}

fn tell_of_samples(
    teller: &mut Teller<'_>,
    experiment: &Experiment,
    samples: &Samples,
) -> Result<(), String> {
    if let Some((threads, bytes)) = samples.feed.ahead() {
        let s = if threads == 1 { "" } else { "s" };
        teller.note(format!(
            "Samples are read ahead on {threads} thread{s}, in up to {}",
            HumanBytes(bytes as u64)
        ))?;
    }
    if let Some([low, high]) = samples.feed.shown().stretched
        && experiment
            .plan()
            .iter()
            .flatten()
            .any(|module| module.loss.reconstructs())
    {
        teller.note(format!(
            "Decoders draw values from 0 to 1: these images have values from {low} to {high}, which are brought to that range"
        ))?;
    }
    Ok(())
}

fn tell_of_start(teller: &mut Teller<'_>, start: &Start, resumes: bool) -> Result<(), String> {
    for message in &start.unusable {
        teller.tell(warning(message.clone()))?;
    }
    if resumes {
        teller.note(match start.state.step {
            0 => "There is no checkpoint yet: the run starts from the beginning".to_owned(),
            step => format!("The run goes on after step {step}"),
        })?;
    }
    Ok(())
}

fn tell_of_unreadable(teller: &mut Teller<'_>, unreadable: usize) -> Result<(), String> {
    match unreadable {
        0 => Ok(()),
        1 => teller.tell(warning(
            "1 image file cannot be read and is not used".to_owned(),
        )),
        count => teller.tell(warning(format!(
            "{count} image files cannot be read and are not used"
        ))),
    }
}

fn tell_of_weights(teller: &mut Teller<'_>, imported: Option<Report>) -> Result<(), String> {
    let Some(report) = imported else {
        return Ok(());
    };
    let message = format!("Starting with {}", report.sentence());
    if report.is_complete() {
        teller.note(message)
    } else {
        teller.tell(warning(message))
    }
}

/// A warning about how the program begins its work on the run.
fn warning(message: String) -> Fact {
    Fact::Warning {
        step: None,
        module: None,
        message,
    }
}
