//! Puts the values of a checkpoint into a network.

use std::collections::HashMap;

use burn::tensor::Device;
use layerwise_experiment::{Experiment, Weights};

use super::{compare::compare, read::Checkpoint, report::Report, slot::slots};
use crate::local::{Learner, LocalModule, replace_parameters};

/// What a checkpoint has of an experiment's network. Changes nothing.
///
/// # Errors
/// Where the file cannot be read, is no checkpoint, or is of another network.
pub fn check(experiment: &Experiment, weights: &Weights) -> Result<Report, String> {
    let checkpoint = Checkpoint::open(&weights.path)?;
    let modules = LocalModule::all(experiment, &Device::flex())?;
    let slots = slots(experiment, &modules);
    Ok(compare(experiment, &slots, &checkpoint, weights.head)?.report)
}

/// The network of an experiment as a run starts with it, and what it has of a checkpoint where the
/// experiment names one.
///
/// # Errors
/// As [`Learner::new`] and [`import`].
pub fn learner(
    experiment: &Experiment,
    device: &Device,
) -> Result<(Learner, Option<Report>), String> {
    let mut learner = Learner::new(experiment, device)?;
    let Some(weights) = &experiment.weights else {
        return Ok((learner, None));
    };
    let (modules, report) = import(experiment, weights, learner.modules().to_vec())?;
    learner.set_modules(modules);
    Ok((learner, Some(report)))
}

/// Puts what a checkpoint has into the modules of an experiment.
///
/// # Errors
/// As [`check`], and where a tensor has another shape than in the network or values that are
/// not finite.
pub fn import(
    experiment: &Experiment,
    weights: &Weights,
    modules: Vec<LocalModule>,
) -> Result<(Vec<LocalModule>, Report), String> {
    let checkpoint = Checkpoint::open(&weights.path)?;
    let slots = slots(experiment, &modules);
    let found = compare(experiment, &slots, &checkpoint, weights.head)?;
    if let Some(problem) = found.report.problem() {
        return Err(problem);
    }
    let places: HashMap<(usize, &str), _> = slots
        .iter()
        .zip(&found.sources)
        .filter_map(|(slot, source)| {
            let key = (slot.module, slot.local.as_str());
            Some((key, (slot, source.as_ref()?)))
        })
        .collect();
    let modules: Result<Vec<LocalModule>, String> = modules
        .into_iter()
        .enumerate()
        .map(|(at, module)| {
            replace_parameters(module, &mut |local| match places.get(&(at, local)) {
                None => Ok(None),
                Some((slot, (name, layout))) => {
                    let values = checkpoint.values(name)?;
                    Ok(Some(layout.imported(values, &slot.shape)))
                }
            })
        })
        .collect();
    Ok((modules?, found.report))
}
