//! Commands that are given with the keyboard, and blocks that are pasted.

use eframe::egui::{Context, Event, Key, KeyboardShortcut, text_selection::LabelSelectionState};

use super::command::Command;

/// Blocks that were pasted as text, unless into a text field.
pub fn pasted(ctx: &Context) -> Option<String> {
    if ctx.text_edit_focused() {
        return None;
    }
    let mut text = None;
    ctx.input_mut(|input| {
        input.events.retain_mut(|event| match event {
            Event::Paste(pasted) => {
                text = Some(std::mem::take(pasted));
                false
            }
            _ => true,
        });
    });
    text
}

/// Commands whose keys were pressed. Space stays with the widget that has the focus; keys of
/// text stay with a text field, and copying with labels of which some text is selected.
pub fn pressed(ctx: &Context) -> Vec<Command> {
    let focused = ctx.memory(|memory| memory.focused().is_some());
    let in_text = ctx.text_edit_focused();
    let mut keys: Vec<(Command, KeyboardShortcut)> = Command::ALL
        .iter()
        .flat_map(|command| {
            let shortcuts = command.shortcuts().iter();
            shortcuts.map(|shortcut| (*command, *shortcut))
        })
        .filter(|(command, shortcut)| {
            let kept = in_text && command.is_of_text_too();
            !(kept || focused && shortcut.logical_key == Key::Space)
        })
        .collect();
    // More modifiers first: a plain key would swallow its shifted sister.
    keys.sort_by_key(|(_, shortcut)| {
        std::cmp::Reverse(u8::from(shortcut.modifiers.shift) + u8::from(shortcut.modifiers.alt))
    });
    let labels = ctx.plugin_opt::<LabelSelectionState>();
    let in_label = labels.is_some_and(|labels| labels.lock().has_selection());
    ctx.input_mut(|input| {
        let mut pressed = Vec::new();
        if !in_text && !in_label {
            // The system tells of these keys in its own way.
            input.events.retain(|event| {
                match event {
                    Event::Copy => pressed.push(Command::CopyBlocks),
                    Event::Cut => pressed.push(Command::CutBlocks),
                    _ => return true,
                }
                false
            });
        }
        for (command, shortcut) in keys {
            if input.consume_shortcut(&shortcut) {
                pressed.push(command);
            }
        }
        pressed
    })
}

#[cfg(test)]
mod tests {
    use eframe::egui::{Modifiers, RawInput};

    use super::*;

    #[test]
    fn save_as_does_not_save() {
        let ctx = Context::default();
        let mut given = Vec::new();
        let modifiers = Modifiers {
            ctrl: true,
            command: true,
            shift: true,
            ..Modifiers::NONE
        };
        let input = RawInput {
            events: vec![Event::Key {
                key: Key::S,
                physical_key: None,
                pressed: true,
                repeat: false,
                modifiers,
            }],
            ..Default::default()
        };
        let _ = ctx.run_ui(input, |ui| given.extend(pressed(ui.ctx())));
        assert_eq!(given, [Command::SaveAs]);
    }
}
