//! Which modules each loss reaches: the proof that no gradient crosses a cut.

use std::ops::Range;

use eframe::egui::{
    self, Align2, Button, Checkbox, FontId, Pos2, Rect, RichText, ScrollArea, Sense, Stroke, Ui,
    Vec2, pos2, vec2,
};
use layerwise_experiment::{Experiment, MethodKind};
use layerwise_run::Command;
use layerwise_study::Isolation;
use serde::{Deserialize, Serialize};

use super::{TileContext, number::power};
use crate::gui::theme;

/// The state of the tile.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct View {
    /// Whether the cuts are opened for the measurement.
    #[serde(skip)]
    broken: bool,
}

impl View {
    /// Draws the tile. Returns what the run is asked for.
    pub fn show(&mut self, ui: &mut Ui, context: &TileContext<'_>) -> Option<Command> {
        let Some(history) = context.history else {
            let sentence = "After the first step, a matrix appears here: how strongly the loss of \
                            each module pulls at the parameters of each other. Where modules are \
                            isolated, it is exactly 0 off the diagonal.";
            super::empty(ui, "Train to see the proof", sentence);
            return None;
        };
        let kind = context.experiment.method.kind;
        self.broken &= kind.is_local();
        let alive = !context.progress.phase.is_over();
        let ask = self.controls(ui, kind, alive, history.isolation(true).is_some());
        match history.isolation(self.broken) {
            Some(isolation) => {
                let (text, proved) = verdict(isolation, context.experiment);
                let color = match proved {
                    true => ui.visuals().text_color(),
                    false => theme::error_color(ui.visuals()),
                };
                ui.label(RichText::new(text).color(color));
                ui.weak(format!(
                    "Norm of ∂L_k/∂θ_j after step {}, on {} training samples: losses in rows, parameters of modules with their heads in columns",
                    isolation.step, isolation.samples
                ));
                ui.add_space(theme::SMALL_GAP);
                ScrollArea::both()
                    .auto_shrink(false)
                    .show_viewport(ui, |ui, seen| grid(ui, isolation, seen));
            }
            None => {
                let text = match (alive, self.broken) {
                    (true, false) => "The isolation is measured after the first step",
                    (true, true) => "Press Measure to open the cuts once and look",
                    (false, _) => "The run ended before this was measured",
                };
                ui.weak(text);
            }
        }
        ask
    }

    fn controls(
        &mut self,
        ui: &mut Ui,
        kind: MethodKind,
        alive: bool,
        was_broken: bool,
    ) -> Option<Command> {
        let mut asked = false;
        ui.horizontal_wrapped(|ui| {
            let over = "The run is over: train again to measure";
            let button = ui.add_enabled(alive, Button::new("Measure"));
            asked = button
                .on_hover_text("Measures on the weights as they are now")
                .on_disabled_hover_text(over)
                .clicked();
            let possible = kind.is_local() && (alive || was_broken);
            let why = match kind.is_local() {
                true => over,
                false => "Global BP has no cut to open",
            };
            let switch = Checkbox::new(&mut self.broken, "Break the isolation");
            let switched = ui
                .add_enabled(possible, switch)
                .on_hover_text(
                    "Lets gradients through the cuts for this measurement; training keeps its cuts. Takes a backward pass through the whole network for each loss",
                )
                .on_disabled_hover_text(why)
                .changed();
            asked |= switched && alive;
        });
        asked.then_some(Command::ProveIsolation {
            broken: self.broken,
        })
    }
}

/// What a matrix proves, and whether it is as it should be.
fn verdict(isolation: &Isolation, experiment: &Experiment) -> (String, bool) {
    let kind = experiment.method.kind;
    if !kind.is_local() {
        let text = "Global BP has one loss and no cut: the loss of the last module reaches every \
                    module.";
        return (text.to_owned(), true);
    }
    if isolation.broken {
        let text = "The cuts are open for this measurement alone: a loss now reaches the modules \
                    before its own too, as under global BP. Training keeps its cuts.";
        return (text.to_owned(), true);
    }
    if let Some((loss, module)) = crossing(isolation) {
        let text =
            format!("A gradient crosses a cut: the loss of module {loss} reaches module {module}.");
        return (text, false);
    }
    let mut text = "Off the diagonal every number is exactly 0, not merely small: no parameter \
                    gets a gradient from the loss of another module."
        .to_owned();
    if kind == MethodKind::BpFree {
        text += " BP-free computes its gradients without a graph; this is what reverse mode finds \
                 with the same cuts.";
    }
    let modules = isolation.norms.first().map_or(0, Vec::len);
    if (1..=modules).any(|number| experiment.is_frozen(number)) {
        text += " Frozen modules get none at all.";
    }
    (text, true)
}

