//! Every number of the first steps in one file, so that anyone can recompute a step elsewhere.

use std::{collections::HashMap, path::Path};

use burn::tensor::{DType, Tensor, TensorData};
use layerwise_dataset::{self as dataset, Normalization};
use layerwise_experiment::{Experiment, write_whole};
use layerwise_learn::{
    local::{Learner, LocalModule, named_parameters},
    weights,
};
use layerwise_study::Live;
use safetensors::{Dtype, tensor::TensorView};

use super::{device, feed::Feed};

/// Tensors on the host by name, to be written as safetensors.
#[derive(Default)]
pub(super) struct Archive(Vec<(String, TensorData)>);

impl Archive {
    fn add(&mut self, name: String, data: TensorData) {
        self.0.push((name, data));
    }

    /// Adds a tensor; vectors lose their two trailing dimensions of size 1.
    fn feature(&mut self, name: String, tensor: &Tensor<4>) {
        let [batch, channels, height, width] = tensor.dims();
        let tensor = tensor.clone().inner();
        if height * width == 1 {
            self.add(name, tensor.reshape([batch, channels]).into_data());
        } else {
            self.add(name, tensor.into_data());
        }
    }

    /// Adds every parameter of a network, fixed heads included, as `module.K.block.N.weight`,
    /// with N the index of the block in the whole chain.
    pub fn parameters(&mut self, prefix: &str, modules: &[LocalModule], experiment: &Experiment) {
        for (at, module) in modules.iter().enumerate() {
            self.named(prefix, at, named_parameters(module, None), experiment);
        }
    }

    fn named(
        &mut self,
        prefix: &str,
        module: usize,
        named: Vec<layerwise_learn::local::Named>,
        experiment: &Experiment,
    ) {
        let first = experiment
            .module_ranges()
            .get(module)
            .map_or(0, |range| range.start);
        for tensor in named {
            let name = in_chain(&tensor.name, first);
            self.add(format!("{prefix}module.{}.{name}", module + 1), tensor.data);
        }
    }

    /// Writes the file whole or not at all.
    ///
    /// # Errors
    /// Where a tensor has a type that safetensors lacks, or the file cannot be written.
    pub fn write(self, path: &Path, metadata: HashMap<String, String>) -> Result<(), String> {
        let wrong = |error: &dyn std::fmt::Display| {
            format!("{} cannot be written: {error}", path.display())
        };
        let mut views = Vec::new();
        for (name, data) in &self.0 {
            let dtype = match data.dtype() {
                DType::F64 => Dtype::F64,
                DType::F32 => Dtype::F32,
                DType::I64 => Dtype::I64,
                DType::I32 => Dtype::I32,
                other => return Err(wrong(&format!("{name} has the type {other:?}"))),
            };
            let shape = data.shape().as_slice().to_vec();
            let view =
                TensorView::new(dtype, shape, data.as_bytes()).map_err(|error| wrong(&error))?;
            views.push((name.clone(), view));
        }
        let bytes = safetensors::serialize(views, Some(metadata)).map_err(|error| wrong(&error))?;
        write_whole(path, &bytes).map_err(|error| wrong(&error))
    }
}

/// `block.2.weight` of a module that starts with block `first` of the chain.
fn in_chain(name: &str, first: usize) -> String {
    let mut parts = name.splitn(3, '.');
    match (
        parts.next(),
        parts.next().map(str::parse::<usize>),
        parts.next(),
    ) {
        (Some("block"), Some(Ok(index)), Some(rest)) => format!("block.{}.{rest}", first + index),
        _ => name.to_owned(),
    }
}

/// Metadata of a file of tensors: the experiment with every setting, its modules resolved, and how
/// inputs were normalised.
pub(super) fn metadata(
    experiment: &Experiment,
    normalization: Option<&Normalization>,
) -> Result<HashMap<String, String>, String> {
    let modules: Vec<_> = experiment
        .plan()
        .unwrap_or_default()
        .iter()
        .map(|module| {
            serde_json::json!({
                "number": module.number,
                "first_block": module.blocks.start,
                "last_block": module.blocks.end.saturating_sub(1),
                "lambda": module.lambda,
                "head": {
                    "kind": module.head.kind,
                    "normalize": module.head.normalizes(),
                    "scale": module.head.scale,
                },
                "loss": module.loss,
                "frozen": module.frozen,
                "lr_factor": module.lr_factor,
            })
        })
        .collect();
    let network = serde_json::json!({
        "experiment": experiment,
        "input_shape": experiment.data.shape(),
        "classes": experiment.data.class_count(),
        "modules": modules,
    });
    Ok(HashMap::from([
        ("format".to_owned(), "layerwise-1".to_owned()),
        (
            "layerwise_version".to_owned(),
            env!("CARGO_PKG_VERSION").to_owned(),
        ),
        ("experiment.toml".to_owned(), experiment.to_toml()?),
        ("network".to_owned(), network.to_string()),
        (
            weights::NORMALIZATION.to_owned(),
            weights::normalization_json(normalization),
        ),
    ]))
}

