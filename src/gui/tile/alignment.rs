//! Whether neighbouring modules agree, and each of them with global BP: a map of boundaries over
//! time, above curves.

use std::collections::BTreeSet;

use eframe::egui::{self, ComboBox, Rect, Sense, TextureOptions, Ui, pos2, vec2};
use egui_plot::PlotTransform;
use layerwise_experiment::MethodKind;
use layerwise_study::history::{History, Measure};
use serde::{Deserialize, Serialize};

use super::{
    TileContext,
    curves::{self, CachedCurves, Curve, CurvePlot, Look, MAX_POINTS},
    legend::{self, Entry},
    matrix,
    number::{three_digits, two_decimals, whole},
    runs,
    texture::CachedTexture,
};
use crate::gui::theme;

/// What the curves show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Quantity {
    #[default]
    Cosine,
    RelativeDistance,
    NormRatio,
    Reconciliation,
    TruthAtBoundary,
    TruthOfParameters,
    LossChange,
}

impl Quantity {
    const ALL: [Self; 7] = [
        Self::Cosine,
        Self::RelativeDistance,
        Self::NormRatio,
        Self::Reconciliation,
        Self::TruthAtBoundary,
        Self::TruthOfParameters,
        Self::LossChange,
    ];

    fn title(self) -> &'static str {
        match self {
            Self::Cosine => "Cosine of δin and δout",
            Self::RelativeDistance => "Relative distance |δin − δout| / |δout|",
            Self::NormRatio => "Norm ratio |δin| / |δout|",
            Self::Reconciliation => "Reconciliation R",
            Self::TruthAtBoundary => "Truth: boundary",
            Self::TruthOfParameters => "Truth: parameters",
            Self::LossChange => "Change of the next loss, faint: predicted",
        }
    }

    /// What it says, of one that a title does not explain.
    fn help(self) -> Option<&'static str> {
        match self {
            Self::Cosine | Self::RelativeDistance | Self::NormRatio | Self::Reconciliation => None,
            Self::TruthAtBoundary => Some(
                "Mean cosine of δout with the gradient that global BP would send to the same boundary: 1 where the module moves its output as global BP would",
            ),
            Self::TruthOfParameters => Some(
                "Cosine of the gradient that each module follows with that of global BP for the same parameters, heads left out",
            ),
            Self::LossChange => Some(
                "How the update of the module before a boundary changed the loss of the module behind it: measured, and faint as δin predicts it",
            ),
        }
    }

    /// Whether it is a comparison with the truth.
    fn is_truth(self) -> bool {
        self.help().is_some()
    }

    fn measure(self) -> Measure {
        match self {
            Self::Cosine => Measure::Cosine,
            Self::RelativeDistance => Measure::RelativeDistance,
            Self::NormRatio => Measure::NormRatio,
            Self::Reconciliation => Measure::Reconciliation,
            Self::TruthAtBoundary => Measure::TruthAtBoundary,
            Self::TruthOfParameters => Measure::TruthOfParameters,
            Self::LossChange => Measure::LossChange,
        }
    }

    /// Whether values span decades. A cosine or a change can be negative.
    fn is_log(self) -> bool {
        matches!(
            self,
            Self::RelativeDistance | Self::NormRatio | Self::Reconciliation
        )
    }
}

/// The state of the tile.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct View {
    quantity: Quantity,
    /// The step under the pointer at the last frame.
    #[serde(skip)]
    cursor: Option<f64>,
    #[serde(skip)]
    hidden: BTreeSet<usize>,
    #[serde(skip)]
    curves: CachedCurves<(u64, Quantity)>,
    #[serde(skip)]
    map: CachedTexture<(u64, bool)>,
}

impl View {
    /// Draws the tile.
    pub fn show(&mut self, ui: &mut Ui, context: &TileContext<'_>) {
        if let Some((heading, sentence)) = nothing(context) {
            super::empty(ui, heading, sentence);
            return;
        }
        let Some(history) = context.history else {
            return;
        };
        let boundaries = match is_measured(history) {
            true => history.series_count(Measure::Cosine),
            false => 0,
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
                .selected_text(self.quantity.title())
                .width(ui.available_width().clamp(60.0, 290.0))
                .truncate()
                .show_ui(ui, |ui| {
                    for quantity in Quantity::ALL {
                        let choice =
                            ui.selectable_value(&mut self.quantity, quantity, quantity.title());
                        if let Some(help) = quantity.help() {
                            choice.on_hover_text(help);
                        }
                    }
                })
                .response
                .labelled_by(label)
                .on_hover_text(self.quantity.help().unwrap_or(self.quantity.title()));
        });
        let quantity = self.quantity;
        let entries = entries(history, quantity.measure(), self.cursor);
        let noun = match quantity.measure().is_of_boundaries() {
            true => "Boundary",
            false => "Module",
        };
        runs::legend(ui, context);
        legend::show(ui, noun, &entries, &mut self.hidden);
        let key = (context.revision(history), quantity);
        let curves = self.curves.get(key, || {
            context.curves(history, |history| make(history, quantity))
        });
        let (transform, hovered) = CurvePlot {
            id: ("alignment", quantity as usize),
            log: quantity.is_log(),
            percent: false,
            level: (quantity == Quantity::LossChange).then_some((0.0, "no change")),
            marks: history.changes(),
            hidden: &self.hidden,
            include: &[],
            until: history.newest().map(|record| record.step as f64),
        }
        .show(ui, curves);

        let frame = *transform.frame();
        if quantity.is_truth() && curves.iter().all(Curve::is_empty) {
            let (heading, sentence) = no_truth(context.experiment.measure.truth_every);
            super::empty_in(ui, frame, heading, sentence);
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

fn make(history: &History, quantity: Quantity) -> Vec<Curve> {
    let curve = |measure: Measure, index: usize, look: Look| {
        let name = history.name_of(measure, index);
        let name = match look {
            Look::Faint => format!("{name}, predicted"),
            Look::Line | Look::Marked => name,
        };
        Curve::new(
            name,
            history.module_of(measure, index),
            look,
            quantity.is_log(),
            history.points(measure, index, MAX_POINTS),
        )
    };
    let measure = quantity.measure();
    let series = 0..history.series_count(measure);
    let mut curves = Vec::new();
    if quantity == Quantity::LossChange {
        let of = |index| curve(Measure::PredictedChange, index, Look::Faint);
        curves.extend(series.clone().map(of));
    }
    curves.extend(series.map(|index| curve(measure, index, Look::Line)));
    curves
}

fn entries(history: &History, measure: Measure, cursor: Option<f64>) -> Vec<Entry> {
    (0..history.series_count(measure))
        .map(|index| {
            let value = match cursor {
                Some(step) => history.value_at(measure, index, step.max(1.0).round() as usize),
                None => history.newest_value(measure, index),
            };
            let text = |value: f64| match measure {
                Measure::Cosine | Measure::TruthAtBoundary | Measure::TruthOfParameters => {
                    two_decimals(value)
                }
                _ => three_digits(value),
            };
            let module = history.module_of(measure, index);
            let short = match measure.is_of_boundaries() {
                true => format!("{} | {module}", module - 1),
                false => module.to_string(),
            };
            Entry {
                module,
                name: history.name_of(measure, index),
                short,
                value: Some(value.map_or("–".to_owned(), text)),
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
                Some(value) => ui.label(format!("cosine {value:.3}").replace('-', "−")),
                None => ui.weak("not measured"),
            };
        });
}
