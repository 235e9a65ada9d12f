//! Everything a person can ask of the window, with its words and keys in one place.

use eframe::egui::{Context, Key, KeyboardShortcut, Modifiers};

/// A command of the menus, the palette and the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    New,
    Open,
    Save,
    SaveAs,
    ExportWeights,
    ExportScript,
    Quit,
    Undo,
    Redo,
    Train,
    Step,
    Stop,
    Reset,
    Palette,
    ToggleNetwork,
    ToggleSettings,
    ToggleLog,
    ResetLayout,
    ZoomIn,
    ZoomOut,
    ZoomReset,
    ThemeLight,
    ThemeDark,
    ThemeSystem,
    About,
}

const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

impl Command {
    /// Every command, in the order of the palette.
    pub const ALL: [Self; 25] = [
        Self::Train,
        Self::Step,
        Self::Stop,
        Self::Reset,
        Self::New,
        Self::Open,
        Self::Save,
        Self::SaveAs,
        Self::ExportWeights,
        Self::ExportScript,
        Self::Undo,
        Self::Redo,
        Self::Palette,
        Self::ToggleNetwork,
        Self::ToggleSettings,
        Self::ToggleLog,
        Self::ResetLayout,
        Self::ZoomIn,
        Self::ZoomOut,
        Self::ZoomReset,
        Self::ThemeLight,
        Self::ThemeDark,
        Self::ThemeSystem,
        Self::About,
        Self::Quit,
    ];

    /// Words on buttons and in menus.
    pub fn text(self) -> &'static str {
        match self {
            Self::New => "New",
            Self::Open => "Open…",
            Self::Save => "Save",
            Self::SaveAs => "Save as…",
            Self::ExportWeights => "Export weights…",
            Self::ExportScript => "Export PyTorch script…",
            Self::Quit => "Quit",
            Self::Undo => "Undo",
            Self::Redo => "Redo",
            Self::Train => "Train or pause",
            Self::Step => "Step",
            Self::Stop => "Stop",
            Self::Reset => "Reset",
            Self::Palette => "Find a command…",
            Self::ToggleNetwork => "Network panel",
            Self::ToggleSettings => "Settings panel",
            Self::ToggleLog => "Log",
            Self::ResetLayout => "Reset the layout",
            Self::ZoomIn => "Zoom in",
            Self::ZoomOut => "Zoom out",
            Self::ZoomReset => "Zoom to 100 %",
            Self::ThemeLight => "Light theme",
            Self::ThemeDark => "Dark theme",
            Self::ThemeSystem => "Theme of the system",
            Self::About => "About Layerwise",
        }
    }

    /// A sentence on what it does, without a full stop.
    pub fn tooltip(self) -> &'static str {
        match self {
            Self::New => "Start with an empty network",
            Self::Open => "Open an experiment from a file",
            Self::Save => "Save the experiment to its file",
            Self::SaveAs => "Save the experiment to another file",
            Self::ExportWeights => {
                "Write what the last run learnt as safetensors, under the names of torchvision or timm"
            }
            Self::ExportScript => {
                "Write the network as a PyTorch script that reads exported weights"
            }
            Self::Quit => "Close the window",
            Self::Undo => "Take back the last edit",
            Self::Redo => "Do the edit again that was taken back",
            Self::Train => "Train the network, pause, or go on",
            Self::Step => "Do one training step, then pause",
            Self::Stop => "End the run and keep its results",
            Self::Reset => "Drop the run and its results; the next one starts from the seed again",
            Self::Palette => "Search all commands by name",
            Self::ToggleNetwork => "Show or hide the network on the left",
            Self::ToggleSettings => "Show or hide data, method and optimiser on the right",
            Self::ToggleLog => "Show or hide the log at the bottom",
            Self::ResetLayout => "Put panels and tiles back where they were at first",
            Self::ZoomIn => "Make everything larger",
            Self::ZoomOut => "Make everything smaller",
            Self::ZoomReset => "Show everything in its normal size",
            Self::ThemeLight => "Dark text on a light ground",
            Self::ThemeDark => "Light text on a dark ground",
            Self::ThemeSystem => "Light or dark, as the system is set",
            Self::About => "Version, licence, method and data",
        }
    }

    /// Keys that give the command; menus show the first.
    pub fn shortcuts(self) -> &'static [KeyboardShortcut] {
        const fn key(modifiers: Modifiers, key: Key) -> KeyboardShortcut {
            KeyboardShortcut::new(modifiers, key)
        }
        match self {
            Self::New => const { &[key(CTRL, Key::N)] },
            Self::Open => const { &[key(CTRL, Key::O)] },
            Self::Save => const { &[key(CTRL, Key::S)] },
            Self::SaveAs => const { &[key(CTRL_SHIFT, Key::S)] },
            Self::Quit => const { &[key(CTRL, Key::Q)] },
            Self::Undo => const { &[key(CTRL, Key::Z)] },
            Self::Redo => const { &[key(CTRL_SHIFT, Key::Z), key(CTRL, Key::Y)] },
            Self::Train => {
                const {
                    &[
                        key(Modifiers::NONE, Key::Space),
                        key(Modifiers::NONE, Key::F5),
                    ]
                }
            }
            Self::Step => const { &[key(Modifiers::NONE, Key::F10)] },
            Self::Stop => const { &[key(Modifiers::SHIFT, Key::F5)] },
            Self::Reset => const { &[key(CTRL_SHIFT, Key::F5)] },
            Self::Palette => const { &[key(CTRL_SHIFT, Key::P), key(Modifiers::NONE, Key::F1)] },
            Self::ToggleNetwork => const { &[key(CTRL, Key::Num1)] },
            Self::ToggleSettings => const { &[key(CTRL, Key::Num2)] },
            Self::ToggleLog => const { &[key(CTRL, Key::Num3)] },
            Self::ZoomIn => const { &[key(CTRL, Key::Plus), key(CTRL, Key::Equals)] },
            Self::ZoomOut => const { &[key(CTRL, Key::Minus)] },
            Self::ZoomReset => const { &[key(CTRL, Key::Num0)] },
            Self::ExportWeights
            | Self::ExportScript
            | Self::ResetLayout
            | Self::ThemeLight
            | Self::ThemeDark
            | Self::ThemeSystem
            | Self::About => &[],
        }
    }

    /// Its first shortcut as the system writes it, such as "Ctrl+S".
    pub fn shortcut_text(self, ctx: &Context) -> Option<String> {
        self.shortcuts()
            .first()
            .map(|shortcut| ctx.format_shortcut(shortcut))
    }

    /// Commands whose keys were pressed. Space stays with the widget that has the focus; in a
    /// text field, so do undo and redo.
    pub fn pressed(ctx: &Context) -> Vec<Self> {
        let focused = ctx.memory(|memory| memory.focused().is_some());
        let in_text = ctx.text_edit_focused();
        let mut keys: Vec<(Self, KeyboardShortcut)> = Self::ALL
            .into_iter()
            .flat_map(|command| {
                command
                    .shortcuts()
                    .iter()
                    .map(move |shortcut| (command, *shortcut))
            })
            .filter(|(command, shortcut)| {
                let kept = match command {
                    Self::Undo | Self::Redo => in_text,
                    _ => focused && shortcut.logical_key == Key::Space,
                };
                !kept
            })
            .collect();
        // More modifiers first: a plain key would swallow its shifted sister.
        keys.sort_by_key(|(_, shortcut)| {
            std::cmp::Reverse(u8::from(shortcut.modifiers.shift) + u8::from(shortcut.modifiers.alt))
        });
        ctx.input_mut(|input| {
            let mut pressed = Vec::new();
            for (command, shortcut) in keys {
                if input.consume_shortcut(&shortcut) {
                    pressed.push(command);
                }
            }
            pressed
        })
    }
}

