//! Which experiment a verb is about, and files that it may write.

use std::path::{Path, PathBuf};

use clap::Args;
use layerwise_dataset::{Request, look};
use layerwise_experiment::{DataKind, DeviceChoice, Experiment, Preset, preset, presets};

use super::{
    failure::Failure,
    loading::{bar, follow},
};

/// Largest seed: TOML's whole numbers end there.
const MAX_SEED: u64 = i64::MAX as u64;

/// Which experiment, and what to change in it.
#[derive(Args)]
#[command(group(clap::ArgGroup::new("which").required(true).args(["experiment", "preset"])))]
pub(super) struct Source {
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
    #[arg(
        long = "set",
        value_name = "KEY=VALUE",
        help = "Set a key of the experiment, such as optimizer.lr=0.1 or split.after=[2,4]"
    )]
    assignments: Vec<String>,
}

impl Source {
    /// The experiment with everything set, checked.
    pub fn experiment(&self, epochs: Option<u64>) -> Result<Experiment, Failure> {
        self.checked(epochs, true)
    }

    /// The same for its network alone, for which files are not looked at again.
    pub fn network(&self) -> Result<Experiment, Failure> {
        self.checked(None, false)
    }

    /// What sets the keys that are to be changed.
    pub fn assignments(&self, epochs: Option<u64>) -> Vec<String> {
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
pub(super) fn checked(mut experiment: Experiment, anew: bool) -> Result<Experiment, Failure> {
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
    let bar = bar("Reading");
    let found = look(&experiment.data, &mut |loading| follow(&bar, loading));
    bar.finish_and_clear();
    experiment.data.found = Some(found?);
    Ok(())
}

/// A built-in experiment.
pub(super) fn named_preset(name: &str) -> Result<Preset, Failure> {
    preset(name).ok_or_else(|| {
        let names: Vec<&str> = presets().iter().map(|preset| preset.name).collect();
        Failure::error(format!(
            "there is no preset \"{name}\": choose {}",
            names.join(", ")
        ))
    })
}

/// Refuses a file that is there already, or a folder that is not.
pub(super) fn must_be_new(out: &Path) -> Result<(), Failure> {
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
