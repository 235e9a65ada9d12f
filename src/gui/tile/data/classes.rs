//! How many samples there are of each class.

use eframe::egui::{
    Align, Align2, Label, Rect, RichText, ScrollArea, Sense, TextStyle, Ui, Vec2, pos2, vec2,
};
use layerwise_dataset::{Dataset, class_counts};
use layerwise_experiment::words::number::grouped;

use crate::gui::theme;

const NAME_WIDTH: f32 = 120.0;
const NUMBERS_WIDTH: f32 = 96.0;
const BAR_HEIGHT: f32 = 12.0;

/// Draws a row for each class: its training samples and, paler, its test samples.
pub(super) fn show(ui: &mut Ui, dataset: &Dataset) {
    let count = dataset.classes.len();
    let train = class_counts(&dataset.train.labels, count);
    let test = class_counts(&dataset.test.labels, count);
    let most = train.iter().chain(&test).copied().max().unwrap_or(1).max(1);
    ui.label(
        RichText::new(format!(
            "{} classes; training samples, and paler the test samples",
            grouped(count as u64)
        ))
        .small()
        .weak(),
    );
    let height = 2.0 * BAR_HEIGHT + 4.0;
    let spacing = 2.0 * ui.spacing().item_spacing.x;
    let bars = (ui.available_width() - NAME_WIDTH - NUMBERS_WIDTH - spacing).max(20.0);
    ScrollArea::vertical()
        .auto_shrink(false)
        .show_rows(ui, height, count, |ui, rows| {
            for class in rows {
                let of = |counts: &[u64]| counts.get(class).copied().unwrap_or(0);
                let name = dataset.classes.get(class).map_or("", String::as_str);
                let row = Row {
                    class,
                    name,
                    counts: [of(&train), of(&test)],
                };
                row.show(ui, most, vec2(bars, height));
            }
        });
}

/// A class with its counts of training and test samples.
struct Row<'a> {
    class: usize,
    name: &'a str,
    counts: [u64; 2],
}

impl Row<'_> {
    /// Draws bars of which one of `most` samples fills `size`.
    fn show(&self, ui: &mut Ui, most: u64, size: Vec2) {
        let Self {
            class,
            name,
            counts,
        } = *self;
        let height = size.y;
        ui.horizontal(|ui| {
            ui.add_sized(
                vec2(NAME_WIDTH, height),
                Label::new(name).truncate().halign(Align::LEFT),
            );
            let (place, _) = ui.allocate_exact_size(size, Sense::hover());
            let color = theme::class_color(class);
            for (line, count) in counts.into_iter().enumerate() {
                let top = place.top() + line as f32 * (BAR_HEIGHT + 1.0) + 1.0;
                let long = place.width() * count as f32 / most as f32;
                let bar = Rect::from_min_size(pos2(place.left(), top), vec2(long, BAR_HEIGHT));
                let color = if line == 0 {
                    color
                } else {
                    color.gamma_multiply(0.45)
                };
                ui.painter().rect_filled(bar, 2.0, color);
            }
            let [train, test] = counts.map(grouped);
            let text = format!("{train} + {test}");
            let font = TextStyle::Small.resolve(ui.style());
            let (place, response) =
                ui.allocate_exact_size(vec2(NUMBERS_WIDTH, height), Sense::hover());
            let color = ui.visuals().text_color();
            let painter = ui.painter();
            painter.text(place.left_center(), Align2::LEFT_CENTER, &text, font, color);
            response.widget_info(|| {
                let words = format!("{name}: {train} training and {test} test samples");
                eframe::egui::WidgetInfo::labeled(eframe::egui::Role::Label, true, words)
            });
            response.on_hover_text(format!("{train} training and {test} test samples"));
        });
    }
}
