//! The hyper-parameters of a block as fields.

use eframe::egui::Ui;
use layerwise_experiment::{Block, field::Form};

use crate::gui::pane::field::{self, Look};

/// Fields for every hyper-parameter, within the ranges that an experiment allows.
pub(super) fn show(ui: &mut Ui, block: &mut Block) {
    field::grid(ui, "hyper-parameters", Look::Card, |ui| {
        if block.count() == 0 {
            ui.weak("Nothing to set");
            ui.end_row();
        } else {
            field::rows(ui, Look::Card, block, |_| true);
        }
    });
}