/// The first loss, by number from 1, that reaches another module, and that module.
fn crossing(isolation: &Isolation) -> Option<(usize, usize)> {
    let rows = isolation.losses.iter().zip(&isolation.norms);
    rows.flat_map(|(&loss, norms)| {
        (1..)
            .zip(norms)
            .map(move |(number, norm)| (loss, number, norm))
    })
    .find(|(loss, number, norm)| loss != number && **norm != 0.0)
    .map(|(loss, number, _)| (loss, number))
}

/// Height of a row, and width of the names on the left.
const ROW: f32 = 26.0;
const NAMES: f32 = 40.0;
/// Least and most width of a column.
const COLUMN: [f32; 2] = [58.0, 110.0];

/// Draws the part of the matrix that is `seen`.
fn grid(ui: &mut Ui, isolation: &Isolation, seen: Rect) {
    let rows = isolation.norms.len();
    let columns = isolation.norms.first().map_or(0, Vec::len);
    let [least, most] = COLUMN;
    let width = ((ui.available_width() - NAMES) / columns.max(1) as f32).clamp(least, most);
    let size = vec2(NAMES + width * columns as f32, ROW * (rows + 1) as f32);
    let (place, response) = ui.allocate_exact_size(size, Sense::hover());
    let cell = vec2(width, ROW);
    let corner = place.min + vec2(NAMES, ROW);
    let at = |row: usize, column: usize| {
        let from = corner + cell * vec2(column as f32, row as f32);
        Rect::from_min_size(from, cell).shrink(1.0)
    };
    let dark = ui.visuals().dark_mode;
    let font = egui::TextStyle::Body.resolve(ui.style());
    let name = |text: String, at: Pos2, number: usize| {
        let color = theme::module_color(number, dark);
        let align = Align2::CENTER_CENTER;
        ui.painter().text(at, align, text, font.clone(), color);
    };
    let shown_columns = shown(
        seen.x_range().min - NAMES,
        seen.width() + NAMES,
        width,
        columns,
    );
    let shown_rows = shown(seen.y_range().min - ROW, seen.height() + ROW, ROW, rows);
    for column in shown_columns.clone() {
        let x = at(0, column).center().x;
        name(
            format!("θ {}", column + 1),
            pos2(x, place.top() + ROW / 2.0),
            column + 1,
        );
    }
    let scale = Scale::of(isolation);
    // The other font has no raised minus.
    let font = egui::TextStyle::Monospace.resolve(ui.style());
    let rows = isolation.losses.iter().zip(&isolation.norms).enumerate();
    for (row, (&loss, norms)) in rows.skip(shown_rows.start).take(shown_rows.len()) {
        let y = at(row, 0).center().y;
        name(
            format!("L {loss}"),
            pos2(place.left() + NAMES / 2.0, y),
            loss,
        );
        let cells = norms.iter().enumerate();
        for (column, &norm) in cells.skip(shown_columns.start).take(shown_columns.len()) {
            let own = (column + 1 == loss).then(|| theme::module_color(loss, dark));
            paint_cell(ui, at(row, column), norm, &scale, own, &font);
        }
    }
    if let Some(words) = response
        .hover_pos()
        .and_then(|pointer| words(isolation, (pointer - corner) / cell))
    {
        response.on_hover_text_at_pointer(words);
    }
}

/// Which of `count` strips of a `width` lie in a span.
fn shown(from: f32, span: f32, width: f32, count: usize) -> Range<usize> {
    let first = (from / width).max(0.0) as usize;
    let end = ((from + span) / width).max(0.0) as usize + 1;
    first.min(count)..end.min(count)
}

/// The decades between the smallest and the largest number above 0.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn of(isolation: &Isolation) -> Self {
        let decades = isolation.norms.iter().flatten().map(|norm| norm.log10());
        let start = (f64::INFINITY, f64::NEG_INFINITY);
        let (low, high) = decades
            .filter(|decade| decade.is_finite())
            .fold(start, |(low, high), decade| {
                (low.min(decade), high.max(decade))
            });
        Self { low, high }
    }

    /// How strong the colour of a number is, from 0 to 1.
    fn strength(&self, norm: f64) -> f64 {
        let span = self.high - self.low;
        if span > 0.0 {
            ((norm.log10() - self.low) / span).clamp(0.0, 1.0)
        } else {
            1.0
        }
    }
}

fn paint_cell(
    ui: &Ui,
    place: Rect,
    norm: f64,
    scale: &Scale,
    own: Option<egui::Color32>,
    font: &FontId,
) {
    let visuals = ui.visuals();
    let painter = ui.painter();
    let is_zero = norm == 0.0;
    if !is_zero {
        let value = 0.2 + 0.35 * scale.strength(norm);
        painter.rect_filled(place, 3.0, theme::diverging(value, visuals.dark_mode));
    }
    if let Some(color) = own {
        let stroke = Stroke::new(1.0, color);
        painter.rect_stroke(place, 3.0, stroke, egui::StrokeKind::Inside);
    }
    let (text, color) = match is_zero {
        true => ("0".to_owned(), visuals.weak_text_color()),
        false => (power(norm), visuals.strong_text_color()),
    };
    painter.text(
        place.center(),
        Align2::CENTER_CENTER,
        text,
        font.clone(),
        color,
    );
}

