//! Inspected steps against the steps themselves, and against first principles.

use layerwise_study::{InspectedModule, Inspection, Turn};

use super::{
    truth::{sent_to, without_dropout},
    *,
};

/// Under Local BP the loss of the second module compares samples; those of the others are
/// cross-entropy alone.
fn network(kind: MethodKind) -> Experiment {
    let mut experiment = without_dropout(kind);
    experiment.loss = Loss::default();
    experiment.head = PLAIN;
    experiment.optimizer = Optimizer {
        momentum: 0.9,
        weight_decay: 0.02,
        decay_norms: false,
        clip_norm: 0.0,
        ..experiment.optimizer
    };
    assert_eq!(experiment.problems(), []);
    experiment
}

const LAMBDA: [f64; 2] = [0.5, 0.3];

/// A learner that has momentum.
fn learner(experiment: &Experiment, way: StepWay<'_>) -> Learner {
    let device = Learner::device(experiment, device().inner());
    let mut learner = Learner::new(experiment, &device).unwrap();
    for step in 0..2 {
        learner.step(&batch(&device), &StepWay { step, ..way }, &mut |_| {});
    }
    learner
}

fn near(name: &str, found: f64, expected: f64) {
    assert!(expected.is_finite(), "{name}");
    let most = 1e-9 * expected.abs().max(1e-9);
    assert!(
        (found - expected).abs() <= most,
        "{name}: {found} against {expected}"
    );
}

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum::<f64>().sqrt()
}

fn row(x: &Tensor<4>, sample: usize) -> Vec<f64> {
    values(x.clone().narrow(0, sample, 1))
}

/// Everything that a module learns, in a row.
fn flat(named: Vec<layerwise_learn::local::Named>) -> Vec<f64> {
    let learnt = named
        .into_iter()
        .filter(|named| !named.name.contains("running"));
    learnt
        .flat_map(|named| named.data.iter::<f64>().collect::<Vec<_>>())
        .collect()
}

/// What a step itself tells of a module.
struct Done {
    gradients: Vec<f64>,
    loss: Option<f64>,
    delta_out: Option<Vec<f64>>,
    /// δin and δout of the module before.
    boundary: Option<[Vec<f64>; 2]>,
    reconciliation: Option<f64>,
}

/// Does a step and tells what it did with each module.
fn done(learner: &mut Learner, batch: &Batch, way: &StepWay<'_>, sample: usize) -> Vec<Done> {
    let mut all = Vec::new();
    all.resize_with(learner.modules().len(), || None);
    learner.step(batch, way, &mut |seen| {
        let step = seen.step;
        let asked = step
            .and_then(|step| step.delta_in.as_ref())
            .zip(seen.before);
        let alignment = step.and_then(|step| step.alignment.clone());
        all[seen.number - 1] = Some(Done {
            gradients: flat(named_parameters(seen.module, Some(seen.gradients))),
            loss: step.map(|step| values(step.loss.clone())[0]),
            delta_out: step.map(|step| row(&step.delta_out, sample)),
            boundary: asked.map(|(asked, before)| [row(asked, sample), row(before, sample)]),
            reconciliation: alignment.map(|it| values(it.reconciliation)[0]),
        });
    });
    let empty = || Done {
        gradients: Vec::new(),
        loss: None,
        delta_out: None,
        boundary: None,
        reconciliation: None,
    };
    all.into_iter().map(|it| it.unwrap_or_else(empty)).collect()
}

fn check_step(name: &str, seen: &InspectedModule, done: &Done, [before, after]: [&LocalModule; 2]) {
    let update = seen.update.as_ref().unwrap();
    near(name, update.gradient, norm(&done.gradients));
    let [old, new] = [before, after].map(|module| flat(named_parameters(module, None)));
    let change: Vec<f64> = new.iter().zip(&old).map(|(new, old)| new - old).collect();
    assert!(norm(&change) > 1e-6, "{name}");
    near(name, update.change, norm(&change));
    if let Some(delta_out) = &done.delta_out {
        near(name, seen.delta_out.unwrap(), norm(delta_out));
        near(name, seen.loss.unwrap(), done.loss.unwrap());
    }
    assert_eq!(seen.boundary.is_some(), done.boundary.is_some(), "{name}");
    if let (Some(found), Some([asked, before])) = (&seen.boundary, &done.boundary) {
        let apart: Vec<f64> = asked.iter().zip(before).map(|(a, b)| a - b).collect();
        let product: f64 = asked.iter().zip(before).map(|(a, b)| a * b).sum();
        let (of_in, of_out) = (norm(asked), norm(before));
        near(name, found.delta_in, of_in);
        near(name, found.cosine.unwrap(), product / of_in / of_out);
        near(name, found.squared_distance, norm(&apart).powi(2));
        let relative = found.relative_distance.unwrap();
        near(name, relative, norm(&apart) / of_out);
        near(name, found.norm_ratio.unwrap(), of_in / of_out);
        near(name, found.reconciliation, done.reconciliation.unwrap());
    }
}

