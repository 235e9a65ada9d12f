//! What a module learns from and how fast, as fields of its card.

use eframe::egui::{Button, Checkbox, ComboBox, Grid, Label, RichText, Ui, vec2};
use layerwise_experiment::{Experiment, HeadKind, LossKind, words::number::plain};

use super::view::View;
use crate::gui::widget::{lambda_slider, number_row};

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
        let text = format!("Use the experiment's λ, {}", plain(view.experiment_lambda));
        if reset(ui, &text) {
            experiment.set_lambda_of(module, None);
        }
    }
}

/// A row with a choice of kinds. Tells whether another one was chosen.
fn kinds<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    kind: &mut T,
    all: &[T],
    title: impl Fn(T) -> &'static str,
) -> bool {
    let before = *kind;
    let label = ui.label(name);
    ComboBox::from_id_salt(name)
        .selected_text(title(*kind))
        .width(ui.available_width().min(140.0))
        .show_ui(ui, |ui| {
            for &one in all {
                ui.selectable_value(kind, one, title(one));
            }
        })
        .response
        .labelled_by(label.id);
    ui.end_row();
    *kind != before
}

fn grid(ui: &mut Ui, id: &str, rows: impl FnOnce(&mut Ui)) {
    Grid::new(id)
        .num_columns(2)
        .spacing(vec2(12.0, 5.0))
        .min_col_width(96.0)
        .show(ui, rows);
}

fn loss(ui: &mut Ui, experiment: &mut Experiment, module: usize) {
    let before = experiment.loss_of(module);
    let mut loss = before;
    grid(ui, "loss", |ui| {
        kinds(ui, "Loss", &mut loss.kind, &LossKind::ALL, LossKind::title);
        match loss.kind {
            LossKind::Contrastive => {
                number_row(ui, "Temperature", &mut loss.temperature, 1e-3..=1e3, 0.005);
            }
            LossKind::PredSim => {
                number_row(ui, "Similarity β", &mut loss.beta, 0.0..=1.0, 0.005);
            }
            LossKind::CrossEntropy | LossKind::Similarity => {}
        }
        let weight = &mut loss.reconstruction;
        number_row(ui, "Reconstruction", weight, 0.0..=1e4, 0.02);
        if loss.kind.scores_classes() {
            let share = &mut loss.smoothing;
            number_row(ui, "Label smoothing", share, 0.0..=0.9999, 0.005);
        }
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
    grid(ui, "head", |ui| {
        if kinds(ui, "Head", &mut head.kind, &HeadKind::ALL, HeadKind::title) {
            head.normalize = None;
        }
        if !head.kind.is_matrix() {
            return;
        }
        let label = ui.label("Normalise features");
        let mut normalizes = head.normalizes();
        let checkbox = ui
            .add(Checkbox::without_text(&mut normalizes))
            .labelled_by(label.id);
        if checkbox.changed() {
            head.normalize = Some(normalizes);
        }
        ui.end_row();

        if normalizes {
            number_row(ui, "Scale", &mut head.scale, 1e-3..=1e4, 0.05);
        }
    });
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
    grid(ui, "pace", |ui| {
        let label = ui.label("Frozen");
        let mut frozen = experiment.is_frozen(module);
        let checkbox = ui
            .add(Checkbox::without_text(&mut frozen))
            .labelled_by(label.id)
            .on_hover_text("Stays as it is: no update, no dropout, running statistics");
        if checkbox.changed() {
            experiment.set_frozen(module, frozen);
        }
        ui.end_row();

        if !frozen {
            let mut factor = experiment.lr_factor_of(module);
            if number_row(ui, "Learning rate ×", &mut factor, 1e-6..=100.0, 0.01) {
                experiment.set_lr_factor_of(module, factor);
            }
        }
    });
}

/// A button that takes a module's own setting away.
fn reset(ui: &mut Ui, text: &str) -> bool {
    ui.add_space(3.0);
    ui.add(Button::new(RichText::new(text).small()).min_size(vec2(0.0, 20.0)))
        .clicked()
}
