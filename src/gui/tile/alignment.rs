//! Whether neighbouring modules agree, and each of them with global BP: a map of boundaries over
//! time, above curves.

use std::collections::BTreeSet;

use eframe::egui::{self, ComboBox, Rect, Sense, TextureOptions, Ui, pos2, vec2};
use egui_plot::PlotTransform;
use layerwise_experiment::{
    MethodKind,
    words::number::{NONE, whole},
};
use layerwise_study::{
    history::History,
    measure::{Measure, Source},
};
use serde::{Deserialize, Serialize};

use super::{
    context::{TileContext, empty, empty_in},
    curves::{self, CachedCurves, Curve, CurvePlot, Look, MAX_POINTS},
    formula::hint,
    legend::{self, Entry},
    matrix, runs,
    series::over_steps,
    texture::CachedTexture,
};
use crate::gui::theme;

/// What the curves may show.
const SHOWN: [Measure; 7] = [
    Measure::Cosine,
    Measure::RelativeDistance,
    Measure::NormRatio,
    Measure::Reconciliation,
    Measure::TruthAtBoundary,
    Measure::TruthOfParameters,
    Measure::LossChange,
];

/// Whether it is a comparison with the truth.
fn is_truth(measure: Measure) -> bool {
    let mut sources = measure.sources().iter();
    sources.any(|source| matches!(source, Source::Truth(_)))
}

/// What is drawn faint behind a measure, and how that is called.
fn behind(measure: Measure) -> Option<(Measure, &'static str)> {
    (measure == Measure::LossChange).then_some((Measure::PredictedChange, "predicted"))
}

fn title(measure: Measure) -> String {
    match behind(measure) {
        Some((_, faint)) => format!("{}, faint: {faint}", measure.title()),
        None => measure.title().to_owned(),
    }
}

fn explain(ui: &mut Ui, measure: Measure) {
    hint(ui, measure);
    if let Some((faint, _)) = behind(measure) {
        hint(ui, faint);
    }
}

/// The state of the tile.
#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct View {
    quantity: Measure,
    /// The step under the pointer at the last frame.
    #[serde(skip)]
    cursor: Option<f64>,
    #[serde(skip)]
    hidden: BTreeSet<usize>,
    #[serde(skip)]
    curves: CachedCurves<(u64, Measure)>,
    #[serde(skip)]
    map: CachedTexture<(u64, bool)>,
}

impl Default for View {
    fn default() -> Self {
        Self {
            quantity: Measure::Cosine,
            cursor: None,
            hidden: BTreeSet::new(),
            curves: CachedCurves::default(),
            map: CachedTexture::default(),
        }
    }
}

