//! How losses are normalised, in words and in the numbers of the experiment.

use eframe::egui::{CollapsingHeader, Grid, RichText, Ui, vec2};
use indicatif::HumanCount;
use layerwise_experiment::{Experiment, Loss, LossKind, MethodKind};
use layerwise_study::history::{History, Measure};

use crate::gui::widget;

/// An explanation that is closed at first. `history` is that of a run of this experiment.
pub fn show(ui: &mut Ui, experiment: &Experiment, history: Option<&History>) {
    CollapsingHeader::new(RichText::new("How losses are normalised").small())
        .id_salt("how losses are normalised")
        .show(ui, |ui| {
            for words in sentences(experiment) {
                ui.label(RichText::new(words).small());
            }
            boundaries(ui, experiment, history);
        });
}

/// What is true of the experiment, a sentence to a paragraph.
fn sentences(experiment: &Experiment) -> Vec<String> {
    let batch = HumanCount(experiment.train.batch_size as u64);
    let kind = experiment.method.kind;
    let subject = match kind {
        MethodKind::GlobalBp => "The loss L",
        MethodKind::LocalBp | MethodKind::BpFree | MethodKind::Greedy => "The loss L_k of module k",
    };
    let mut all: Vec<String> = losses(experiment)
        .into_iter()
        .map(|(title, how)| match title {
            Some(title) => format!("{subject} ({title}) is {how}"),
            None => format!("{subject} is {how}"),
        })
        .collect();
    if losses_of(experiment).any(|loss| loss.reconstructs()) {
        all.push(
            "Reconstruction adds, times its weight, the mean binary cross-entropy over all samples, channels and pixels"
                .to_owned(),
        );
    }
    all.push(format!("B, the batch size, is {batch} now"));
    match kind {
        MethodKind::GlobalBp => all.push(
            "L is the only loss: there are no boundaries and no R, and the whole chain minimises it"
                .to_owned(),
        ),
        MethodKind::Greedy => {
            all.push("Modules are not reconciled: module k minimises L_k".to_owned());
        }
        MethodKind::LocalBp | MethodKind::BpFree => all.extend(
            [
                "The gradient δ at a boundary is taken for each sample, δ = B·∂L/∂x, so that it does not shrink as the batch grows",
                "R_k is the mean over the B samples of |δin − δout|², a sum over the values at the boundary that is not divided by their number",
                "Module 1 minimises L_1, module k after it L_k + λ_k·R_k",
                "As R is a sum over values, the same λ may weigh more or less where a boundary is wider: λ·R/L shows how much",
            ]
            .map(str::to_owned),
        ),
    }
    all
}

/// The losses of the modules that have one.
fn losses_of(experiment: &Experiment) -> impl Iterator<Item = Loss> {
    let numbers = 1..=experiment.module_count();
    numbers
        .filter(|number| experiment.has_loss(*number))
        .map(|number| experiment.loss_of(number))
}

/// How each kind of loss in the experiment is averaged, named where there are several.
fn losses(experiment: &Experiment) -> Vec<(Option<&'static str>, String)> {
    let mut kinds: Vec<(LossKind, f64)> = Vec::new();
    for loss in losses_of(experiment) {
        let beta = match loss.kind {
            LossKind::PredSim => loss.beta,
            LossKind::CrossEntropy | LossKind::Contrastive | LossKind::Similarity => 0.0,
        };
        if !kinds.contains(&(loss.kind, beta)) {
            kinds.push((loss.kind, beta));
        }
    }
    let several = kinds.len() > 1;
    kinds
        .into_iter()
        .map(|(kind, beta)| (several.then(|| kind.title()), averaged(kind, beta)))
        .collect()
}

fn averaged(kind: LossKind, beta: f64) -> String {
    match kind {
        LossKind::CrossEntropy => {
            "the mean of the cross-entropies of the B samples of a batch".to_owned()
        }
        LossKind::Contrastive => {
            "the mean over all ordered pairs of two samples of one class in the batch".to_owned()
        }
        LossKind::Similarity => {
            "the mean over all B·B pairs of samples of the squared difference of their similarities"
                .to_owned()
        }
        LossKind::PredSim => format!(
            "{} times the mean cross-entropy of the B samples plus {} times the mean over all B·B pairs of the squared difference of their similarities",
            widget::number(1.0 - beta),
            widget::number(beta)
        ),
    }
}

