//! What the weights start from.

use eframe::egui::{Label, RichText, Ui};
use layerwise_experiment::Weights;
use layerwise_learn::weights::Report;

use super::field::{Look, fields, row};
use crate::gui::{background::WeightsChecker, theme};

/// Draws the section; tells whether a person asked for a checkpoint.
pub fn show(ui: &mut Ui, weights: &mut Option<Weights>, checker: &WeightsChecker) -> bool {
    let Some(chosen) = weights else {
        ui.label(RichText::new("Drawn by the seed").small().weak());
        return ui
            .button("Start from a checkpoint…")
            .on_hover_text("A safetensors file, a PyTorch checkpoint, or the weights of a run")
            .clicked();
    };
    let path = chosen.path.display().to_string();
    ui.add(Label::new(RichText::new(&path).small().weak()).truncate())
        .on_hover_text(path);
    fields(ui, "weights", |ui| {
        row(ui, Look::Panel, chosen, "head");
    });
    match checker.result() {
        None if !checker.is_looking() => {
            ui.weak("Whether it fits is seen once the network has no errors");
        }
        None => {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.weak("Looking into the file");
            });
        }
        Some(Ok(report)) => fit(ui, report),
        Some(Err(message)) => {
            ui.colored_label(theme::error_color(ui.visuals()), message);
        }
    }
    let (mut asked, mut removed) = (false, false);
    ui.horizontal(|ui| {
        asked = ui.button("Another checkpoint…").clicked();
        removed = ui
            .button("Remove")
            .on_hover_text("Start with weights drawn by the seed")
            .clicked();
    });
    if removed {
        *weights = None;
    }
    asked
}

/// What a run would take.
fn fit(ui: &mut Ui, report: &Report) {
    if let Some(problem) = report.problem() {
        ui.colored_label(theme::error_color(ui.visuals()), problem);
        return;
    }
    let mut words = format!(
        "{} tensors fit ({} names)",
        report.matched.len(),
        report.naming.title()
    );
    for (count, what) in [
        (report.missing.len(), "missing"),
        (report.unexpected.len(), "left out"),
    ] {
        if count > 0 {
            words.push_str(&format!(", {count} {what}"));
        }
    }
    let words = if report.is_complete() {
        RichText::new(words).weak()
    } else {
        RichText::new(words).color(theme::warning_color(ui.visuals()))
    };
    ui.label(words.small()).on_hover_text(report.sentence());
}
