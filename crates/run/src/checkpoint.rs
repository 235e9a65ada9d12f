//! Checkpoints as a learner leaves them and goes on from them.

use std::{borrow::Cow, path::Path};

use burn::tensor::{DType, TensorData};
use layerwise_experiment::Experiment;
use layerwise_learn::local::{Kept, Learner, Named};
use layerwise_study::checkpoint::{
    self, Checkpoint, Float, Learnt, Parameter, State, unusable, unwritable,
};

/// Puts what was learnt into the learner of the same network.
///
/// # Errors
/// Where it is of another network.
pub(super) fn restore(checkpoint: Checkpoint, learner: &mut Learner) -> Result<State, String> {
    let kept = checkpoint.learnt.into_iter().map(kept).collect();
    learner
        .go_on_from(kept)
        .map_err(|error| unusable(&checkpoint.path, &error))?;
    Ok(checkpoint.state)
}

/// As [`checkpoint::write`], of what was kept of a learner.
///
/// # Errors
/// Where it cannot be written, as on a full disk.
pub(super) fn write(
    folder: &Path,
    kept: &[Kept],
    state: State,
    experiment: &Experiment,
    keep: usize,
) -> Result<(), String> {
    let learnt: Result<Vec<Learnt<'_>>, String> = kept.iter().map(learnt).collect();
    let learnt = learnt.map_err(|error| unwritable(folder, state.step, &error))?;
    checkpoint::write(folder, &learnt, state, experiment, keep)
}

fn kept(learnt: Learnt<'_>) -> Kept {
    let parameters = learnt.parameters.into_iter().map(|parameter| {
        let dtype = match parameter.float {
            Float::F32 => DType::F32,
            Float::F64 => DType::F64,
        };
        let bytes = parameter.bytes.into_owned();
        Named {
            name: parameter.name.into_owned(),
            data: TensorData::from_bytes_vec(bytes, parameter.shape, dtype),
        }
    });
    Kept {
        parameters: parameters.collect(),
        ids: learnt.ids,
        optimizer: learnt.optimizer.into_owned(),
    }
}

fn learnt(kept: &Kept) -> Result<Learnt<'_>, String> {
    let parameters = kept.parameters.iter().map(|Named { name, data }| {
        let float = match data.dtype() {
            DType::F32 => Float::F32,
            DType::F64 => Float::F64,
            other => return Err(format!("{name} has the type {other:?}")),
        };
        Ok(Parameter {
            name: Cow::Borrowed(name),
            float,
            shape: data.shape().as_slice().to_vec(),
            bytes: Cow::Borrowed(data.as_bytes()),
        })
    });
    Ok(Learnt {
        parameters: parameters.collect::<Result<_, String>>()?,
        ids: kept.ids.clone(),
        optimizer: Cow::Borrowed(&kept.optimizer),
    })
}
