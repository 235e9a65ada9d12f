//! Steps against the truth: what global BP would do, and what updates do to the next loss.

use super::*;

/// What the learner itself applied in a step, module by module: gradients by name, and δout.
type Applied = Vec<Option<(Vec<(String, Vec<f64>)>, Option<Tensor<4>>)>>;

/// A step of an experiment and its comparison with the truth on the same batch.
fn compared(experiment: &Experiment, way: &StepWay<'_>) -> (Vec<LocalModule>, Applied, Vec<f64>) {
    assert_eq!(experiment.problems(), []);
    let device = device();
    let mut learner = Learner::new(experiment, &device).unwrap();
    let before = learner.modules().to_vec();
    let mut applied: Applied = vec![None; before.len()];
    learner.step(&batch(&device), way, &mut |seen| {
        let gradients = layers_of(seen.module, seen.gradients);
        let delta_out = seen.step.map(|step| step.delta_out.clone());
        applied[seen.number - 1] = Some((gradients, delta_out));
    });
    let numbers = learner.truth(&before, &batch(&device), way);
    let numbers = numbers.map_or(Vec::new(), |numbers| values(numbers.values));
    (before, applied, numbers)
}

/// Gradients of a module's layers without its head, by name.
fn layers_of(module: &LocalModule, gradients: &GradientsParams) -> Vec<(String, Vec<f64>)> {
    let named = named_parameters(module, Some(gradients)).into_iter();
    named
        .filter(|named| named.name.starts_with("block."))
        .map(|named| (named.name, named.data.iter::<f64>().collect()))
        .collect()
}

fn cosine(one: &[f64], other: &[f64]) -> f64 {
    let dot = |one: &[f64], other: &[f64]| one.iter().zip(other).map(|(a, b)| a * b).sum::<f64>();
    dot(one, other) / (dot(one, one) * dot(other, other)).sqrt()
}

/// Three modules without dropout, so that every step draws the same.
pub fn without_dropout(kind: MethodKind) -> Experiment {
    let mut experiment = three_for(kind);
    for block in &mut experiment.blocks {
        if let Block::Dropout(kind::Dropout { p }) = block {
            *p = 0.0;
        }
    }
    experiment
}

#[test]
fn truth_is_what_a_learner_of_global_bp_computes() {
    for (kind, frozen) in [
        (MethodKind::LocalBp, None),
        (MethodKind::LocalBp, Some(2)),
        (MethodKind::BpFree, None),
    ] {
        let mut experiment = without_dropout(kind);
        if let Some(number) = frozen {
            experiment.set_frozen(number, true);
        }
        for lambda in [0.0, 0.5] {
            let lambda = [lambda, lambda];
            let way = way(0, &lambda);
            let (modules, local, numbers) = compared(&experiment, &way);
            assert_eq!(numbers.len(), 3 + 3 * 2);
            let mut global = experiment.clone();
            global.method.kind = MethodKind::GlobalBp;
            let (_, global, none) = compared(&global, &way);
            assert_eq!(none, [0.0; 0]);

            for at in 0..3 {
                let name = format!("{kind:?} {lambda:?} frozen {frozen:?}: module {at}");
                let Some((own, delta_out)) = &local[at] else {
                    assert!(numbers[at].is_nan(), "{name}");
                    continue;
                };
                let (truth, _) = global[at].as_ref().unwrap();
                let names = |all: &[(String, Vec<f64>)]| -> Vec<String> {
                    all.iter().map(|(name, _)| name.clone()).collect()
                };
                assert_eq!(names(own), names(truth), "{name}");
                let flat = |all: &[(String, Vec<f64>)]| -> Vec<f64> {
                    all.iter().flat_map(|(_, values)| values.clone()).collect()
                };
                close(&name, numbers[at], cosine(&flat(own), &flat(truth)), 1.0);

                if at < 2 {
                    let delta_out = values(delta_out.clone().unwrap());
                    let sent = sent_to(&modules, at);
                    let size = sent.len() / BATCH;
                    let cosines = delta_out.chunks(size).zip(sent.chunks(size));
                    let mean = cosines.map(|(one, other)| cosine(one, other)).sum::<f64>();
                    close(&name, numbers[3 + 3 * at], mean / BATCH as f64, 1.0);
                }
            }
        }
    }
}

