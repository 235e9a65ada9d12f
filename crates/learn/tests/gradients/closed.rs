//! BP-free against Local BP: the same step of the same module, once in closed form and once by
//! autodiff.

use burn::tensor::Int;
use layerwise_experiment::{OptimizerKind, kind};
use layerwise_learn::local::{Named, closed_step};
use rand::RngExt;

use super::{corners::dead, *};

/// Largest difference between two tensors, relative to the largest value of the second.
fn apart<const D: usize>(found: Tensor<D>, expected: Tensor<D>) -> f64 {
    assert_eq!(found.dims(), expected.dims());
    let pairs: Vec<(f64, f64)> = values(found).into_iter().zip(values(expected)).collect();
    let scale = pairs.iter().fold(0.0f64, |max, pair| max.max(pair.1.abs()));
    let most = pairs.iter().map(|(found, expected)| {
        let difference = (found - expected).abs();
        assert!(difference.is_finite());
        difference
    });
    most.fold(0.0, f64::max) / scale.max(1e-12)
}

/// Samples that are compared. By autodiff, Burn 0.22 sends an error back through a division by a
/// number with the reciprocal of that number in single precision, which is exact for powers of
/// two.
const FOUR: usize = 4;

type Step = fn(
    &LocalModule,
    Tensor<4>,
    &Batch,
    Option<Tensor<4>>,
    f64,
    bool,
    &mut Draws,
) -> Option<ModuleStep>;

/// A case with its targets blended, as mixup leaves them.
fn soft(mut case: Case) -> Case {
    let targets = case.batch.targets;
    let order = Tensor::<1, Int>::from_data([2, 0, 1, 3], &targets.device());
    let partners = targets.clone().select(0, order);
    case.batch.targets = targets * 0.7 + partners * 0.3;
    case
}

fn take(case: &Case, step: Step, lambda: f64, measure: bool, first: bool) -> (ModuleStep, Draws) {
    let mut draws = Case::draws();
    let before = (!first).then(|| case.before.clone());
    let input = case.input.clone();
    let done = step(
        &case.second,
        input,
        &case.batch,
        before,
        lambda,
        measure,
        &mut draws,
    );
    (done.unwrap(), draws)
}

/// Compares a step in closed form with one by autodiff. Returns the largest relative difference.
fn compare(name: &str, case: &Case, lambda: f64, measure: bool, first: bool) -> f64 {
    let (found, mut found_draws) = take(case, closed_step, lambda, measure, first);
    let (expected, mut expected_draws) = take(case, step_module, lambda, measure, first);
    let mut parts = vec![
        (
            "output",
            apart(found.output.clone(), expected.output.inner()),
        ),
        ("δout", apart(found.delta_out, expected.delta_out)),
        ("L", apart(found.loss, expected.loss)),
        (
            "accuracy",
            apart(found.accuracy.unwrap(), expected.accuracy.unwrap()),
        ),
    ];
    assert!(!found.output.is_autodiff());
    assert_eq!(
        found.delta_in.is_some(),
        expected.delta_in.is_some(),
        "{name}"
    );
    if let (Some(found), Some(expected)) = (found.delta_in, expected.delta_in) {
        parts.push(("δin", apart(found, expected)));
    }
    let numbers = |alignment: Option<layerwise_learn::metric::Alignment>| {
        let values_of = |alignment: layerwise_learn::metric::Alignment| {
            alignment.into_values().map(|value| values(value)[0])
        };
        alignment.map(values_of)
    };
    match (numbers(found.alignment), numbers(expected.alignment)) {
        (Some(found), Some(expected)) => {
            for (found, expected) in found.into_iter().zip(expected) {
                assert!((found - expected).abs() <= 1e-5 * expected.abs().max(1e-3));
            }
        }
        (None, None) => {}
        _ => panic!("{name}: alignment measured by one of them"),
    }
    let found_gradients = named_parameters(&case.second, Some(&found.gradients));
    let expected_gradients = named_parameters(&case.second, Some(&expected.gradients));
    assert_eq!(found.gradients.len(), expected.gradients.len(), "{name}");
    assert!(!found_gradients.is_empty(), "{name}");
    let host = |named: &Named| named.data.iter::<f64>().collect::<Vec<f64>>();
    let largest = |values: &[f64]| {
        values
            .iter()
            .fold(0.0f64, |max, value| max.max(value.abs()))
    };
    let of_module = expected_gradients.iter().map(|named| largest(&host(named)));
    let of_module = of_module.fold(0.0, f64::max);
    for (found, expected) in found_gradients.into_iter().zip(expected_gradients) {
        assert_eq!(found.name, expected.name);
        assert_eq!(found.data.shape(), expected.data.shape());
        let (found, expected) = (host(&found), host(&expected));
        // A shift in front of a batch norm has no effect: its gradient is nothing but rounding.
        let scale = largest(&expected).max(1e-4 * of_module);
        for (found, wanted) in found.into_iter().zip(expected) {
            parts.push(("gradient", (found - wanted).abs() / scale));
        }
    }
    let moved = |draws: &mut Draws| {
        let mut module = case.second.clone();
        module.absorb(draws);
        statistics(&module)
    };
    assert_eq!(
        moved(&mut found_draws),
        moved(&mut expected_draws),
        "{name}"
    );
    let worst = parts
        .into_iter()
        .max_by(|one, other| one.1.total_cmp(&other.1));
    let (part, most) = worst.unwrap();
    assert!(most <= 1e-9, "{name}, λ {lambda}: {most:e} of {part}");
    most
}

