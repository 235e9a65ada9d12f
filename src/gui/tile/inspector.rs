//! One sample, one step: every quantity of local learning with its value and its formula, module
//! by module (arXiv 2406.05222).

mod rows;
mod sample;
mod scores;
mod separability;
#[cfg(test)]
mod tests;

use eframe::egui::{
    Align, Button, CollapsingHeader, DragValue, Label, Layout, RichText, ScrollArea, TextStyle, Ui,
    vec2,
};
use layerwise_experiment::words::number::NONE;
use layerwise_run::{Command, probe_size};
use layerwise_study::{Change, InspectedModule, Inspection, Phase, history::History};
use serde::{Deserialize, Serialize};

use super::{
    context::{TileContext, empty, empty_in},
    formula::formula,
};
use crate::gui::theme;
use rows::Row;

/// From this width on, words stand beside formulas instead of below.
const WIDE: f32 = 500.0;
/// Modules that are unfolded at first.
const UNFOLDED: usize = 2;

/// What an inspection is of. Another one is due where this differs.
#[derive(Clone, Copy, PartialEq)]
struct Key {
    run: u64,
    step: usize,
    sample: usize,
    change: Option<Change>,
}

/// What was asked for last.
struct Asked {
    key: Key,
    /// The newest inspection at that time.
    newest: Option<u64>,
}

/// The state of the tile.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct View {
    /// From 0.
    #[serde(skip)]
    sample: usize,
    #[serde(skip)]
    asked: Option<Asked>,
    #[serde(skip)]
    picture: sample::View,
}

impl View {
    /// Draws the tile. Returns what the run is asked for: while it holds, every step and every
    /// sample is inspected by itself.
    pub fn show(&mut self, ui: &mut Ui, context: &TileContext<'_>) -> Option<Command> {
        let Some(history) = context.history else {
            let sentence = "Train, then hold: every number of the next step appears here for one \
                            sample, module by module, with its formula. Step goes through training \
                            step by step.";
            empty(ui, "Train to inspect a step", sentence);
            return None;
        };
        let phase = context.progress.phase;
        let newest = history.inspection();
        let count = newest.map_or_else(
            || {
                let all = context.dataset.map_or(usize::MAX, |data| data.train.len());
                probe_size(context.experiment).min(all)
            },
            |(_, inspection)| inspection.samples,
        );
        let pressed = self.controls(ui, !phase.is_over(), count.max(1));
        let key = Key {
            run: history.run(),
            step: context.progress.step,
            sample: self.sample,
            change: history.changes().last().copied(),
        };
        let ask = pressed || self.is_due(key, phase, newest.map(|(number, _)| number));
        if ask {
            self.asked = Some(Asked {
                key,
                newest: newest.map(|(number, _)| number),
            });
        }
        match newest {
            Some((_, inspection)) => self.inspected(ui, context, history, inspection),
            None => {
                let sentence = if phase.is_over() {
                    "The run ended before a step of it was inspected."
                } else {
                    "Press Inspect, or hold the run: then each step is inspected by itself."
                };
                let place = ui.available_rect_before_wrap();
                empty_in(ui, place, "No step inspected yet", sentence);
            }
        }
        ask.then_some(Command::Inspect {
            sample: self.sample,
        })
    }

    /// Whether a run that holds is to be asked by itself. One question waits for its answer.
    fn is_due(&self, key: Key, phase: Phase, newest: Option<u64>) -> bool {
        let asked = self.asked.as_ref();
        let of_run = asked.filter(|asked| asked.key.run == key.run);
        let settled = of_run.is_none_or(|asked| asked.newest != newest && asked.key != key);
        phase == Phase::Paused && settled
    }

    /// Chooses the sample among so many. Tells whether an inspection was asked for.
    fn controls(&mut self, ui: &mut Ui, alive: bool, count: usize) -> bool {
        let mut pressed = false;
        self.sample = self.sample.min(count - 1);
        ui.horizontal_wrapped(|ui| {
            let over = "The run is over: train again to inspect";
            let why = |end| if alive { end } else { over };
            ui.add_enabled_ui(alive, |ui| {
                let label = ui.label("Sample");
                let before = ui
                    .add_enabled(self.sample > 0, Button::new("<"))
                    .on_hover_text("Previous sample")
                    .on_disabled_hover_text(why("This is the first sample"));
                if before.clicked() {
                    self.sample -= 1;
                }
                let mut number = self.sample + 1;
                ui.add(DragValue::new(&mut number).range(1..=count).speed(0.1))
                    .labelled_by(label.id);
                self.sample = number - 1;
                ui.label(format!("of {count}"));
                let after = ui
                    .add_enabled(self.sample + 1 < count, Button::new(">"))
                    .on_hover_text("Next sample")
                    .on_disabled_hover_text(why("This is the last sample"));
                if after.clicked() {
                    self.sample += 1;
                }
            });
            pressed = ui
                .add_enabled(alive, Button::new("Inspect"))
                .on_hover_text(
                    "Works out the next step for this sample without doing it. While the run holds, this happens by itself after each step",
                )
                .on_disabled_hover_text(over)
                .clicked();
        });
        pressed
    }

