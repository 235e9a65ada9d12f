//! The network: a vertical chain of block cards with cuts between them.

mod action;
mod card;
mod chain;
mod change;
mod column;
mod cut;
mod edit;
mod fold;
mod gesture;
mod head;
mod header;
mod icon;
mod inside;
mod keyboard;
mod learn;
mod live;
mod look;
mod map;
mod module_row;
mod palette;
mod priced;
mod repeat;
mod search;
mod selection;
mod several;
mod state;
mod view;
mod words;

#[cfg(test)]
mod tests;

use eframe::egui::Ui;
use layerwise_experiment::Experiment;

use crate::gui::{now::Now, wish::Wishes};
use action::Action;
pub use gesture::Gesture;
use keyboard::Pressed;
pub use live::ModuleLive;
pub use priced::Priced;
pub use state::NetworkPane;
use view::View;

impl NetworkPane {
    /// Shows the network of `experiment` and edits hyper-parameters in place. Returns whether
    /// there are gestures to carry out with [`Self::carry_out`].
    pub fn show(
        &mut self,
        ui: &mut Ui,
        experiment: &mut Experiment,
        now: &Now,
        wishes: &mut Wishes,
    ) -> bool {
        let view = View::new(experiment, now, ui.visuals().dark_mode);
        if let Some(change) = self.folds.keep_up(&experiment.blocks, &view.ranges) {
            self.selection.follow(&change);
        }
        self.selection.forget_head_that_is_gone(view.module_count());
        self.reveal = self.reveal.filter(|index| *index < view.block_count);
        if let Some(range) = self.reveal.map(|it| view.blocks_of(view.module_of(it))) {
            self.folds.set(&range, false);
        }
        let mut actions = std::mem::take(&mut self.actions);
        let blocks_before = experiment.blocks.clone();

        header::show(ui, self, experiment, &view, &mut actions);
        if let Some(mut search) = self.search.take() {
            ui.add_space(4.0);
            let asked = search.show(ui, experiment, &view);
            self.search = Some(search);
            if asked.close {
                self.close_search();
            }
            self.reveal = asked.reveal.or(self.reveal);
        }
        ui.add_space(4.0);
        several::show(ui, self, experiment, &mut actions, wishes);
        self.show_chain(ui, experiment, &view, &mut actions);

        if let Some((target, block)) = palette::show(ui, &mut self.palette, experiment) {
            actions.push(Action::Place { target, block });
        }
        self.read_keys(ui, &view);
        if !actions.is_empty() || self.reveal.is_some() || blocks_before != experiment.blocks {
            ui.request_repaint();
        }
        self.actions = actions;
        !self.actions.is_empty()
    }

    fn read_keys(&mut self, ui: &Ui, view: &View<'_>) {
        let (chooses, searches) = (self.palette.is_some(), self.search.is_some());
        let has_selection = !self.selection.is_empty();
        match self.held.read(ui, chooses, searches, has_selection) {
            Some(Pressed::CloseSearch) => self.close_search(),
            Some(Pressed::SelectNothing) => self.selection.clear(),
            Some(Pressed::Fold) => self.fold_selected(view, true),
            Some(Pressed::Unfold) => self.fold_selected(view, false),
            None => {}
        }
    }
}
