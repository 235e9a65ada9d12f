//! The chain: rows from the input to the last head, of which those in sight are drawn.

use std::ops::Range;

use eframe::egui::{Id, Rect, ScrollArea, Ui, UiBuilder, scroll_area::ScrollBarVisibility, vec2};
use egui_dnd::ItemIterator;
use layerwise_experiment::Experiment;

use super::{
    action::Action,
    card,
    column::{Column, key},
    cut, head,
    map::{self, Sight},
    module_row,
    state::NetworkPane,
    view::View,
};

/// Room around a block that was brought into sight.
const AROUND: f32 = 48.0;

/// What drawing the rows carries along.
struct Drawing<'a> {
    view: &'a View<'a>,
    column: Column<'a>,
    /// What rows are known by.
    list: Id,
    /// Top of all rows on the screen.
    top: f32,
    edges: Vec<Option<Rect>>,
    actions: &'a mut Vec<Action>,
}

impl Drawing<'_> {
    fn id_of(&self, block: usize) -> Id {
        self.list.with(block)
    }

    /// A row whose widgets keep their identity while rows above come into sight and go.
    fn scope(&self, kind: &str, number: usize) -> UiBuilder {
        UiBuilder::new().scope_id(self.list.with((kind, number)))
    }
}

impl NetworkPane {
    /// The chain, as far as it is in sight, with its map beside it.
    pub(super) fn show_chain(
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
                area.show(ui, |ui| self.rows(ui, experiment, view, actions))
            })
            .inner;
        let sight = Sight {
            offset: scrolled.state.clamped_offset().y,
            content: scrolled.content_size.y,
            rect: scrolled.inner_rect.with_max_x(all.right()),
        };
        let (map, selection) = (&mut self.map, &self.selection);
        map::show(ui, map, selection, self.search.as_ref(), view, &sight);
    }

    fn rows(
        &mut self,
        ui: &mut Ui,
        experiment: &mut Experiment,
        view: &View<'_>,
        actions: &mut Vec<Action>,
    ) {
        ui.spacing_mut().item_spacing = vec2(6.0, 0.0);
        let mut heights = std::mem::take(&mut self.heights);
        let list: Id = ui.scope_id().with("blocks");
        let mut drawing = Drawing {
            view,
            column: Column::new(ui, &mut heights, self.dragged.is_none()),
            list,
            top: ui.min_rect().top(),
            edges: vec![None; view.block_count],
            actions,
        };
        drawing.column.row(ui, key("input"), true, |ui| {
            head::input(ui, view);
            cut::input_edge(ui, view);
        });
        self.map.rows.clear();
        let response = egui_dnd::dnd(ui, list)
            // Blocks are known by their place, which a drop changes.
            .with_animation_time(0.0)
            .with_drag_axis(egui_dnd::DragAxis::Vertical)
            .show_custom(|ui, items| {
                for (at, range) in view.ranges.iter().enumerate() {
                    if self.folds.is_folded(range) {
                        self.folded_module(ui, experiment, at + 1, &mut drawing);
                    } else {
                        self.module(ui, experiment, at + 1, &mut drawing, items);
                    }
                }
            });
        let dragged = response.dragged_item_id();
        self.dragged =
            dragged.and_then(|id| (0..view.block_count).find(|at| drawing.id_of(*at) == id));
        if let Some(update) = response.final_update() {
            drawing.actions.push(Action::Move {
                blocks: self.selection.with(update.from),
                before: update.to,
            });
        }
        drawing.column.flush(ui);
        #[cfg(test)]
        {
            self.rows_drawn = drawing.column.drawn;
        }
        self.edges = drawing.edges;
        self.heights = heights;
        ui.add_space(24.0);
    }

    fn folded_module(
        &mut self,
        ui: &mut Ui,
        experiment: &mut Experiment,
        module: usize,
        drawing: &mut Drawing<'_>,
    ) {
        let view = drawing.view;
        let range = view.blocks_of(module);
        let key = key(("folded", module_row::what_is_wrong(view, module)));
        let scope = drawing.scope("folded", module);
        let (row, _) = drawing.column.row(ui, key, false, |ui| {
            ui.scope_builder(scope, |ui| module_row::folded(ui, self, view, module))
        });
        let end = self.after_row(ui, experiment, range.end, drawing);
        let step = (end - row.top()) / range.len() as f32;
        let start = row.top() - drawing.top;
        self.map.rows.extend((0..range.len()).map(|at| {
            let start = start + step * at as f32;
            start..start + step
        }));
    }

    fn module(
        &mut self,
        ui: &mut Ui,
        experiment: &mut Experiment,
        module: usize,
        drawing: &mut Drawing<'_>,
        items: &mut ItemIterator<'_>,
    ) {
        let view = drawing.view;
        if module_row::is_shown(view) {
            let scope = drawing.scope("module", module);
            drawing.column.row(ui, key("module"), false, |ui| {
                ui.scope_builder(scope, |ui| module_row::above(ui, self, view, module))
            });
        }
        for index in view.blocks_of(module) {
            let row = self.card_row(ui, experiment, index, drawing, items);
            self.map.rows.push(row);
        }
    }

    /// The card of a block and the edge after it. Returns where they are, from the top of all
    /// rows.
    fn card_row(
        &mut self,
        ui: &mut Ui,
        experiment: &mut Experiment,
        index: usize,
        drawing: &mut Drawing<'_>,
        items: &mut ItemIterator<'_>,
    ) -> Range<f32> {
        let view = drawing.view;
        let open = self.selection.open_block() == Some(index);
        let held = open || self.dragged == Some(index);
        let key = card::row_key(experiment, view, index, open);
        let id = drawing.id_of(index);
        let actions = &mut *drawing.actions;
        let (card, _) = drawing.column.row(ui, key, held, |ui| {
            items.next(ui, id, index, true, |ui, item| {
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
        let end = self.after_row(ui, experiment, index + 1, drawing);
        card.top() - drawing.top..end - drawing.top
    }

    /// The edge after the block before `next`, with the head of its module where it ends one.
    /// Returns where it ends on the screen.
    fn after_row(
        &mut self,
        ui: &mut Ui,
        experiment: &mut Experiment,
        next: usize,
        drawing: &mut Drawing<'_>,
    ) -> f32 {
        let view = drawing.view;
        let index = next.saturating_sub(1);
        let module = view.module_of(index);
        let ends = next == view.block_count || view.is_cut(index);
        let open = ends && self.selection.is_open_head(module);
        let in_hand = self
            .cut_drag
            .as_ref()
            .is_some_and(|drag| drag.from == index);
        let key = if ends {
            head::row_key(experiment, view, module, open)
        } else {
            key("edge")
        };
        let scope = drawing.scope("after", index);
        let actions = &mut *drawing.actions;
        let (row, edge) = drawing.column.row(ui, key, open || in_hand, |ui| {
            ui.scope_builder(scope, |ui| {
                self.after_block(ui, experiment, view, index, actions)
            })
            .inner
        });
        let hidden = || {
            let height = if ends { cut::CUT_HEIGHT } else { row.height() };
            row.with_min_y(row.bottom() - height)
        };
        if let Some(place) = drawing.edges.get_mut(index) {
            *place = Some(edge.unwrap_or_else(hidden));
        }
        row.bottom()
    }

    /// Draws the edge after a block, with the head of its module where the block ends one.
    /// Returns where the edge is.
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
}
