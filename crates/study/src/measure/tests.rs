use std::{collections::HashSet, fs, path::Path};

use super::*;
use crate::{Isolation, Separability};

#[test]
fn docs_measures_are_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/measures.md");
    let page = reference::page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &page).unwrap();
    }
    let held = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        held, page,
        "write it with UPDATE_DOCS=1 cargo test -p layerwise-study"
    );
}

#[test]
fn steps_tell_of_what_histories_keep() {
    let over_steps = |measure: &Measure| {
        let mut sources = measure.sources().iter();
        sources.any(|source| matches!(source, Source::Step(_) | Source::Truth(_)))
    };
    let told: Vec<Measure> = Measure::ALL.iter().copied().filter(over_steps).collect();
    assert_eq!(told, Measure::OVER_STEPS);
}

#[test]
fn keys_are_those_of_records() {
    let step = serde_json::to_value(StepRecord::default()).unwrap();
    let truth = serde_json::to_value(Truth::default()).unwrap();
    let module = serde_json::to_value(ModuleEvaluation::default()).unwrap();
    let isolation = serde_json::to_value(Isolation::default()).unwrap();
    for measure in Measure::ALL {
        let key = measure.key();
        let line = match measure.sources()[0] {
            Source::Step(_) => &step,
            Source::Truth(_) => &truth,
            Source::Evaluation(_) => &module,
            Source::Separability(_) | Source::SeparabilityMatrix(_) => &module["separability"],
            Source::Isolation(_) => &isolation,
            // They are in no record.
            Source::Module(_) | Source::Boundary(_) | Source::Update(_) => continue,
        };
        assert!(line.get(key).is_some(), "{measure:?} is no {key}");
    }
}

#[test]
fn every_measure_is_told_apart_and_explained() {
    let titles: HashSet<&str> = Measure::ALL.iter().map(|measure| measure.title()).collect();
    assert_eq!(titles.len(), Measure::ALL.len());
    for measure in Measure::ALL {
        let words = measure.explanation();
        assert!(!words.is_empty() && !words.ends_with('.'), "{measure:?}");
        assert!(!measure.formula().is_empty(), "{measure:?}");
        assert!(!measure.name().is_empty(), "{measure:?}");
    }
}

#[test]
fn values_are_written_as_the_measure_asks() {
    assert_eq!(Measure::TestAccuracy.text(0.9575_f32.into()), "95.8 %");
    assert_eq!(Measure::Cosine.text(-0.001), "0.00");
    assert_eq!(Measure::Cosine.exact(-0.0123), "−0.0123");
    assert_eq!(Measure::Nc1.text(12.345), "12.3");
    assert_eq!(Measure::Reach.text(0.0312), "3·10⁻²");
    assert_eq!(Measure::Reach.exact(0.0312), "0.0312");
    assert_eq!([Measure::Loss.unit(), Measure::Accuracy.unit()], ["", "%"]);
}

#[test]
fn values_come_back_from_their_places() {
    for scale in [Scale::Linear, Scale::Log, Scale::Share] {
        assert!((scale.value(scale.place(0.25)) - 0.25).abs() < 1e-12);
    }
    assert!(!Scale::Log.place(0.0).is_finite());
    assert_eq!(Scale::Share.with_log(true), Scale::Share);
    assert_eq!(Scale::Log.with_log(false), Scale::Linear);
}

#[test]
fn values_are_found_where_they_are_told() {
    let step = StepRecord {
        loss: vec![1.0, 2.0],
        lambda: vec![0.1],
        ..StepRecord::default()
    };
    assert_eq!(Measure::Loss.of_step(&step), [1.0, 2.0]);
    assert_eq!(Measure::Lambda.of_step(&step), [0.1]);
    assert_eq!(Measure::Nc1.of_step(&step), [] as [f64; 0]);
    let truth = Truth {
        loss_change: vec![-0.5],
        ..Truth::default()
    };
    assert_eq!(Measure::LossChange.of_truth(&truth), [-0.5]);
    let module = ModuleEvaluation {
        test_loss: Some(0.5),
        separability: Separability {
            nc1: 2.0,
            ..Separability::default()
        },
        ..ModuleEvaluation::default()
    };
    assert_eq!(Measure::TestLoss.of_evaluation(&module), Some(0.5));
    assert_eq!(Measure::Nc1.of_evaluation(&module), Some(2.0));
    assert_eq!(Measure::SelfDuality.of_evaluation(&module), None);
    assert_eq!(Measure::TestAccuracy.of_evaluation(&module), None);
}

#[test]
fn words_name_the_module() {
    let words = Measure::DeltaIn.explanation_at(At::own(3));
    assert_eq!(
        words,
        "How strongly the loss of module 3 pulls at its input"
    );
    assert_eq!(Measure::Loss.symbol_at(At::own(12)), "L_{12}");
}
