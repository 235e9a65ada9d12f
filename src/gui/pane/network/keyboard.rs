//! Keys that act on the selected block.

use eframe::egui::{Key, Modifiers, Ui};

use super::{NetworkPane, Selected, action::Action};
use crate::experiment::Experiment;

/// Reads Delete, Ctrl+D, Alt+Up and Alt+Down, unless somebody types or chooses a block.
pub(super) fn read(
    ui: &Ui,
    pane: &mut NetworkPane,
    experiment: &Experiment,
    actions: &mut Vec<Action>,
) {
    let Some(Selected::Block(index)) = pane.selected else {
        return;
    };
    if ui.text_edit_focused() || pane.palette.is_some() {
        return;
    }
    let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
    if pressed(Modifiers::NONE, Key::Delete) {
        actions.push(Action::Remove(index));
    } else if pressed(Modifiers::COMMAND, Key::D) {
        actions.push(Action::Duplicate(index));
    } else if pressed(Modifiers::ALT, Key::ArrowUp) && index > 0 {
        actions.push(Action::Move {
            from: index,
            to: index - 1,
        });
    } else if pressed(Modifiers::ALT, Key::ArrowDown) && index + 1 < experiment.blocks.len() {
        actions.push(Action::Move {
            from: index,
            to: index + 1,
        });
    }
}
