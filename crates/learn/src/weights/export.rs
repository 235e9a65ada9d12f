//! Writes the weights of a network for other programs.

use std::{collections::HashMap, path::Path};

use burn::tensor::{DType, Device};
use layerwise_experiment::{Block, Experiment, write_whole};
use safetensors::{Dtype, tensor::TensorView};

use super::{
    apply::learner,
    inputs::{self, NORMALIZATION},
    names::{Names, Naming, namings},
    read::Checkpoint,
    report::Report,
    slot::slots,
};
use crate::local::{LocalModule, named_parameters};

/// What an export has.
pub struct Exported {
    /// Whose names the file has.
    pub naming: Naming,
    /// What was taken from a checkpoint, where there is one.
    pub report: Option<Report>,
    /// Whether the file says how inputs are normalised.
    pub knows_inputs: bool,
}

impl Exported {
    /// What whoever uses the file must know besides, if anything.
    pub fn warning(&self) -> Option<&'static str> {
        (!self.knows_inputs).then_some(
            "How inputs are normalised is not known here, and the file does not say it: weights.safetensors of a run says it, and what is exported from that",
        )
    }
}

/// Writes a safetensors file under the names of torchvision or timm where the network has their
/// form, else under our own. Heads before the last are left out of the former. `normalization` goes
/// into the metadata where it is known.
///
/// # Errors
/// Where the file cannot be written.
pub fn export(
    experiment: &Experiment,
    modules: &[LocalModule],
    normalization: Option<String>,
    path: &Path,
) -> Result<Naming, String> {
    let wrong =
        |error: &dyn std::fmt::Display| format!("{} cannot be written: {error}", path.display());
    let all = namings(&experiment.blocks);
    let names = all
        .first()
        .ok_or_else(|| wrong(&"the network has no block"))?;
    let slots = slots(experiment, modules);
    let mut tensors = Vec::new();
    for (at, module) in modules.iter().enumerate() {
        for tensor in named_parameters(module, None) {
            let slot = slots
                .iter()
                .find(|slot| slot.module == at && slot.local == tensor.name);
            let Some((slot, name)) = slot.and_then(|slot| Some((slot, names.of(&slot.name)?)))
            else {
                continue;
            };
            let layout = names.layout(slot.layout);
            let values = layout.exported(tensor.data.iter::<f64>().collect(), &slot.shape);
            let (kind, bytes): (Dtype, Vec<u8>) = if tensor.data.dtype() == DType::F64 {
                let bytes = values.iter().flat_map(|value| value.to_le_bytes());
                (Dtype::F64, bytes.collect())
            } else {
                let bytes = values
                    .iter()
                    .flat_map(|value| (*value as f32).to_le_bytes());
                (Dtype::F32, bytes.collect())
            };
            tensors.push((name, kind, layout.shape(&slot.shape), bytes));
        }
    }
    if names.naming == Naming::Torchvision {
        tensors.extend(places_in_windows(experiment, names));
    }
    let views: Result<Vec<_>, String> = tensors
        .iter()
        .map(|(name, kind, shape, bytes)| {
            TensorView::new(*kind, shape.clone(), bytes)
                .map(|view| (name.as_str(), view))
                .map_err(|error| wrong(&error))
        })
        .collect();
    // As safetensors files of PyTorch have it.
    let mut metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    metadata.extend(normalization.map(|text| (NORMALIZATION.to_owned(), text)));
    let bytes = safetensors::serialize(views?, Some(metadata)).map_err(|error| wrong(&error))?;
    write_whole(path, &bytes).map_err(|error| wrong(&error))?;
    Ok(names.naming)
}

/// Writes the weights that an experiment starts with. How inputs are normalised is what its checkpoint
/// says, or of drawn weights what the experiment sets.
///
/// # Errors
/// As [`learner`] and [`export`].
pub fn export_start(experiment: &Experiment, path: &Path) -> Result<Exported, String> {
    let (learner, report) = learner(experiment, &Device::flex())?;
    let normalization = match &experiment.weights {
        Some(weights) => Checkpoint::open(&weights.path)?
            .metadata(NORMALIZATION)
            .filter(|text| inputs::fits(text, experiment.data.shape()))
            .map(str::to_owned),
        None => inputs::known(experiment),
    };
    let knows_inputs = normalization.is_some();
    let naming = export(experiment, learner.modules(), normalization, path)?;
    Ok(Exported {
        naming,
        report,
        knows_inputs,
    })
}

/// Name, type, shape and bytes of a tensor.
type Stored = (String, Dtype, Vec<usize>, Vec<u8>);

/// For each pair of tokens of a window the row of the bias table: a buffer that torchvision keeps
/// for each Swin block and wants back.
fn places_in_windows<'a>(
    experiment: &'a Experiment,
    names: &'a Names,
) -> impl Iterator<Item = Stored> + 'a {
    let blocks = experiment.blocks.iter().enumerate();
    blocks.filter_map(|(at, block)| {
        let Block::Swin(kind::Swin { window, .. }) = *block else {
            return None;
        };
        let table = names.of(&format!("block.{at}.attention.bias_table"))?;
        let name = format!("{}index", table.strip_suffix("bias_table")?);
        let tokens = window * window;
        let bytes: Vec<u8> = (0..tokens * tokens)
            .map(|pair| (pair / tokens, pair % tokens))
            .map(|(one, other)| {
                let rows = one / window + window - 1 - other / window;
                let columns = one % window + window - 1 - other % window;
                rows * (2 * window - 1) + columns
            })
            .flat_map(|place| (place as i64).to_le_bytes())
            .collect();
        Some((name, Dtype::I64, vec![tokens * tokens], bytes))
    })
}