    fn inspected(
        &mut self,
        ui: &mut Ui,
        context: &TileContext<'_>,
        history: &History,
        inspection: &Inspection,
    ) {
        let name = |class: usize| {
            let names = context.dataset.map(|dataset| &dataset.classes);
            let name = names.and_then(|names| names.get(class));
            name.cloned().unwrap_or_else(|| format!("{}", class + 1))
        };
        self.about(ui, context, history, inspection, &name);
        ui.add_space(theme::SMALL_GAP);
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            // The bar would stand on the numbers.
            ui.set_max_width(ui.available_width() - theme::SMALL_GAP);
            let wide = ui.available_width() >= WIDE;
            let mut before: Option<&InspectedModule> = None;
            for module in &inspection.modules {
                if let Some(before) = before
                    && context.experiment.method.kind.is_local()
                {
                    meeting(ui, before, module, wide);
                }
                part(ui, context, inspection, module, &name, wide);
                before = Some(module);
            }
            fold(ui, "Separability", false, |ui| {
                separability::show(ui, history)
            });
            let kind = context.experiment.method.kind;
            fold(ui, "Isolation", true, |ui| {
                show_rows(ui, &[rows::isolation(history.isolation(false), kind)], wide);
            });
        });
    }

    /// The sample, and which step this is.
    fn about(
        &mut self,
        ui: &mut Ui,
        context: &TileContext<'_>,
        history: &History,
        inspection: &Inspection,
        name: &dyn Fn(usize) -> String,
    ) {
        ui.horizontal(|ui| {
            if let Some(dataset) = context.dataset {
                let sample = [inspection.sample, inspection.samples];
                self.picture.show(ui, dataset, history.run(), sample);
            }
            ui.vertical(|ui| {
                let step = inspection.step + 1;
                ui.label(
                    RichText::new(format!("Step {step}, sample i = {}", inspection.sample + 1))
                        .strong()
                        .size(15.0),
                );
                ui.label(format!("Class y = {}", name(inspection.class)));
                let words = format!(
                    "What step {step} would compute on B = {} training samples, neither augmented nor mixed",
                    inspection.samples
                );
                ui.add(Label::new(RichText::new(words).small().weak()).wrap());
            });
        });
    }
}

/// A part that can be folded away.
fn fold(ui: &mut Ui, title: impl Into<RichText>, open: bool, content: impl FnOnce(&mut Ui)) {
    CollapsingHeader::new(title.into().strong().size(15.0))
        .default_open(open)
        .show(ui, content);
}

/// A module.
fn part(
    ui: &mut Ui,
    context: &TileContext<'_>,
    inspection: &Inspection,
    module: &InspectedModule,
    name: &dyn Fn(usize) -> String,
    wide: bool,
) {
    let color = theme::module_color(module.number, ui.visuals().dark_mode);
    let kind = context.experiment.method.kind;
    let last = inspection.modules.len();
    let title = match rows::idle(module.turn) {
        Some(why) => format!("Module {}, {why}", module.number),
        None => format!("Module {}", module.number),
    };
    let open = module.number <= UNFOLDED;
    fold(ui, RichText::new(title).color(color), open, |ui| {
        show_rows(ui, &rows::signals(module), wide);
        match &module.scores {
            Some(scores) => {
                let k = module.number;
                let text =
                    format!("p_{{{k},i}} = softmax(z_{{{k},i}}), z_{{{k},i}} = h_{k}(x_{{{k},i}})");
                ui.label(formula(&text, ui.visuals().strong_text_color()));
                scores::show(ui, scores, inspection.class, name, color);
                ui.add_space(theme::SMALL_GAP);
            }
            None if module.loss.is_some() => {
                ui.weak("The loss of this module scores no classes");
            }
            None => {}
        }
        show_rows(ui, &rows::losses(module, last, kind), wide);
        if let Some(update) = &module.update {
            show_rows(ui, &rows::update(module, update, last, kind), wide);
        }
    });
}

/// Where two modules meet.
fn meeting(ui: &mut Ui, before: &InspectedModule, module: &InspectedModule, wide: bool) {
    let title = format!("Boundary {} | {}", before.number, module.number);
    let open = module.number <= UNFOLDED;
    fold(ui, title, open, |ui| match &module.boundary {
        Some(boundary) => show_rows(ui, &rows::boundary(module.number, boundary), wide),
        None => {
            ui.weak(rows::no_boundary(before, module));
        }
    });
}

/// Width of a number, and of a formula with words beside it.
const NUMBER: f32 = 52.0;
const FORMULA: f32 = 240.0;

/// Quantities one below the other.
fn show_rows(ui: &mut Ui, rows: &[Row], wide: bool) {
    for row in rows {
        if wide {
            ui.horizontal(|ui| {
                number_row(ui, row, FORMULA + NUMBER);
                ui.add(Label::new(RichText::new(&row.words).weak()).wrap());
            });
        } else {
            ui.scope(|ui| {
                ui.spacing_mut().item_spacing.y = 1.0;
                number_row(ui, row, ui.available_width());
                ui.add(Label::new(RichText::new(&row.words).small().weak()).wrap());
            });
        }
    }
}

/// A formula on the left of a width, and its value on the right.
fn number_row(ui: &mut Ui, row: &Row, width: f32) {
    let color = ui.visuals().strong_text_color();
    let mut text = formula(&row.formula, color);
    text.wrap.max_width = (width - NUMBER).max(NUMBER);
    let text = ui.painter().layout_job(text);
    let value = row.value.map(|value| row.measure.exact(value));
    let value = value.unwrap_or_else(|| NONE.to_owned());
    let size = vec2(width, ui.text_style_height(&TextStyle::Body));
    let left = Layout::left_to_right(Align::Center);
    ui.allocate_ui_with_layout(size, left, |ui| {
        ui.label(text);
        let right = Layout::right_to_left(Align::Center);
        ui.with_layout(right, |ui| {
            ui.label(RichText::new(value).strong().size(14.5));
        });
    });
}
