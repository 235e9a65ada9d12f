//! The card of the input, and the cards of the heads.

use eframe::egui::{
    Align, Button, Label, Layout, RichText, Role, Sense, Ui, UiBuilder, WidgetInfo,
};
use layerwise_experiment::{Experiment, LossKind};

use super::{
    column::key, learn, look, search::Match, state::NetworkPane, view::View, words::sentence,
};
use crate::gui::{
    theme,
    widget::{bytes, flops, number},
};

/// What goes into the network.
pub(super) fn input(ui: &mut Ui, view: &View<'_>) {
    look::frame(ui.visuals()).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            ui.label(RichText::new("Input").strong());
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let text = format!("{} · {} classes", view.data_title, view.classes);
                ui.add(Label::new(RichText::new(text).weak()).truncate());
            });
        });
    });
}

/// What the height of a module's end follows from: its head and the edge after it.
pub(super) fn row_key(experiment: &Experiment, view: &View<'_>, module: usize, open: bool) -> u64 {
    let live = view.live(module);
    key((
        "head",
        view.has_head(module),
        remark(experiment, module, view.has_head(module)),
        view.module_cost(module).is_some(),
        view.problems_of_module(module).collect::<Vec<_>>(),
        live.map(|live| (live.worse_than_guessing, view.global || module == 1)),
        module == view.module_count(),
        open,
    ))
}

/// The card of a module's head: how the module does, and what it does otherwise than the others.
pub(super) fn show(
    ui: &mut Ui,
    pane: &mut NetworkPane,
    experiment: &mut Experiment,
    view: &View<'_>,
    module: usize,
) {
    let color = view.color(module);
    if !view.has_head(module) {
        bare(ui, pane, experiment, view, module);
        return;
    }
    let name = name(experiment, module);
    let selected = pane.selection.is_open_head(module);
    let problems: Vec<&str> = view.problems_of_module(module).collect();

    let builder = UiBuilder::new()
        .id_salt(("head", module))
        .sense(Sense::click());
    let response = ui
        .scope_builder(builder, |ui| {
            ui.style_mut().interaction.selectable_labels = false;
            let stroke = look::stroke(ui, selected, false, !problems.is_empty(), Match::None);
            let ground = look::ground(ui.visuals()).lerp_to_gamma(color, 0.12);
            let frame = look::frame(ui.visuals()).fill(ground).show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.spacing_mut().item_spacing.y = 2.0;
                title(ui, experiment, view, module, name);
                if let Some(remark) = remark(experiment, module, true) {
                    ui.add(Label::new(RichText::new(remark).small().weak()).wrap());
                }
                cost(ui, view, module);
                results(ui, view, module);
                for problem in &problems {
                    let text =
                        RichText::new(sentence(problem)).color(theme::error_color(ui.visuals()));
                    ui.add(Label::new(text).wrap());
                }
                if selected {
                    ui.add_space(6.0);
                    learn::settings(ui, experiment, view, module);
                }
            });
            look::outline(ui, frame.response.rect, stroke);
            look::rail(ui, frame.response.rect, color);
        })
        .response;
    response.widget_info(|| {
        WidgetInfo::selected(
            Role::Button,
            true,
            selected,
            format!("Module {module}: {name}"),
        )
    });
    if response.clicked() {
        pane.selection.click_head(module);
    }
    let range = view.blocks_of(module);
    let folded = pane.folds.is_folded(&range);
    response.context_menu(|ui| {
        let word = if folded { "Unfold" } else { "Fold" };
        if ui.button(format!("{word} module {module}")).clicked() {
            pane.folds.set(&range, !folded);
        }
        if ui.button("Select its blocks").clicked() {
            pane.selection.set(range.collect());
        }
    });
}

fn title(ui: &mut Ui, experiment: &Experiment, view: &View<'_>, module: usize, name: &str) {
    ui.horizontal(|ui| {
        let text = format!("Module {module} · {name}");
        ui.label(RichText::new(text).strong().color(view.color(module)));
        if module > 1 && !view.global {
            let own = experiment
                .settings_of(module)
                .is_some_and(|settings| settings.lambda.is_some());
            let text = RichText::new(format!("λ {}", number(experiment.lambda_of(module)))).small();
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if let Some(reason) = learn::idle_lambda(experiment, module) {
                    ui.label(text.weak().strikethrough()).on_hover_text(reason);
                } else if own {
                    ui.label(text.strong()).on_hover_text("This module's own λ");
                } else {
                    ui.label(text.weak()).on_hover_text("The experiment's λ");
                }
            });
        }
    });
}

