//! Writes the weights of a network for other programs.

use std::{collections::HashMap, path::Path};

use burn::tensor::DType;
use safetensors::{Dtype, tensor::TensorView};

use super::{
    layout::Layout,
    names::{Naming, namings},
    slot::slots,
};
use crate::{
    experiment::{Experiment, write_whole},
    local::{LocalModule, named_parameters},
};

/// Writes a safetensors file under the names of torchvision or timm where the network has their
/// form, else under our own. Heads before the last are left out of the former.
///
/// # Errors
/// Where the file cannot be written.
pub fn export(
    experiment: &Experiment,
    modules: &[LocalModule],
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
            let layout = match names.naming {
                Naming::Layerwise => Layout::Same,
                Naming::Torchvision | Naming::Timm => slot.layout,
            };
            let values = layout.to_file(tensor.data.iter::<f64>().collect(), &slot.shape);
            let (kind, bytes): (Dtype, Vec<u8>) = if tensor.data.dtype() == DType::F64 {
                let bytes = values.iter().flat_map(|value| value.to_le_bytes());
                (Dtype::F64, bytes.collect())
            } else {
                let bytes = values.iter().flat_map(|value| (*value as f32).to_le_bytes());
                (Dtype::F32, bytes.collect())
            };
            tensors.push((name, kind, layout.shape(&slot.shape), bytes));
        }
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
    let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    let bytes = safetensors::serialize(views?, Some(metadata)).map_err(|error| wrong(&error))?;
    write_whole(path, &bytes).map_err(|error| wrong(&error))?;
    Ok(names.naming)
}
