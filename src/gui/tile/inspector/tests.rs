use std::rc::Rc;

use eframe::egui::{self, FontFamily, FontId, vec2};
use egui_kittest::{Harness, kittest::Queryable};
use layerwise_experiment::{Experiment, MethodKind, preset};
use layerwise_study::{
    ClassScores, Fact, InspectedBoundary, InspectedUpdate, Isolation, Progress, Turn,
    compare::Comparison,
};

use super::*;
use crate::gui::command::Availability;

/// A module of an inspection that has everything.
fn module(number: usize) -> InspectedModule {
    InspectedModule {
        number,
        input_shape: [8, 4, 4],
        output_shape: [12, 1, 1],
        input_norm: 3.0,
        output_norm: 4.0,
        scores: Some(ClassScores {
            logits: vec![0.0, 3.0_f64.ln()],
            probabilities: vec![0.25, 0.75],
        }),
        sample_loss: Some(0.123_456),
        loss: Some(0.654_321),
        delta_out: Some(0.5),
        boundary: (number > 1).then(|| InspectedBoundary {
            reconciliation: 0.0271,
            lambda: 0.1,
            ..InspectedBoundary::default()
        }),
        update: Some(InspectedUpdate::default()),
        ..InspectedModule::default()
    }
}

fn inspection(step: usize) -> Inspection {
    Inspection {
        step,
        samples: 64,
        sample: 0,
        class: 1,
        modules: vec![module(1), module(2)],
    }
}

fn experiment() -> Experiment {
    preset("digits-mlp").unwrap().experiment().unwrap()
}

/// What a run has come to, and what the tile asked of it.
struct State {
    view: View,
    history: History,
    phase: Phase,
    step: usize,
    asked: Vec<Command>,
}

fn shown(width: f32, history: History, phase: Phase) -> Harness<'static, State> {
    let experiment = Rc::new(experiment());
    Harness::builder()
        .with_size(vec2(width, 3000.0))
        .build_ui_state(
            move |ui, state: &mut State| {
                let progress = Progress {
                    phase: state.phase,
                    step: state.step,
                    ..Progress::default()
                };
                let context = TileContext {
                    experiment: &experiment,
                    history: Some(&state.history),
                    progress: &progress,
                    regions: None,
                    origin: None,
                    comparison: &Comparison::default(),
                    availability: Availability::default(),
                    dataset: None,
                    edited: None,
                };
                state.asked.extend(state.view.show(ui, &context));
            },
            State {
                view: View::default(),
                history,
                phase,
                step: 0,
                asked: Vec::new(),
            },
        )
}

fn asked(harness: &mut Harness<'_, State>) -> Vec<Command> {
    harness.run_steps(3);
    std::mem::take(&mut harness.state_mut().asked)
}

#[test]
fn a_run_that_holds_is_inspected_once_for_each_step_and_sample() {
    let of = |sample| vec![Command::Inspect { sample }];
    let mut harness = shown(400.0, History::new(&experiment()), Phase::Running);
    assert_eq!(asked(&mut harness), []);
    harness.state_mut().phase = Phase::Paused;
    assert_eq!(asked(&mut harness), of(0));

    // One question waits for its answer.
    harness.state_mut().step = 1;
    assert_eq!(asked(&mut harness), []);
    let answer = |harness: &mut Harness<'_, State>, step| {
        let event = Fact::Inspection(inspection(step));
        harness.state_mut().history.push(&event);
    };
    answer(&mut harness, 0);
    assert_eq!(asked(&mut harness), of(0));
    answer(&mut harness, 1);
    assert_eq!(asked(&mut harness), []);

    harness.get_by_label(">").click();
    assert_eq!(asked(&mut harness), of(1));
    answer(&mut harness, 1);
    assert_eq!(asked(&mut harness), []);
    harness.get_by_label("Inspect").click();
    assert_eq!(asked(&mut harness), of(1));

    // Another run at the same step.
    harness.state_mut().history = History::new(&experiment());
    assert_eq!(asked(&mut harness), of(1));
    harness.state_mut().phase = Phase::Running;
    harness.state_mut().step = 7;
    assert_eq!(asked(&mut harness), []);
    harness.get_by_label("Inspect").click();
    assert_eq!(asked(&mut harness), of(1));
}

#[test]
fn a_run_that_is_over_shows_what_was_inspected_last() {
    let mut history = History::new(&experiment());
    let mut harness = shown(400.0, History::new(&experiment()), Phase::Finished);
    assert_eq!(asked(&mut harness), []);
    history.push(&Fact::Inspection(inspection(4)));
    harness.state_mut().history = history;
    harness.get_by_label("Inspect").click();
    assert_eq!(asked(&mut harness), []);
    harness.get_by_label("Step 5, sample i = 1");
    harness.get_by_label("Boundary 1 | 2");
}

