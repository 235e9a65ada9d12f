//! The table of commands: one entry for each.

use eframe::egui::{Key, KeyboardShortcut, Modifiers};

use crate::gui::availability::{
    ALIVE, BLOCKS, CAN_GO_ON, ENDED, NETWORK, NOTHING_OPENS, Need, PAUSED, RECORD, REDO, RUN,
    SELECTED, SPLIT, UNDO, WEIGHTS,
};

/// What there is to know of a command, besides what it does.
pub(super) struct About {
    pub name: &'static str,
    pub text: &'static str,
    pub tooltip: &'static str,
    pub keys: &'static [KeyboardShortcut],
    pub keys_of_text: bool,
    pub needs: &'static [Need],
}

impl About {
    const fn new(name: &'static str, text: &'static str, tooltip: &'static str) -> Self {
        Self {
            name,
            text,
            tooltip,
            keys: &[],
            keys_of_text: false,
            needs: &[],
        }
    }

    const fn keys(self, keys: &'static [KeyboardShortcut]) -> Self {
        Self { keys, ..self }
    }

    const fn keys_of_text(self, keys_of_text: bool) -> Self {
        Self {
            keys_of_text,
            ..self
        }
    }

    const fn needs(self, needs: &'static [Need]) -> Self {
        Self { needs, ..self }
    }
}

const NONE: Modifiers = Modifiers::NONE;
const ALT: Modifiers = Modifiers::ALT;
const SHIFT: Modifiers = Modifiers::SHIFT;
const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

/// One entry for each command:
/// - `name` is what lessons and tests press it by, and stays;
/// - `text` stands on buttons and in menus;
/// - `tooltip` says what it does, without a full stop;
/// - `keys` give it; menus show the first;
/// - `keys_of_text` where the keys mean something else to a text field;
/// - `needs` must hold so that it can be given; the first that does not says why.
macro_rules! commands {
    ($($kind:ident {
        name: $name:literal,
        text: $text:literal,
        tooltip: $tooltip:literal,
        $(keys: [$($modifiers:ident $key:ident),*],)?
        $(keys_of_text: $of_text:literal,)?
        $(needs: [$($need:ident),*],)?
    })*) => {
        /// A command of the menus, the palette and the keyboard.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Command {
            $(#[doc = $tooltip] $kind,)*
        }

        impl Command {
            /// Every command, in the order of the palette.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            pub(super) fn about(self) -> &'static About {
                match self {
                    $(Self::$kind => const {
                        &About::new($name, $text, $tooltip)
                            $(.keys(const { &[$(KeyboardShortcut::new($modifiers, Key::$key)),*] }))?
                            $(.keys_of_text($of_text))?
                            $(.needs(const { &[$($need),*] }))?
                    },)*
                }
            }
        }
    };
}