impl View {
    /// Draws the tile.
    pub fn show(&mut self, ui: &mut Ui, context: &TileContext<'_>) {
        if let Some((heading, sentence)) = nothing(context) {
            empty(ui, heading, sentence);
            return;
        }
        let Some(history) = context.history else {
            return;
        };
        let boundaries = if is_measured(history) {
            history.series_count(Measure::Cosine)
        } else {
            0
        };
        if boundaries > 0 {
            ui.horizontal_wrapped(|ui| {
                ui.label("Mean cosine");
                matrix::color_bar(ui, "opposed", "aligned");
            });
        }
        // The curves are what is compared.
        let share = match context.comparison.shown().next() {
            Some(_) => 0.2,
            None => 0.36,
        };
        let row = (share * ui.available_height() / boundaries.max(1) as f32).clamp(6.0, 24.0);
        let size = vec2(ui.available_width(), row * boundaries as f32);
        let (place, response) = ui.allocate_exact_size(size, Sense::click_and_drag());

        ui.add_space(2.0);
        ui.horizontal(|ui| {
            let label = ui.label("Curves of").id;
            ComboBox::from_id_salt("quantity")
                .selected_text(title(self.quantity))
                .width(ui.available_width().clamp(60.0, 290.0))
                .truncate()
                .show_ui(ui, |ui| {
                    for measure in SHOWN {
                        ui.selectable_value(&mut self.quantity, measure, title(measure))
                            .on_hover_ui(|ui| explain(ui, measure));
                    }
                })
                .response
                .labelled_by(label)
                .on_hover_ui(|ui| explain(ui, self.quantity));
        });
        let measure = self.quantity;
        let entries = entries(history, measure, self.cursor);
        let noun = if measure.is_of_boundaries() {
            "Boundary"
        } else {
            "Module"
        };
        runs::legend(ui, context);
        legend::show(ui, noun, &entries, &mut self.hidden);
        let key = (context.revision(history), measure);
        let curves = self.curves.get(key, || {
            context.curves(history, |history| make(history, measure))
        });
        let (transform, hovered) = CurvePlot {
            name: "alignment",
            measure,
            scale: measure.scale(),
            level: (measure == Measure::LossChange).then_some((0.0, "no change")),
            marks: history.changes(),
            hidden: &self.hidden,
            include: &[],
            until: history.newest().map(|record| record.step as f64),
        }
        .show(ui, curves);

        let frame = *transform.frame();
        if is_truth(measure) && curves.iter().all(Curve::is_empty) {
            let (heading, sentence) = no_truth(context.experiment.measure.truth_every);
            empty_in(ui, frame, heading, sentence);
        }
        let area = Rect::from_x_y_ranges(frame.x_range(), place.y_range());
        if boundaries > 0 {
            self.paint_map(ui, history, &transform, area);
        }
        let pointer = response
            .hover_pos()
            .or_else(|| response.interact_pointer_pos())
            .filter(|at| response.dragged() || area.contains(*at));
        let on_map = pointer.map(|at| {
            let x = at.x.clamp(area.left(), area.right());
            transform.value_from_position(pos2(x, frame.center().y)).x
        });
        self.cursor = on_map.or(hovered);
        if let Some(step) = self.cursor {
            curves::paint_cursor(ui, &transform, area, step);
            curves::paint_cursor(ui, &transform, frame, step);
        }
        if let (Some(step), Some(at)) = (on_map, pointer) {
            let index = ((at.y - area.top()) / row).max(0.0) as usize;
            read_out(
                &response,
                history,
                index.min(boundaries.saturating_sub(1)),
                step,
            );
        }
    }

    fn paint_map(&mut self, ui: &Ui, history: &History, transform: &PlotTransform, area: Rect) {
        let dark = ui.visuals().dark_mode;
        let boundaries = history.series_count(Measure::Cosine);
        let (columns, width) = history.column_grid(MAX_POINTS);
        let key = (history.revision(), dark);
        let texture = self.map.get(ui.ctx(), key, TextureOptions::NEAREST, || {
            let values = (0..boundaries)
                .flat_map(|index| history.columns(Measure::Cosine, index, MAX_POINTS));
            matrix::image([columns, boundaries], values, dark)
        });
        let painter = ui.painter_at(area);
        painter.rect_filled(area, 0.0, ui.visuals().extreme_bg_color);
        let left = transform.position_from_point_x(0.0);
        let right = transform.position_from_point_x((columns * width) as f64);
        let place = Rect::from_x_y_ranges(left..=right, area.y_range());
        painter.image(texture, place, matrix::WHOLE, theme::AS_IT_IS);
        paint_names(ui, boundaries, area);
    }
}

/// Whether the agreement of any boundary was measured.
fn is_measured(history: &History) -> bool {
    (0..history.series_count(Measure::Cosine))
        .any(|index| history.newest_value(Measure::Cosine, index).is_some())
}

/// Why there is no comparison with the truth, which comes every so many steps.
fn no_truth(every: usize) -> (&'static str, &'static str) {
    let sentence = match every {
        0 => {
            "Set “Truth every (steps)” under Training, at the right, and train again: modules are \
             then compared with global BP on a few training samples."
        }
        _ => "No module that learns has been compared with global BP yet.",
    };
    ("Not compared with the truth", sentence)
}

