//! Every verb of the command line.

mod data;
mod failure;
mod keys;
mod loading;
mod output;
mod source;
mod train;
mod weights;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use indicatif::{HumanCount, ProgressBar};
use layerwise_experiment::{DeviceChoice, presets};
use layerwise_run::{self as run, adapters, choose};

use failure::Failure;
use output::print;
use source::{Source, must_be_new, named_preset};

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
    /// List every key of the experiment file, with its default and what it may be
    Keys {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
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
        Some(Verb::Keys { json }) => keys::list(json),
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
            HumanCount(parameters as u64),
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
