//! The network: a vertical chain of block cards with cuts between them.

mod action;
mod card;
mod column;
mod cut;
mod edit;
mod fold;
mod head;
mod header;
mod icon;
mod keyboard;
mod map;
mod module_row;
mod palette;
mod search;
mod selection;
mod several;
mod view;

#[cfg(test)]
mod tests;

use eframe::egui::{Id, Rect, ScrollArea, Ui, UiBuilder, scroll_area::ScrollBarVisibility, vec2};

use crate::experiment::{Experiment, Problem};

use action::Action;
use column::{Column, Heights, key};
use cut::CutDrag;
use fold::Folds;
use keyboard::Held;
use map::{Map, Sight};
use palette::Palette;
use search::{Match, Search};
use selection::Selection;
use several::Repeat;
use view::View;

/// Room around a block that was brought into sight.
const AROUND: f32 = 48.0;

/// State of the panel that is no part of the experiment.
#[derive(Default)]
pub struct NetworkPane {
    selection: Selection,
    folds: Folds,
    palette: Option<Palette>,
    search: Option<Search>,
    repeat: Option<Repeat>,
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
    /// Share of test samples classified correctly, in [0, 1].
    pub test_accuracy: Option<f32>,
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
        let view = View::new(experiment, problems, live, ui.visuals().dark_mode);
        if let Some(change) = self.folds.keep_up(&experiment.blocks, &view.ranges) {
            self.selection.follow(&change);
        }
        self.selection.forget_head_that_is_gone(view.module_count());
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
        self.scrolled(ui, experiment, &view, &mut actions);

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

    /// The chain, as far as it is in sight, with its map beside it.
    fn scrolled(
        &mut self,
        ui: &mut Ui,
        experiment: &mut Experiment,
        view: &View<'_>,
        actions: &mut Vec<Action>,
    ) {
        let all = ui.available_rect_before_wrap();
        let chain = all.with_max_x(all.right() - map::room());
        let builder = UiBuilder::new()
            .max_rect(chain)
            .scope_id(ui.scope_id().with("chain"));
        let scrolled = ui
            .scope_builder(builder, |ui| {
                let mut area = ScrollArea::vertical()
                    .auto_shrink(false)
                    .scroll_bar_visibility(ScrollBarVisibility::AlwaysHidden);
                if let Some(offset) = self.map.go_to.take() {
                    area = area.vertical_scroll_offset(offset);
                }
                area.show(ui, |ui| self.chain(ui, experiment, view, actions))
            })
            .inner;
        let sight = Sight {
            offset: scrolled.state.clamped_offset().y,
            content: scrolled.content_size.y,
            rect: scrolled.inner_rect.with_max_x(all.right()),
        };
        map::show(ui, self, view, &sight);
    }

