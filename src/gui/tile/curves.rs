//! Curves of modules or boundaries over steps.

use std::collections::BTreeSet;

use eframe::egui::{self, Color32, Pos2, Rect, Stroke, Ui, pos2, vec2};
use egui_plot::{
    AxisHints, GridInput, GridMark, HLine, HoverPosition, Line, LineStyle, Plot, PlotPoint,
    PlotTransform, Points,
};
use layerwise_experiment::words::number::{short, tick, whole};
use layerwise_study::{
    Change, Changed, Target,
    measure::{Measure, Scale},
};

use super::line::line_style;
use crate::gui::theme;

/// Most points that a curve is drawn with.
pub const MAX_POINTS: usize = 400;

/// How a curve is drawn.
#[derive(Clone, Copy, PartialEq)]
pub enum Look {
    Line,
    /// Behind the others.
    Faint,
    /// With a mark at every point.
    Marked,
}

/// One curve. Its points lie where the scale of the axis places their values.
pub struct Curve {
    pub name: String,
    /// Number of the module whose colour it has.
    pub module: usize,
    pub look: Look,
    /// Place, from 1, of the compared run that it is of; 0 for the run that trains.
    run: usize,
    points: Vec<PlotPoint>,
}

impl Curve {
    /// A curve through the points that have a place on the scale.
    pub fn new(
        name: String,
        module: usize,
        look: Look,
        scale: Scale,
        points: impl Iterator<Item = [f64; 2]>,
    ) -> Self {
        let points = points
            .map(|[x, y]| PlotPoint::new(x, scale.place(y)))
            .filter(|point| point.y.is_finite())
            .collect();
        Self {
            name,
            module,
            look,
            run: 0,
            points,
        }
    }

    /// The curve as one of a compared run.
    pub fn beside(self, place: usize, run: &str) -> Self {
        Self {
            name: format!("{run}: {}", self.name),
            run: place,
            ..self
        }
    }

    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }
}

/// Curves that are only made again when what they show has changed.
pub struct CachedCurves<Key> {
    held: Option<(Key, Vec<Curve>)>,
}

impl<Key> Default for CachedCurves<Key> {
    fn default() -> Self {
        Self { held: None }
    }
}

impl<Key: PartialEq> CachedCurves<Key> {
    /// The curves of `key`, made by `make` where the key is new.
    pub fn get(&mut self, key: Key, make: impl FnOnce() -> Vec<Curve>) -> &[Curve] {
        if self.held.as_ref().is_none_or(|(held, _)| *held != key) {
            self.held = Some((key, make()));
        }
        self.held.as_ref().map_or(&[], |(_, curves)| curves)
    }
}

/// A plot of curves. A zoomed view does not outlive the choice of what is drawn and how.
pub struct CurvePlot<'a> {
    /// Unique among tiles.
    pub name: &'static str,
    pub measure: Measure,
    pub scale: Scale,
    /// Value of a dashed line, with its label.
    pub level: Option<(f64, &'a str)>,
    pub marks: &'a [Change],
    pub hidden: &'a BTreeSet<usize>,
    /// Values that the vertical axis holds at least.
    pub include: &'a [f64],
    /// Step that the horizontal axis reaches at least.
    pub until: Option<f64>,
}

/// Width of the vertical axis with its labels.
const AXIS_WIDTH: f32 = 48.0;

