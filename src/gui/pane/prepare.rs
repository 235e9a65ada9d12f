//! What is done to samples before the network sees them.

use eframe::egui::{Label, RichText, Ui};
use layerwise_experiment::{DataKind, Experiment, Normalize, Shape};

use super::field::{Look, fields, row, row_offering, rows};

/// Settings of all samples; those of training images follow them.
const OF_ALL: [&str; 2] = ["resize", "normalize"];

/// Draws the section.
pub fn show(ui: &mut Ui, experiment: &mut Experiment) {
    let of_images = matches!(experiment.data.shape(), Shape::Image(_));
    let of_files = experiment.data.kind == DataKind::Files;
    let prepare = &mut experiment.prepare;
    fields(ui, "prepare", |ui| {
        // Its numbers are written in a file.
        let given = Normalize::Given.key();
        row_offering(ui, Look::Panel, prepare, "normalize", |way| {
            way.key != given
        });
        if prepare.normalize == Normalize::Auto {
            let words = if of_files {
                "Each channel or feature to mean 0 and deviation 1"
            } else {
                "Off: built-in data are made to measure"
            };
            ui.label("");
            ui.add(Label::new(RichText::new(words).small().weak()).wrap());
            ui.end_row();
        }
        if of_files && of_images {
            row(ui, Look::Panel, prepare, "resize");
        }
    });
    if !of_images && !prepare.augments() && prepare.cutmix == 0.0 {
        fields(ui, "mixing", |ui| {
            row(ui, Look::Panel, prepare, "mixup");
        });
        return;
    }
    ui.label(
        RichText::new("Of training images, at random:")
            .small()
            .weak(),
    );
    fields(ui, "augmentation", |ui| {
        rows(ui, Look::Panel, prepare, |key| !OF_ALL.contains(&key));
    });
}