/// Compares steps with and without reconciliation and measurement, and of a first module.
fn compare_all(name: &str, case: &Case) -> f64 {
    let mut most = 0.0f64;
    for (lambda, measure, first) in [
        (0.0, false, false),
        (0.0, true, false),
        (0.1, false, false),
        (3.0, true, false),
        (0.1, true, true),
    ] {
        most = most.max(compare(name, case, lambda, measure, first));
    }
    most
}

fn matrix(kind: HeadKind, normalize: bool) -> Head {
    Head {
        kind,
        normalize: Some(normalize),
        scale: 5.0,
    }
}

const MATRICES: [HeadKind; 3] = [HeadKind::Etf, HeadKind::Random, HeadKind::Linear];

fn of(image: bool, tested: &[Block], head: Head) -> Case {
    let mut experiment = experiment(image, tested, head);
    experiment.method.kind = MethodKind::BpFree;
    assert_eq!(experiment.problems(), []);
    // What BP-free learns is out of every graph.
    experiment.method.kind = MethodKind::LocalBp;
    four(Case::of(&experiment))
}

fn four(mut case: Case) -> Case {
    let batch = &mut case.batch;
    batch.inputs = batch.inputs.clone().narrow(0, 0, FOUR);
    batch.labels = batch.labels.clone().narrow(0, 0, FOUR);
    batch.targets = batch.targets.clone().narrow(0, 0, FOUR);
    case.input = case.input.narrow(0, 0, FOUR);
    case.before = case.before.narrow(0, 0, FOUR);
    case
}

/// Activations, normalisations and pooling between a weight layer and the head.
fn simple() -> Vec<Block> {
    let eps = 1e-5;
    let mut blocks = vec![
        Block::Relu(kind::Relu {}),
        Block::LeakyRelu(kind::LeakyRelu { slope: 0.1 }),
        Block::Gelu(kind::Gelu {}),
        Block::Silu(kind::Silu {}),
        Block::Tanh(kind::Tanh {}),
        Block::BatchNorm(kind::BatchNorm { eps, momentum: 0.1 }),
        Block::LayerNorm(kind::LayerNorm {
            eps,
            over: NormOver::Sample,
        }),
        Block::LayerNorm(kind::LayerNorm {
            eps,
            over: NormOver::Channels,
        }),
        Block::GroupNorm(kind::GroupNorm { groups: 3, eps }),
        Block::Dropout(kind::Dropout { p: 0.4 }),
    ];
    for (kernel, stride, padding) in [(2, 2, 0), (3, 2, 1), (3, 1, 1)] {
        blocks.push(Block::MaxPool(kind::MaxPool {
            kernel,
            stride,
            padding,
        }));
        blocks.push(Block::AvgPool(kind::AvgPool {
            kernel,
            stride,
            padding,
        }));
    }
    blocks
}

#[test]
fn closed_form_of_every_layer_and_head_is_that_of_autodiff() {
    let mut most = 0.0f64;
    for kind in MATRICES {
        for normalize in [false, true] {
            let head = matrix(kind, normalize);
            for block in simple() {
                let name = format!("{}, {kind:?} {normalize}", block.title());
                let behind = [conv(12, 1, 1, 1), block.clone()];
                most = most.max(compare_all(&name, &of(true, &behind, head)));
                let before = [block.clone(), conv(12, 1, 1, 1)];
                let before = match block {
                    Block::GroupNorm(kind::GroupNorm { eps, .. }) => [
                        Block::GroupNorm(kind::GroupNorm { groups: 2, eps }),
                        conv(12, 1, 1, 1),
                    ],
                    _ => before,
                };
                most = most.max(compare_all(&name, &of(true, &before, head)));
                let of_images = matches!(
                    block,
                    Block::MaxPool(kind::MaxPool { .. })
                        | Block::AvgPool(kind::AvgPool { .. })
                        | Block::LayerNorm(kind::LayerNorm {
                            over: NormOver::Channels,
                            ..
                        })
                );
                if !of_images {
                    let behind = [linear(12), block];
                    most = most.max(compare_all(&name, &of(false, &behind, head)));
                }
            }
            let pooled = [
                Block::Gelu(kind::Gelu {}),
                Block::GlobalAvgPool(kind::GlobalAvgPool {}),
                linear(12),
            ];
            most = most.max(compare_all("global pooling", &of(true, &pooled, head)));
            let flat = [
                Block::Silu(kind::Silu {}),
                Block::Flatten(kind::Flatten {}),
                linear(12),
                Block::Tanh(kind::Tanh {}),
            ];
            most = most.max(compare_all("flatten", &soft(of(true, &flat, head))));
        }
    }
    println!("largest relative difference of single layers: {most:e}");
}

