//! Checkpoints in and out of the window.

use std::path::Path;

use eframe::egui::Context;
use layerwise_experiment::{Experiment, HeadSource, Weights, write_whole};
use layerwise_learn::weights;

use super::background::Job;

/// Lets the next run start from a checkpoint.
///
/// # Errors
/// Where there is no such file.
pub fn start_from(experiment: &mut Experiment, path: &Path) -> Result<(), String> {
    let about = std::fs::metadata(path)
        .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    if !about.is_file() {
        return Err(format!("{} is not a file", path.display()));
    }
    let before = experiment.weights.take();
    experiment.weights = Some(Weights {
        path: path.to_owned(),
        head: before.map(|weights| weights.head).unwrap_or_default(),
    });
    Ok(())
}

/// Writes a network as a PyTorch script.
///
/// # Errors
/// Where the network has no such script, or the file cannot be written.
pub fn write_script(experiment: &Experiment, path: &Path) -> Result<(), String> {
    let text = weights::script(experiment)?;
    write_whole(path, text.as_bytes())
        .map_err(|error| format!("{} cannot be written: {error}", path.display()))
}

/// Writes what a run of `experiment` left in the file `from`, behind the window. The job says how
/// that went.
///
/// # Errors
/// Where there is no thread for it.
pub fn write_weights(
    experiment: &Experiment,
    from: &Path,
    path: &Path,
    ctx: &Context,
) -> Result<Job<Result<String, String>>, String> {
    let mut experiment = experiment.clone();
    experiment.weights = Some(Weights {
        path: from.to_owned(),
        head: HeadSource::Keep,
    });
    let path = path.to_owned();
    Job::start("layerwise-export", ctx, move || {
        let exported = weights::export_start(&experiment, &path)?;
        let naming = exported.naming.title();
        let mut told = format!("Wrote {} ({naming} names)", path.display());
        if let Some(warning) = exported.warning() {
            told.push_str(&format!(". {warning}"));
        }
        Ok(told)
    })
}