/// Trains `steps` steps and writes every number of them to a safetensors file: for each step
/// the batch, the labels, every parameter before the step, every gradient applied, δin, δout, λ_k,
/// L_k, R_k and every mask of dropout; and every parameter after the last step. `progress` hears
/// the number of steps done.
///
/// # Errors
/// Where the experiment has problems, the device cannot be opened, or the file cannot be
/// written.
pub fn trace(
    experiment: &Experiment,
    steps: usize,
    path: &Path,
    progress: &mut dyn FnMut(usize),
) -> Result<(), String> {
    if let Some(problem) = experiment.problems().first() {
        return Err(problem.to_string());
    }
    let data = dataset::load_now(experiment)?;
    data.must_be_as_checked(experiment)?;
    let device = Learner::device(experiment, device::open(experiment.device)?.device);
    let mut feed = Feed::new(&data, experiment, &device, &mut |_| true)?;
    let (mut learner, _) = weights::learner(experiment, &device)?;
    let live = Live::of(experiment);
    let timetable = feed.timetable().clone();
    let total = timetable.total_steps();
    if steps > total {
        return Err(format!(
            "The experiment ends after {total} steps: ask for fewer, or raise train.epochs"
        ));
    }
    let ranges = experiment.module_ranges();
    let mut archive = Archive::default();
    for step in 0..steps {
        let batch = feed.batch(step)?;
        let prefix = format!("step.{}.", step + 1);
        archive.feature(format!("{prefix}input"), &batch.inputs);
        archive.add(format!("{prefix}labels"), batch.labels.clone().into_data());
        if experiment.prepare.mixes() {
            let targets = batch.targets.clone().inner().into_data();
            archive.add(format!("{prefix}targets"), targets);
        }
        archive.parameters(&format!("{prefix}before."), learner.modules(), experiment);
        let pace = timetable.pace(experiment, &live, step);
        archive.add(
            format!("{prefix}learning_rate"),
            TensorData::new(vec![pace.learning_rate], [1]),
        );
        learner.step(&batch, &pace.way(true), &mut |seen| {
            let number = seen.number;
            let first = ranges.get(number - 1).map_or(0, |range| range.start);
            for ((layer, part), mask) in seen.draws.masks() {
                let block = first + layer;
                archive.add(
                    format!("{prefix}module.{number}.block.{block}.mask.{part}"),
                    mask.clone().inner().into_data(),
                );
            }
            archive.named(
                &format!("{prefix}gradient."),
                number - 1,
                named_parameters(seen.module, Some(seen.gradients)),
                experiment,
            );
            let Some(done) = seen.step else { return };
            archive.add(
                format!("{prefix}module.{number}.loss"),
                done.loss.clone().into_data(),
            );
            archive.feature(
                format!("{prefix}module.{number}.delta_out"),
                &done.delta_out,
            );
            if number > 1 {
                archive.add(
                    format!("{prefix}module.{number}.lambda"),
                    TensorData::new(vec![seen.lambda], [1]),
                );
            }
            if let (Some(delta_in), Some(alignment)) = (&done.delta_in, &done.alignment) {
                archive.feature(format!("{prefix}module.{number}.delta_in"), delta_in);
                archive.add(
                    format!("{prefix}module.{number}.reconciliation"),
                    alignment.reconciliation.clone().into_data(),
                );
            }
        });
        progress(step + 1);
    }
    if steps > 0 {
        let prefix = format!("step.{steps}.after.");
        archive.parameters(&prefix, learner.modules(), experiment);
    }
    archive.write(path, metadata(experiment, data.train.normalization())?)
}
