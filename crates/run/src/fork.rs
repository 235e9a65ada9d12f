//! Runs that branch off from a checkpoint of another one.

use std::path::Path;

use layerwise_experiment::Experiment;
use layerwise_study::{
    Change, Live, Origin, Recorded,
    checkpoint::{self, State},
};

use super::record;

/// Makes a record in `into` of a run that branches off from the one recorded in `from` at the
/// checkpoint after `step`, or at the newest, to go on as `experiment` says. It holds what both
/// have in common and a checkpoint of its own, from which it goes on as any other: weights,
/// optimiser states, data order and random draws are those of the run it comes from, and so is
/// its λ where `experiment` does not have another one.
///
/// # Errors
/// Where there is no such checkpoint, it cannot be read, `experiment` cannot go on from it, or
/// `into` holds a record already or cannot be written.
pub fn fork(
    from: &Path,
    step: Option<usize>,
    into: &Path,
    experiment: &Experiment,
) -> Result<Recorded, String> {
    Recorded::experiment(from)?.check_fork(experiment)?;
    if let Some(problem) = experiment.problems().first() {
        return Err(problem.to_string());
    }
    let checkpoint = checkpoint::at(from, step)?;
    let mut state = checkpoint.state;
    let earlier = state.changes.clone();
    let changes = changes(&mut state, experiment);
    let origin = Origin {
        from: std::path::absolute(from).unwrap_or_else(|_| from.to_owned()),
        step: state.step,
    };
    record::begin_with(from, state.step, &earlier, &changes, into)?;
    let wrong = |error: &dyn std::fmt::Display| record::unwritable(into, error);
    origin.save(into).map_err(|error| wrong(&error))?;
    let keep = experiment.checkpoints.keep;
    checkpoint::write(into, &checkpoint.learnt, state, experiment, keep)?;
    // What makes the folder a record comes last.
    experiment
        .save(&into.join("experiment.toml"))
        .map_err(|error| wrong(&error))?;
    Recorded::open(into)
}

/// Gives a state the λ and the learning rate of an experiment. Returns what that changes.
fn changes(state: &mut State, experiment: &Experiment) -> Vec<Change> {
    let wanted = Live::of(experiment);
    let step = state.step;
    let changes: Vec<Change> = state
        .live
        .diff(&wanted)
        .into_iter()
        .map(|what| Change { step, what })
        .collect();
    state.live = wanted;
    state.changes.extend_from_slice(&changes);
    changes
}
