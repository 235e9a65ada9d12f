//! The network: a vertical chain of block cards with cuts between them.

use eframe::egui::Ui;

use crate::experiment::{Experiment, Problem};

/// Newest numbers of one module.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ModuleLive {
    pub loss: f32,
    pub test_accuracy: Option<f32>,
    pub worse_than_guessing: bool,
}

/// The panel's state.
#[derive(Default)]
pub struct NetworkPane {}

impl NetworkPane {
    /// Draws the chain.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        experiment: &mut Experiment,
        problems: &[Problem],
        live: &[ModuleLive],
    ) {
        let _ = (problems, live);
        for block in &experiment.blocks {
            ui.label(block.title());
        }
    }
}
