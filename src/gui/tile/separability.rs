//! Whether classes separate: cosines of class means per module beside the ideal, above measures
//! of neural collapse over epochs (Papyan, Han & Donoho 2020).

use std::collections::BTreeSet;

use eframe::egui::{self, Align2, ComboBox, Rect, ScrollArea, Sense, TextureOptions, Ui, vec2};
use layerwise_study::{
    Evaluation, MOST_PAIRED_CLASSES, ModuleEvaluation, Separability,
    history::History,
    measure::{Measure, Scale},
};
use serde::{Deserialize, Serialize};

use super::{
    context::{TileContext, empty},
    curves::{CachedCurves, CurvePlot},
    formula::hint,
    legend::{self, Entry},
    matrix, runs,
    series::over_evaluations,
    texture::CachedTexture,
};
use crate::gui::theme;

/// What the curves may show.
const SHOWN: [Measure; 6] = [
    Measure::Nc1,
    Measure::Equinorm,
    Measure::Equiangularity,
    Measure::SelfDuality,
    Measure::ClassMeanDisagreement,
    Measure::ClassMeanAccuracy,
];

/// The state of the tile.
#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct View {
    quantity: Measure,
    log: bool,
    #[serde(skip)]
    hidden: BTreeSet<usize>,
    #[serde(skip)]
    curves: CachedCurves<(u64, Measure, Scale)>,
    /// The ideal, then every module.
    #[serde(skip)]
    matrices: Vec<CachedTexture<(usize, u64, bool)>>,
}

impl Default for View {
    fn default() -> Self {
        Self {
            quantity: Measure::Nc1,
            log: true,
            hidden: BTreeSet::new(),
            curves: CachedCurves::default(),
            matrices: Vec::new(),
        }
    }
}

impl View {
    /// Draws the tile.
    pub fn show(&mut self, ui: &mut Ui, context: &TileContext<'_>) {
        let newest = context.history.and_then(|history| {
            let newest = history.evaluations().last()?;
            Some((history, newest))
        });
        let Some((history, newest)) = newest else {
            let sentence = "After the first evaluation, the angles between class means of every \
                            module appear here beside the ideal, where all are equal.";
            empty(ui, "Train to see separability", sentence);
            return;
        };
        let drawn = newest.classes <= MOST_PAIRED_CLASSES;
        if drawn {
            ui.horizontal_wrapped(|ui| {
                ui.label(Measure::ClassMeanCosine.title());
                matrix::color_bar(ui, "", "");
            });
        } else {
            ui.weak(format!(
                "Angles between class means are drawn for up to {MOST_PAIRED_CLASSES} classes"
            ));
        }
        ScrollArea::vertical().show(ui, |ui| {
            if drawn {
                self.matrices(ui, context, history, newest);
                ui.add_space(6.0);
            }
            self.curves(ui, context, history, newest);
        });
    }

    fn matrices(
        &mut self,
        ui: &mut Ui,
        context: &TileContext<'_>,
        history: &History,
        newest: &Evaluation,
    ) {
        let dark = ui.visuals().dark_mode;
        let classes = newest.classes;
        let ideal = Separability {
            class_mean_cosine: ideal(classes),
            ..Separability::default()
        };
        let modules = newest.modules.iter();
        let all: Vec<(usize, &Separability)> = std::iter::once((0, &ideal))
            .chain(modules.map(|module| (module.number, &module.separability)))
            .collect();
        self.matrices.resize_with(all.len(), CachedTexture::default);
        let title = ui.text_style_height(&egui::TextStyle::Body) + 2.0;
        let room = vec2(ui.available_width(), 0.55 * ui.available_height());
        let side = side(all.len(), room, title);
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(GAP, GAP);
            for ((number, separability), texture) in all.into_iter().zip(&mut self.matrices) {
                let (place, response) =
                    ui.allocate_exact_size(vec2(side, side + title), Sense::hover());
                let (name, color) = match number {
                    0 => ("Ideal".to_owned(), ui.visuals().text_color()),
                    _ => (
                        format!("Module {number}"),
                        theme::module_color(number, dark),
                    ),
                };
                let font = egui::TextStyle::Body.resolve(ui.style());
                ui.painter()
                    .text(place.left_top(), Align2::LEFT_TOP, &name, font, color);
                let values = &separability.class_mean_cosine;
                let key = (
                    newest.step,
                    if number == 0 { 0 } else { history.revision() },
                    dark,
                );
                let id = texture.get(ui.ctx(), key, TextureOptions::NEAREST, || {
                    let values = values.iter().map(|&value| f64::from(value));
                    matrix::image([classes, classes], values, dark)
                });
                let square = Rect::from_min_max(place.min + vec2(0.0, title), place.max);
                ui.painter()
                    .image(id, square, matrix::WHOLE, theme::AS_IT_IS);
                let edge = ui.visuals().widgets.noninteractive.bg_stroke;
                ui.painter()
                    .rect_stroke(square, 0.0, edge, egui::StrokeKind::Outside);
                if let Some(at) = response.hover_pos() {
                    let words = cell_words(context, classes, values, square, at);
                    if let Some(words) = words {
                        response.on_hover_text_at_pointer(format!("{name}\n{words}"));
                    }
                }
            }
        });
    }

    fn curves(
        &mut self,
        ui: &mut Ui,
        context: &TileContext<'_>,
        history: &History,
        newest: &Evaluation,
    ) {
        ui.horizontal_wrapped(|ui| {
            let label = ui.label("Curves of").id;
            ComboBox::from_id_salt("quantity")
                .selected_text(self.quantity.title())
                .width(190.0)
                .show_ui(ui, |ui| {
                    for measure in SHOWN {
                        ui.selectable_value(&mut self.quantity, measure, measure.title())
                            .on_hover_ui(|ui| hint(ui, measure));
                    }
                })
                .response
                .labelled_by(label)
                .on_hover_ui(|ui| hint(ui, self.quantity));
            if self.quantity.scale() != Scale::Share {
                ui.checkbox(&mut self.log, "Log axis");
            }
        });
        let measure = self.quantity;
        let scale = measure.scale().with_log(self.log);
        let entries: Vec<Entry> = newest
            .modules
            .iter()
            .map(|module| entry(module, measure))
            .collect();
        runs::legend(ui, context);
        legend::show(ui, "Module", &entries, &mut self.hidden);
        let key = (context.revision(history), measure, scale);
        let curves = self.curves.get(key, || {
            context.curves(history, |history| over_evaluations(history, measure, scale))
        });
        let height = (ui.available_height() - 4.0).max(150.0);
        ui.allocate_ui(vec2(ui.available_width(), height), |ui| {
            CurvePlot {
                name: "separability",
                measure,
                scale,
                level: None,
                marks: history.changes(),
                hidden: &self.hidden,
                include: if scale == Scale::Log { &[] } else { &[0.0] },
                until: None,
            }
            .show(ui, curves);
        });
    }
}

