//! The whole state of a run on disk, so that it can go on from there.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use burn::tensor::{DType, TensorData};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Change, watch::EpochMeans};
use crate::{
    experiment::{Experiment, write_whole},
    local::{Kept, Learner, Named},
};

/// Of the layout of a checkpoint.
const VERSION: u32 = 1;
/// Folder of a record that holds them.
const FOLDER: &str = "checkpoints";
/// Keys of the metadata.
const ABOUT: &str = "layerwise_checkpoint";
const SUM: &str = "sha256";

/// Where a run is, besides what its network has learnt. Data order, augmentation and dropout
/// follow from the seed and the step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    /// Steps done.
    pub step: usize,
    /// λ of each boundary, before its schedule.
    pub lambda: Vec<f64>,
    /// Learning rate before its schedule.
    pub learning_rate: f64,
    pub changes: Vec<Change>,
    /// Seconds spent training, pauses left out.
    pub seconds_spent: f64,
    pub epoch: EpochMeans,
    pub last_epoch: EpochMeans,
    pub worse_than_guessing: Vec<usize>,
}

/// What the metadata hold.
#[derive(Serialize, Deserialize)]
struct About {
    version: u32,
    /// Of Burn, which writes the state of the optimisers.
    burn: String,
    state: State,
    /// What the optimiser of each module knows its parameters by.
    ids: Vec<HashMap<String, u64>>,
}

/// A checkpoint that was read and checked.
pub(super) struct Checkpoint {
    pub state: State,
    pub kept: Vec<Kept>,
    path: PathBuf,
}

impl Checkpoint {
    /// Puts what was learnt into the learner of the same network.
    ///
    /// # Errors
    /// Where it is of another network.
    pub fn restore(self, learner: &mut Learner) -> Result<State, String> {
        let path = self.path;
        learner
            .go_on_from(self.kept)
            .map_err(|error| unusable(&path, &error))?;
        Ok(self.state)
    }

    /// Reads a checkpoint and checks that it is whole.
    ///
    /// # Errors
    /// Where it cannot be read, is damaged, or is of another version.
    pub fn read(path: &Path) -> Result<Self, String> {
        let wrong = |error: &dyn std::fmt::Display| unusable(path, error);
        let bytes = fs::read(path).map_err(|error| wrong(&error))?;
        let (_, header) = SafeTensors::read_metadata(&bytes).map_err(|error| wrong(&error))?;
        let metadata = header.metadata().clone().unwrap_or_default();
        let about = metadata
            .get(ABOUT)
            .ok_or_else(|| wrong(&"it is no checkpoint of a run"))?;
        let about: About = serde_json::from_str(about).map_err(|error| wrong(&error))?;
        if about.version != VERSION || about.burn != super::BURN_VERSION {
            return Err(wrong(&format!(
                "it is of version {} with Burn {}, and this program reads version {VERSION} with Burn {}",
                about.version,
                about.burn,
                super::BURN_VERSION
            )));
        }
        let tensors = SafeTensors::deserialize(&bytes).map_err(|error| wrong(&error))?;
        let mut named: Vec<(String, TensorView<'_>)> = tensors.tensors();
        named.sort_by(|one, other| one.0.cmp(&other.0));
        let of_all = sum(named
            .iter()
            .map(|(name, view)| (name.as_str(), view.data())));
        if metadata.get(SUM) != Some(&of_all) {
            return Err(wrong(&"it is damaged"));
        }
        let mut kept: Vec<Kept> = (about.ids.into_iter())
            .map(|ids| Kept {
                parameters: Vec::new(),
                ids,
                optimizer: Vec::new(),
            })
            .collect();
        for (name, view) in named {
            let strange = || wrong(&format!("it holds {name}, which is not known"));
            let (module, rest) = name.split_once('.').ok_or_else(strange)?;
            let at: usize = module.parse().map_err(|_| strange())?;
            let module = kept.get_mut(at).ok_or_else(strange)?;
            let dtype = match view.dtype() {
                Dtype::F32 => DType::F32,
                Dtype::F64 => DType::F64,
                Dtype::U8 if rest == OPTIMIZER => {
                    module.optimizer = view.data().to_vec();
                    continue;
                }
                _ => return Err(strange()),
            };
            let shape = view.shape().to_vec();
            module.parameters.push(Named {
                name: rest.to_owned(),
                data: TensorData::from_bytes_vec(view.data().to_vec(), shape, dtype),
            });
        }
        Ok(Self {
            state: about.state,
            kept,
            path: path.to_owned(),
        })
    }
}

/// Name of what the optimiser of a module keeps.
const OPTIMIZER: &str = "optimizer";

fn unusable(path: &Path, error: &dyn std::fmt::Display) -> String {
    format!(
        "The checkpoint {} cannot be used: {error}. Choose another one",
        path.display()
    )
}

/// SHA-256 of names and bytes.
fn sum<'a>(named: impl Iterator<Item = (&'a str, &'a [u8])>) -> String {
    let mut hash = Sha256::new();
    for (name, bytes) in named {
        hash.update((name.len() as u64).to_le_bytes());
        hash.update(name);
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    }
    let hex = |byte: u8| format!("{byte:02x}");
    hash.finalize().into_iter().map(hex).collect()
}

