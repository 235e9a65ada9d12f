//! The network: a vertical chain of block cards with cuts between them.

mod action;
mod card;
mod cut;
mod edit;
mod head;
mod header;
mod icon;
mod keyboard;
mod learn;
mod palette;
mod view;

#[cfg(test)]
mod tests;

use eframe::egui::{Id, Rect, ScrollArea, Ui, vec2};

use crate::experiment::{Experiment, Problem};

use action::Action;
use cut::CutDrag;
use palette::Palette;
use view::View;

/// State of the panel that is no part of the experiment.
#[derive(Default)]
pub struct NetworkPane {
    selected: Option<Selected>,
    palette: Option<Palette>,
    /// The cut in somebody's hand.
    cut_drag: Option<CutDrag>,
    /// Where the edges after each block were drawn last.
    edges: Vec<Rect>,
    /// A block to bring into sight, by its index.
    reveal: Option<usize>,
}

/// What is open for editing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Selected {
    /// A block, by its index from 0.
    Block(usize),
    /// The head of a module, by its number from 1.
    Head(usize),
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
    /// Shows the network of `experiment` and edits it in place. `live` has one entry for each
    /// module; under global BP one, the last module's; none where no run fits the network.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        experiment: &mut Experiment,
        problems: &[Problem],
        live: &[ModuleLive],
    ) {
        self.forget_what_is_gone(experiment);
        let view = View::new(experiment, problems, live, ui.visuals().dark_mode);
        let mut actions = Vec::new();
        let blocks_before = experiment.blocks.clone();

        header::show(ui, self, experiment, &view, &mut actions);
        ui.add_space(4.0);
        // Room for the bar, so that it never lies on a card.
        ui.spacing_mut().scroll.floating_allocated_width = 10.0;
        ScrollArea::vertical()
            .auto_shrink(false)
            .show(ui, |ui| self.chain(ui, experiment, &view, &mut actions));

        palette::show(ui, &mut self.palette, experiment, &mut actions);
        keyboard::read(ui, self, experiment, &mut actions);
        let changed = !actions.is_empty() || blocks_before != experiment.blocks;
        for action in actions {
            self.apply(action, experiment);
        }
        if changed {
            ui.request_repaint();
        }
    }

    fn chain(
        &mut self,
        ui: &mut Ui,
        experiment: &mut Experiment,
        view: &View<'_>,
        actions: &mut Vec<Action>,
    ) {
        ui.spacing_mut().item_spacing = vec2(6.0, 0.0);
        head::input(ui, view);
        cut::input_edge(ui, view);

        let mut edges = Vec::new();
        let list: Id = ui.scope_id().with("blocks");
        let response = egui_dnd::dnd(ui, list)
            // Blocks are known by their place, which a drop changes.
            .with_animation_time(0.0)
            .with_drag_axis(egui_dnd::DragAxis::Vertical)
            .show_custom(|ui, items| {
                for index in 0..experiment.blocks.len() {
                    let id = list.with(index);
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
                    edges.push(self.after_block(ui, experiment, view, index, actions));
                }
            });
        if let Some(update) = response.final_update() {
            let to = if update.to > update.from {
                update.to - 1
            } else {
                update.to
            };
            actions.push(Action::Move {
                from: update.from,
                to,
            });
        }
        self.edges = edges;
        ui.add_space(24.0);
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

    /// Drops a selection that an undo or a new file has left without its block or module.
    fn forget_what_is_gone(&mut self, experiment: &Experiment) {
        let gone = match self.selected {
            Some(Selected::Block(index)) => index >= experiment.blocks.len(),
            Some(Selected::Head(number)) => number > experiment.module_count(),
            None => false,
        };
        if gone {
            self.selected = None;
        }
    }

    fn select(&mut self, what: Selected) {
        self.selected = (self.selected != Some(what)).then_some(what);
    }
}
