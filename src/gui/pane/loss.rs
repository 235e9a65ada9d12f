//! The local loss of the experiment.

use eframe::egui::{RichText, Ui};
use layerwise_experiment::Loss;

use super::field::{Look, form};

/// Fields for the loss of every module but the last.
pub fn show(ui: &mut Ui, loss: &mut Loss) {
    form(ui, "loss", Look::Panel, loss);
    let words = "The last module learns from cross-entropy, unless it has a loss of its own";
    ui.label(RichText::new(words).small().weak());
}