impl CurvePlot<'_> {
    /// Draws the curves in what is left of `ui`. Returns how steps and values lie on the screen,
    /// and the step under the pointer.
    pub fn show(&self, ui: &mut Ui, curves: &[Curve]) -> (PlotTransform, Option<f64>) {
        let dark = ui.visuals().dark_mode;
        let (measure, scale) = (self.measure, self.scale);
        let x_axis = AxisHints::new_x()
            .label("Step")
            .formatter(|mark, _| whole(mark.value));
        let y_axis = AxisHints::new_y()
            .min_thickness(AXIS_WIDTH)
            .formatter(move |mark, range| mark_words(mark, scale, range.end() - range.start()));
        let mut plot = Plot::new((self.name, measure, scale))
            .allow_scroll(false)
            .show_crosshair(false)
            .grid_color(ui.visuals().widgets.noninteractive.bg_stroke.color)
            .custom_x_axes(vec![x_axis])
            .custom_y_axes(vec![y_axis])
            .set_margin_fraction(vec2(0.01, 0.06))
            .min_size(vec2(40.0, 40.0))
            // Room for half of the last label below.
            .width((ui.available_width() - 16.0).max(40.0))
            .x_grid_spacer(|input| linear_marks(input, 10.0))
            .y_grid_spacer(|input| linear_marks(input, 5.0))
            .label_formatter(move |position| match position {
                HoverPosition::NearDataPoint {
                    plot_name,
                    position,
                    ..
                } if !plot_name.is_empty() => Some(hover(plot_name, *position, measure, scale)),
                _ => None,
            });
        for &value in self.include {
            plot = plot.include_y(scale.place(value));
        }
        if let Some(until) = self.until {
            plot = plot.include_x(until);
        }
        if scale == Scale::Log {
            plot = plot.y_grid_spacer(log_marks);
        }
        let weak = ui.visuals().weak_text_color();
        let shown: Vec<&Curve> = curves
            .iter()
            .filter(|curve| !self.hidden.contains(&curve.module) && !curve.is_empty())
            .collect();
        let response = plot.show(ui, |plot| {
            if let Some((value, _)) = self.level {
                plot.hline(
                    HLine::new("", scale.place(value))
                        .color(weak)
                        .width(1.5)
                        .style(LineStyle::dashed_dense())
                        .allow_hover(false),
                );
            }
            for curve in shown {
                draw(plot, curve, theme::module_color(curve.module, dark));
            }
        });
        let transform = response.transform;
        if let Some((value, label)) = self.level {
            paint_level(ui, &transform, scale.place(value), label);
        }
        paint_marks(ui, &transform, self.marks);
        let pointer = response.response.hover_pos();
        let under = pointer.map(|at| transform.value_from_position(at).x);
        (transform, under)
    }
}

fn draw<'a>(plot: &mut egui_plot::PlotUi<'a>, curve: &'a Curve, color: Color32) {
    let points: &[PlotPoint] = &curve.points;
    let (color, width) = match curve.look {
        _ if curve.run > 0 => (color, 1.5),
        Look::Line => (color, 2.0),
        Look::Faint => (color.gamma_multiply(0.35), 1.0),
        Look::Marked => (color, 2.5),
    };
    let id = (
        curve.name.as_str(),
        curve.module,
        curve.look as usize,
        curve.run,
    );
    let mut line = Line::new(curve.name.as_str(), points)
        .id(id)
        .color(color)
        .width(width);
    if curve.run > 0 {
        line = line.style(line_style(curve.run));
    }
    plot.line(line);
    // A curve of one point would not be seen.
    let marked = curve.look == Look::Marked && points.len() <= 60 && curve.run == 0;
    if points.len() == 1 || marked {
        plot.points(
            Points::new(curve.name.as_str(), points)
                .id((id, "points"))
                .color(color)
                .radius(if curve.look == Look::Faint { 2.0 } else { 3.0 }),
        );
    }
}

fn hover(name: &str, at: PlotPoint, measure: Measure, scale: Scale) -> String {
    let value = measure.exact(scale.value(at.y));
    format!("{name}\nstep {}\n{value}", whole(at.x.round()))
}

/// A vertical line at a step.
pub fn paint_cursor(ui: &Ui, transform: &PlotTransform, area: Rect, step: f64) {
    let x = transform.position_from_point_x(step);
    let color = ui.visuals().strong_text_color();
    if area.x_range().contains(x) {
        ui.painter_at(area)
            .vline(x, area.y_range(), Stroke::new(1.5, color));
    }
}

fn paint_level(ui: &Ui, transform: &PlotTransform, value: f64, label: &str) {
    let frame = *transform.frame();
    let y = transform.position_from_point_y(value);
    label_at(
        ui,
        frame,
        pos2(frame.right() - 6.0, y - 2.0),
        egui::Align2::RIGHT_BOTTOM,
        label,
    );
}

/// Changes while training as dotted vertical lines, with the value where there is room for it; the newest
/// comes first.
pub fn paint_marks(ui: &Ui, transform: &PlotTransform, marks: &[Change]) {
    let frame = *transform.frame();
    let stroke = Stroke::new(1.0, ui.visuals().weak_text_color());
    let mut next = f32::INFINITY;
    let mut labels_from = f32::INFINITY;
    for of_step in marks.chunk_by(|one, other| one.step == other.step).rev() {
        let Some(mark) = of_step.last() else { continue };
        let x = transform.position_from_point_x(mark.step as f64);
        // Of changes that lie close together, as while a slider is dragged, only the last.
        if next - x < 4.0 || !frame.x_range().contains(x) {
            continue;
        }
        next = x;
        let line = [pos2(x, frame.top()), pos2(x, frame.bottom())];
        ui.painter_at(frame)
            .extend(egui::Shape::dashed_line(&line, stroke, 2.0, 3.0));
        let label = label_of(of_step);
        let font = egui::TextStyle::Small.resolve(ui.style());
        let color = ui.visuals().text_color();
        let galley = ui.painter().layout_no_wrap(label, font, color);
        if x + 3.0 + galley.size().x < labels_from {
            let at = pos2(x + 3.0, frame.bottom() - galley.size().y - 2.0);
            ui.painter_at(frame).galley(at, galley, color);
            labels_from = x - 4.0;
        }
    }
}

