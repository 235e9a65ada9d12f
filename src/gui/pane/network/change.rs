//! Carries out changes of the chain, and goes along with them.

use std::collections::BTreeSet;

use layerwise_experiment::{Block, Change, Experiment, blocks_from_toml, room_for};

use super::{action::Action, palette::Target, state::NetworkPane};

impl NetworkPane {
    /// Carries out the gestures of the last frame.
    pub fn carry_out(&mut self, experiment: &mut Experiment) {
        for action in std::mem::take(&mut self.actions) {
            self.apply(action, experiment);
        }
    }

    fn apply(&mut self, action: Action, experiment: &mut Experiment) {
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
