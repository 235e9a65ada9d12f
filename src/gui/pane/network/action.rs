//! Changes of the chain. Cards and keys ask for them while the panel is drawn; they are carried
//! out after.

use std::collections::BTreeSet;

use eframe::egui::{Context, ViewportCommand};
use layerwise_experiment::{
    Balance, Block, Change, Experiment, blocks_from_toml, blocks_to_toml, room_for,
};

use super::{NetworkPane, Palette, palette::Target, several::Repeat};
use crate::gui::command::Command;

/// A change of the chain or of what is open.
pub(super) enum Action {
    /// Cuts after a block, or joins there.
    ToggleCut(usize),
    MoveCut {
        from: usize,
        to: usize,
    },
    Split(usize, Balance),
    /// Gives every module one weight layer.
    SplitForBpFree,
    /// Puts a block from the palette where it was opened for.
    Place {
        target: Target,
        block: Block,
    },
    Duplicate(BTreeSet<usize>),
    Repeat {
        blocks: BTreeSet<usize>,
        times: usize,
        own_modules: bool,
    },
    Remove(BTreeSet<usize>),
    /// Moves blocks in front of another one.
    Move {
        blocks: BTreeSet<usize>,
        before: usize,
    },
    /// Moves blocks past their neighbour.
    Shift {
        blocks: BTreeSet<usize>,
        to_input: bool,
    },
    /// Puts in the blocks of a text.
    Paste(String),
    Open(Palette),
}

impl NetworkPane {
    /// Does what a command asks of the network. What it changes is carried out with the next
    /// frame.
    pub fn command(&mut self, command: Command, ctx: &Context, experiment: &Experiment) {
        if let Some(action) = self.action_for(command, ctx, experiment) {
            self.actions.push(action);
        }
    }

    /// Puts in the blocks of a text behind the selected ones, or at the end.
    pub fn paste(&mut self, text: String) {
        self.actions.push(Action::Paste(text));
    }

    pub(super) fn action_for(
        &mut self,
        command: Command,
        ctx: &Context,
        experiment: &Experiment,
    ) -> Option<Action> {
        let blocks = self.selection.blocks().clone();
        match command {
            Command::FindBlocks => self.find(),
            Command::SelectAllBlocks => self.selection.set((0..experiment.blocks.len()).collect()),
            Command::CopyBlocks => self.copy(ctx, experiment),
            Command::CutBlocks => {
                self.copy(ctx, experiment);
                return Some(Action::Remove(blocks));
            }
            Command::PasteBlocks => ctx.send_viewport_cmd(ViewportCommand::RequestPaste),
            Command::DuplicateBlocks => return Some(Action::Duplicate(blocks)),
            Command::RepeatBlocks => self.repeat = Some(Repeat::default()),
            Command::DeleteBlocks => return Some(Action::Remove(blocks)),
            Command::MoveBlocksUp | Command::MoveBlocksDown => {
                let to_input = command == Command::MoveBlocksUp;
                return Some(Action::Shift { blocks, to_input });
            }
            Command::SplitForBpFree => return Some(Action::SplitForBpFree),
            Command::FoldModules => self.fold_all(&experiment.module_ranges(), true),
            Command::UnfoldModules => self.fold_all(&experiment.module_ranges(), false),
            _ => {}
        }
        None
    }

    fn copy(&mut self, ctx: &Context, experiment: &Experiment) {
        let selected = self.selection.blocks().iter();
        let blocks = selected.filter_map(|&index| experiment.blocks.get(index));
        match blocks_to_toml(blocks) {
            Ok(text) => ctx.copy_text(text),
            Err(message) => self.message = Some(message),
        }
    }

    pub(super) fn apply(&mut self, action: Action, experiment: &mut Experiment) {
        self.message = None;
        match action {
            Action::ToggleCut(after) => experiment.toggle_cut(after),
            Action::MoveCut { from, to } => experiment.move_cut(from, to),
            Action::Split(count, by) => experiment.split_into(count, by),
            Action::SplitForBpFree => experiment.split_for_bp_free(),
            Action::Place { target, block } => self.place(target, block, experiment),
            Action::Duplicate(blocks) => {
                let change = experiment.repeat_blocks(&blocks, 2, false);
                self.take_new(change, experiment);
            }
            Action::Repeat {
                blocks,
                times,
                own_modules,
            } => {
                let change = experiment.repeat_blocks(&blocks, times, own_modules);
                self.take_new(change, experiment);
            }
            Action::Remove(blocks) => {
                let change = experiment.remove_blocks(&blocks);
                self.follow(&change, experiment);
            }
            Action::Move { blocks, before } => {
                let change = experiment.move_blocks(&blocks, before);
                self.follow(&change, experiment);
                self.reveal(change.places.first().copied());
            }
            Action::Shift { blocks, to_input } => {
                let change = experiment.shift_blocks(&blocks, to_input);
                self.follow(&change, experiment);
                let ahead = if to_input {
                    change.places.first()
                } else {
                    change.places.last()
                };
                self.reveal(ahead.copied());
            }
            Action::Paste(text) => {
                let change = blocks_from_toml(&text).and_then(|blocks| {
                    let count = experiment.blocks.len();
                    room_for(count, blocks.len())?;
                    let last = self.selection.blocks().last();
                    let at = last.map_or(count, |last| last + 1);
                    Ok(experiment.insert_blocks(at, blocks))
                });
                self.take_new(change, experiment);
            }
            Action::Open(palette) => self.palette = Some(palette),
        }
    }

    fn place(&mut self, target: Target, block: Block, experiment: &mut Experiment) {
        let is_more = !matches!(target, Target::Instead(_));
        if is_more && let Err(message) = room_for(experiment.blocks.len(), 1) {
            self.message = Some(message);
            return;
        }
        let change = match target {
            Target::Before(index) => {
                let starts_module = index > 0 && experiment.split_points().contains(&(index - 1));
                let change = experiment.insert_block(index, block);
                if starts_module {
                    // The new block belongs to the module that it was put into.
                    experiment.move_cut(index, index - 1);
                }
                change
            }
            Target::After(index) => experiment.insert_block(index + 1, block),
            Target::End => experiment.insert_block(experiment.blocks.len(), block),
            Target::Instead(index) => {
                experiment.settle_split();
                let Some(old) = experiment.blocks.get_mut(index) else {
                    return;
                };
                *old = block;
                Change {
                    origins: (0..experiment.blocks.len()).map(Some).collect(),
                    places: BTreeSet::from([index]),
                }
            }
        };
        self.take_new(Ok(change), experiment);
    }

    /// Selects and shows blocks that came into the chain, or says why they did not.
    fn take_new(&mut self, change: Result<Change, String>, experiment: &Experiment) {
        match change {
            Ok(change) => {
                self.follow(&change, experiment);
                self.reveal(change.places.first().copied());
                if !change.places.is_empty() {
                    self.selection.set(change.places);
                }
            }
            Err(message) => self.message = Some(message),
        }
    }

    fn follow(&mut self, change: &Change, experiment: &Experiment) {
        if change.origins.len() == experiment.blocks.len() {
            self.selection.follow(change);
            self.folds.follow(change, &experiment.blocks);
        }
    }
}
