//! The row that stands for a module: thin above its blocks, or in their place where it is folded.

use eframe::egui::{
    Align, Label, Layout, Response, RichText, Role, Sense, Stroke, Ui, UiBuilder, WidgetInfo, vec2,
};
use layerwise_experiment::words::number::{counted, parameters};

use super::{
    icon::{self, Icon},
    look,
    search::Match,
    selection::click_modifiers,
    state::NetworkPane,
    view::View,
    words::{blocks_text, sentence},
};
use crate::gui::theme;

const HEIGHT: f32 = 24.0;
/// Chains up to this length show no rows above the blocks of modules.
const SHORT_CHAIN: usize = 12;
/// Nor do those whose modules have up to so many blocks in the mean.
const SHORT_MODULE: usize = 3;

/// Whether modules have a row above their blocks.
pub(super) fn is_shown(view: &View<'_>) -> bool {
    view.module_count() > 1
        && view.block_count > SHORT_CHAIN
        && view.block_count > SHORT_MODULE * view.module_count()
}

/// The row above the blocks of a module.
pub(super) fn above(ui: &mut Ui, pane: &mut NetworkPane, view: &View<'_>, module: usize) {
    let color = view.color(module);
    let range = view.blocks_of(module);
    let response = row(ui, module, |ui| {
        let height = ui.spacing().item_spacing.y + HEIGHT;
        ui.allocate_ui_with_layout(
            vec2(ui.available_width(), height),
            Layout::left_to_right(Align::Center),
            |ui| {
                ui.set_min_size(vec2(ui.available_width(), height));
                ui.add_space(9.0);
                fold_button(ui, pane, view, module);
                ui.label(
                    RichText::new(format!("Module {module}"))
                        .small()
                        .color(color),
                );
                let text = RichText::new(blocks_text(&range)).small().weak();
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    ui.add(Label::new(text).truncate());
                });
            },
        );
    });
    look::thin_rail(ui, response.rect, color);
    if response.hovered() {
        let text = ui.visuals().weak_text_color();
        look::outline(ui, response.rect, Stroke::new(1.0, text));
    }
    gestures(ui, pane, view, module, response);
}

/// The card of a folded module.
pub(super) fn folded(ui: &mut Ui, pane: &mut NetworkPane, view: &View<'_>, module: usize) {
    let color = view.color(module);
    let range = view.blocks_of(module);
    let wrong = what_is_wrong(view, module);
    let selected = range.clone().any(|index| pane.selection.contains(index));
    let matches = range.clone().map(|index| pane.match_of(index));
    let found = matches.fold(Match::None, |one, other| match (one, other) {
        (Match::Current, _) | (_, Match::Current) => Match::Current,
        (Match::Found, _) | (_, Match::Found) => Match::Found,
        _ => Match::None,
    });
    let response = row(ui, module, |ui| {
        let stroke = look::stroke(ui, selected, false, wrong.is_some(), found);
        let card = look::frame(ui.visuals()).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 1.0;
            ui.horizontal(|ui| {
                fold_button(ui, pane, view, module);
                ui.label(
                    RichText::new(format!("Module {module}"))
                        .strong()
                        .color(color),
                );
                let text = counted(range.len(), "block");
                ui.add(Label::new(format!("· {text}")).truncate());
            });
            let parameters = view
                .parameters_of(module)
                .map(|count| format!("{} · ", parameters(count)))
                .unwrap_or_default();
            let text = format!("{parameters}{}", view.shapes_of(module));
            ui.add(Label::new(RichText::new(text).small().weak()).truncate());
            if let Some(text) = wrong {
                let text = RichText::new(text).color(theme::error_color(ui.visuals()));
                ui.add(Label::new(text).wrap());
            }
        });
        look::outline(ui, card.response.rect, stroke);
        look::rail(ui, card.response.rect, color);
    });
    gestures(ui, pane, view, module, response);
}

/// What is wrong inside a folded module, which its height follows from.
pub(super) fn what_is_wrong(view: &View<'_>, module: usize) -> Option<String> {
    let wrong: Vec<usize> = view
        .wrong()
        .range(view.blocks_of(module))
        .copied()
        .collect();
    match wrong.as_slice() {
        [] => None,
        [index] => {
            let message = view.problems_of_block(*index).next().unwrap_or_default();
            Some(format!("Block {index}: {}", sentence(message)))
        }
        all => Some(format!("Something is wrong with {} blocks", all.len())),
    }
}

/// The row itself, which can be clicked wherever nothing else lies on it.
fn row(ui: &mut Ui, module: usize, content: impl FnOnce(&mut Ui)) -> Response {
    let builder = UiBuilder::new()
        .id_salt(("module", module))
        .sense(Sense::click());
    ui.scope_builder(builder, |ui| {
        ui.style_mut().interaction.selectable_labels = false;
        content(ui);
    })
    .response
}

/// A click selects the blocks of a module, a double click folds or unfolds it.
fn gestures(ui: &Ui, pane: &mut NetworkPane, view: &View<'_>, module: usize, response: Response) {
    let range = view.blocks_of(module);
    let folded = pane.folds.is_folded(&range);
    let selected = range.clone().all(|index| pane.selection.contains(index));
    response.widget_info(|| {
        let state = if folded { ", folded" } else { "" };
        let blocks = counted(range.len(), "block");
        let name = format!("Module {module}: {blocks}{state}");
        WidgetInfo::selected(Role::Button, true, selected, name)
    });
    if response.double_clicked() {
        pane.folds.set(&range, !folded);
        pane.selection.clear();
    } else if response.clicked() {
        pane.selection.click_range(range, click_modifiers(ui));
    }
    let does = if folded { "unfolds" } else { "folds" };
    response.on_hover_text(format!(
        "A click selects the blocks of this module, a double click {does} it"
    ));
}

fn fold_button(ui: &mut Ui, pane: &mut NetworkPane, view: &View<'_>, module: usize) {
    let range = view.blocks_of(module);
    let folded = pane.folds.is_folded(&range);
    let (icon, word) = if folded {
        (Icon::Folded, "Unfold")
    } else {
        (Icon::Unfolded, "Fold")
    };
    if icon::bare_button(ui, icon, &format!("{word} module {module}")).clicked() {
        pane.folds.set(&range, !folded);
    }
}