#[test]
fn an_inspected_step_is_the_step_that_is_done() {
    let only = |only| StepWay {
        only,
        ..way(2, &LAMBDA)
    };
    for (kind, frozen, only) in [
        (MethodKind::LocalBp, None, only(None)),
        (MethodKind::LocalBp, Some(2), only(None)),
        (MethodKind::BpFree, None, only(None)),
        (MethodKind::Greedy, None, only(Some(1))),
        (MethodKind::GlobalBp, None, only(None)),
        (MethodKind::GlobalBp, Some(1), only(None)),
    ] {
        let mut experiment = network(kind);
        if let Some(number) = frozen {
            experiment.set_frozen(number, true);
        }
        for checkpointing in [false, true] {
            if checkpointing && kind != MethodKind::GlobalBp {
                continue;
            }
            experiment.method.checkpointing = checkpointing;
            let mut learner = learner(&experiment, only);
            let batch = batch(&Learner::device(&experiment, device().inner()));
            let sample = 3;
            let found = learner.inspect(&batch, &only, sample);
            assert_eq!((found.samples, found.sample), (BATCH, sample));
            let labels = batch.labels.clone().into_data();
            assert_eq!(labels.iter::<i64>().nth(sample), Some(found.class as i64));
            let before = learner.modules().to_vec();
            let done = done(&mut learner, &batch, &only, sample);
            let mut learnt = 0;
            for (at, (seen, done)) in found.modules.iter().zip(&done).enumerate() {
                let name = format!("{kind:?} frozen {frozen:?} module {}", at + 1);
                assert_eq!(seen.number, at + 1);
                let turn = match (frozen == Some(at + 1), only.only.unwrap_or(at)) {
                    (true, _) => Turn::Frozen,
                    (_, turn) if turn > at => Turn::HasLearnt,
                    (_, turn) if turn < at => Turn::Waits,
                    _ => Turn::Learns,
                };
                assert_eq!(seen.turn, turn, "{name}");
                assert_eq!(seen.update.is_some(), turn == Turn::Learns, "{name}");
                if turn == Turn::Learns {
                    learnt += 1;
                    let pair = [&before[at], &learner.modules()[at]];
                    check_step(&name, seen, done, pair);
                }
            }
            assert!(learnt >= 1);
        }
    }
}

#[test]
fn an_inspected_update_is_clipped() {
    let mut experiment = network(MethodKind::LocalBp);
    experiment.optimizer.weight_decay = 0.0;
    experiment.optimizer.momentum = 0.0;
    experiment.optimizer.clip_norm = 1e-3;
    let way = way(2, &LAMBDA);
    let seen = learner(&experiment, way).inspect(&batch(&device()), &way, 0);
    for module in seen.modules {
        let update = module.update.unwrap();
        assert!(update.gradient > 1e-2);
        close("clipped", update.change, 1e-3 * update.learning_rate, 1e-3);
    }
}

fn all_samples(experiment: &Experiment) -> Vec<Inspection> {
    let way = way(2, &LAMBDA);
    let learner = learner(experiment, way);
    let batch = batch(&Learner::device(experiment, device().inner()));
    (0..BATCH)
        .map(|sample| learner.inspect(&batch, &way, sample))
        .collect()
}

