//! Keys that are no commands: they depend on what is selected and what is open.

use eframe::egui::{Id, Key, Modifiers, Popup, Ui};

use super::{NetworkPane, search::Search, view::View};

/// What had the keyboard when the last frame ended: Escape puts that away alone.
#[derive(Default)]
pub(super) struct Held {
    field: Option<Id>,
    popup: bool,
}

/// Reads Escape, which closes the search or else drops the selection, and Left and Right, which
/// fold and unfold the selected modules, unless somebody types or chooses.
pub(super) fn read(ui: &Ui, pane: &mut NetworkPane, view: &View<'_>) {
    let held = Held {
        field: ui.memory(|memory| memory.focused()),
        popup: pane.palette.is_some() || Popup::is_any_open(ui.ctx()),
    };
    let before = std::mem::replace(&mut pane.held, held);
    let typed_elsewhere = before.field.is_some_and(|id| id != Search::id());
    if typed_elsewhere || before.popup {
        return;
    }
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    if (pane.search.is_some() || !pane.selection.is_empty()) && pressed(Key::Escape) {
        if pane.search.is_some() {
            pane.close_search();
        } else {
            pane.selection.clear();
        }
    }
    if before.field.is_none() && !pane.selection.is_empty() {
        if pressed(Key::ArrowLeft) {
            pane.fold_selected(view, true);
        } else if pressed(Key::ArrowRight) {
            pane.fold_selected(view, false);
        }
    }
}