#[test]
fn closed_form_of_smoothed_targets_is_that_of_autodiff() {
    for kind in MATRICES {
        let tested = [conv(12, 1, 1, 1), Block::Tanh(kind::Tanh {})];
        let case = |smoothing: f64| {
            let mut experiment = experiment(true, &tested, matrix(kind, true));
            experiment.loss.smoothing = smoothing;
            soft(four(Case::of(&experiment)))
        };
        compare_all(&format!("smoothed, {kind:?}"), &case(0.2));
        let loss = |smoothing| {
            let (step, _) = take(&case(smoothing), closed_step, 0.1, true, false);
            values(step.loss)
        };
        assert_ne!(loss(0.2), loss(0.0), "{kind:?}");
    }
}

/// A block of a kind that leaves a head something to learn from.
fn any(rng: &mut ChaCha8Rng, channels: usize) -> Block {
    let eps = [1e-5, 1e-2][rng.random_range(0..2)];
    match rng.random_range(0..9) {
        0 => Block::Relu(kind::Relu {}),
        1 => Block::LeakyRelu(kind::LeakyRelu { slope: 0.2 }),
        2 => Block::Gelu(kind::Gelu {}),
        3 => Block::Silu(kind::Silu {}),
        4 => Block::Tanh(kind::Tanh {}),
        5 => Block::LayerNorm(kind::LayerNorm {
            eps,
            over: [NormOver::Sample, NormOver::Channels][rng.random_range(0..2)],
        }),
        6 => Block::GroupNorm(kind::GroupNorm {
            groups: if channels.is_multiple_of(2) { 2 } else { 1 },
            eps,
        }),
        7 => Block::Dropout(kind::Dropout { p: 0.3 }),
        _ => Block::BatchNorm(kind::BatchNorm { eps, momentum: 0.2 }),
    }
}

#[test]
fn closed_form_of_random_networks_is_that_of_autodiff() {
    let mut most = 0.0f64;
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..150 {
        let mut rng = rng(seed, Stream::Data, 1);
        let image = rng.random::<bool>();
        let bias = rng.random::<bool>();
        let mut blocks = Vec::new();
        for _ in 0..rng.random_range(0..2) {
            blocks.push(any(&mut rng, if image { 4 } else { 12 }));
        }
        let out: usize = rng.random_range(10..18) & !1;
        if image {
            let groups = [1, 1, 2, 4][rng.random_range(0..4)];
            let dilation = rng.random_range(1..3);
            let kernel = rng.random_range(1..4);
            let padding = rng.random_range(1..4);
            let stride = rng.random_range(1..4);
            blocks.push(Block::Conv2d(kind::Conv2d {
                out: out.div_ceil(groups) * groups,
                kernel,
                stride,
                padding: padding.min(kernel),
                dilation,
                groups,
                bias,
                init: Init::default(),
            }));
        } else {
            blocks.push(Block::Linear(kind::Linear {
                out,
                bias,
                init: Init::default(),
            }));
        }
        for _ in 0..rng.random_range(0..4) {
            blocks.push(any(&mut rng, out));
        }
        if image {
            match rng.random_range(0..4) {
                0 => blocks.push(Block::GlobalAvgPool(kind::GlobalAvgPool {})),
                1 => blocks.push(Block::Flatten(kind::Flatten {})),
                _ => {}
            }
        }
        let head = matrix(MATRICES[rng.random_range(0..3)], rng.random());
        let name = format!("{seed}: {blocks:?}, {head:?}");
        let mut experiment = experiment(image, &blocks, head);
        experiment.method.kind = MethodKind::BpFree;
        experiment.seed = seed;
        if !experiment.problems().is_empty() {
            // A kernel that is too large for what is left of the image.
            continue;
        }
        experiment.method.kind = MethodKind::LocalBp;
        seen.extend(blocks.iter().map(Block::title));
        let case = four(Case::of(&experiment));
        let case = if rng.random() { soft(case) } else { case };
        most = most.max(compare_all(&name, &case));
    }
    assert!(seen.len() >= 13, "{seen:?}");
    println!("largest relative difference of random networks: {most:e}");
}

