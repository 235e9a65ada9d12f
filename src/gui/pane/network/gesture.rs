//! What commands ask of the network.

use eframe::egui::{Context, ViewportCommand};
use layerwise_experiment::{Experiment, blocks_to_toml};

use super::{action::Action, repeat::Repeat, state::NetworkPane};

/// Something that is done with the selected blocks, or with the whole network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gesture {
    Find,
    SelectAll,
    Copy,
    Cut,
    Paste,
    Duplicate,
    Repeat,
    Delete,
    MoveUp,
    MoveDown,
    SplitForBpFree,
    /// Folds all modules.
    Fold,
    Unfold,
}

impl NetworkPane {
    /// Does what is asked of the network. What it changes is carried out with the next frame.
    pub fn gesture(&mut self, gesture: Gesture, ctx: &Context, experiment: &Experiment) {
        let blocks = self.selection.blocks().clone();
        let shift = |to_input| Action::Shift {
            blocks: blocks.clone(),
            to_input,
        };
        match gesture {
            Gesture::Find => self.find(),
            Gesture::SelectAll => self.selection.set((0..experiment.blocks.len()).collect()),
            Gesture::Copy => self.copy(ctx, experiment),
            Gesture::Cut => {
                self.copy(ctx, experiment);
                self.actions.push(Action::Remove(blocks));
            }
            Gesture::Paste => ctx.send_viewport_cmd(ViewportCommand::RequestPaste),
            Gesture::Duplicate => self.actions.push(Action::Duplicate(blocks)),
            Gesture::Repeat => self.repeat = Some(Repeat::default()),
            Gesture::Delete => self.actions.push(Action::Remove(blocks)),
            Gesture::MoveUp => self.actions.push(shift(true)),
            Gesture::MoveDown => self.actions.push(shift(false)),
            Gesture::SplitForBpFree => self.actions.push(Action::SplitForBpFree),
            Gesture::Fold => self.fold_all(&experiment.module_ranges(), true),
            Gesture::Unfold => self.fold_all(&experiment.module_ranges(), false),
        }
    }

    /// Puts in the blocks of a text behind the selected ones, or at the end.
    pub fn paste(&mut self, text: String) {
        self.actions.push(Action::Paste(text));
    }

    fn copy(&mut self, ctx: &Context, experiment: &Experiment) {
        let selected = self.selection.blocks().iter();
        let blocks = selected.filter_map(|&index| experiment.blocks.get(index));
        match blocks_to_toml(blocks) {
            Ok(text) => ctx.copy_text(text),
            Err(message) => self.message = Some(message),
        }
    }
}