#[test]
fn samples_add_up_to_their_batch() {
    for (kind, smoothing) in [
        (MethodKind::LocalBp, 0.0),
        (MethodKind::LocalBp, 0.2),
        (MethodKind::BpFree, 0.0),
        (MethodKind::BpFree, 0.2),
        (MethodKind::GlobalBp, 0.0),
        (MethodKind::GlobalBp, 0.2),
    ] {
        let mut experiment = network(kind);
        experiment.loss.smoothing = smoothing;
        let seen = all_samples(&experiment);
        let mean = |of: &dyn Fn(&Inspection) -> f64| -> f64 {
            seen.iter().map(of).sum::<f64>() / BATCH as f64
        };
        let mut boundaries = 0;
        for at in 0..3 {
            let module = |seen: &Inspection| seen.modules[at].clone();
            let first = module(&seen[0]);
            // A loss that compares samples is of none alone.
            let compares = kind == MethodKind::LocalBp && at == 1;
            assert_eq!(
                first.sample_loss.is_some(),
                first.loss.is_some() && !compares
            );
            if let (Some(of_sample), Some(loss)) = (first.sample_loss, first.loss) {
                let name = format!("{kind:?}: loss {}", at + 1);
                near(&name, mean(&|it| module(it).sample_loss.unwrap()), loss);
                let scores = first.scores.unwrap();
                assert_eq!(first.smoothing, smoothing);
                let logs: Vec<f64> = scores.probabilities.iter().map(|p| p.ln()).collect();
                let of_all = logs.iter().sum::<f64>() / logs.len() as f64;
                let of_class = logs[seen[0].class];
                let expected = -(1.0 - smoothing) * of_class - smoothing * of_all;
                near(&name, expected, of_sample);
                near(&name, scores.probabilities.iter().sum(), 1.0);
            }
            let Some(boundary) = first.boundary else {
                continue;
            };
            boundaries += 1;
            let name = format!("{kind:?}: boundary {at}");
            let of = |it: &Inspection| module(it).boundary.unwrap();
            let squares = mean(&|it| of(it).squared_distance);
            near(&name, squares, boundary.reconciliation);
            let cosine = mean(&|it| of(it).cosine.unwrap());
            near(&name, cosine, boundary.mean_cosine);
            let asked = mean(&|it| of(it).delta_in.powi(2));
            let before = |it: &Inspection| it.modules[at - 1].delta_out.unwrap();
            let followed = mean(&|it| before(it).powi(2));
            let relative = (squares / followed).sqrt();
            near(&name, relative, boundary.batch_relative_distance);
            near(&name, (asked / followed).sqrt(), boundary.batch_norm_ratio);
            // |δin|² less ⟨δin, δout⟩.
            let along = asked - mean(&|it| of(it).cosine.unwrap() * of(it).delta_in * before(it));
            near(&name, along, boundary.derivative);
        }
        assert_eq!(boundaries, if kind.is_local() { 2 } else { 0 });
    }
}

#[test]
fn the_derivative_along_v_is_that_of_the_dual() {
    for kind in [MethodKind::LocalBp, MethodKind::BpFree] {
        // Losses of all kinds, where they may be.
        let experiment = without_dropout(kind);
        let way = way(2, &LAMBDA);
        let mut learner = learner(&experiment, way);
        let device = Learner::device(&experiment, device().inner());
        let batch = batch(&device);
        let seen = learner.inspect(&batch, &way, 0);
        let modules = learner.modules().to_vec();
        let mut steps = Vec::new();
        learner.step(&batch, &way, &mut |it| {
            let step = it.step.unwrap();
            let apart = step.delta_in.as_ref().zip(it.before);
            let direction = apart.map(|(asked, before)| asked.clone() - before.clone());
            steps.push((step.output.clone().inner(), direction));
        });
        let resting = batch.resting();
        for at in 1..3 {
            let module = modules[at].valid();
            let (input, direction) = (steps[at - 1].0.clone(), steps[at].1.clone().unwrap());
            let loss = |x: Dual| {
                let mut draws = Case::draws();
                let output = module.body(x, Some(&mut draws));
                module.loss(output, &resting, Some(&mut draws)).unwrap().0
            };
            let dual = Dual::along(input.clone(), direction.clone());
            let expected = values(loss(dual).derivative.unwrap())[0];
            let found = seen.modules[at].boundary.as_ref().unwrap().derivative;
            let name = format!("{kind:?}: D_v L of module {}", at + 1);
            assert!(expected.abs() > 1e-6, "{name}: {expected}");
            close(&name, found, expected, expected);
            let (_, slope) = with_difference(found, |by| {
                let moved = input.clone() + direction.clone() * by;
                values(loss(Dual::plain(moved)).value)[0]
            });
            close(&name, found, slope, slope);
        }
    }
}