/// The values at every boundary and, of a run, how much reconciliation weighs there.
fn boundaries(ui: &mut Ui, experiment: &Experiment, history: Option<&History>) {
    let plan = match experiment.plan() {
        Some(plan) if experiment.method.kind.reconciles() && plan.len() > 1 => plan,
        _ => return,
    };
    let history = history.filter(|history| {
        history.series_count(Measure::Reconciliation) + 1 == plan.len()
            && history.series_count(Measure::Loss) == plan.len()
    });
    Grid::new("values at boundaries")
        .num_columns(4)
        .spacing(vec2(10.0, 2.0))
        .show(ui, |ui| {
            let heads = [
                ("Boundary", "Numbers of the two modules"),
                ("Values", "Values of one sample that R sums over"),
                ("λ", "Weight of R, before its schedule"),
                (
                    "λ·R/L",
                    "Newest λ_k·R_k over L_k of a run, k being the module behind the boundary",
                ),
            ];
            for (words, hint) in heads {
                ui.label(RichText::new(words).small().weak())
                    .on_hover_text(hint);
            }
            ui.end_row();
            for (at, module) in plan.iter().skip(1).enumerate() {
                let weighs = history.and_then(|history| weight(history, at));
                let cells = [
                    format!("{} | {}", module.number - 1, module.number),
                    HumanCount(module.input.len() as u64).to_string(),
                    widget::number(module.lambda),
                    weighs.map_or_else(|| "–".to_owned(), |weight| format!("{weight:.3}")),
                ];
                for cell in cells {
                    ui.label(RichText::new(cell).small());
                }
                ui.end_row();
            }
        });
}

/// The newest λ·R/L of a boundary.
fn weight(history: &History, boundary: usize) -> Option<f64> {
    let newest = |measure, index| history.newest_value(measure, index);
    let weight = newest(Measure::Lambda, boundary)? * newest(Measure::Reconciliation, boundary)?
        / newest(Measure::Loss, boundary + 1)?;
    weight.is_finite().then_some(weight)
}

#[cfg(test)]
mod tests {
    use egui_kittest::{Harness, kittest::Queryable};
    use layerwise_experiment::preset;
    use layerwise_study::{Fact, StepRecord};

    use super::*;

    fn digits() -> Experiment {
        let mut experiment = preset("digits-mlp").unwrap().experiment().unwrap();
        experiment.split_into(2, layerwise_experiment::Balance::Blocks);
        experiment
    }

    fn opened(experiment: Experiment, history: Option<History>) -> Harness<'static> {
        let mut harness = Harness::builder()
            .with_size([320.0, 600.0])
            .build_ui(move |ui| show(ui, &experiment, history.as_ref()));
        assert!(harness.query_by_label_contains("The loss L").is_none());
        harness.get_by_label("How losses are normalised").click();
        harness.run();
        harness
    }

    #[test]
    fn local_bp_tells_of_boundaries_and_of_what_a_run_measured() {
        let experiment = digits();
        let mut history = History::new(&experiment);
        history.push(&Fact::Step(StepRecord {
            step: 1,
            loss: vec![2.0, 4.0],
            lambda: vec![0.1],
            reconciliation: vec![8.0],
            ..StepRecord::default()
        }));
        let harness = opened(experiment.clone(), Some(history));
        harness.get_by_label_contains("mean of the cross-entropies of the B samples");
        harness.get_by_label_contains("B, the batch size, is 64 now");
        harness.get_by_label_contains("δ = B·∂L/∂x");
        harness.get_by_label("1 | 2");
        harness.get_by_label("64");
        harness.get_by_label("0.200");
        assert!(opened(experiment, None).query_by_label("0.200").is_none());
    }

    #[test]
    fn other_methods_and_losses_are_told_as_they_are() {
        let mut experiment = digits();
        experiment.loss.kind = LossKind::PredSim;
        experiment.loss.reconstruction = 1.0;
        let all = sentences(&experiment).join("\n");
        assert!(all.contains("(Pred-sim) is 0.01 times the mean cross-entropy"));
        assert!(all.contains("(Cross-entropy) is the mean of the cross-entropies"));
        assert!(all.contains("Reconstruction adds"));
        let local = sentences(&experiment);
        experiment.method.kind = MethodKind::BpFree;
        assert_eq!(sentences(&experiment), local);
        experiment.method.kind = MethodKind::Greedy;
        assert!(sentences(&experiment).join("\n").contains("not reconciled"));
        experiment.method.kind = MethodKind::GlobalBp;
        let all = sentences(&experiment).join("\n");
        assert!(all.contains("there are no boundaries and no R"), "{all}");
        assert!(!all.contains("L_k"), "{all}");
        let harness = opened(experiment, None);
        assert!(harness.query_by_label("1 | 2").is_none());
    }
}
