//! Every module on the test samples, and the plane as modules see it.

use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData, activation};

use super::{DecisionRegions, Evaluation, ModuleEvaluation};
use crate::{
    block::Dual,
    local::{LocalModule, Resident, cross_entropy},
    metric::separability,
};

/// Most samples that go through the network at once.
const CHUNK: usize = 512;
/// Most values that they may have after any block (256 MiB in `f32`).
const CHUNK_VALUES: usize = 1 << 26;

/// Samples that go through a network at once, which has at most so many values of a sample.
pub(super) fn chunk(widest: usize) -> usize {
    (CHUNK_VALUES / widest.max(1)).clamp(1, CHUNK)
}

/// What a module makes of all samples, on the device.
#[derive(Default)]
struct Gathered {
    features: Vec<Tensor<2>>,
    logits: Vec<Tensor<2>>,
}

/// Modules without autodiff, for passes that learn nothing.
fn resting(modules: &[LocalModule]) -> Vec<LocalModule> {
    modules.iter().map(Module::valid).collect()
}

/// Loss, accuracy and separability of every module on the test samples (`test` without
/// autodiff), `chunk` of which go through the network at once.
///
/// # Errors
/// Where the device cannot be read.
pub(super) fn evaluate(
    modules: &[LocalModule],
    test: &Resident,
    classes: usize,
    chunk: usize,
    step: usize,
    epoch: f64,
) -> Result<Evaluation, String> {
    let modules = resting(modules);
    let mut gathered: Vec<Gathered> = modules.iter().map(|_| Gathered::default()).collect();
    for start in (0..test.len()).step_by(chunk) {
        let mut x = test.range(start, chunk).inputs;
        for (module, gathered) in modules.iter().zip(&mut gathered) {
            x = module.body(Dual::plain(x), None).value;
            if let Some(head) = module.head() {
                gathered.logits.push(head.forward(Dual::plain(x.clone())).0);
            }
            gathered.features.push(module.features(x.clone()));
        }
    }
    let all = test.range(0, test.len());
    let mut evaluated = Vec::new();
    for (at, (module, gathered)) in modules.iter().zip(gathered).enumerate() {
        let features = Tensor::cat(gathered.features, 0);
        let mut found = ModuleEvaluation {
            number: at + 1,
            ..ModuleEvaluation::default()
        };
        let head = match module.head() {
            Some(head) => {
                let logits = Tensor::cat(gathered.logits, 0);
                let predictions: Tensor<1, Int> = logits.clone().argmax(1).reshape([test.len()]);
                let correct = predictions.clone().equal(all.labels.clone()).float().mean();
                let loss = cross_entropy(logits, all.targets.clone());
                let numbers = read(Tensor::cat(vec![loss, correct], 0))?;
                found.test_loss = numbers.first().copied();
                found.test_accuracy = numbers.get(1).copied();
                Some((head.weight(), predictions))
            }
            None => None,
        };
        found.separability = separability(features, all.targets.clone(), all.labels.clone(), head)?;
        evaluated.push(found);
    }
    Ok(Evaluation {
        step,
        epoch,
        classes,
        modules: evaluated,
    })
}

/// Reads numbers back from the device.
///
/// # Errors
/// Where the device cannot be read.
pub(super) fn read(numbers: Tensor<1>) -> Result<Vec<f32>, String> {
    numbers
        .try_into_data()
        .map(|data| data.iter::<f32>().collect())
        .map_err(|error| format!("the device could not be read: {error:?}"))
}

/// Points along each side of the grid.
const SIDE: usize = 64;
/// Half the side of the square that is drawn.
const EXTENT: f32 = 1.3;

/// The class and its probability that each module gives to the points of a grid.
///
/// # Errors
/// Where the device cannot be read.
pub(super) fn regions(
    modules: &[LocalModule],
    step: usize,
    device: &Device,
) -> Result<DecisionRegions, String> {
    let at = |index: usize| EXTENT * (2.0 * (index as f32 + 0.5) / SIDE as f32 - 1.0);
    let points: Vec<f32> = (0..SIDE)
        .flat_map(|row| (0..SIDE).flat_map(move |column| [at(column), -at(row)]))
        .collect();
    let mut x = Tensor::<4>::from_data(TensorData::new(points, [SIDE * SIDE, 2, 1, 1]), device);
    let mut drawn = Vec::new();
    for (index, module) in resting(modules).iter().enumerate() {
        x = module.body(Dual::plain(x), None).value;
        if let Some(head) = module.head() {
            let logits = head.forward(Dual::plain(x.clone())).0;
            let (probability, class) = activation::softmax(logits, 1).max_dim_with_indices(1);
            let class = class.float().reshape([SIDE * SIDE]);
            let class = read(class)?.into_iter().map(|class| class as u8).collect();
            drawn.push((index + 1, class, read(probability.reshape([SIDE * SIDE]))?));
        }
    }
    Ok(DecisionRegions {
        step,
        side: SIDE,
        extent: EXTENT,
        modules: drawn,
    })
}