/// ∂L_K/∂x_k behind module `at`, from one graph from there to the end.
pub fn sent_to(modules: &[LocalModule], at: usize) -> Vec<f64> {
    let batch = batch(&device());
    let forward = |x: Tensor<4>, module: &LocalModule| {
        module.body(Dual::plain(x), Some(&mut Case::draws())).value
    };
    let x = modules[..=at].iter().fold(batch.inputs.clone(), forward);
    let leaf = x.detach().require_grad();
    let output = modules[at + 1..].iter().fold(leaf.clone(), forward);
    let last = modules.last().unwrap();
    let loss = last.loss(Dual::plain(output), &batch, Some(&mut Case::draws()));
    let gradients = loss.unwrap().0.value.backward();
    values(leaf.grad(&gradients).unwrap())
}

#[test]
fn truth_of_bp_free_is_that_of_local_bp() {
    let free = three_for(MethodKind::BpFree);
    let mut local = free.clone();
    local.method.kind = MethodKind::LocalBp;
    for lambda in [0.0, 0.5] {
        let numbers = |experiment| compared(experiment, &way(3, &[lambda, lambda])).2;
        let (free, local) = (numbers(&free), numbers(&local));
        assert_eq!(free.len(), 9);
        for (at, (free, local)) in free.iter().zip(&local).enumerate() {
            close(&format!("λ {lambda}: {at}"), *free, *local, *local);
        }
    }
}

/// Change and prediction at each boundary in a step of this learning rate.
fn changes(experiment: &Experiment, learning_rate: f64) -> Vec<[f64; 2]> {
    let lambda = [0.5, 0.5];
    let way = StepWay {
        learning_rate,
        ..way(2, &lambda)
    };
    let numbers = compared(experiment, &way).2;
    let of = |at: usize| [numbers[3 + 3 * at + 1], numbers[3 + 3 * at + 2]];
    vec![of(0), of(1)]
}

#[test]
fn truth_predicts_the_change_of_the_next_loss() {
    for kind in [MethodKind::LocalBp, MethodKind::BpFree] {
        let mut experiment = three_for(kind);
        experiment.optimizer.momentum = 0.0;
        experiment.head.kind = HeadKind::Linear;
        let at = |rate: f64| changes(&experiment, rate);
        // Slopes along the update: central differences, which leave no term of second order.
        let rate = 1e-6;
        for ((up, down), number) in at(rate).into_iter().zip(at(-rate)).zip(2..) {
            let [measured, predicted] = [0, 1].map(|which| (up[which] - down[which]) / 2.0 / rate);
            let name = format!("{kind:?}: loss {number}");
            assert!(measured.abs() > 1e-3, "{name}: {measured}");
            close(&name, measured, predicted, predicted);
        }
        // One by one they meet as the learning rate falls.
        let off = |rate: f64| {
            let pairs = at(rate).into_iter();
            pairs.map(|[measured, predicted]| (measured / predicted - 1.0).abs())
        };
        for (coarse, fine) in off(1e-3).zip(off(1e-5)) {
            assert!(fine < 1e-2 && fine < 0.1 * coarse, "{coarse}, {fine}");
        }
    }
}

#[test]
fn truth_of_one_module_at_a_time_is_that_of_the_one_that_learns() {
    let mut greedy = three();
    greedy.method.kind = MethodKind::Greedy;
    let way = StepWay {
        only: Some(1),
        ..way(0, &[0.0, 0.0])
    };
    let known: Vec<bool> = compared(&greedy, &way)
        .2
        .iter()
        .map(|number| number.is_finite())
        .collect();
    assert_eq!(known[..3], [false, true, false]);
    assert_eq!(known[3..], [false, false, false, true, false, false]);
}