/// What the number at a place says, in columns and rows from the first one.
fn words(isolation: &Isolation, place: Vec2) -> Option<String> {
    if place.x < 0.0 || place.y < 0.0 {
        return None;
    }
    let (row, column) = (place.y as usize, place.x as usize);
    let loss = isolation.losses.get(row)?;
    let norm = isolation.norms.get(row)?.get(column)?;
    let size = match *norm == 0.0 {
        true => "exactly 0".to_owned(),
        false => format!("{norm:.3e}").replace('-', "−"),
    };
    Some(format!(
        "Gradient of the loss of module {loss} for the parameters of module {}: {size}",
        column + 1
    ))
}

#[cfg(test)]
mod tests {
    use egui_kittest::{Harness, kittest::Queryable};
    use layerwise_experiment::preset;
    use layerwise_study::{Fact, Phase, Progress, compare::Comparison, history::History};

    use super::*;
    use crate::gui::command::Availability;

    fn measured(norms: [[f64; 2]; 2], broken: bool) -> Isolation {
        Isolation {
            step: 1,
            samples: 64,
            broken,
            losses: vec![1, 2],
            norms: norms.map(Vec::from).to_vec(),
        }
    }

    #[test]
    fn the_smallest_number_off_the_diagonal_is_a_crossing() {
        let experiment = preset("digits-mlp").unwrap().experiment().unwrap();
        let sound = measured([[0.5, 0.0], [0.0, 2.0]], false);
        let (text, proved) = verdict(&sound, &experiment);
        assert!(proved && text.contains("exactly 0"), "{text}");
        for tiny in [f64::MIN_POSITIVE, f64::NAN] {
            let (text, proved) = verdict(&measured([[0.5, 0.0], [tiny, 2.0]], false), &experiment);
            assert!(
                !proved && text.contains("module 2 reaches module 1"),
                "{text}"
            );
        }
        let (text, proved) = verdict(&measured([[0.5, 0.0], [1.0, 2.0]], true), &experiment);
        assert!(proved && text.contains("Training keeps its cuts"), "{text}");
    }

    #[test]
    fn only_what_is_seen_is_drawn() {
        assert_eq!(shown(0.0, 100.0, 50.0, 1000), 0..3);
        assert_eq!(shown(120.0, 100.0, 50.0, 1000), 2..5);
        assert_eq!(shown(-40.0, 30.0, 50.0, 2), 0..1);
        assert_eq!(shown(500.0, 100.0, 50.0, 3), 3..3);
    }

    #[test]
    fn a_number_under_the_pointer_is_told_in_words() {
        let isolation = measured([[0.5, 0.0], [0.0, 2.0]], false);
        let told = words(&isolation, vec2(1.5, 0.5)).unwrap();
        assert!(told.contains("module 1") && told.ends_with("module 2: exactly 0"));
        assert_eq!(words(&isolation, vec2(2.5, 0.5)), None);
        assert_eq!(words(&isolation, vec2(-0.5, 0.5)), None);
    }

    /// The tile of a run that told of this, and what it asked for.
    fn shown_of<'a>(
        history: &'a History,
        experiment: &'a Experiment,
        phase: Phase,
    ) -> Harness<'a, (View, Option<Command>)> {
        let progress = Progress {
            phase,
            ..Progress::default()
        };
        Harness::builder()
            .with_size(vec2(700.0, 400.0))
            .build_ui_state(
                move |ui, (view, asked): &mut (View, Option<Command>)| {
                    let context = TileContext {
                        experiment,
                        history: Some(history),
                        progress: &progress,
                        regions: None,
                        origin: None,
                        comparison: &Comparison::default(),
                        availability: Availability::default(),
                        dataset: None,
                        edited: None,
                    };
                    if let Some(command) = view.show(ui, &context) {
                        *asked = Some(command);
                    }
                },
                (View::default(), None),
            )
    }

    #[test]
    fn a_run_is_asked_while_it_lives() {
        let experiment = preset("digits-mlp").unwrap().experiment().unwrap();
        let mut history = History::new(&experiment);
        let sound = measured([[0.5, 0.0], [0.0, 2.0]], false);
        history.push(&Fact::Isolation(sound));
        for (phase, asked) in [(Phase::Paused, true), (Phase::Finished, false)] {
            let mut harness = shown_of(&history, &experiment, phase);
            harness.run();
            harness.get_by_label_contains("exactly 0");
            harness.get_by_label("Break the isolation").click();
            harness.run();
            let command = Command::ProveIsolation { broken: true };
            assert_eq!(harness.state().1, asked.then_some(command));
            let waits = harness.query_by_label_contains("Press Measure");
            assert_eq!(waits.is_some(), asked);
        }
    }
}