/// Why there is nothing to draw: a heading and a sentence.
fn nothing(context: &TileContext<'_>) -> Option<(&'static str, &'static str)> {
    let experiment = context.experiment;
    let compared = |history: &History| history.series_count(Measure::TruthAtBoundary) > 0;
    let compared = context.history.is_some_and(compared);
    if experiment.method.kind == MethodKind::Greedy && !compared {
        let sentence = "One module learns after the other, next to a module that stays as it is. \
                        Choose local BP to see whether neighbouring modules agree, or set “Truth \
                        every (steps)” under Training to see whether they agree with global BP.";
        return Some(("There is nothing to compare", sentence));
    }
    if !experiment.method.kind.is_local() {
        let sentence = "Global BP trains the whole network as one. Choose local BP to see whether \
                        neighbouring modules agree.";
        return Some(("There is no boundary", sentence));
    }
    if experiment.module_count() <= 1 {
        let sentence = "The network is one module. Cut it to see whether neighbouring modules \
                        agree.";
        return Some(("There is no boundary", sentence));
    }
    let steps = context.history.filter(|history| history.newest().is_some());
    let Some(history) = steps else {
        let sentence = "A map of boundaries over time appears here: blue where what a module asks \
                        of its input is what the module before it does, red where they disagree.";
        return Some(("Train to see alignment", sentence));
    };
    (!is_measured(history) && !compared).then_some((
        "Not measured yet",
        "Alignment is measured every so many steps, as measure.alignment_every says.",
    ))
}

fn make(history: &History, measure: Measure) -> Vec<Curve> {
    let scale = measure.scale();
    let mut curves = Vec::new();
    if let Some((faint, name)) = behind(measure) {
        curves = over_steps(history, faint, Look::Faint, scale, &format!(", {name}"));
    }
    curves.extend(over_steps(history, measure, Look::Line, scale, ""));
    curves
}

fn entries(history: &History, measure: Measure, cursor: Option<f64>) -> Vec<Entry> {
    (0..history.series_count(measure))
        .map(|index| {
            let value = match cursor {
                Some(step) => history.value_at(measure, index, step.max(1.0).round() as usize),
                None => history.newest_value(measure, index),
            };
            let module = history.module_of(measure, index);
            let short = if measure.is_of_boundaries() {
                format!("{} | {module}", module - 1)
            } else {
                module.to_string()
            };
            Entry {
                module,
                name: history.name_of(measure, index),
                short,
                value: Some(value.map_or_else(|| NONE.to_owned(), |value| measure.text(value))),
                warning: None,
            }
        })
        .collect()
}

/// Names of the boundaries left of the map, as many as there is room for.
fn paint_names(ui: &Ui, boundaries: usize, area: Rect) {
    let font = egui::TextStyle::Body.resolve(ui.style());
    let color = ui.visuals().text_color();
    let row = area.height() / boundaries as f32;
    let every = ((font.size + 1.0) / row).ceil().max(1.0) as usize;
    for index in (0..boundaries).step_by(every) {
        let y = area.top() + (index as f32 + 0.5) * row;
        let at = pos2(area.left() - 6.0, y);
        let name = format!("{} | {}", index + 1, index + 2);
        ui.painter()
            .text(at, egui::Align2::RIGHT_CENTER, name, font.clone(), color);
    }
}

fn read_out(response: &egui::Response, history: &History, index: usize, step: f64) {
    let step = step.max(1.0).round();
    let value = history.value_at(Measure::Cosine, index, step as usize);
    egui::Tooltip::for_widget(response)
        .at_pointer()
        .gap(14.0)
        .show(|ui| {
            ui.strong(history.name_of(Measure::Cosine, index));
            ui.label(format!("step {}", whole(step)));
            match value {
                Some(value) => ui.label(format!("cosine {}", Measure::Cosine.exact(value))),
                None => ui.weak("not measured"),
            };
        });
}