#[test]
fn numbers_stand_beside_their_formulas_narrow_and_wide() {
    for width in [320.0, 800.0] {
        let mut history = History::new(&experiment());
        history.push(&Fact::Inspection(inspection(0)));
        let mut harness = shown(width, history, Phase::Finished);
        harness.run();
        let formula = harness.get_by_label_contains("R2 = 1/B").rect();
        let value = harness.get_by_label("0.0271").rect();
        assert!((formula.center().y - value.center().y).abs() < 6.0);
        assert!(formula.right() <= value.left() && value.right() <= width);
        let own = "2, the class of this sample: p = 75.0 %, z = 1.10";
        assert_eq!(harness.query_all_by_label(own).count(), 2);
        // What does not exist says why.
        harness.get_by_label("The isolation is measured after the first step");
    }
}

/// Every row that can be shown.
fn all_rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for kind in [MethodKind::LocalBp, MethodKind::GlobalBp] {
        let all = module(2);
        rows.extend(rows::signals(&all));
        rows.extend(rows::losses(&all, 8, kind));
        let smoothed = InspectedModule {
            smoothing: 0.1,
            ..module(2)
        };
        rows.extend(rows::losses(&smoothed, 8, kind));
        rows.extend(rows::update(&all, all.update.as_ref().unwrap(), 8, kind));
        rows.extend(rows::boundary(2, all.boundary.as_ref().unwrap()));
        rows.push(rows::isolation(None, kind));
    }
    rows
}

#[test]
fn the_loss_of_a_sample_is_told_with_its_smoothing() {
    let told = |smoothing| {
        let module = InspectedModule {
            smoothing,
            ..module(2)
        };
        let [of_sample, ..] = rows::losses(&module, 8, MethodKind::LocalBp);
        (of_sample.formula, of_sample.words)
    };
    assert_eq!(told(0.0).0, "ℓ_{2,i} = −ln p_{2,i}(y_i)");
    let (formula, words) = told(0.25);
    assert_eq!(formula, "ℓ_{2,i} = −Σ_c q_i(c) ln p_{2,i}(c)");
    assert!(words.ends_with("s = 0.25"), "{words}");
}

#[test]
fn fonts_have_every_sign() {
    let context = egui::Context::default();
    let mut formulas: Vec<String> = all_rows().into_iter().map(|row| row.formula).collect();
    formulas.extend(separability::MEASURES.map(|measure| measure.formula.to_owned()));
    let font = FontId::new(13.0, FontFamily::Monospace);
    let mut missing = Vec::new();
    let _ = context.run_ui(egui::RawInput::default(), |ui| {
        ui.fonts_mut(|fonts| {
            let signs = formulas.iter().flat_map(|formula| formula.chars());
            missing = signs
                .filter(|sign| !fonts.has_glyph(&font, *sign))
                .collect();
        });
    });
    assert_eq!(missing, [] as [char; 0]);
}

#[test]
fn what_does_not_exist_says_why() {
    let mut global = module(2);
    global.loss = None;
    global.sample_loss = None;
    let rows = rows::losses(&global, 8, MethodKind::GlobalBp);
    let loss = rows.iter().find(|row| row.formula.starts_with("L_2"));
    let loss = loss.unwrap();
    assert!(loss.value.is_none() && loss.words.contains("only the last module"));
    assert!(rows.iter().any(|row| row.formula.contains("∂L_8/∂x_{2,i}")));

    let frozen = InspectedModule {
        turn: Turn::Frozen,
        ..module(1)
    };
    let words = rows::no_boundary(&frozen, &module(2));
    assert!(words.contains("module 1 does not learn"), "{words}");
}

#[test]
fn isolation_is_told_by_its_largest_number_off_the_diagonal() {
    let measured = |norms: [[f64; 2]; 2]| Isolation {
        step: 1,
        losses: vec![1, 2],
        norms: norms.map(Vec::from).to_vec(),
        ..Isolation::default()
    };
    let row = |norms| rows::isolation(Some(&measured(norms)), MethodKind::LocalBp);
    let of = |norms| row(norms).value;
    assert_eq!(of([[0.5, 0.0], [0.0, 2.0]]), Some(0.0));
    assert!(row([[0.5, 0.0], [0.0, 2.0]]).words.contains("exactly 0"));
    assert!(!row([[0.5, 0.0], [1e-12, 2.0]]).words.contains("exactly"));
    assert_eq!(of([[0.5, 0.0], [1e-12, 2.0]]), Some(1e-12));
    for norms in [[[0.5, 0.0], [f64::NAN, 2.0]], [[0.5, f64::NAN], [0.0, 2.0]]] {
        assert!(of(norms).unwrap().is_nan());
    }
}
