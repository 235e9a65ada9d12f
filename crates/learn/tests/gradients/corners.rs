//! Mixed targets, and samples of which nothing is left.

use burn::tensor::Int;

use super::*;

/// The share of a sample's own class where samples are mixed.
const SHARE: f64 = 0.7;
/// The sample of which nothing is left.
const DEAD: usize = 2;

/// Targets as mixup and CutMix leave them: the last sample is its own partner.
fn mixed(mut case: Case) -> Case {
    let targets = case.batch.targets;
    let order = Tensor::<1, Int>::from_data([3, 0, 1, 2, 4], &targets.device());
    let partners = targets.clone().select(0, order);
    case.batch.targets = targets * SHARE + partners * (1.0 - SHARE);
    case
}

#[test]
fn every_loss_of_mixed_samples() {
    for kind in LossKind::ALL {
        for head in HeadKind::ALL {
            for image in [false, true] {
                let loss = Loss {
                    reconstruction: if image { 3.0 } else { 0.0 },
                    ..of_kind(kind)
                };
                let name = format!("mixed, {kind:?} loss, {head:?} head, image {image}");
                mixed(Case::of(&rival(image, head, loss))).check(&name);
            }
        }
    }
}

/// Fills every bias, all of which start at 0.
struct Fill(f64);

impl ModuleMapper for Fill {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let is_bias = D == 1 && values(param.val().inner()).iter().all(|it| *it == 0.0);
        if !is_bias {
            return param;
        }
        param.map(|old| {
            let learns = old.is_require_grad();
            let new = old.full_like(self.0).detach();
            if learns { new.require_grad() } else { new }
        })
    }
}

/// One sample is zero and stays below the corner of every ReLU of the module, wherever parameters
/// and inputs go by a little: its features are exactly zero, and so is every derivative of them.
pub fn dead(experiment: &Experiment) -> Case {
    let mut case = Case::of(experiment);
    case.second = case.second.map(&mut Fill(-0.5));
    let alive: Vec<f64> = (0..BATCH)
        .map(|at| f64::from(u8::from(at != DEAD)))
        .collect();
    let alive = TensorData::new(alive, [BATCH, 1, 1, 1]);
    case.input = case.input.clone() * Tensor::from_data(alive, &case.input.device());
    case
}

fn narrow(image: bool, head: Head, loss: Loss) -> Experiment {
    let tested = if image { conv(10, 1, 1, 1) } else { linear(14) };
    let mut experiment = second(
        image,
        &[tested, Block::Relu(kind::Relu {})],
        head.kind,
        loss,
    );
    experiment.set_head_of(2, Some(head));
    experiment
}

/// Values of the sample of which nothing is left.
fn of_dead(x: &Tensor<4>) -> Vec<f64> {
    values(x.clone().narrow(0, DEAD, 1))
}

#[test]
fn a_sample_without_features_asks_for_nothing_of_any_head() {
    for kind in LossKind::ALL {
        for head in HeadKind::ALL {
            for normalize in [true, false] {
                for image in [false, true] {
                    let head = Head {
                        kind: head,
                        normalize: Some(normalize),
                        scale: 8.0,
                    };
                    if normalize && !head.normalizes() {
                        continue;
                    }
                    let case = dead(&narrow(image, head, of_kind(kind)));
                    let name = format!("no features, {kind:?} loss, {head:?}, image {image}");
                    let step = case.step(0.0);
                    assert!(of_dead(&step.output).iter().all(|it| *it == 0.0), "{name}");
                    let asked = step.delta_in.as_ref().unwrap();
                    assert!(of_dead(asked).iter().all(|it| *it == 0.0), "{name}");
                    if head.normalizes() {
                        let done = of_dead(&step.delta_out);
                        assert!(done.iter().all(|it| *it == 0.0), "{name}: {done:?}");
                    }
                    case.check_tangent(&name);
                    case.check_gradients(&name);
                }
            }
        }
    }
}

#[test]
fn a_module_that_follows_nothing_is_told_of_no_distance() {
    let experiment = narrow(false, ETF, Loss::default());
    let case = dead(&experiment);
    let nothing = case.before.zeros_like();
    let step = step_module(
        &case.second,
        case.input.clone(),
        &case.batch,
        Some(nothing),
        0.0,
        true,
        &mut Case::draws(),
    );
    let told = step.unwrap().alignment.unwrap().into_values();
    let [reconciliation, cosine, distance, ratio] = told.map(|it| it.into_scalar::<f64>());
    assert!(reconciliation > 0.0 && cosine == 0.0);
    assert!(distance.is_nan() && ratio.is_nan());
}
