//! `layerwise train`.

use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use indicatif::{FormattedDuration, ProgressBar, ProgressStyle};
use layerwise_experiment::Experiment;
use layerwise_run::{self as run, Command, Goal, Run, RunOptions};
use layerwise_study::{Evaluation, Fact, Phase, Recorded, Said, Summary};

use super::{
    failure::{Failure, INTERRUPTED},
    output::{note, print},
    source::{Source, checked},
};

#[derive(clap::Args)]
#[command(
    mut_group("which", |group| group.arg("resume").arg("fork")),
    after_help = "Exit codes: 0 finished, 1 error, 2 wrong usage, 3 the run diverged, 130 interrupted by Ctrl-C (the record is kept)"
)]
pub(super) struct TrainArgs {
    #[command(flatten)]
    source: Source,
    /// Go on with the run that this folder records
    #[arg(long, value_name = "RUN_FOLDER", conflicts_with_all = ["out", "seed", "assignments"])]
    resume: Option<PathBuf>,
    /// Go on from a checkpoint of the run that this folder records, in a record of its own: with
    /// --set method.lambda=0 to compare two ways from the same state
    #[arg(
        long,
        value_name = "RUN_FOLDER",
        requires = "out",
        conflicts_with = "seed"
    )]
    fork: Option<PathBuf>,
    /// Step of the checkpoint to fork from; the newest without it
    #[arg(long, value_name = "STEP", requires = "fork")]
    at: Option<u64>,
    /// Epochs to train
    #[arg(long, value_name = "N")]
    epochs: Option<u64>,
    /// End after so many steps even if epochs are left
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    steps: Option<u64>,
    /// End where a goal is reached even if epochs are left: accuracy=A (of the last module on the
    /// test samples, from 0 to 1), plateau=N (evaluations without a smaller test loss), seconds=S
    #[arg(long, value_name = "GOAL")]
    until: Vec<Goal>,
    /// New folder for the record of the run; without it none is kept
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print the summary as JSON instead of a table
    #[arg(long)]
    json: bool,
    /// Print errors only
    #[arg(long)]
    quiet: bool,
}

/// Exit code of a run that diverged.
const DIVERGED: u8 = 3;

pub(super) fn train(args: &TrainArgs) -> Result<(), Failure> {
    let experiment = match (&args.resume, &args.fork) {
        (Some(folder), _) => resumed(folder, args)?,
        (None, Some(folder)) => forked(folder, args)?,
        (None, None) => args.source.experiment(args.epochs)?,
    };
    let interrupts = Arc::new(AtomicUsize::new(0));
    ctrlc::set_handler({
        let interrupts = interrupts.clone();
        move || {
            if interrupts.fetch_add(1, Ordering::Relaxed) > 0 {
                std::process::exit(i32::from(INTERRUPTED));
            }
        }
    })
    .map_err(|error| format!("Ctrl-C cannot be handled: {error}"))?;

    let run = Run::start(
        experiment,
        RunOptions {
            folder: args.resume.clone().or_else(|| args.out.clone()),
            resume: args.resume.is_some() || args.fork.is_some(),
            end_at: args.until.clone(),
            max_steps: args.steps.map(|steps| steps as usize),
            ..RunOptions::default()
        },
    )?;
    let mut display = Display::new(args.quiet);
    let mut stopping = false;
    loop {
        if interrupts.load(Ordering::Relaxed) > 0 && !stopping {
            stopping = true;
            run.send(Command::Stop);
            display.say("Stopping after this step");
        }
        let next = run.next_fact(Duration::from_millis(50));
        for fact in next.into_iter().chain(run.drain()) {
            match fact.said() {
                Some(Said::Note(text)) => display.say(text),
                Some(Said::Warning(text)) => display.say(&format!("warning: {text}")),
                Some(Said::End(..)) => display.finish(),
                None => display.look_at(&fact),
            }
            if let Fact::Ended {
                phase,
                message,
                summary,
            } = fact
            {
                run.join();
                return end(args, phase, message, summary.as_deref());
            }
        }
        display.progress(&run);
    }
}

/// The experiment of a recorded run.
fn resumed(folder: &Path, args: &TrainArgs) -> Result<Experiment, Failure> {
    let path = folder.join("experiment.toml");
    if !path.is_file() {
        return Err(Failure::error(format!(
            "{} holds no record of a run: choose the folder that --out named",
            folder.display()
        )));
    }
    let changes = args.source.assignments(args.epochs);
    checked(Experiment::load_with(&path, &changes)?, true)
}

/// The experiment of a branch of a recorded run, whose record is made.
fn forked(folder: &Path, args: &TrainArgs) -> Result<Experiment, Failure> {
    let step = args.at.map(|step| step as usize);
    let live = Recorded::experiment_at(folder, step)?;
    let changes = args.source.assignments(args.epochs);
    let origin = folder.join("experiment.toml");
    let experiment = Experiment::from_toml(&live.to_toml()?, &origin.to_string_lossy(), &changes)?;
    let experiment = checked(experiment, true)?;
    if let Some(out) = &args.out {
        run::fork(folder, step, out, &experiment)?;
    }
    Ok(experiment)
}

