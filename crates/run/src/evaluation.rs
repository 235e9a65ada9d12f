//! Every module on the test samples.

use burn::module::Module;
use burn::tensor::{Int, Tensor};
use layerwise_learn::{
    block::Dual,
    local::{Head, LocalModule, LossValue, Rows, Sight},
    metric::{Seen, separability},
};
use layerwise_study::{Evaluation, ModuleEvaluation};

use super::supply::{Labels, Supply};

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
    scores: Vec<Tensor<2>>,
    compared: Vec<Tensor<2>>,
    /// The reconstruction loss of each chunk, weighted by its share of the samples.
    reconstruction: Option<Tensor<1>>,
}

impl Gathered {
    /// Adds what a module sees in a chunk that is so large a share of the samples.
    fn add(&mut self, sight: Sight, share: f64) {
        self.scores.extend(sight.scores.map(|rows| rows.value));
        self.compared.extend(sight.compared.map(|rows| rows.value));
        if let Some(drawn) = sight.reconstruction {
            let part = drawn.value * share;
            self.reconstruction = Some(match self.reconstruction.take() {
                Some(sum) => sum + part,
                None => part,
            });
        }
    }
}

/// Modules without autodiff, for passes that learn nothing.
pub(super) fn resting(modules: &[LocalModule]) -> Vec<LocalModule> {
    modules.iter().map(Module::valid).collect()
}

/// Rows from `start`, `count` of them, of those that there are.
fn some(rows: Option<&Tensor<2>>, start: usize, count: usize) -> Option<Rows> {
    rows.map(|rows| Rows {
        value: rows.clone().narrow(0, start, count),
        tangent: None,
    })
}

/// The loss, accuracy and predictions of a module, the latter two where its loss scores classes.
type Judgement = (Tensor<1>, Option<(Tensor<1>, Tensor<1, Int>)>);

/// Judges all samples; a loss that compares them, in groups of `group`.
fn judge(
    module: &LocalModule,
    gathered: &mut Gathered,
    all: &Labels,
    group: usize,
) -> Option<Judgement> {
    let objective = module.objective()?;
    let join = |parts: &mut Vec<Tensor<2>>| {
        (!parts.is_empty()).then(|| Tensor::cat(std::mem::take(parts), 0))
    };
    let scores = join(&mut gathered.scores);
    let compared = join(&mut gathered.compared);
    let [samples] = all.classes.dims();
    let group = if objective.loss().kind.compares_samples() {
        group.clamp(1, samples.max(1))
    } else {
        samples.max(1)
    };
    let mut loss: Option<Tensor<1>> = None;
    for start in (0..samples).step_by(group) {
        let count = group.min(samples - start);
        let share = count as f64 / samples as f64;
        let sight = Sight {
            scores: some(scores.as_ref(), start, count),
            compared: some(compared.as_ref(), start, count),
            // A mean over all samples already: its shares of the groups add up to it.
            reconstruction: gathered.reconstruction.clone().map(|value| LossValue {
                value,
                derivative: None,
            }),
        };
        let targets = all.targets.clone().narrow(0, start, count);
        let part = objective.judge(sight, &targets)?.value * share;
        loss = Some(match loss {
            Some(sum) => sum + part,
            None => part,
        });
    }
    let logits = scores.filter(|_| objective.loss().kind.scores_classes());
    let classified = logits.map(|logits| {
        let predictions: Tensor<1, Int> = logits.argmax(1).reshape([samples]);
        let correct = predictions.clone().equal(all.classes.clone());
        (correct.float().mean(), predictions)
    });
    Some((loss?, classified))
}

/// Loss, accuracy and separability of every module on the test samples (`test` without
/// autodiff), `chunk` of which go through the network at once. A loss that compares samples does
/// so in groups of `group`.
///
/// # Errors
/// Where the device or a sample cannot be read.
pub(super) fn evaluate(
    modules: &[LocalModule],
    test: &mut Supply,
    classes: usize,
    [chunk, group]: [usize; 2],
    step: usize,
    epoch: f64,
) -> Result<Evaluation, String> {
    let modules = resting(modules);
    let mut gathered: Vec<Gathered> = modules.iter().map(|_| Gathered::default()).collect();
    for start in (0..test.len()).step_by(chunk) {
        let inputs = test.inputs(start, chunk)?;
        let [count, ..] = inputs.dims();
        let share = count as f64 / test.len() as f64;
        let mut x = inputs.clone();
        for (module, gathered) in modules.iter().zip(&mut gathered) {
            x = module.body(Dual::plain(x), None).value;
            let images = || test.images(inputs.clone());
            if let Some(sight) = module.see(Dual::plain(x.clone()), images, None) {
                gathered.add(sight, share);
            }
            gathered.features.push(module.features(x.clone()));
        }
    }
    let all = test.labels();
    let mut evaluated = Vec::new();
    for (at, (module, mut gathered)) in modules.iter().zip(gathered).enumerate() {
        let features = read(Tensor::cat(std::mem::take(&mut gathered.features), 0))?;
        let mut found = ModuleEvaluation {
            number: at + 1,
            ..ModuleEvaluation::default()
        };
        let (mut weight, mut predictions) = (None, None);
        if let Some((loss, classified)) = judge(module, &mut gathered, all, group) {
            let mut numbers = vec![loss];
            if let Some((correct, predicted)) = classified {
                numbers.push(correct);
                predictions = Some(read_classes(predicted)?);
                weight = module.head().and_then(Head::weight).map(read).transpose()?;
            }
            let numbers = read(Tensor::cat(numbers, 0))?;
            found.test_loss = numbers.first().copied();
            found.test_accuracy = numbers.get(1).copied();
        }
        found.separability = separability(&Seen {
            features: &features,
            labels: &all.host,
            classes,
            predictions: predictions.as_deref(),
            weight: weight.as_deref(),
        });
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
pub(super) fn read<const D: usize>(numbers: Tensor<D>) -> Result<Vec<f32>, String> {
    // The bytes come only when they are looked at, so that this fails where `try_into_data` does not.
    numbers
        .try_into_vec_as()
        .map_err(|error| format!("the device could not be read: {error}"))
}

/// Reads classes back from the device.
///
/// # Errors
/// Where the device cannot be read.
fn read_classes(classes: Tensor<1, Int>) -> Result<Vec<u32>, String> {
    classes
        .try_into_vec_as()
        .map_err(|error| format!("the device could not be read: {error}"))
}