#[test]
fn closed_form_needs_no_autodiff() {
    let device = device();
    let plain = device.clone().inner();
    assert!(device.is_autodiff() && !plain.is_autodiff());
    let blocks = [
        conv(12, 2, 1, 1),
        Block::BatchNorm(kind::BatchNorm {
            eps: 1e-5,
            momentum: 0.1,
        }),
        Block::Gelu(kind::Gelu {}),
        Block::Dropout(kind::Dropout { p: 0.3 }),
    ];
    for kind in MATRICES {
        let mut experiment = experiment(true, &blocks, matrix(kind, true));
        experiment.method.kind = MethodKind::LocalBp;
        let tracked = Case::of(&experiment);
        // Asking such a device for a gradient would panic.
        let modules = LocalModule::all(&experiment, &plain).unwrap();
        let resting = Case {
            second: modules.into_iter().nth(1).unwrap(),
            batch: tracked.batch.resting(),
            input: tracked.input.clone().inner(),
            before: tracked.before.clone(),
        };
        for lambda in [0.0, 0.1] {
            let (one, _) = take(&tracked, closed_step, lambda, true, false);
            let (other, _) = take(&resting, closed_step, lambda, true, false);
            let read = |case: &Case, step: &ModuleStep| -> Vec<TensorData> {
                let named = named_parameters(&case.second, Some(&step.gradients));
                named.into_iter().map(|named| named.data).collect()
            };
            assert_eq!(read(&tracked, &one), read(&resting, &other));
            assert_eq!(values(one.output), values(other.output.clone()));
            assert!(!other.output.is_autodiff() && !other.delta_out.is_autodiff());
        }
    }
}

#[test]
fn closed_form_of_a_sample_without_features_is_that_of_autodiff() {
    for kind in MATRICES {
        for (image, layer) in [(false, linear(12)), (true, conv(12, 1, 1, 1))] {
            let tested = [layer, Block::Relu(kind::Relu {})];
            let case = four(dead(&experiment(image, &tested, matrix(kind, true))));
            compare_all(&format!("no features, {kind:?}, image {image}"), &case);
        }
    }
}

#[test]
fn closed_form_is_refused_to_modules_without_one() {
    for tested in [vec![residual_block()], vec![conv(12, 1, 1, 1)]] {
        let head = if matches!(tested[0], Block::Conv2d(kind::Conv2d { .. })) {
            matrix(HeadKind::Conv, false)
        } else {
            PLAIN
        };
        let mut experiment = experiment(true, &tested, head);
        experiment.method.kind = MethodKind::BpFree;
        assert!(!experiment.problems().is_empty());
        assert!(Learner::new(&experiment, &device()).is_err());
        experiment.set_frozen(2, true);
        assert_eq!(experiment.problems(), []);
        assert!(Learner::new(&experiment, &device()).is_ok());
    }
}

fn residual_block() -> Block {
    Block::ResidualBasic(kind::ResidualBasic {
        out: 12,
        stride: 1,
        shortcut: Shortcut::default(),
        init: Init::default(),
    })
}

#[test]
fn a_bp_free_learner_stays_without_autodiff() {
    // The precision is one for all tests.
    let _ = device();
    let norm = Block::BatchNorm(kind::BatchNorm {
        eps: 1e-5,
        momentum: 0.1,
    });
    let tested = [conv(12, 3, 1, 1), norm, Block::Relu(kind::Relu {})];
    for optimizer in OptimizerKind::ALL {
        let mut experiment = experiment(true, &tested, matrix(HeadKind::Linear, true));
        experiment.method.kind = MethodKind::BpFree;
        experiment.optimizer.kind = optimizer;
        assert_eq!(experiment.problems(), []);
        let plain = Learner::device(&experiment, Device::flex());
        let mut learner = Learner::new(&experiment, &plain).unwrap();
        let batch = batch(&plain);
        let before = state(learner.modules());
        for step in 0..2 {
            let done = learner.step(&batch, &way(step, &[0.1]), &mut |_| {});
            assert!(!done.values.is_autodiff());
            let mut x = batch.inputs.clone();
            for module in learner.modules() {
                assert!(!module.head().unwrap().weight().unwrap().is_autodiff());
                x = module.body(Dual::plain(x), None).value;
                assert!(!x.is_autodiff());
            }
        }
        assert_ne!(before, state(learner.modules()));
    }
}