/// Space between matrices.
const GAP: f32 = 8.0;

/// Side of `count` equal squares with a title each, as large as fits in `room`, within reason.
fn side(count: usize, room: egui::Vec2, title: f32) -> f32 {
    let fits = |columns: usize| {
        let rows = count.div_ceil(columns) as f32;
        let wide = (room.x - GAP * (columns - 1) as f32) / columns as f32;
        let high = (room.y - GAP * (rows - 1.0)) / rows - title;
        wide.min(high)
    };
    let best = (1..=count).map(fits).fold(0.0, f32::max);
    // Fewer rows where that costs little, which leaves more room for the curves.
    let wide = (1..=count)
        .rev()
        .map(fits)
        .find(|side| *side >= 0.88 * best);
    wide.unwrap_or(best)
        .floor()
        .clamp(64.0, 180.0)
        .min(room.x.max(1.0))
}

fn ideal(classes: usize) -> Vec<f32> {
    let off = -1.0 / (classes.saturating_sub(1).max(1)) as f32;
    (0..classes * classes)
        .map(|at| {
            if at / classes == at % classes {
                1.0
            } else {
                off
            }
        })
        .collect()
}

fn cell_words(
    context: &TileContext<'_>,
    classes: usize,
    values: &[f32],
    square: Rect,
    at: egui::Pos2,
) -> Option<String> {
    if !square.contains(at) {
        return None;
    }
    let cell = |along: f32| ((along * classes as f32) as usize).min(classes.saturating_sub(1));
    let row = cell((at.y - square.top()) / square.height());
    let column = cell((at.x - square.left()) / square.width());
    let value = values.get(row * classes + column)?;
    let name = |class: usize| {
        let names = context.dataset.map(|dataset| &dataset.classes);
        let name = names.and_then(|names| names.get(class));
        name.cloned().unwrap_or_else(|| format!("{}", class + 1))
    };
    Some(format!(
        "class {} and class {}\ncosine {}",
        name(row),
        name(column),
        Measure::ClassMeanCosine.exact(f64::from(*value))
    ))
}

fn entry(module: &ModuleEvaluation, measure: Measure) -> Entry {
    let value = measure.of_evaluation(module);
    Entry {
        module: module.number,
        name: format!("Module {}", module.number),
        short: module.number.to_string(),
        value: value.map(|value| measure.text(value)),
        warning: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ideal_has_ones_on_the_diagonal() {
        assert_eq!(ideal(2), [1.0, -1.0, -1.0, 1.0]);
        let five = ideal(5);
        assert_eq!(five[6], 1.0);
        assert_eq!(five[7], -0.25);
        let row: f32 = five[..5].iter().sum();
        assert!(row.abs() < 1e-6);
    }

    #[test]
    fn matrices_fit_where_there_is_room() {
        let room = vec2(400.0, 400.0);
        let side = side(9, room, 18.0);
        assert_eq!(side, ((400.0_f32 - 2.0 * GAP) / 3.0 - 18.0).floor());
    }
}
