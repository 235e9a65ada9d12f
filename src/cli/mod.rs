//! Every verb of the command line.

mod data;
mod output;
mod train;
mod weights;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Parser, Subcommand};
use indicatif::ProgressBar;
use layerwise_dataset::{Request, look};
use layerwise_experiment::{
    DataKind, DeviceChoice, Experiment, FileError, Preset, preset, presets, words::number::grouped,
};
use layerwise_run::{self as run, adapters, choose};

use output::print;

/// A desktop studio for local learning.
#[derive(Parser)]
#[command(
    name = "layerwise",
    version,
    about,
    args_conflicts_with_subcommands = true
)]
#[command(
    after_help = "Exit codes: 0 done, 1 error, 2 wrong usage, 3 the run diverged, 130 interrupted"
)]
struct Cli {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// Experiment to open in the studio
    #[arg(value_name = "EXPERIMENT.toml")]
    experiment: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Verb {
    /// List the built-in experiments
    Presets {
        /// As JSON
        #[arg(long, global = true)]
        json: bool,
        #[command(subcommand)]
        verb: Option<PresetVerb>,
    },
    /// List the devices to train on
    Devices,
    /// Train without a window
    Train(train::TrainArgs),
    /// Write every number of the first steps to a safetensors file
    Trace {
        #[command(flatten)]
        source: Source,
        /// Steps to trace
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
        steps: u32,
        /// File to write
        #[arg(long, value_name = "FILE.safetensors")]
        out: PathBuf,
    },
    /// What lies in files, data as files, and published data sets
    #[command(subcommand)]
    Data(data::DataVerb),
    /// Weights from and for other programs
    #[command(subcommand)]
    Weights(weights::WeightsVerb),
}

#[derive(Subcommand)]
enum PresetVerb {
    /// Print one as it is written in a file
    Show { name: String },
}

/// Largest seed: TOML's whole numbers end there.
const MAX_SEED: u64 = i64::MAX as u64;

/// Which experiment, and what to change in it.
#[derive(Args)]
#[command(group(clap::ArgGroup::new("which").required(true).args(["experiment", "preset"])))]
struct Source {
    /// Experiment file
    #[arg(value_name = "EXPERIMENT.toml")]
    experiment: Option<PathBuf>,
    /// Built-in experiment, as listed by `layerwise presets`
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// Where to train: auto, cpu, gpu or gpu:N, as listed by `layerwise devices`
    #[arg(long)]
    device: Option<DeviceChoice>,
    /// Seed of weights, data and batches
    #[arg(long, value_name = "S", value_parser = clap::value_parser!(u64).range(..=MAX_SEED))]
    seed: Option<u64>,
    /// Set a key of the experiment, such as optimizer.lr=0.1 or split.after=[2,4]
    #[arg(long = "set", value_name = "KEY=VALUE")]
    assignments: Vec<String>,
}

impl Source {
    /// The experiment with everything set, checked.
    fn experiment(&self, epochs: Option<u64>) -> Result<Experiment, Failure> {
        self.checked(epochs, true)
    }

    /// The same for its network alone, for which files are not looked at again.
    fn network(&self) -> Result<Experiment, Failure> {
        self.checked(None, false)
    }

    /// What sets the keys that are to be changed.
    fn assignments(&self, epochs: Option<u64>) -> Vec<String> {
        let mut assignments = self.assignments.clone();
        if let Some(device) = self.device {
            assignments.push(format!("device={device}"));
        }
        if let Some(seed) = self.seed {
            assignments.push(format!("seed={seed}"));
        }
        assignments.extend(epochs.map(|epochs| format!("train.epochs={epochs}")));
        assignments
    }

    fn checked(&self, epochs: Option<u64>, anew: bool) -> Result<Experiment, Failure> {
        let assignments = self.assignments(epochs);
        let experiment = match (&self.preset, &self.experiment) {
            (Some(name), _) => named_preset(name)?.with(&assignments)?,
            (None, Some(path)) => Experiment::load_with(path, &assignments)?,
            (None, None) => return Err(Failure::error("no experiment was named".to_owned())),
        };
        checked(experiment, anew)
    }
}

/// An experiment without problems. Looks at its files where that was not done, or `anew`.
fn checked(mut experiment: Experiment, anew: bool) -> Result<Experiment, Failure> {
    if anew || experiment.data.found.is_none() {
        look_at_files(&mut experiment)?;
    }
    let problems = experiment.problems();
    if problems.is_empty() {
        Ok(experiment)
    } else {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Err(Failure::error(lines.join("\nerror: ")))
    }
}

/// Finds out what the files of an experiment hold, where it has any.
fn look_at_files(experiment: &mut Experiment) -> Result<(), Failure> {
    let request = Request::of(experiment);
    if experiment.data.kind != DataKind::Files || request.lacks_path() {
        return Ok(());
    }
    let bar = data::bar("Reading");
    let found = look(&experiment.data, &mut |loading| data::follow(&bar, loading));
    bar.finish_and_clear();
    experiment.data.found = Some(found?);
    Ok(())
}

/// Exit code of what was interrupted.
const INTERRUPTED: u8 = 130;

/// How a verb ends badly.
struct Failure {
    message: String,
    code: u8,
}

impl Failure {
    fn error(message: String) -> Self {
        Self { message, code: 1 }
    }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        Self::error(error.to_string())
    }
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self::error(message)
    }
}

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { message, code }) => {
            if !message.is_empty() {
                output::error(&message);
            }
            ExitCode::from(code)
        }
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    match cli.verb {
        None => open_studio(cli.experiment),
        Some(Verb::Presets { json, verb: None }) => list_presets(json),
        Some(Verb::Presets {
            json,
            verb: Some(PresetVerb::Show { name }),
        }) => show_preset(&name, json),
        Some(Verb::Devices) => list_devices(),
        Some(Verb::Train(args)) => train::train(&args),
        Some(Verb::Trace { source, steps, out }) => trace(&source, steps, &out),
        Some(Verb::Data(verb)) => data::run(&verb),
        Some(Verb::Weights(verb)) => weights::run(&verb),
    }
}