/// Which commands can be given now.
#[derive(Clone, Copy, Debug, Default)]
pub struct Availability {
    pub can_undo: bool,
    pub can_redo: bool,
    pub has_run: bool,
    pub is_alive: bool,
    pub is_training: bool,
    /// Whether the run has left weights.
    pub has_weights: bool,
    /// Whether the edited network fits together.
    pub has_network: bool,
}

impl Availability {
    /// Why a command cannot be given now, if so.
    pub fn reason(&self, command: Command) -> Option<String> {
        let (ok, reason) = match command {
            Command::Undo => (self.can_undo, "There is no edit to take back"),
            Command::Redo => (self.can_redo, "No edit was taken back"),
            Command::Step => (!self.is_training, "Pause first"),
            Command::Stop => (self.is_alive, "Nothing is running"),
            Command::Reset => (self.has_run, "There is no run to drop"),
            Command::ExportWeights => {
                (self.has_weights, "No run that keeps a record has ended yet")
            }
            Command::ExportScript => (self.has_network, "Mend the network first"),
            _ => (true, ""),
        };
        (!ok).then(|| reason.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_commands_share_a_key_or_a_name() {
        for (at, one) in Command::ALL.iter().enumerate() {
            for other in Command::ALL.iter().skip(at + 1) {
                assert_ne!(one, other);
                assert_ne!(one.text(), other.text());
                for shortcut in one.shortcuts() {
                    assert!(
                        !other.shortcuts().contains(shortcut),
                        "{one:?} and {other:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn save_as_does_not_save() {
        let ctx = Context::default();
        let mut pressed = Vec::new();
        let modifiers = Modifiers {
            ctrl: true,
            command: true,
            shift: true,
            ..Modifiers::NONE
        };
        let input = eframe::egui::RawInput {
            events: vec![eframe::egui::Event::Key {
                key: Key::S,
                physical_key: None,
                pressed: true,
                repeat: false,
                modifiers,
            }],
            ..Default::default()
        };
        let _ = ctx.run_ui(input, |ui| pressed.extend(Command::pressed(ui.ctx())));
        assert_eq!(pressed, [Command::SaveAs]);
    }
}