commands! {
    Train {
        name: "train",
        text: "Train or pause",
        tooltip: "Train the network, pause, or go on",
        keys: [NONE Space, NONE F5],
        needs: [NOTHING_OPENS],
    }
    Step {
        name: "step",
        text: "Step",
        tooltip: "Do one training step, then pause",
        keys: [NONE F10],
        needs: [NOTHING_OPENS, PAUSED],
    }
    Stop {
        name: "stop",
        text: "Stop",
        tooltip: "End the run and keep its results",
        keys: [SHIFT F5],
        needs: [ALIVE],
    }
    Reset {
        name: "reset",
        text: "Reset",
        tooltip: "Drop the run and its results; the next one starts from the seed again",
        keys: [CTRL_SHIFT F5],
        needs: [RUN],
    }
    OpenRun {
        name: "open-run",
        text: "Open a run…",
        tooltip: "Open the folder of a recorded run, where it was at its newest checkpoint",
        needs: [NOTHING_OPENS, ENDED],
    }
    GoOn {
        name: "go-on",
        text: "Go on with the run",
        tooltip: "Train the run that has ended further, as from its newest checkpoint; raise the epochs first",
        needs: [NOTHING_OPENS, CAN_GO_ON],
    }
    Fork {
        name: "fork-run",
        text: "Fork the run…",
        tooltip: "Go on from a checkpoint of the run more than once, as with λ = 0 and λ = 0.1, and compare",
        keys: [CTRL_SHIFT F],
        needs: [NOTHING_OPENS, RECORD, PAUSED],
    }
    CompareRun {
        name: "compare-run",
        text: "Compare with a run…",
        tooltip: "Draw the curves of a recorded run beside those of this one",
    }
    New {
        name: "new",
        text: "New",
        tooltip: "Start with an empty network",
        keys: [CTRL N],
    }
    Open {
        name: "open",
        text: "Open…",
        tooltip: "Open an experiment from a file",
        keys: [CTRL O],
    }
    Save {
        name: "save",
        text: "Save",
        tooltip: "Save the experiment to its file",
        keys: [CTRL S],
    }
    SaveAs {
        name: "save-as",
        text: "Save as…",
        tooltip: "Save the experiment to another file",
        keys: [CTRL_SHIFT S],
    }
    ExportWeights {
        name: "export-weights",
        text: "Export weights…",
        tooltip: "Write what the last run learnt as safetensors, under the names of torchvision or timm",
        needs: [WEIGHTS],
    }
    ExportScript {
        name: "export-script",
        text: "Export PyTorch script…",
        tooltip: "Write the network as a PyTorch script that reads exported weights",
        needs: [NETWORK],
    }
    Undo {
        name: "undo",
        text: "Undo",
        tooltip: "Take back the last edit",
        keys: [CTRL Z],
        keys_of_text: true,
        needs: [UNDO],
    }
    Redo {
        name: "redo",
        text: "Redo",
        tooltip: "Do the edit again that was taken back",
        keys: [CTRL_SHIFT Z, CTRL Y],
        keys_of_text: true,
        needs: [REDO],
    }
    FindBlocks {
        name: "find-blocks",
        text: "Find blocks…",
        tooltip: "Search the network by name, setting, number or module",
        keys: [CTRL F],
        needs: [BLOCKS],
    }
    SelectAllBlocks {
        name: "select-all-blocks",
        text: "Select all blocks",
        tooltip: "Select every block of the network",
        keys: [CTRL A],
        keys_of_text: true,
        needs: [BLOCKS],
    }
    CopyBlocks {
        name: "copy-blocks",
        text: "Copy blocks",
        tooltip: "Copy the selected blocks as text, as an experiment file holds them",
        keys: [CTRL C],
        keys_of_text: true,
        needs: [SELECTED],
    }
    CutBlocks {
        name: "cut-blocks",
        text: "Cut blocks",
        tooltip: "Copy the selected blocks and take them out",
        keys: [CTRL X],
        keys_of_text: true,
        needs: [SELECTED],
    }
    PasteBlocks {
        name: "paste-blocks",
        text: "Paste blocks",
        tooltip: "Put copied blocks in after the selected ones, or at the end",
        keys: [CTRL V],
        keys_of_text: true,
    }
    DuplicateBlocks {
        name: "duplicate-blocks",
        text: "Duplicate blocks",
        tooltip: "Copy the selected blocks as a group after themselves",
        keys: [CTRL D],
        keys_of_text: true,
        needs: [SELECTED],
    }
    RepeatBlocks {
        name: "repeat-blocks",
        text: "Repeat blocks…",
        tooltip: "Have the selected blocks N times, in one module or several",
        keys: [CTRL R],
        needs: [SELECTED],
    }
    DeleteBlocks {
        name: "delete-blocks",
        text: "Delete blocks",
        tooltip: "Take the selected blocks out",
        keys: [NONE Delete],
        keys_of_text: true,
        needs: [SELECTED],
    }
    MoveBlocksUp {
        name: "move-blocks-up",
        text: "Move blocks up",
        tooltip: "Move the selected blocks one place towards the input",
        keys: [ALT ArrowUp],
        keys_of_text: true,
        needs: [SELECTED],
    }
    MoveBlocksDown {
        name: "move-blocks-down",
        text: "Move blocks down",
        tooltip: "Move the selected blocks one place towards the output",
        keys: [ALT ArrowDown],
        keys_of_text: true,
        needs: [SELECTED],
    }
    SplitForBpFree {
        name: "split-for-bp-free",
        text: "Split for BP-free",
        tooltip: "Cut the chain so that every module has one weight layer",
        needs: [SPLIT],
    }
    FoldModules {
        name: "fold-modules",
        text: "Fold all modules",
        tooltip: "Show each module of the network as one row",
        needs: [BLOCKS],
    }
    UnfoldModules {
        name: "unfold-modules",
        text: "Unfold all modules",
        tooltip: "Show all blocks of the network",
        needs: [BLOCKS],
    }
    Palette {
        name: "palette",
        text: "Find a command…",
        tooltip: "Search all commands by name",
        keys: [CTRL_SHIFT P, NONE F1],
    }
    ToggleNetwork {
        name: "toggle-network",
        text: "Network panel",
        tooltip: "Show or hide the network on the left",
        keys: [CTRL Num1],
    }
    ToggleSettings {
        name: "toggle-settings",
        text: "Settings panel",
        tooltip: "Show or hide data, method and optimiser on the right",
        keys: [CTRL Num2],
    }
    ToggleLog {
        name: "toggle-log",
        text: "Log",
        tooltip: "Show or hide the log at the bottom",
        keys: [CTRL Num3],
    }
    ResetLayout {
        name: "reset-layout",
        text: "Reset the layout",
        tooltip: "Put panels and tiles back where they were at first",
    }
    ZoomIn {
        name: "zoom-in",
        text: "Zoom in",
        tooltip: "Make everything larger",
        keys: [CTRL Plus, CTRL Equals],
    }
    ZoomOut {
        name: "zoom-out",
        text: "Zoom out",
        tooltip: "Make everything smaller",
        keys: [CTRL Minus],
    }
    ZoomReset {
        name: "zoom-reset",
        text: "Zoom to 100 %",
        tooltip: "Show everything in its normal size",
        keys: [CTRL Num0],
    }
    ThemeLight {
        name: "theme-light",
        text: "Light theme",
        tooltip: "Dark text on a light ground",
    }
    ThemeDark {
        name: "theme-dark",
        text: "Dark theme",
        tooltip: "Light text on a dark ground",
    }
    ThemeSystem {
        name: "theme-system",
        text: "Theme of the system",
        tooltip: "Light or dark, as the system is set",
    }
    About {
        name: "about",
        text: "About Layerwise",
        tooltip: "Version, licence, method and data",
    }
    Quit {
        name: "quit",
        text: "Quit",
        tooltip: "Close the window",
        keys: [CTRL Q],
    }
}