/// What the module is predicted to cost.
fn cost(ui: &mut Ui, view: &View<'_>, module: usize) {
    let Some(cost) = view.module_cost(module) else {
        return;
    };
    let text = if view.global {
        flops(cost.flops)
    } else {
        format!(
            "{} (global BP {}) · {}",
            bytes(cost.bytes),
            bytes(cost.global_bp_bytes),
            flops(cost.flops)
        )
    };
    ui.label(RichText::new(text).small().weak()).on_hover_text(
        "Predicted: memory of its gradients and of what waits for its backward pass in a step, what its blocks add to that of global BP, and operations of the forward pass of one sample",
    );
}

/// What the run says of the module.
fn results(ui: &mut Ui, view: &View<'_>, module: usize) {
    let Some(live) = view.live(module) else {
        return;
    };
    ui.horizontal(|ui| {
        // Under sequential greedy nothing is known of a module before it learns.
        let words = if live.loss.is_nan() {
            "Its turn is to come".to_owned()
        } else {
            format!("Loss {:.3}", live.loss)
        };
        ui.label(RichText::new(words).small());
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if let Some(accuracy) = live.test_accuracy {
                let text = format!("Test accuracy {:.1} %", accuracy * 100.0);
                ui.label(RichText::new(text).small().strong());
            } else if let Some(accuracy) = live.class_mean_accuracy {
                let text = format!("Class means {:.1} %", accuracy * 100.0);
                ui.label(RichText::new(text).small()).on_hover_text(
                    "Test samples whose nearest class mean is of their class: this loss scores no classes, so there is no accuracy",
                );
            }
        });
    });
    if live.worse_than_guessing {
        let classes = view.classes;
        let cure = if module > 1 && !view.global {
            "A smaller λ or learning rate may help"
        } else {
            "A smaller learning rate may help"
        };
        let text = format!(
            "No better than guessing: its loss is not clearly below ln {classes} = {:.2}. {cure}",
            (classes as f64).ln()
        );
        let text = RichText::new(text)
            .small()
            .color(theme::warning_color(ui.visuals()));
        ui.add(Label::new(text).wrap());
    }
}

/// What the module learns from in two words.
fn name(experiment: &Experiment, module: usize) -> &'static str {
    let kind = experiment.loss_of(module).kind;
    if kind.uses_head() {
        experiment.head_of(module).kind.about().short
    } else {
        "Similarity"
    }
}

/// What of the module is not as usual: its loss, and how it learns.
fn remark(experiment: &Experiment, module: usize, has_loss: bool) -> Option<String> {
    let mut words = Vec::new();
    let loss = experiment.loss_of(module);
    if has_loss && loss.kind != LossKind::CrossEntropy {
        words.push(format!("{} loss", loss.kind.title()));
    }
    if has_loss && loss.reconstructs() {
        words.push(format!("Reconstruction × {}", number(loss.reconstruction)));
    }
    if has_loss && loss.kind.scores_classes() && loss.smoothing > 0.0 {
        words.push(format!("Label smoothing {}", number(loss.smoothing)));
    }
    let factor = experiment.lr_factor_of(module);
    if experiment.is_frozen(module) {
        words.push("Frozen".to_owned());
    } else if factor != 1.0 {
        words.push(format!("Learning rate × {}", number(factor)));
    }
    (!words.is_empty()).then(|| words.join(" · "))
}

/// The line of a module that has no loss of its own, and how it learns.
fn bare(
    ui: &mut Ui,
    pane: &mut NetworkPane,
    experiment: &mut Experiment,
    view: &View<'_>,
    module: usize,
) {
    let selected = pane.selection.is_open_head(module);
    ui.horizontal(|ui| {
        ui.add_space(look::TEXT_LEFT);
        let text = RichText::new(format!("Module {module}")).small();
        let button = Button::new(text.color(view.color(module))).frame(false);
        if ui.add(button).clicked() {
            pane.selection.click_head(module);
        }
        if let Some(remark) = remark(experiment, module, false) {
            ui.label(RichText::new(remark).small().weak());
        }
    });
    if selected {
        look::frame(ui.visuals()).show(ui, |ui| {
            ui.set_width(ui.available_width());
            learn::pace(ui, experiment, module);
        });
    }
}