/// Writes a checkpoint to the record in `folder`, whole or not at all, and removes all but the
/// newest `keep`.
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
    let path = path_of(folder, state.step);
    let folder = folder.join(FOLDER);
    let wrong = |error: &dyn std::fmt::Display| {
        format!(
            "The checkpoint {} cannot be written: {error}. Make room or choose another folder",
            path.display()
        )
    };
    let mut tensors: Vec<(String, Dtype, Vec<usize>, &[u8])> = Vec::new();
    for (at, module) in kept.iter().enumerate() {
        for named in &module.parameters {
            let dtype = match named.data.dtype() {
                DType::F32 => Dtype::F32,
                DType::F64 => Dtype::F64,
                other => return Err(wrong(&format!("{} has the type {other:?}", named.name))),
            };
            let shape = named.data.shape().as_slice().to_vec();
            let name = format!("{at}.{}", named.name);
            tensors.push((name, dtype, shape, named.data.as_bytes()));
        }
        let (name, bytes) = (format!("{at}.{OPTIMIZER}"), module.optimizer.as_slice());
        tensors.push((name, Dtype::U8, vec![bytes.len()], bytes));
    }
    tensors.sort_by(|one, other| one.0.cmp(&other.0));
    let about = About {
        version: VERSION,
        burn: super::BURN_VERSION.to_owned(),
        state,
        ids: kept.iter().map(|module| module.ids.clone()).collect(),
    };
    let about = serde_json::to_string(&about).map_err(|error| wrong(&error))?;
    let of_all = sum(tensors
        .iter()
        .map(|(name, _, _, bytes)| (name.as_str(), *bytes)));
    let metadata = HashMap::from([
        (ABOUT.to_owned(), about),
        (SUM.to_owned(), of_all),
        ("experiment.toml".to_owned(), experiment.to_toml()?),
    ]);
    let mut views = Vec::with_capacity(tensors.len());
    for (name, dtype, shape, bytes) in tensors {
        let view = TensorView::new(dtype, shape, bytes).map_err(|error| wrong(&error))?;
        views.push((name, view));
    }
    let bytes = safetensors::serialize(views, Some(metadata)).map_err(|error| wrong(&error))?;
    fs::create_dir_all(&folder)
        .and_then(|()| write_whole(&path, &bytes))
        .map_err(|error| wrong(&error))?;
    for old in all(&folder).into_iter().skip(keep.max(1)) {
        // One too many does no harm.
        let _ = fs::remove_file(old);
    }
    Ok(())
}

/// Steps of the checkpoints in the record in `folder`, the newest first.
pub fn checkpoints(folder: &Path) -> Vec<usize> {
    let step = |path: PathBuf| {
        let name = path.file_stem()?.to_str()?;
        name.strip_prefix("step-")?.parse().ok()
    };
    all(&folder.join(FOLDER))
        .into_iter()
        .filter_map(step)
        .collect()
}

/// The checkpoint after a step of the record in `folder`, or the newest that can be used.
///
/// # Errors
/// Where there is none, or it cannot be used.
pub(super) fn at(folder: &Path, step: Option<usize>) -> Result<Checkpoint, String> {
    let Some(step) = step else {
        let (newest, unusable) = newest(folder);
        return newest.ok_or_else(|| {
            unusable.into_iter().next().unwrap_or_else(|| {
                format!(
                    "{} holds no checkpoint yet: train to the end of an epoch, or pause",
                    folder.display()
                )
            })
        });
    };
    let steps = checkpoints(folder);
    if !steps.contains(&step) {
        let steps: Vec<String> = steps.iter().rev().map(usize::to_string).collect();
        return Err(match steps.is_empty() {
            true => format!("{} holds no checkpoint", folder.display()),
            false => format!(
                "{} holds no checkpoint after step {step}: choose step {}",
                folder.display(),
                steps.join(", ")
            ),
        });
    }
    Checkpoint::read(&path_of(folder, step))
}

fn path_of(folder: &Path, step: usize) -> PathBuf {
    folder
        .join(FOLDER)
        .join(format!("step-{step:09}.safetensors"))
}

/// Every file that has the name of a checkpoint, newest step first.
fn all(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("step-") && name.ends_with(".safetensors")
        })
        .collect();
    found.sort();
    found.reverse();
    found
}

/// The newest checkpoint of the record in `folder` that can be used, and why newer ones cannot;
/// no checkpoint where there is none.
pub(super) fn newest(folder: &Path) -> (Option<Checkpoint>, Vec<String>) {
    let mut unusable = Vec::new();
    for path in all(&folder.join(FOLDER)) {
        match Checkpoint::read(&path) {
            Ok(checkpoint) => return (Some(checkpoint), unusable),
            Err(error) => unusable.push(error),
        }
    }
    (None, unusable)
}
