//! Watches the numbers of a run for divergence.

use layerwise_study::{Evaluation, StepRecord};

/// A loss beyond this has left all bounds.
const LOSS_LIMIT: f32 = 1e6;
/// The same for test samples. In the first steps of a deep network the running statistics of its
/// batch norms lag behind, which alone can take the test loss to a million.
const TEST_LOSS_LIMIT: f32 = 1e12;
const ADVICE: &str = "Try a smaller λ or a smaller learning rate";

/// Says why a step's numbers cannot stand, naming the module and the step. Where modules learn one
/// after the other, `learnt` is how many have begun; nothing is known of the others.
pub(super) fn divergence(record: &StepRecord, learnt: Option<usize>) -> Option<String> {
    let known = learnt.unwrap_or(record.loss.len());
    for (at, loss) in record.loss.iter().enumerate().take(known) {
        if !loss.is_finite() || *loss > LOSS_LIMIT {
            return Some(format!(
                "The loss of module {} became {loss} at step {}. {ADVICE}",
                at + 1,
                record.step
            ));
        }
    }
    for (at, value) in record.reconciliation.iter().enumerate() {
        // NaN also stands for a boundary that was not measured; a NaN of its own shows in the
        // loss of the next step.
        if value.is_infinite() {
            return Some(format!(
                "The reconciliation of modules {} and {} became infinite at step {}. {ADVICE}",
                at + 1,
                at + 2,
                record.step
            ));
        }
    }
    None
}

/// Says why an evaluation cannot stand, naming the module and the step.
pub(super) fn divergence_at(evaluation: &Evaluation) -> Option<String> {
    evaluation.modules.iter().find_map(|module| {
        let loss = module.test_loss?;
        (!loss.is_finite() || loss > TEST_LOSS_LIMIT).then(|| {
            format!(
                "The test loss of module {} became {loss} at step {}. {ADVICE}",
                module.number, evaluation.step
            )
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divergence_names_module_and_step() {
        let record = StepRecord {
            step: 12,
            loss: vec![1.0, f32::NAN],
            ..StepRecord::default()
        };
        let message = divergence(&record, None).unwrap();
        assert_eq!(divergence(&record, Some(1)), None);
        assert!(message.contains("module 2") && message.contains("step 12"));
        assert_eq!(divergence(&StepRecord::default(), None), None);
    }
}
