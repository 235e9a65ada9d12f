//! Keys that are no commands: they depend on what is selected and what is open.

use eframe::egui::{Id, Key, Modifiers, Popup, Ui};

use super::search::Search;

/// What had the keyboard when the last frame ended: Escape puts that away alone.
#[derive(Default)]
pub(super) struct Held {
    field: Option<Id>,
    popup: bool,
}

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pressed {
    CloseSearch,
    SelectNothing,
    /// Fold the selected modules.
    Fold,
    Unfold,
}

impl Held {
    /// Reads Escape, which closes the search or else drops the selection, and Left and Right,
    /// which fold and unfold the selected modules, unless somebody types or chooses.
    pub fn read(
        &mut self,
        ui: &Ui,
        chooses: bool,
        searches: bool,
        has_selection: bool,
    ) -> Option<Pressed> {
        let held = Self {
            field: ui.memory(|memory| memory.focused()),
            popup: chooses || Popup::is_any_open(ui.ctx()),
        };
        let before = std::mem::replace(self, held);
        let typed_elsewhere = before.field.is_some_and(|id| id != Search::id());
        if typed_elsewhere || before.popup {
            return None;
        }
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if (searches || has_selection) && pressed(Key::Escape) {
            return Some(if searches {
                Pressed::CloseSearch
            } else {
                Pressed::SelectNothing
            });
        }
        if before.field.is_some() || !has_selection {
            None
        } else if pressed(Key::ArrowLeft) {
            Some(Pressed::Fold)
        } else if pressed(Key::ArrowRight) {
            Some(Pressed::Unfold)
        } else {
            None
        }
    }
}
