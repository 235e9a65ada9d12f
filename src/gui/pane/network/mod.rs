//! The network: a vertical chain of block cards with cuts between them.

mod action;
mod card;
mod chain;
mod column;
mod cut;
mod edit;
mod fold;
mod head;
mod header;
mod icon;
mod inside;
mod keyboard;
mod learn;
mod map;
mod module_row;
mod palette;
mod priced;
mod search;
mod selection;
mod several;
mod view;

#[cfg(test)]
mod tests;

use eframe::egui::{Rect, Ui};
use layerwise_experiment::{Balance, Experiment, Problem};

use action::Action;
use column::Heights;
use cut::CutDrag;
use fold::Folds;
use keyboard::Held;
use map::Map;
use palette::Palette;
use priced::Prices;
use search::{Match, Search};
use selection::Selection;
use several::Repeat;
use view::View;

/// State of the panel that is no part of the experiment.
#[derive(Default)]
pub struct NetworkPane {
    selection: Selection,
    folds: Folds,
    palette: Option<Palette>,
    search: Option<Search>,
    repeat: Option<Repeat>,
    /// What a split into so many modules balances.
    balance: Balance,
    prices: Prices,
    /// Why the last gesture failed.
    message: Option<String>,
    /// Changes to carry out.
    actions: Vec<Action>,
    /// The cut in somebody's hand.
    cut_drag: Option<CutDrag>,
    /// The card in somebody's hand, by the index of its block.
    dragged: Option<usize>,
    /// Where the edges after each block were drawn last; none of those in folded modules.
    edges: Vec<Option<Rect>>,
    heights: Heights,
    map: Map,
    /// A block to bring into sight, by its index.
    reveal: Option<usize>,
    held: Held,
    #[cfg(test)]
    rows_drawn: usize,
}

/// What the run says of a module right now, for its head card.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ModuleLive {
    /// L_k.
    pub loss: f32,
    /// Share of test samples classified correctly, in [0, 1]; none where the loss scores no
    /// classes.
    pub test_accuracy: Option<f32>,
    /// Share of test samples whose nearest class mean is of their class, in [0, 1].
    pub class_mean_accuracy: Option<f32>,
    /// Whether the loss stayed above that of guessing, ln C.
    pub worse_than_guessing: bool,
}

impl NetworkPane {
    /// Shows the network of `experiment` and edits hyper-parameters in place. `live` has one
    /// entry for each module; under global BP one, the last module's; none where no run fits the
    /// network. Returns whether there are gestures to carry out with [`Self::carry_out`].
    pub fn show(
        &mut self,
        ui: &mut Ui,
        experiment: &mut Experiment,
        problems: &[Problem],
        live: &[ModuleLive],
    ) -> bool {
        let priced = self.prices.of(experiment, self.balance);
        let view = View::new(experiment, &priced, problems, live, ui.visuals().dark_mode);
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
        several::show(ui, self, experiment, &mut actions);
        self.show_chain(ui, experiment, &view, &mut actions);

        palette::show(ui, &mut self.palette, experiment, &mut actions);
        keyboard::read(ui, self, &view);
        if !actions.is_empty() || self.reveal.is_some() || blocks_before != experiment.blocks {
            ui.request_repaint();
        }
        self.actions = actions;
        !self.actions.is_empty()
    }

    /// Carries out the gestures of the last frame.
    pub fn carry_out(&mut self, experiment: &mut Experiment) {
        for action in std::mem::take(&mut self.actions) {
            self.apply(action, experiment);
        }
    }

    /// Whether a block is selected.
    pub fn has_selection(&self) -> bool {
        !self.selection.blocks().is_empty()
    }

    /// Brings a block into sight; its module unfolds.
    fn reveal(&mut self, index: Option<usize>) {
        self.reveal = index.or(self.reveal);
    }

    /// Opens the search, or puts the cursor into its field again.
    fn find(&mut self) {
        self.search.get_or_insert_default().focus();
    }

    /// Closes the search and selects the block that it ended at.
    fn close_search(&mut self) {
        let found = self.search.take().and_then(|search| search.current());
        if let Some(index) = found {
            self.selection.set([index].into());
            self.reveal(Some(index));
        }
    }

    /// How a block is related to the search.
    fn match_of(&self, index: usize) -> Match {
        let search = self.search.as_ref();
        search.map_or(Match::None, |search| search.of(index))
    }

    fn fold_all(&mut self, modules: &[std::ops::Range<usize>], folded: bool) {
        for module in modules {
            self.folds.set(module, folded);
        }
    }

    /// Folds or unfolds the modules of what is selected.
    fn fold_selected(&mut self, view: &View<'_>, folded: bool) {
        let blocks = self.selection.blocks().iter();
        let modules: Vec<usize> = blocks
            .map(|index| view.module_of(*index))
            .chain(self.selection.open_head())
            .collect();
        for module in modules {
            self.folds.set(&view.blocks_of(module), folded);
        }
    }
}
