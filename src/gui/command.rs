//! Everything a person can ask of the window, with its words and keys in one place.

use eframe::egui::{
    Context, Event, Key, KeyboardShortcut, Modifiers, text_selection::LabelSelectionState,
};

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
    FindBlocks,
    SelectAllBlocks,
    CopyBlocks,
    CutBlocks,
    PasteBlocks,
    DuplicateBlocks,
    RepeatBlocks,
    DeleteBlocks,
    MoveBlocksUp,
    MoveBlocksDown,
    SplitForBpFree,
    FoldModules,
    UnfoldModules,
    Train,
    Step,
    Stop,
    Reset,
    OpenRun,
    GoOn,
    Fork,
    CompareRun,
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
    pub const ALL: [Self; 42] = [
        Self::Train,
        Self::Step,
        Self::Stop,
        Self::Reset,
        Self::OpenRun,
        Self::GoOn,
        Self::Fork,
        Self::CompareRun,
        Self::New,
        Self::Open,
        Self::Save,
        Self::SaveAs,
        Self::ExportWeights,
        Self::ExportScript,
        Self::Undo,
        Self::Redo,
        Self::FindBlocks,
        Self::SelectAllBlocks,
        Self::CopyBlocks,
        Self::CutBlocks,
        Self::PasteBlocks,
        Self::DuplicateBlocks,
        Self::RepeatBlocks,
        Self::DeleteBlocks,
        Self::MoveBlocksUp,
        Self::MoveBlocksDown,
        Self::SplitForBpFree,
        Self::FoldModules,
        Self::UnfoldModules,
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
            Self::FindBlocks => "Find blocks…",
            Self::SelectAllBlocks => "Select all blocks",
            Self::CopyBlocks => "Copy blocks",
            Self::CutBlocks => "Cut blocks",
            Self::PasteBlocks => "Paste blocks",
            Self::DuplicateBlocks => "Duplicate blocks",
            Self::RepeatBlocks => "Repeat blocks…",
            Self::DeleteBlocks => "Delete blocks",
            Self::MoveBlocksUp => "Move blocks up",
            Self::MoveBlocksDown => "Move blocks down",
            Self::SplitForBpFree => "Split for BP-free",
            Self::FoldModules => "Fold all modules",
            Self::UnfoldModules => "Unfold all modules",
            Self::Train => "Train or pause",
            Self::Step => "Step",
            Self::Stop => "Stop",
            Self::Reset => "Reset",
            Self::OpenRun => "Open a run…",
            Self::GoOn => "Go on with the run",
            Self::Fork => "Fork the run…",
            Self::CompareRun => "Compare with a run…",
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
            Self::FindBlocks => "Search the network by name, setting, number or module",
            Self::SelectAllBlocks => "Select every block of the network",
            Self::CopyBlocks => {
                "Copy the selected blocks as text, as an experiment file holds them"
            }
            Self::CutBlocks => "Copy the selected blocks and take them out",
            Self::PasteBlocks => "Put copied blocks in after the selected ones, or at the end",
            Self::DuplicateBlocks => "Copy the selected blocks as a group after themselves",
            Self::RepeatBlocks => "Have the selected blocks N times, in one module or several",
            Self::DeleteBlocks => "Take the selected blocks out",
            Self::MoveBlocksUp => "Move the selected blocks one place towards the input",
            Self::MoveBlocksDown => "Move the selected blocks one place towards the output",
            Self::SplitForBpFree => "Cut the chain so that every module has one weight layer",
            Self::FoldModules => "Show each module of the network as one row",
            Self::UnfoldModules => "Show all blocks of the network",
            Self::Train => "Train the network, pause, or go on",
            Self::Step => "Do one training step, then pause",
            Self::Stop => "End the run and keep its results",
            Self::Reset => "Drop the run and its results; the next one starts from the seed again",
            Self::OpenRun => {
                "Open the folder of a recorded run, where it was at its newest checkpoint"
            }
            Self::GoOn => {
                "Train the run that has ended further, as from its newest checkpoint; raise the epochs first"
            }
            Self::Fork => {
                "Go on from a checkpoint of the run more than once, as with λ = 0 and λ = 0.1, and compare"
            }
            Self::CompareRun => "Draw the curves of a recorded run beside those of this one",
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
            Self::FindBlocks => const { &[key(CTRL, Key::F)] },
            Self::SelectAllBlocks => const { &[key(CTRL, Key::A)] },
            Self::CopyBlocks => const { &[key(CTRL, Key::C)] },
            Self::CutBlocks => const { &[key(CTRL, Key::X)] },
            Self::PasteBlocks => const { &[key(CTRL, Key::V)] },
            Self::DuplicateBlocks => const { &[key(CTRL, Key::D)] },
            Self::RepeatBlocks => const { &[key(CTRL, Key::R)] },
            Self::DeleteBlocks => const { &[key(Modifiers::NONE, Key::Delete)] },
            Self::MoveBlocksUp => const { &[key(Modifiers::ALT, Key::ArrowUp)] },
            Self::MoveBlocksDown => const { &[key(Modifiers::ALT, Key::ArrowDown)] },
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
            Self::Fork => const { &[key(CTRL_SHIFT, Key::F)] },
            Self::Palette => const { &[key(CTRL_SHIFT, Key::P), key(Modifiers::NONE, Key::F1)] },
            Self::ToggleNetwork => const { &[key(CTRL, Key::Num1)] },
            Self::ToggleSettings => const { &[key(CTRL, Key::Num2)] },
            Self::ToggleLog => const { &[key(CTRL, Key::Num3)] },
            Self::ZoomIn => const { &[key(CTRL, Key::Plus), key(CTRL, Key::Equals)] },
            Self::ZoomOut => const { &[key(CTRL, Key::Minus)] },
            Self::ZoomReset => const { &[key(CTRL, Key::Num0)] },
            Self::OpenRun
            | Self::GoOn
            | Self::CompareRun
            | Self::SplitForBpFree
            | Self::FoldModules
            | Self::UnfoldModules
            | Self::ExportWeights
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

    /// Whether the keys of the command mean something else to a text field.
    fn is_of_text_too(self) -> bool {
        matches!(
            self,
            Self::Undo
                | Self::Redo
                | Self::SelectAllBlocks
                | Self::CopyBlocks
                | Self::CutBlocks
                | Self::PasteBlocks
                | Self::DuplicateBlocks
                | Self::DeleteBlocks
                | Self::MoveBlocksUp
                | Self::MoveBlocksDown
        )
    }

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
                        Event::Copy => pressed.push(Self::CopyBlocks),
                        Event::Cut => pressed.push(Self::CutBlocks),
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
}

