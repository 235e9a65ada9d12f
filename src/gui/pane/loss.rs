//! The local loss of the experiment.

use eframe::egui::{RichText, Ui};
use layerwise_experiment::{Loss, LossKind};

use super::field::{choice, fields, number};

/// Fields for the loss of every module but the last.
pub fn show(ui: &mut Ui, loss: &mut Loss) {
    fields(ui, "loss", |ui| {
        choice(ui, "Loss", &mut loss.kind, &LossKind::ALL, |kind| {
            kind.title().to_owned()
        });
        match loss.kind {
            LossKind::Contrastive => {
                number(
                    ui,
                    "Temperature τ",
                    &mut loss.temperature,
                    1e-3..=1e3,
                    "A small one looks at the most similar samples only",
                );
            }
            LossKind::PredSim => {
                number(
                    ui,
                    "Similarity β",
                    &mut loss.beta,
                    0.0..=1.0,
                    "Share of the similarity; the rest is cross-entropy",
                );
            }
            LossKind::CrossEntropy | LossKind::Similarity => {}
        }
        number(
            ui,
            "Reconstruction",
            &mut loss.reconstruction,
            0.0..=1e4,
            "Weight of drawing the input image again from a module's output; 0 for no decoder",
        );
        number(
            ui,
            "Label smoothing",
            &mut loss.smoothing,
            0.0..=0.9999,
            "Share of the target of every cross-entropy that goes to all classes alike, in the last module too; 0 turns it off",
        );
    });
    let words = "The last module learns from cross-entropy, unless it has a loss of its own";
    ui.label(RichText::new(words).small().weak());
}
