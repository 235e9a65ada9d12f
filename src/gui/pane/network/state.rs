//! What the panel remembers from frame to frame.

use std::{ops::Range, rc::Rc};

use eframe::egui::Rect;
use layerwise_experiment::{Balance, Experiment};

use super::{
    action::Action,
    column::Heights,
    cut::CutDrag,
    fold::Folds,
    keyboard::Held,
    map::Map,
    palette::Palette,
    priced::{Priced, Prices},
    repeat::Repeat,
    search::{Match, Search},
    selection::Selection,
    view::View,
};

/// State of the panel that is no part of the experiment.
#[derive(Default)]
pub struct NetworkPane {
    pub(super) selection: Selection,
    pub(super) folds: Folds,
    pub(super) palette: Option<Palette>,
    pub(super) search: Option<Search>,
    pub(super) repeat: Option<Repeat>,
    /// What a split into so many modules balances.
    pub(super) balance: Balance,
    pub(super) prices: Prices,
    /// Why the last gesture failed.
    pub(super) message: Option<String>,
    /// Changes to carry out.
    pub(super) actions: Vec<Action>,
    /// The cut in somebody's hand.
    pub(super) cut_drag: Option<CutDrag>,
    /// The card in somebody's hand, by the index of its block.
    pub(super) dragged: Option<usize>,
    /// Where the edges after each block were drawn last; none of those in folded modules.
    pub(super) edges: Vec<Option<Rect>>,
    pub(super) heights: Heights,
    pub(super) map: Map,
    /// A block to bring into sight, by its index.
    pub(super) reveal: Option<usize>,
    pub(super) held: Held,
    #[cfg(test)]
    pub(super) rows_drawn: usize,
}

impl NetworkPane {
    /// What an experiment costs, and whether its cuts are balanced.
    pub fn price(&mut self, experiment: &Experiment) -> Rc<Priced> {
        self.prices.of(experiment, self.balance)
    }

    /// Whether a block is selected.
    pub fn has_selection(&self) -> bool {
        !self.selection.blocks().is_empty()
    }

    /// Brings a block into sight; its module unfolds.
    pub(super) fn reveal(&mut self, index: Option<usize>) {
        self.reveal = index.or(self.reveal);
    }

    /// Opens the search, or puts the cursor into its field again.
    pub(super) fn find(&mut self) {
        self.search.get_or_insert_default().focus();
    }

    /// Closes the search and selects the block that it ended at.
    pub(super) fn close_search(&mut self) {
        let found = self.search.take().and_then(|search| search.current());
        if let Some(index) = found {
            self.selection.set([index].into());
            self.reveal(Some(index));
        }
    }

    /// How a block is related to the search.
    pub(super) fn match_of(&self, index: usize) -> Match {
        let search = self.search.as_ref();
        search.map_or(Match::None, |search| search.of(index))
    }

    /// Folds or unfolds modules.
    pub(super) fn fold_all(&mut self, modules: &[Range<usize>], folded: bool) {
        for module in modules {
            self.folds.set(module, folded);
        }
    }

    /// Folds or unfolds the modules of what is selected.
    pub(super) fn fold_selected(&mut self, view: &View<'_>, folded: bool) {
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