fn open_studio(experiment: Option<PathBuf>) -> Result<(), Failure> {
    if let Some(path) = &experiment {
        let metadata = std::fs::metadata(path)
            .map_err(|error| format!("{} cannot be opened: {error}", path.display()))?;
        if !metadata.is_file() {
            return Err(Failure::error(format!(
                "{} is not a file: name an experiment file",
                path.display()
            )));
        }
    }
    if cfg!(target_os = "linux") && !has_display() {
        return Err(Failure::error(
            "no display was found, and the studio needs one: train without it by `layerwise train`, such as `layerwise train --preset digits-mlp`".to_owned(),
        ));
    }
    crate::gui::open(experiment).map_err(|error| Failure::error(format!("{error:#}")))
}

/// Whether an X11 or Wayland session is named by the environment.
fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .into_iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

fn trace(source: &Source, steps: u32, out: &Path) -> Result<(), Failure> {
    let experiment = source.experiment(None)?;
    must_be_new(out)?;
    let bar = ProgressBar::new(u64::from(steps));
    run::trace(&experiment, steps as usize, out, &mut |step| {
        bar.set_position(step as u64);
    })?;
    bar.finish_and_clear();
    print(&format!("{}\n", out.display()))
}

/// Refuses a file that is there already, or a folder that is not.
fn must_be_new(out: &Path) -> Result<(), Failure> {
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty());
    if folder.is_some_and(|folder| !folder.is_dir()) {
        return Err(Failure::error(format!(
            "{} cannot be written: name one in a folder that exists",
            out.display()
        )));
    }
    if out.symlink_metadata().is_ok() {
        return Err(Failure::error(format!(
            "{} exists already and is not replaced: name a new one",
            out.display()
        )));
    }
    Ok(())
}

fn named_preset(name: &str) -> Result<Preset, Failure> {
    preset(name).ok_or_else(|| {
        let names: Vec<&str> = presets().iter().map(|preset| preset.name).collect();
        Failure::error(format!(
            "there is no preset \"{name}\": choose {}",
            names.join(", ")
        ))
    })
}

fn show_preset(name: &str, json: bool) -> Result<(), Failure> {
    let preset = named_preset(name)?;
    if json {
        let text = serde_json::to_string_pretty(&preset.experiment()?)
            .map_err(|error| format!("the preset cannot be printed: {error}"))?;
        print(&format!("{text}\n"))
    } else {
        print(&preset.toml()?)
    }
}

fn list_presets(json: bool) -> Result<(), Failure> {
    let mut text = String::new();
    let mut list = Vec::new();
    for preset in presets() {
        let experiment = preset.experiment()?;
        let plan = experiment.plan().unwrap_or_default();
        let parameters = experiment.network_parameters().unwrap_or_default();
        text.push_str(&format!(
            "{:<18}  {}\n{:<18}  input {}, {} classes, {} blocks, {} modules, {} parameters\n{:<18}  source: {}\n",
            preset.name,
            experiment.description,
            "",
            experiment.data.shape(),
            experiment.data.class_count(),
            experiment.blocks.len(),
            plan.len(),
            grouped(parameters as u64),
            "",
            preset.source,
        ));
        list.push(serde_json::json!({
            "name": preset.name,
            "family": preset.family.title(),
            "description": experiment.description,
            "input_shape": experiment.data.shape().to_string(),
            "classes": experiment.data.class_count(),
            "blocks": experiment.blocks.len(),
            "modules": plan.len(),
            "parameters": parameters,
            "source": preset.source,
        }));
    }
    if json {
        text = format!("{:#}\n", serde_json::Value::Array(list));
    }
    print(&text)
}

fn list_devices() -> Result<(), Failure> {
    let adapters = adapters();
    let auto = choose(DeviceChoice::Auto, &adapters)?.map(|adapter| adapter.index);
    let mark = |chosen: bool| if chosen { "  (auto)" } else { "" };
    let mut text = format!("cpu    this machine's processor{}\n", mark(auto.is_none()));
    for adapter in &adapters {
        text.push_str(&format!(
            "{:<6} {} ({}, {}){}\n",
            format!("gpu:{}", adapter.index),
            adapter.name,
            adapter.kind.title(),
            adapter.api,
            mark(auto == Some(adapter.index)),
        ));
    }
    print(&text)
}