    fn chain(
        &mut self,
        ui: &mut Ui,
        experiment: &mut Experiment,
        view: &View<'_>,
        actions: &mut Vec<Action>,
    ) {
        ui.spacing_mut().item_spacing = vec2(6.0, 0.0);
        let mut heights = std::mem::take(&mut self.heights);
        let mut column = Column::new(ui, &mut heights, self.dragged.is_none());
        column.row(ui, key("input"), true, |ui| {
            head::input(ui, view);
            cut::input_edge(ui, view);
        });

        let list: Id = ui.scope_id().with("blocks");
        let id_of = |index: usize| list.with(index);
        let mut edges = vec![None; view.block_count];
        self.map.rows.clear();
        let response = egui_dnd::dnd(ui, list)
            // Blocks are known by their place, which a drop changes.
            .with_animation_time(0.0)
            .with_drag_axis(egui_dnd::DragAxis::Vertical)
            .show_custom(|ui, items| {
                let top = ui.min_rect().top();
                for (at, range) in view.ranges.iter().enumerate() {
                    let module = at + 1;
                    if self.folds.is_folded(range) {
                        let wrong = module_row::what_is_wrong(view, module);
                        let scope = scope(list, "folded", module);
                        let row = column.row(ui, key(("folded", wrong)), false, |ui| {
                            ui.scope_builder(scope, |ui| module_row::folded(ui, self, view, module))
                        });
                        let end = self.after_row(
                            ui,
                            experiment,
                            view,
                            range.end,
                            &mut column,
                            (list, &mut edges, actions),
                        );
                        let step = (end - row.0.top()) / range.len() as f32;
                        self.map
                            .rows
                            .extend(range.clone().enumerate().map(|(at, _)| {
                                let start = row.0.top() - top + step * at as f32;
                                start..start + step
                            }));
                        continue;
                    }
                    if module_row::is_shown(view) {
                        let scope = scope(list, "module", module);
                        column.row(ui, key("module"), false, |ui| {
                            ui.scope_builder(scope, |ui| module_row::above(ui, self, view, module))
                        });
                    }
                    for index in range.clone() {
                        let open = self.selection.open_block() == Some(index);
                        let held = open || self.dragged == Some(index);
                        let row_key = card::row_key(experiment, view, index, open);
                        let (card, _) = column.row(ui, row_key, held, |ui| {
                            items.next(ui, id_of(index), index, true, |ui, item| {
                                item.ui(ui, |ui, handle, state| {
                                    card::show(
                                        ui,
                                        self,
                                        experiment,
                                        view,
                                        index,
                                        handle,
                                        state.dragged,
                                        actions,
                                    );
                                })
                            });
                        });
                        if self.reveal == Some(index) {
                            self.reveal = None;
                            ui.scroll_to_rect(card.expand2(vec2(0.0, AROUND)), None);
                        }
                        let end = self.after_row(
                            ui,
                            experiment,
                            view,
                            index + 1,
                            &mut column,
                            (list, &mut edges, actions),
                        );
                        self.map.rows.push(card.top() - top..end - top);
                    }
                }
            });
        let dragged = response.dragged_item_id();
        self.dragged = dragged.and_then(|id| (0..view.block_count).find(|at| id_of(*at) == id));
        if let Some(update) = response.final_update() {
            actions.push(Action::Move {
                blocks: self.selection.with(update.from),
                before: update.to,
            });
        }
        column.flush(ui);
        #[cfg(test)]
        {
            self.rows_drawn = column.drawn;
        }
        self.heights = heights;
        self.edges = edges;
        ui.add_space(24.0);
    }

    /// The edge after the block before `next`, with the head of its module where it ends one.
    /// Returns where it ends on the screen.
    fn after_row(
        &mut self,
        ui: &mut Ui,
        experiment: &mut Experiment,
        view: &View<'_>,
        next: usize,
        column: &mut Column<'_>,
        (list, edges, actions): (Id, &mut [Option<Rect>], &mut Vec<Action>),
    ) -> f32 {
        let index = next.saturating_sub(1);
        let module = view.module_of(index);
        let ends = next == view.block_count || view.is_cut(index);
        let key = if ends {
            head::row_key(view, module, self.selection.is_open_head(module))
        } else {
            key("edge")
        };
        let held = self
            .cut_drag
            .as_ref()
            .is_some_and(|drag| drag.from == index)
            || (ends && self.selection.is_open_head(module));
        let scope = scope(list, "after", index);
        let (row, edge) = column.row(ui, key, held, |ui| {
            ui.scope_builder(scope, |ui| {
                self.after_block(ui, experiment, view, index, actions)
            })
            .inner
        });
        let hidden = || {
            let height = if ends { cut::CUT_HEIGHT } else { row.height() };
            row.with_min_y(row.bottom() - height)
        };
        if let Some(place) = edges.get_mut(index) {
            *place = Some(edge.unwrap_or_else(hidden));
        }
        row.bottom()
    }

    /// The edge after a block, with the head of its module where the block ends one. Returns
    /// where the edge is.
    fn after_block(
        &mut self,
        ui: &mut Ui,
        experiment: &mut Experiment,
        view: &View<'_>,
        index: usize,
        actions: &mut Vec<Action>,
    ) -> Rect {
        let last = index + 1 == view.block_count;
        let module = view.module_of(index);
        if last {
            let edge = cut::output_edge(ui, view, index);
            head::show(ui, self, experiment, view, module);
            return edge;
        }
        if view.is_cut(index) {
            ui.add_space(4.0);
            head::show(ui, self, experiment, view, module);
        }
        cut::show(ui, &mut self.cut_drag, &self.edges, view, index, actions)
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

/// A row whose widgets keep their identity while rows above come into sight and go.
fn scope(list: Id, kind: &str, number: usize) -> UiBuilder {
    UiBuilder::new().scope_id(list.with((kind, number)))
}
