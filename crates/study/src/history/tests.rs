use layerwise_experiment::{Balance, preset};

use super::*;
use crate::{Changed, Target};

fn history(modules: usize) -> History {
    let mut experiment = preset("digits-mlp").unwrap().experiment().unwrap();
    experiment.split_into(modules, Balance::Blocks);
    History::new(&experiment)
}

fn step(step: usize, loss: f32, cosine: f32) -> StepRecord {
    StepRecord {
        step,
        loss: vec![loss, 2.0 * loss],
        cosine: vec![cosine],
        ..StepRecord::default()
    }
}

#[test]
fn steps_are_bounded_and_means_exact() {
    let mut history = history(2);
    let last = 100_000;
    for chunk in (1..=last).collect::<Vec<_>>().chunks(777) {
        for &at in chunk {
            history.push(&Fact::Step(step(at, at as f32, 0.5)));
        }
    }
    assert_eq!(history.width, 64);
    assert_eq!(history.steps.len(), last.div_ceil(64));
    let points: Vec<_> = history.points(Measure::Loss, 1, MAX_BUCKETS).collect();
    // Steps 1 to 64 have mean 32.5.
    assert_eq!(points.first(), Some(&[32.5, 65.0]));
    assert!(points.iter().all(|[step, loss]| *loss == 2.0 * step));
    assert_eq!(history.newest(), Some(&step(last, last as f32, 0.5)));
    assert_eq!(
        history.newest_value(Measure::Loss, 0),
        Some(f64::from(last as u32))
    );
    assert!(history.points(Measure::Loss, 0, 100).count() <= 100);
    let (columns, width) = history.column_grid(100);
    assert!(columns <= 100 && columns * width >= last);
    assert_eq!(history.columns(Measure::Loss, 0, 100).count(), columns);
}

#[test]
fn what_was_not_measured_is_left_out() {
    let mut history = history(2);
    for at in 1..=2 * MAX_BUCKETS {
        let cosine = if at % 4 == 1 { 0.25 } else { f32::NAN };
        history.push(&Fact::Step(step(at, 1.0, cosine)));
    }
    assert_eq!(history.width, 2);
    let columns: Vec<_> = history.columns(Measure::Cosine, 0, MAX_BUCKETS).collect();
    assert_eq!(columns[0], 0.25);
    assert!(columns[1].is_nan());
    let points = history.points(Measure::Cosine, 0, MAX_BUCKETS);
    assert_eq!(points.count(), MAX_BUCKETS / 2);
    assert_eq!(history.newest_value(Measure::Cosine, 0), Some(0.25));
    assert_eq!(history.value_at(Measure::Cosine, 0, 1), Some(0.25));
    assert_eq!(history.value_at(Measure::Cosine, 0, 4), None);
}

#[test]
fn comparisons_with_the_truth_stand_at_their_steps() {
    let mut history = history(2);
    for at in 1..=10 {
        history.push(&Fact::Step(step(at, 1.0, 0.5)));
    }
    for (at, cosine) in [(1, 0.25), (6, 0.75)] {
        history.push(&Fact::Truth(Truth {
            step: at,
            parameter_cosine: vec![cosine, 1.0],
            boundary_cosine: vec![-cosine],
            ..Truth::default()
        }));
    }
    let points: Vec<_> = history
        .points(Measure::TruthOfParameters, 0, MAX_BUCKETS)
        .collect();
    assert_eq!(points, [[1.0, 0.25], [6.0, 0.75]]);
    assert_eq!(
        history.newest_value(Measure::TruthAtBoundary, 0),
        Some(-0.75)
    );
    assert_eq!(history.name_of(Measure::TruthOfParameters, 1), "Module 2");
    assert_eq!(history.series_count(Measure::LossChange), 0);
}

#[test]
fn evaluations_and_changes_are_bounded_and_keep_the_newest() {
    let mut history = history(2);
    for at in 1..=10 * MAX_EVALUATIONS {
        history.push(&Fact::Evaluation(Evaluation {
            step: at,
            ..Evaluation::default()
        }));
        history.push(&Fact::Changed(Change {
            step: at,
            what: Changed::Lambda {
                target: Target::All,
                lambda: at as f64,
            },
        }));
        assert!(history.evaluations().len() <= MAX_EVALUATIONS);
        assert!(history.changes().len() <= MAX_CHANGES);
        assert_eq!(history.evaluations().last().unwrap().step, at);
        assert_eq!(history.changes().last().unwrap().step, at);
    }
    let steps: Vec<usize> = history.evaluations().iter().map(|one| one.step).collect();
    let gaps: Vec<usize> = steps.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let (newest, others) = gaps.split_last().unwrap();
    assert!(
        others.iter().all(|gap| *gap == 16),
        "as far apart early as late"
    );
    assert!((1..=16).contains(newest));
}

#[test]
fn only_the_last_module_has_a_loss_under_global_bp() {
    let mut history = history(4);
    history.push(&Fact::Step(StepRecord {
        step: 1,
        loss: vec![1.0],
        ..StepRecord::default()
    }));
    assert_eq!(history.module_of(Measure::Loss, 0), 4);
    assert_eq!(history.name_of(Measure::Loss, 0), "Module 4");
    assert_eq!(history.name_of(Measure::Cosine, 0), "Boundary 1 | 2");
}

#[test]
fn revisions_tell_runs_apart() {
    let (mut one, two) = (history(2), history(2));
    assert_ne!(one.revision(), two.revision());
    let before = one.revision();
    one.push(&Fact::Step(step(1, 1.0, 1.0)));
    assert_ne!(one.revision(), before);
}