fn end(
    args: &TrainArgs,
    phase: Phase,
    message: Option<String>,
    summary: Option<&Summary>,
) -> Result<(), Failure> {
    if let Some(summary) = summary {
        if args.json {
            let text = serde_json::to_string_pretty(summary)
                .map_err(|error| format!("the summary cannot be printed: {error}"))?;
            print(&format!("{text}\n"))?;
        } else if !args.quiet {
            print(&table(summary, args))?;
        }
    }
    let code = match phase {
        Phase::Finished => return Ok(()),
        Phase::Stopped => INTERRUPTED,
        Phase::Diverged => DIVERGED,
        _ => 1,
    };
    Err(Failure {
        message: message.unwrap_or_default(),
        code,
    })
}

/// A share as "95.8", or a dash where it is not known.
fn percent(share: f32) -> String {
    if share.is_nan() {
        return "–".to_owned();
    }
    format!("{:.1}", share * 100.0)
}

fn table(summary: &Summary, args: &TrainArgs) -> String {
    let mut text = String::new();
    if !summary.module_test_accuracy.is_empty() {
        text.push_str("module  test accuracy (%)  test loss  boundary  cosine       λ\n");
    }
    let first = summary.module_separability.len() + 1 - summary.module_test_accuracy.len().max(1);
    for (at, (accuracy, loss)) in summary
        .module_test_accuracy
        .iter()
        .zip(&summary.module_test_loss)
        .enumerate()
    {
        let number = at + first;
        let mark = if summary.modules_worse_than_guessing.contains(&number) {
            "  no better than guessing"
        } else {
            ""
        };
        let boundary = at.checked_sub(1).map_or(String::new(), |boundary| {
            let cosine = summary.boundary_cosine.get(boundary);
            let cosine = cosine.filter(|cosine| !cosine.is_nan());
            format!(
                "{:>8}  {:>6}  {:>6}",
                format!("{} | {}", number - 1, number),
                cosine.map_or("–".to_owned(), |cosine| format!("{cosine:.3}")),
                summary.boundary_lambda.get(boundary).unwrap_or(&0.0),
            )
        });
        let line = format!(
            "{number:>6}  {:>17}  {loss:>9.4}  {boundary}{mark}",
            percent(*accuracy)
        );
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.push_str(&format!(
        "{} steps on {}, {:.1} steps per second\n",
        summary.steps, summary.device, summary.steps_per_second
    ));
    if !summary.modules_worse_than_guessing.is_empty() {
        text.push_str(
            "Some modules are no better than guessing: this is no ordinary result. Try a smaller λ or learning rate\n",
        );
    }
    if let Some(folder) = &args.out {
        text.push_str(&format!("Record: {}\n", folder.display()));
    }
    text
}

/// A progress bar on a terminal, else a line for each evaluation.
struct Display {
    quiet: bool,
    bar: Option<ProgressBar>,
    loss: f32,
    accuracy: Option<f32>,
}

impl Display {
    fn new(quiet: bool) -> Self {
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new(0);
            if let Ok(style) = ProgressStyle::with_template("{wide_bar} step {pos}/{len}, {msg}") {
                bar.set_style(style);
            }
            bar
        });
        Self {
            quiet,
            bar,
            loss: f32::NAN,
            accuracy: None,
        }
    }

    fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(text),
            None if !self.quiet => note(text),
            None => {}
        }
    }

    /// Keeps the newest loss and test accuracy.
    fn look_at(&mut self, fact: &Fact) {
        if let Fact::Step(record) = fact
            && let Some(loss) = record.loss.last()
        {
            self.loss = *loss;
        }
        if let Fact::Evaluation(evaluation) = fact {
            self.evaluated(evaluation);
        }
    }

    fn evaluated(&mut self, evaluation: &Evaluation) {
        self.accuracy = evaluation
            .modules
            .last()
            .and_then(|module| module.test_accuracy);
        if self.bar.is_none() && !self.quiet {
            note(&format!(
                "epoch {:.0}, step {}: loss {:.4}, test accuracy {} %",
                evaluation.epoch,
                evaluation.step,
                self.loss,
                self.accuracy.map_or("–".to_owned(), percent)
            ));
        }
    }

    fn progress(&self, run: &Run) {
        let Some(bar) = &self.bar else { return };
        let progress = run.progress();
        bar.set_length(progress.total_steps as u64);
        bar.set_position(progress.step as u64);
        bar.set_message(match progress.phase {
            Phase::Running => format!(
                "epoch {:.1}, loss {:.4}, test accuracy {} %, {} left",
                progress.step as f64 / progress.steps_per_epoch.max(1) as f64,
                self.loss,
                self.accuracy.map_or("–".to_owned(), percent),
                progress
                    .seconds_left
                    .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
                    .map_or("–".to_owned(), |left| FormattedDuration(left).to_string())
            ),
            phase => match &progress.loading {
                Some(loading) => loading.words(),
                None => phase.title().to_owned(),
            },
        });
    }

    fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
