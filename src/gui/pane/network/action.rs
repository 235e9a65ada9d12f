//! Changes of the chain. Cards ask for them while they are drawn; they are applied after.

use super::{NetworkPane, Palette, Selected, palette::Target};
use crate::experiment::{Block, Experiment};

/// A change of the chain or of what is open.
pub(super) enum Action {
    /// Cuts after a block, or joins there.
    ToggleCut(usize),
    MoveCut {
        from: usize,
        to: usize,
    },
    SplitEvenly(usize),
    /// Puts a block from the palette where it was opened for.
    Place {
        target: Target,
        block: Block,
    },
    Duplicate(usize),
    Remove(usize),
    Move {
        from: usize,
        to: usize,
    },
    Open(Palette),
}

impl NetworkPane {
    pub(super) fn apply(&mut self, action: Action, experiment: &mut Experiment) {
        match action {
            Action::ToggleCut(after) => experiment.toggle_cut(after),
            Action::MoveCut { from, to } => experiment.move_cut(from, to),
            Action::SplitEvenly(count) => experiment.split_evenly(count),
            Action::Place { target, block } => self.place(target, block, experiment),
            Action::Duplicate(index) => {
                if let Some(block) = experiment.blocks.get(index).cloned() {
                    experiment.insert_block(index + 1, block);
                    self.go_to(index + 1);
                }
            }
            Action::Remove(index) => {
                experiment.remove_block(index);
                self.selected = match self.selected {
                    Some(Selected::Block(open)) if open > index => Some(Selected::Block(open - 1)),
                    Some(Selected::Block(open)) if open < index => self.selected,
                    _ => None,
                };
            }
            Action::Move { from, to } => {
                if from != to {
                    experiment.move_block(from, to);
                    if let Some(Selected::Block(open)) = self.selected {
                        self.selected = Some(Selected::Block(place_after_move(open, from, to)));
                    }
                }
                self.reveal = Some(to);
            }
            Action::Open(palette) => self.palette = Some(palette),
        }
    }

    fn place(&mut self, target: Target, block: Block, experiment: &mut Experiment) {
        match target {
            Target::Before(index) => {
                let starts_module = index > 0 && experiment.split_points().contains(&(index - 1));
                experiment.insert_block(index, block);
                if starts_module {
                    // The new block belongs to the module that it was put into.
                    experiment.move_cut(index, index - 1);
                }
                self.go_to(index);
            }
            Target::After(index) => {
                experiment.insert_block(index + 1, block);
                self.go_to(index + 1);
            }
            Target::End => {
                experiment.insert_block(experiment.blocks.len(), block);
                self.go_to(experiment.blocks.len().saturating_sub(1));
            }
            Target::Instead(index) => {
                if let Some(old) = experiment.blocks.get_mut(index) {
                    *old = block;
                    self.go_to(index);
                }
            }
        }
    }

    fn go_to(&mut self, index: usize) {
        self.selected = Some(Selected::Block(index));
        self.reveal = Some(index);
    }
}

/// Where the block at `place` is after the one at `from` has moved to `to`.
fn place_after_move(place: usize, from: usize, to: usize) -> usize {
    if place == from {
        to
    } else if from < place && place <= to {
        place - 1
    } else if to <= place && place < from {
        place + 1
    } else {
        place
    }
}
