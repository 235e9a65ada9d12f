//! What is done to samples before the network sees them.

use eframe::egui::{Label, RichText, Ui};
use layerwise_experiment::{DataKind, Experiment, Fill, Normalize, Prepare, Resize, Shape};

use super::field::{choice, fields, number};

/// Draws the section.
pub fn show(ui: &mut Ui, experiment: &mut Experiment) {
    let of_images = matches!(experiment.data.shape(), Shape::Image(_));
    let of_files = experiment.data.kind == DataKind::Files;
    let prepare = &mut experiment.prepare;
    fields(ui, "prepare", |ui| {
        let all: &[Normalize] = match prepare.normalize {
            Normalize::Given => &Normalize::ALL,
            _ => &[Normalize::Auto, Normalize::Off, Normalize::Computed],
        };
        choice(ui, "Normalise", &mut prepare.normalize, all, |way| {
            way.title().to_owned()
        });
        if prepare.normalize == Normalize::Auto {
            let words = match of_files {
                true => "Each channel or feature to mean 0 and deviation 1",
                false => "Off: built-in data are made to measure",
            };
            ui.label("");
            ui.add(Label::new(RichText::new(words).small().weak()).wrap());
            ui.end_row();
        }
        if of_files && of_images {
            choice(ui, "Resize", &mut prepare.resize, &Resize::ALL, |way| {
                way.title().to_owned()
            });
        }
    });
    if !of_images && !prepare.augments() && prepare.cutmix == 0.0 {
        fields(ui, "mixing", |ui| mixup(ui, prepare));
        return;
    }
    ui.label(
        RichText::new("Of training images, at random:")
            .small()
            .weak(),
    );
    fields(ui, "augmentation", |ui| {
        number(
            ui,
            "Crop padding",
            &mut prepare.crop_padding,
            0..=256,
            "Pixels added around an image before a part of its size is cut out",
        );
        if prepare.crop_padding > 0 {
            choice(
                ui,
                "Around it",
                &mut prepare.crop_fill,
                &Fill::ALL,
                |fill| fill.title().to_owned(),
            );
        }
        let label = ui.label("Flip");
        ui.checkbox(&mut prepare.flip, "Left to right")
            .labelled_by(label.id);
        ui.end_row();
        number(
            ui,
            "Colour jitter",
            &mut prepare.jitter,
            0.0..=1.0,
            "Strength of changes of brightness, contrast, saturation and hue",
        );
        number(
            ui,
            "RandAugment",
            &mut prepare.rand_augment,
            0..=16,
            "Operations on each image",
        );
        if prepare.rand_augment > 0 {
            number(
                ui,
                "Magnitude",
                &mut prepare.magnitude,
                0..=30,
                "Strength of the operations",
            );
        }
        number(
            ui,
            "Erase",
            &mut prepare.erase,
            0.0..=1.0,
            "Probability that a rectangle is erased",
        );
        mixup(ui, prepare);
        number(
            ui,
            "CutMix α",
            &mut prepare.cutmix,
            0.0..=100.0,
            "Rectangles of other images; 0 for none",
        );
    });
}

fn mixup(ui: &mut Ui, prepare: &mut Prepare) {
    number(
        ui,
        "Mixup α",
        &mut prepare.mixup,
        0.0..=100.0,
        "Blends with other samples; 0 for none",
    );
}
