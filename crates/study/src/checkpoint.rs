//! The whole state of a run on disk, so that it can go on from there.

use std::{
    borrow::Cow,
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use layerwise_experiment::{Experiment, write_whole};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{BURN_VERSION, Change, EpochMeans, Live};

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
pub struct State {
    /// Steps done.
    pub step: usize,
    /// λ and learning rate.
    #[serde(flatten)]
    pub live: Live,
    /// What a person changed so far.
    pub changes: Vec<Change>,
    /// Seconds spent training, pauses left out.
    pub seconds_spent: f64,
    /// Of the epoch under way.
    pub epoch: EpochMeans,
    /// Of the last whole epoch.
    pub last_epoch: EpochMeans,
    /// Modules, from 1, that were no better than guessing in it.
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
pub struct Checkpoint {
    /// Where the run is.
    pub state: State,
    /// Module by module.
    pub learnt: Vec<Learnt<'static>>,
    /// Its file.
    pub path: PathBuf,
}

/// What a module has learnt.
pub struct Learnt<'a> {
    /// Parameters, fixed heads and running statistics.
    pub parameters: Vec<Parameter<'a>>,
    /// What its optimiser knows each parameter by.
    pub ids: HashMap<String, u64>,
    /// State of its optimiser, as Burn writes it.
    pub optimizer: Cow<'a, [u8]>,
}

/// A parameter as bytes, in little endian.
pub struct Parameter<'a> {
    /// As in its module.
    pub name: Cow<'a, str>,
    /// Type of its values.
    pub float: Float,
    /// Length of each axis.
    pub shape: Vec<usize>,
    /// Its values, the last axis fastest.
    pub bytes: Cow<'a, [u8]>,
}

/// Type of a parameter's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Float {
    /// 32 bits.
    F32,
    /// 64 bits.
    F64,
}

impl Checkpoint {
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
        if about.version != VERSION || about.burn != BURN_VERSION {
            return Err(wrong(&format!(
                "it is of version {} with Burn {}, and this program reads version {VERSION} with Burn {BURN_VERSION}",
                about.version, about.burn
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
        let mut learnt: Vec<Learnt<'static>> = about
            .ids
            .into_iter()
            .map(|ids| Learnt {
                parameters: Vec::new(),
                ids,
                optimizer: Cow::default(),
            })
            .collect();
        for (name, view) in named {
            let strange = || wrong(&format!("it holds {name}, which is not known"));
            let (module, rest) = name.split_once('.').ok_or_else(strange)?;
            let at: usize = module.parse().map_err(|_| strange())?;
            let module = learnt.get_mut(at).ok_or_else(strange)?;
            let bytes = Cow::Owned(view.data().to_vec());
            let float = match view.dtype() {
                Dtype::F32 => Float::F32,
                Dtype::F64 => Float::F64,
                Dtype::U8 if rest == OPTIMIZER => {
                    module.optimizer = bytes;
                    continue;
                }
                _ => return Err(strange()),
            };
            module.parameters.push(Parameter {
                name: Cow::Owned(rest.to_owned()),
                float,
                shape: view.shape().to_vec(),
                bytes,
            });
        }
        Ok(Self {
            state: about.state,
            learnt,
            path: path.to_owned(),
        })
    }
}

/// Name of what the optimiser of a module keeps.
const OPTIMIZER: &str = "optimizer";

/// Says why a checkpoint cannot be used.
pub fn unusable(path: &Path, error: &dyn std::fmt::Display) -> String {
    format!(
        "The checkpoint {} cannot be used: {error}. Choose another one",
        path.display()
    )
}

/// Says why a checkpoint after `step` cannot be written to the record in `folder`.
pub fn unwritable(folder: &Path, step: usize, error: &dyn std::fmt::Display) -> String {
    format!(
        "The checkpoint {} cannot be written: {error}. Make room or choose another folder",
        path_of(folder, step).display()
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
pub fn write(
    folder: &Path,
    learnt: &[Learnt<'_>],
    state: State,
    experiment: &Experiment,
    keep: usize,
) -> Result<(), String> {
    let step = state.step;
    let wrong = |error: &dyn std::fmt::Display| unwritable(folder, step, error);
    let mut tensors: Vec<(String, Dtype, Vec<usize>, &[u8])> = Vec::new();
    for (at, module) in learnt.iter().enumerate() {
        for parameter in &module.parameters {
            let dtype = match parameter.float {
                Float::F32 => Dtype::F32,
                Float::F64 => Dtype::F64,
            };
            let name = format!("{at}.{}", parameter.name);
            tensors.push((name, dtype, parameter.shape.clone(), &parameter.bytes));
        }
        let (name, bytes) = (format!("{at}.{OPTIMIZER}"), module.optimizer.as_ref());
        tensors.push((name, Dtype::U8, vec![bytes.len()], bytes));
    }
    tensors.sort_by(|one, other| one.0.cmp(&other.0));
    let about = About {
        version: VERSION,
        burn: BURN_VERSION.to_owned(),
        state,
        ids: learnt.iter().map(|module| module.ids.clone()).collect(),
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
    let checkpoints = folder.join(FOLDER);
    fs::create_dir_all(&checkpoints)
        .and_then(|()| write_whole(&path_of(folder, step), &bytes))
        .map_err(|error| wrong(&error))?;
    for old in all(&checkpoints).into_iter().skip(keep.max(1)) {
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
pub fn at(folder: &Path, step: Option<usize>) -> Result<Checkpoint, String> {
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
        return Err(if steps.is_empty() {
            format!("{} holds no checkpoint", folder.display())
        } else {
            format!(
                "{} holds no checkpoint after step {step}: choose step {}",
                folder.display(),
                steps.join(", ")
            )
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
pub fn newest(folder: &Path) -> (Option<Checkpoint>, Vec<String>) {
    let mut unusable = Vec::new();
    for path in all(&folder.join(FOLDER)) {
        match Checkpoint::read(&path) {
            Ok(checkpoint) => return (Some(checkpoint), unusable),
            Err(error) => unusable.push(error),
        }
    }
    (None, unusable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_burn_is_that_of_the_build() {
        let lock = include_str!("../../../Cargo.lock");
        let lock: toml::Table = toml::from_str(lock).unwrap();
        let versions: Vec<&str> = lock["package"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|package| package["name"].as_str() == Some("burn"))
            .filter_map(|package| package["version"].as_str())
            .collect();
        assert_eq!(versions, [BURN_VERSION]);
    }

    #[test]
    fn live_settings_stand_beside_the_rest() {
        let text = r#"{"step":3,"lambda":[0.5,0.1],"learning_rate":0.01,"changes":[],"seconds_spent":1.5,"epoch":{"loss":[],"cosine":[],"relative_distance":[],"norm_ratio":[],"reconciliation":[]},"last_epoch":{"loss":[],"cosine":[],"relative_distance":[],"norm_ratio":[],"reconciliation":[]},"worse_than_guessing":[2]}"#;
        let state: State = serde_json::from_str(text).unwrap();
        assert_eq!(state.live.lambda, [0.5, 0.1]);
        assert_eq!(serde_json::to_string(&state).unwrap(), text);
    }
}
