//! What there is to know of the data: where they come from, and what is not used or was replaced.

use eframe::egui::{RichText, ScrollArea, Ui};
use layerwise_dataset::{Dataset, Format};

pub(super) fn show(ui: &mut Ui, dataset: &Dataset) {
    let source = &dataset.source;
    let format = dataset.format.map_or("", Format::title);
    for (what, text) in [
        ("Source", source.title.as_str()),
        ("Read as", format),
        ("By", &source.credit),
        ("Terms", &source.licence),
    ] {
        if !text.is_empty() {
            ui.horizontal_wrapped(|ui| {
                ui.label(RichText::new(what).weak());
                ui.label(text);
            });
        }
    }
    ui.add_space(6.0);
    if dataset.notes.is_empty() {
        ui.weak("Everything that was found is used as it is");
        return;
    }
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        for left in &dataset.notes {
            ui.label(RichText::new(&left.what).strong());
            ui.label(RichText::new(&left.why).small().weak());
        }
    });
}