/// Which commands can be given now.
#[derive(Clone, Copy, Debug, Default)]
pub struct Availability {
    pub can_undo: bool,
    pub can_redo: bool,
    pub has_blocks: bool,
    pub has_selected_blocks: bool,
    /// Whether a cut has to move to give every module one weight layer.
    pub can_split_for_bp_free: bool,
    pub has_run: bool,
    pub is_alive: bool,
    pub is_training: bool,
    /// Whether the run has ended and keeps a record.
    pub can_go_on: bool,
    /// Whether a run is being read or made.
    pub is_opening: bool,
    /// Whether the run keeps a record.
    pub has_record: bool,
    /// Whether the run has left weights.
    pub has_weights: bool,
    /// Whether the edited network fits together.
    pub has_network: bool,
}

impl Availability {
    /// Why a command cannot be given now, if so.
    pub fn reason(&self, command: Command) -> Option<String> {
        let (ok, reason) = match command {
            Command::Train | Command::Step | Command::OpenRun | Command::GoOn | Command::Fork
                if self.is_opening =>
            {
                (false, "A run is being opened")
            }
            Command::Fork if !self.has_record => (false, "There is no run that keeps a record"),
            Command::Fork => (!self.is_training, "Pause first"),
            Command::Undo => (self.can_undo, "There is no edit to take back"),
            Command::GoOn => (self.can_go_on, "No run that keeps a record has ended yet"),
            Command::OpenRun => (!self.is_alive, "End the run first"),
            Command::Redo => (self.can_redo, "No edit was taken back"),
            Command::FindBlocks
            | Command::SelectAllBlocks
            | Command::FoldModules
            | Command::UnfoldModules => (self.has_blocks, "The network has no block yet"),
            Command::CopyBlocks
            | Command::CutBlocks
            | Command::DuplicateBlocks
            | Command::RepeatBlocks
            | Command::DeleteBlocks
            | Command::MoveBlocksUp
            | Command::MoveBlocksDown => (self.has_selected_blocks, "Select a block first"),
            Command::SplitForBpFree => (
                self.can_split_for_bp_free,
                "Every module has one weight layer",
            ),
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
