//! The top of the panel: the network in numbers, the even split, and the palette's button.

use eframe::egui::{Align, ComboBox, DragValue, Layout, RichText, Ui};
use layerwise_experiment::{
    Balance, Experiment,
    words::{
        number::{counted, grouped},
        size::bytes,
    },
};

use super::{
    action::Action,
    icon::{self, Icon},
    palette::{Palette, Target},
    state::NetworkPane,
    view::View,
    words::sentence,
};
use crate::gui::theme;

pub(super) fn show(
    ui: &mut Ui,
    pane: &mut NetworkPane,
    experiment: &Experiment,
    view: &View<'_>,
    actions: &mut Vec<Action>,
) {
    ui.horizontal(|ui| {
        ui.label(RichText::new("Network").heading().strong());
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let add = ui
                .button("Add block…")
                .on_hover_text("After the selected block, or at the end");
            if add.clicked() {
                let last = pane.selection.blocks().last();
                let target = last.map_or(Target::End, |&index| Target::After(index));
                actions.push(Action::Open(Palette::new(target, add.rect)));
            }
            if view.block_count > 0
                && icon::button(ui, Icon::Find, "Find blocks", "Ctrl+F").clicked()
            {
                pane.find();
            }
            fold_all(ui, pane, view);
        });
    });
    let heads = view.parameters_of_local_heads();
    let label = ui.label(RichText::new(summary(view)).small().weak());
    if heads > 0 {
        label.on_hover_text(format!(
            "Parameters of the blocks and the last head; {} more in the heads of the other modules",
            grouped(heads as u64)
        ));
    }
    memory(ui, view);
    split(ui, pane, experiment, view, actions);
    for message in view.problems_of_chain() {
        ui.colored_label(theme::error_color(ui.visuals()), sentence(message));
    }
}

/// Folds every module, or unfolds all where none is left to fold.
fn fold_all(ui: &mut Ui, pane: &mut NetworkPane, view: &View<'_>) {
    if view.module_count() < 2 {
        return;
    }
    let all_folded = view.ranges.iter().all(|range| pane.folds.is_folded(range));
    let (icon, name) = if all_folded {
        (Icon::UnfoldAll, "Unfold all modules")
    } else {
        (Icon::FoldAll, "Fold all modules")
    };
    if icon::button(ui, icon, name, "").clicked() {
        pane.fold_all(&view.ranges, !all_folded);
    }
}

fn split(
    ui: &mut Ui,
    pane: &mut NetworkPane,
    experiment: &Experiment,
    view: &View<'_>,
    actions: &mut Vec<Action>,
) {
    let layers = experiment
        .blocks
        .iter()
        .filter(|block| block.has_weights())
        .count()
        .max(1);
    ui.add_enabled_ui(view.block_count > 0, |ui| {
        ui.horizontal(|ui| {
            let label = ui.label("Split into");
            let mut count = view.module_count();
            let response = ui
                .add(
                    DragValue::new(&mut count)
                        .range(1..=layers)
                        .speed(0.1)
                        .clamp_existing_to_range(false)
                        .update_while_editing(false),
                )
                .labelled_by(label.id)
                .on_hover_text(format!(
                    "Modules, from 1 to {layers}, the layers with weights"
                ));
            ui.label(if count == 1 { "module" } else { "modules" });
            let holds = view.is_balanced;
            let text = if holds {
                pane.balance.title()
            } else {
                "by hand"
            };
            let mut chosen = None;
            ComboBox::from_id_salt("balance")
                .selected_text(text)
                .width(92.0)
                .show_ui(ui, |ui| {
                    for by in Balance::ALL {
                        let selected = holds && by == pane.balance;
                        if ui.selectable_label(selected, by.title()).clicked() {
                            chosen = Some(by);
                        }
                    }
                })
                .response
                .on_hover_text("What the modules are given as equal shares of as can be");
            if response.changed() || chosen.is_some() {
                pane.balance = chosen.unwrap_or(pane.balance);
                actions.push(Action::Split(count, pane.balance));
            }
        });
    });
}

/// The memory that a step is predicted to need, beside that of global BP.
fn memory(ui: &mut Ui, view: &View<'_>) {
    let (Some(own), Some(global)) = (view.costs.step, view.costs.step_of_global_bp) else {
        return;
    };
    let text = if view.global {
        format!("A step needs about {}", bytes(own.total()))
    } else {
        format!(
            "A step needs about {} (global BP {})",
            bytes(own.total()),
            bytes(global.total())
        )
    };
    ui.label(RichText::new(text).small().weak())
        .on_hover_text(format!(
            "Predicted from shapes for a batch of {} samples: weights {}, optimiser states {}, gradients and what waits for a backward pass {}, blocks themselves {}",
            grouped(view.batch_size as u64),
            bytes(own.weights),
            bytes(own.states),
            bytes(own.held),
            bytes(own.blocks),
        ));
}

fn summary(view: &View<'_>) -> String {
    let parameters = view
        .network_parameters
        .map(|count| format!(" · {}", counted(count, "parameter")))
        .unwrap_or_default();
    format!(
        "{} · {}{parameters}",
        counted(view.block_count, "block"),
        counted(view.module_count(), "module"),
    )
}