/// What was changed at a step.
fn label_of(changes: &[Change]) -> String {
    let lambdas: Vec<(Target, f64)> = changes
        .iter()
        .filter_map(|change| match change.what {
            Changed::Lambda { target, lambda } => Some((target, lambda)),
            Changed::LearningRate { .. } => None,
        })
        .collect();
    let rate = changes.iter().rev().find_map(|change| match change.what {
        Changed::LearningRate { learning_rate } => Some(learning_rate),
        Changed::Lambda { .. } => None,
    });
    let lambda = lambdas.last().map(|(target, lambda)| {
        let same = lambdas.iter().all(|(_, other)| other == lambda);
        match target {
            Target::Module(number) if lambdas.len() == 1 => {
                format!("λ of {number}: {}", short(*lambda))
            }
            _ if same => format!("λ {}", short(*lambda)),
            _ => "several λ".to_owned(),
        }
    });
    let rate = rate.map(|rate| format!("learning rate {}", short(rate)));
    let both: Vec<String> = lambda.into_iter().chain(rate).collect();
    both.join(", ")
}

fn label_at(ui: &Ui, clip: Rect, at: Pos2, align: egui::Align2, text: &str) -> Rect {
    let font = egui::TextStyle::Body.resolve(ui.style());
    let color = ui.visuals().text_color();
    let painter = ui.painter_at(clip);
    let galley = painter.layout_no_wrap(text.to_owned(), font, color);
    let rect = align.anchor_size(at, galley.size());
    let behind = ui.visuals().extreme_bg_color.gamma_multiply(0.85);
    painter.rect_filled(rect.expand2(vec2(2.0, 0.0)), 2.0, behind);
    painter.galley(rect.min, galley, color);
    rect
}

/// Marks at multiples of 1, 2 or 5 times a power of ten, the main ones at least `apart` times
/// eight points from each other.
fn linear_marks(input: GridInput, apart: f64) -> Vec<GridMark> {
    let least = apart * input.base_step_size;
    if !(least.is_finite() && least > 0.0) {
        return Vec::new();
    }
    let decade = 10_f64.powf(least.log10().floor());
    let factor = [1.0, 2.0, 5.0]
        .into_iter()
        .find(|factor| factor * decade >= least);
    let step_size = factor.unwrap_or(10.0) * decade;
    let (low, high) = input.bounds;
    let (first, last) = ((low / step_size).ceil(), (high / step_size).floor());
    (0..=(last - first).clamp(0.0, 100.0) as usize)
        .map(|index| GridMark {
            value: (first + index as f64) * step_size,
            step_size,
        })
        .filter(|mark| (low..=high).contains(&mark.value))
        .collect()
}

/// Marks at powers of ten, and at 2 and 5 between them where there is room.
fn log_marks(input: GridInput) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    let (first, last) = (low.floor() as i32, high.ceil() as i32);
    let apart = (((high - low) / 8.0).ceil() as i32).max(1);
    let between: &[(f64, f64)] = match high - low {
        span if span < 1.2 => &[(2.0, 0.3), (3.0, 0.15), (4.0, 0.1), (5.0, 0.3), (7.0, 0.15)],
        span if span < 4.0 => &[(2.0, 0.3), (5.0, 0.3)],
        _ => &[],
    };
    let mut marks = Vec::new();
    for decade in (first..=last).filter(|decade| decade % apart == 0) {
        marks.push(GridMark {
            value: f64::from(decade),
            step_size: f64::from(apart),
        });
        for &(factor, step_size) in between {
            marks.push(GridMark {
                value: f64::from(decade) + factor.log10(),
                step_size,
            });
        }
    }
    marks.retain(|mark| (low..=high).contains(&mark.value));
    marks
}

/// What stands at a mark of an axis that spans so much.
fn mark_words(mark: GridMark, scale: Scale, span: f64) -> String {
    let number = match scale {
        Scale::Log => short(scale.value(mark.value)),
        Scale::Linear | Scale::Share => tick(mark.value, mark.step_size, span),
    };
    format!("{number} {}", scale.unit()).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_axis_keeps_what_is_above_zero() {
        let points = [[1.0, 100.0], [2.0, 0.0], [3.0, f64::NAN], [4.0, 0.01]];
        let curve = Curve::new(String::new(), 1, Look::Line, Scale::Log, points.into_iter());
        let y: Vec<f64> = curve.points.iter().map(|point| point.y).collect();
        assert_eq!(y, [2.0, -2.0]);
    }
}