#[test]
fn gradients_of_loss_and_reconciliation_are_told_apart() {
    for kind in [MethodKind::LocalBp, MethodKind::BpFree] {
        let experiment = network(kind);
        let way = way(2, &LAMBDA);
        let gradients = |lambda: &[f64]| {
            let mut learner = learner(&experiment, way);
            let batch = batch(&Learner::device(&experiment, device().inner()));
            let way = StepWay { lambda, ..way };
            let seen = learner.inspect(&batch, &way, 0);
            let done = done(&mut learner, &batch, &way, 0);
            let gradients = done.into_iter().map(|done| done.gradients);
            (seen, gradients.collect::<Vec<_>>())
        };
        let (seen, both) = gradients(&LAMBDA);
        let (without, loss) = gradients(&[0.0, 0.0]);
        for at in 0..3 {
            let name = format!("{kind:?} module {}", at + 1);
            let update = seen.modules[at].update.as_ref().unwrap();
            near(&name, update.loss_gradient, norm(&loss[at]));
            let pairs = both[at].iter().zip(&loss[at]);
            let other: Vec<f64> = pairs.map(|(both, loss)| both - loss).collect();
            let product: f64 = other.iter().zip(&loss[at]).map(|(a, b)| a * b).sum();
            near(&name, update.reconciliation_gradient, norm(&other));
            let none = without.modules[at].update.as_ref().unwrap();
            assert_eq!((none.reconciliation_gradient, none.cosine), (0.0, None));
            if at == 0 {
                assert_eq!((update.reconciliation_gradient, update.cosine), (0.0, None));
                continue;
            }
            assert!(norm(&other) > 1e-6, "{name}");
            let cosine = product / norm(&other) / norm(&loss[at]);
            near(&name, update.cosine.unwrap(), cosine);
            let lambda = seen.modules[at].boundary.as_ref().unwrap().lambda;
            assert_eq!(lambda, LAMBDA[at - 1]);
        }
    }
}

#[test]
fn the_loss_after_an_update_is_of_that_update_alone() {
    for kind in [
        MethodKind::LocalBp,
        MethodKind::BpFree,
        MethodKind::GlobalBp,
    ] {
        let experiment = network(kind);
        let way = way(2, &LAMBDA);
        let mut learner = learner(&experiment, way);
        let batch = batch(&Learner::device(&experiment, device().inner()));
        let seen = learner.inspect(&batch, &way, 0);
        let before = learner.modules().to_vec();
        learner.step(&batch, &way, &mut |_| {});
        let resting = batch.resting();
        let through = |modules: &[&LocalModule]| {
            let mut x = Dual::plain(resting.inputs.clone());
            let mut loss = None;
            for module in modules {
                let (module, mut draws) = (module.valid(), Case::draws());
                x = module.body(x, Some(&mut draws));
                loss = module.loss(x.clone(), &resting, Some(&mut draws));
            }
            values(loss.unwrap().0.value)[0]
        };
        for at in 0..3 {
            let end = if kind.is_local() { at + 1 } else { 3 };
            let mut chain: Vec<&LocalModule> = before[..end].iter().collect();
            let old = through(&chain);
            chain[at] = &learner.modules()[at];
            let name = format!("{kind:?}: loss after the update of module {}", at + 1);
            let found = seen.modules[at]
                .update
                .as_ref()
                .unwrap()
                .loss_after
                .unwrap();
            assert!((found - old).abs() > 1e-6, "{name}");
            near(&name, found, through(&chain));
        }
    }
}

#[test]
fn under_global_bp_every_output_is_told_what_the_last_loss_sends() {
    let experiment = network(MethodKind::GlobalBp);
    let learner = learner(&experiment, way(2, &[]));
    let modules = learner.modules();
    for sample in 0..BATCH {
        let seen = learner.inspect(&batch(&device()), &way(2, &[]), sample);
        for (at, module) in seen.modules.iter().enumerate() {
            let sent = sent_to(modules, at);
            let size = sent.len() / BATCH;
            let own = &sent[sample * size..][..size];
            let expected = norm(own) * BATCH as f64;
            let name = format!("module {}", at + 1);
            close(&name, module.delta_out.unwrap(), expected, expected);
            assert_eq!(module.boundary, None);
            assert_eq!(module.loss.is_some(), at == 2);
        }
    }
}

#[test]
fn looking_changes_nothing() {
    for kind in [
        MethodKind::LocalBp,
        MethodKind::BpFree,
        MethodKind::GlobalBp,
    ] {
        // With dropout and batch norm.
        let experiment = three_for(kind);
        let device = Learner::device(&experiment, device().inner());
        let trained = |look: bool| {
            let mut learner = Learner::new(&experiment, &device).unwrap();
            for step in 0..4 {
                let way = way(step, &LAMBDA);
                if look {
                    learner.inspect(&batch(&device), &way, step);
                }
                learner.step(&batch(&device), &way, &mut |_| {});
            }
            state(learner.modules())
        };
        assert_eq!(trained(true), trained(false), "{kind:?}");
    }
}
