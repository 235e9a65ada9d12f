//! The card of the input, and the cards of the heads.

use eframe::egui::{
    Align, Button, Checkbox, ComboBox, Grid, Label, Layout, RichText, Role, Sense, Ui, UiBuilder,
    WidgetInfo, vec2,
};

use super::{NetworkPane, card, column::key, header, search::Match, view::View};
use crate::{
    experiment::{Experiment, HeadKind},
    gui::{
        theme,
        widget::{lambda_slider, number, number_row},
    },
};

/// What goes into the network.
pub(super) fn input(ui: &mut Ui, view: &View<'_>) {
    card::frame(ui.visuals()).show(ui, |ui| {
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
pub(super) fn row_key(view: &View<'_>, module: usize, open: bool) -> u64 {
    let live = view.live(module);
    key((
        "head",
        view.has_head(module),
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
        ui.horizontal(|ui| {
            ui.add_space(card::TEXT_LEFT);
            ui.label(
                RichText::new(format!("Module {module}"))
                    .small()
                    .color(color),
            );
        });
        return;
    }
    let name = short_name(experiment.head_of(module).kind);
    let selected = pane.selection.is_open_head(module);
    let problems: Vec<&str> = view.problems_of_module(module).collect();

    let builder = UiBuilder::new()
        .id_salt(("head", module))
        .sense(Sense::click());
    let response = ui
        .scope_builder(builder, |ui| {
            ui.style_mut().interaction.selectable_labels = false;
            let stroke = card::stroke(ui, selected, false, !problems.is_empty(), Match::None);
            let ground = card::ground(ui.visuals()).lerp_to_gamma(color, 0.12);
            let frame = card::frame(ui.visuals()).fill(ground).show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.spacing_mut().item_spacing.y = 2.0;
                title(ui, experiment, view, module, name);
                results(ui, view, module);
                for problem in &problems {
                    let text = RichText::new(header::sentence(problem))
                        .color(theme::error_color(ui.visuals()));
                    ui.add(Label::new(text).wrap());
                }
                if selected {
                    ui.add_space(6.0);
                    settings(ui, experiment, view, module);
                }
            });
            card::outline(ui, frame.response.rect, stroke);
            card::rail(ui, frame.response.rect, color);
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
                if own {
                    ui.label(text.strong()).on_hover_text("This module's own λ");
                } else {
                    ui.label(text.weak()).on_hover_text("The experiment's λ");
                }
            });
        }
    });
}

/// What the run says of the module.
fn results(ui: &mut Ui, view: &View<'_>, module: usize) {
    let Some(live) = view.live(module) else {
        return;
    };
    ui.horizontal(|ui| {
        ui.label(RichText::new(format!("Loss {:.3}", live.loss)).small());
        if let Some(accuracy) = live.test_accuracy {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let text = format!("Test accuracy {:.1} %", accuracy * 100.0);
                ui.label(RichText::new(text).small().strong());
            });
        }
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

fn settings(ui: &mut Ui, experiment: &mut Experiment, view: &View<'_>, module: usize) {
    if module > 1 && !view.global {
        lambda(ui, experiment, view, module);
        ui.add_space(6.0);
    }
    head(ui, experiment, module);
}

fn lambda(ui: &mut Ui, experiment: &mut Experiment, view: &View<'_>, module: usize) {
    let mut value = experiment.lambda_of(module);
    if lambda_slider(ui, &mut value, "λ").changed() {
        experiment.set_lambda_of(module, Some(value));
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

fn head(ui: &mut Ui, experiment: &mut Experiment, module: usize) {
    let before = experiment.head_of(module);
    let mut head = before;
    Grid::new("head")
        .num_columns(2)
        .spacing(vec2(12.0, 5.0))
        .show(ui, |ui| {
            let label = ui.label("Head");
            ComboBox::from_id_salt("kind")
                .selected_text(head.kind.title())
                .width(ui.available_width().min(140.0))
                .show_ui(ui, |ui| {
                    for kind in HeadKind::ALL {
                        if ui
                            .selectable_label(head.kind == kind, kind.title())
                            .clicked()
                        {
                            head.kind = kind;
                            head.normalize = None;
                        }
                    }
                })
                .response
                .labelled_by(label.id);
            ui.end_row();

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

/// A button that takes a module's own setting away.
fn reset(ui: &mut Ui, text: &str) -> bool {
    ui.add_space(3.0);
    ui.add(Button::new(RichText::new(text).small()).min_size(vec2(0.0, 20.0)))
        .clicked()
}

fn short_name(kind: HeadKind) -> &'static str {
    match kind {
        HeadKind::Etf => "ETF head",
        HeadKind::Random => "Random head",
        HeadKind::Linear => "Linear head",
    }
}
