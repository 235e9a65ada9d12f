//! What a module learns from and how fast, as fields of its card.

use eframe::egui::{Button, Label, RichText, Ui, vec2};
use layerwise_experiment::{Experiment, ModuleSettings};

use super::view::View;
use crate::gui::{
    pane::field::{Look, form, grid, rows},
    widget::{lambda_slider, number},
};

/// Every setting that a module has of its own.
pub(super) fn settings(ui: &mut Ui, experiment: &mut Experiment, view: &View<'_>, module: usize) {
    if module > 1 && !view.global {
        lambda(ui, experiment, view, module);
        ui.add_space(6.0);
    }
    loss(ui, experiment, module);
    ui.add_space(6.0);
    if experiment.loss_of(module).kind.uses_head() {
        head(ui, experiment, module);
        ui.add_space(6.0);
    }
    pace(ui, experiment, module);
}

/// Why λ of a module does nothing, if it does nothing.
pub(super) fn idle_lambda(experiment: &Experiment, module: usize) -> Option<String> {
    let frozen = [module.saturating_sub(1), module]
        .into_iter()
        .find(|number| experiment.is_frozen(*number))?;
    Some(format!("No effect: module {frozen} is frozen"))
}

fn lambda(ui: &mut Ui, experiment: &mut Experiment, view: &View<'_>, module: usize) {
    let mut value = experiment.lambda_of(module);
    if lambda_slider(ui, &mut value, "λ").changed() {
        experiment.set_lambda_of(module, Some(value));
    }
    if let Some(reason) = idle_lambda(experiment, module) {
        ui.add(Label::new(RichText::new(reason).small().weak()).wrap());
    }
    let own = experiment
        .settings_of(module)
        .is_some_and(|settings| settings.lambda.is_some());
    if own {
        let text = format!("Use the experiment's λ, {}", number(view.experiment_lambda));
        if reset(ui, &text) {
            experiment.set_lambda_of(module, None);
        }
    }
}

fn loss(ui: &mut Ui, experiment: &mut Experiment, module: usize) {
    let before = experiment.loss_of(module);
    let mut loss = before;
    let scores_classes = loss.kind.scores_classes();
    grid(ui, "loss", Look::Card, |ui| {
        rows(ui, Look::Card, &mut loss, |key| {
            key != "smoothing" || scores_classes
        });
    });
    if loss != before {
        experiment.set_loss_of(module, Some(loss));
    }
    let own = experiment
        .settings_of(module)
        .is_some_and(|settings| settings.loss.is_some());
    let words = if module == experiment.module_count() {
        "Use cross-entropy, as last modules do"
    } else {
        "Use the experiment's loss"
    };
    if own && reset(ui, words) {
        experiment.set_loss_of(module, None);
    }
}

fn head(ui: &mut Ui, experiment: &mut Experiment, module: usize) {
    let before = experiment.head_of(module);
    let mut head = before;
    form(ui, "head", Look::Card, &mut head);
    if head != before {
        experiment.set_head_of(module, Some(head));
    }
    let own = experiment
        .settings_of(module)
        .is_some_and(|settings| settings.head.is_some());
    if own && reset(ui, "Use the experiment's head") {
        experiment.set_head_of(module, None);
    }
}

/// Whether the module learns, and how fast.
pub(super) fn pace(ui: &mut Ui, experiment: &mut Experiment, module: usize) {
    let mut settings = match experiment.settings_of(module) {
        Some(settings) => settings.clone(),
        None => ModuleSettings::new(module),
    };
    let mut changed = false;
    grid(ui, "pace", Look::Card, |ui| {
        changed = rows(ui, Look::Card, &mut settings, |key| {
            ["frozen", "lr_factor"].contains(&key)
        });
    });
    if changed {
        experiment.set_frozen(module, settings.frozen);
        experiment.set_lr_factor_of(module, settings.lr_factor.unwrap_or(1.0));
    }
}

/// A button that takes a module's own setting away.
fn reset(ui: &mut Ui, text: &str) -> bool {
    ui.add_space(3.0);
    ui.add(Button::new(RichText::new(text).small()).min_size(vec2(0.0, 20.0)))
        .clicked()
}
