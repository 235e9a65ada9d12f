//! Whether neighbouring modules agree: a map of boundaries over time, above curves.

use std::collections::BTreeSet;

use eframe::egui::{self, ComboBox, Rect, Sense, TextureOptions, Ui, pos2, vec2};
use egui_plot::PlotTransform;
use serde::{Deserialize, Serialize};

use super::{
    TileContext,
    curves::{self, CachedCurves, Curve, CurvePlot, Look, MAX_POINTS, Time},
    legend::{self, Entry},
    matrix,
    number::{three_digits, two_decimals, whole},
    texture::CachedTexture,
};
use crate::{
    experiment::MethodKind,
    gui::history::{History, Measure},
};

/// What the curves show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Quantity {
    #[default]
    Cosine,
    RelativeDistance,
    NormRatio,
    Reconciliation,
}

impl Quantity {
    const ALL: [Self; 4] = [
        Self::Cosine,
        Self::RelativeDistance,
        Self::NormRatio,
        Self::Reconciliation,
    ];

    fn title(self) -> &'static str {
        match self {
            Self::Cosine => "Cosine of δin and δout",
            Self::RelativeDistance => "Relative distance ‖δin − δout‖ / ‖δout‖",
            Self::NormRatio => "Norm ratio ‖δin‖ / ‖δout‖",
            Self::Reconciliation => "Reconciliation R",
        }
    }

    fn measure(self) -> Measure {
        match self {
            Self::Cosine => Measure::Cosine,
            Self::RelativeDistance => Measure::RelativeDistance,
            Self::NormRatio => Measure::NormRatio,
            Self::Reconciliation => Measure::Reconciliation,
        }
    }

    /// Whether values span decades. A cosine can be negative.
    fn is_log(self) -> bool {
        self != Self::Cosine
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
        let boundaries = history.series_count(Measure::Cosine);
        ui.horizontal_wrapped(|ui| {
            ui.label("Mean cosine");
            matrix::color_bar(ui, "opposed", "aligned");
        });
        let row = (0.36 * ui.available_height() / boundaries as f32).clamp(6.0, 24.0);
        let size = vec2(ui.available_width(), row * boundaries as f32);
        let (place, response) = ui.allocate_exact_size(size, Sense::click_and_drag());

        ui.add_space(2.0);
        ui.horizontal_wrapped(|ui| {
            let label = ui.label("Curves of").id;
            ComboBox::from_id_salt("quantity")
                .selected_text(self.quantity.title())
                .width((ui.available_width() - 8.0).min(290.0))
                .truncate()
                .show_ui(ui, |ui| {
                    for quantity in Quantity::ALL {
                        ui.selectable_value(&mut self.quantity, quantity, quantity.title());
                    }
                })
                .response
                .labelled_by(label);
        });
        let quantity = self.quantity;
        let entries = entries(history, quantity.measure(), self.cursor);
        legend::show(ui, "Boundary", &entries, &mut self.hidden);
        let key = (history.revision(), quantity);
        let curves = self.curves.get(key, || make(history, quantity));
        let (transform, hovered) = CurvePlot {
            id: ("alignment", quantity as usize),
            time: Time::Step,
            log: quantity.is_log(),
            percent: false,
            level: None,
            marks: history.changes(),
            hidden: &self.hidden,
            include: &[],
        }
        .show(ui, curves);

        let frame = *transform.frame();
        let area = Rect::from_x_y_ranges(frame.x_range(), place.y_range());
        self.paint_map(ui, history, &transform, area);
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
            read_out(&response, history, index.min(boundaries - 1), step);
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
        painter.image(texture, place, matrix::WHOLE, egui::Color32::WHITE);
        paint_names(ui, boundaries, area);
    }
}

/// Why there is nothing to draw: a heading and a sentence.
fn nothing(context: &TileContext<'_>) -> Option<(&'static str, &'static str)> {
    let experiment = context.experiment;
    if experiment.method.kind == MethodKind::Greedy {
        let sentence = "One module learns after the other, next to a module that stays as it is. \
                        Choose local BP to see whether neighbouring modules agree.";
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
    let measured = (0..history.series_count(Measure::Cosine))
        .any(|index| history.newest_value(Measure::Cosine, index).is_some());
    (!measured).then_some((
        "Not measured yet",
        "Alignment is measured every so many steps, as measure.alignment_every says.",
    ))
}

fn make(history: &History, quantity: Quantity) -> Vec<Curve> {
    let measure = quantity.measure();
    (0..history.series_count(measure))
        .map(|index| {
            Curve::new(
                history.name_of(measure, index),
                history.module_of(measure, index),
                Look::Line,
                quantity.is_log(),
                history.points(measure, index, MAX_POINTS),
            )
        })
        .collect()
}

fn entries(history: &History, measure: Measure, cursor: Option<f64>) -> Vec<Entry> {
    (0..history.series_count(measure))
        .map(|index| {
            let value = match cursor {
                Some(step) => history.value_at(measure, index, step.max(1.0).round() as usize),
                None => history.newest_value(measure, index),
            };
            let text = |value: f64| match measure {
                Measure::Cosine => two_decimals(value),
                _ => three_digits(value),
            };
            let module = history.module_of(measure, index);
            Entry {
                module,
                name: history.name_of(measure, index),
                short: format!("{} | {module}", module - 1),
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
