//! The run and those that it is compared with, as a table and as a legend above curves.

use eframe::egui::{
    self, Button, Color32, Grid, Label, RichText, ScrollArea, Sense, Shape, Stroke, Ui, pos2, vec2,
};
use egui_plot::LineStyle;

use super::{
    Ask, TileContext,
    number::{three_digits, two_decimals, whole},
};
use crate::{
    experiment::Experiment,
    gui::{
        command::Command,
        compare::{self, title},
        history::{History, Measure},
        theme,
    },
    run::Phase,
};

/// How the curves of a compared run are drawn, by its place from 1.
pub fn line_style(place: usize) -> LineStyle {
    match place % 6 {
        1 => LineStyle::Dashed { length: 8.0 },
        2 => LineStyle::Dotted { spacing: 5.0 },
        3 => LineStyle::Dashed { length: 16.0 },
        4 => LineStyle::Dotted { spacing: 10.0 },
        5 => LineStyle::Dashed { length: 4.0 },
        _ => LineStyle::Dashed { length: 24.0 },
    }
}

/// A short sample of the line that a run is drawn with; place 0 is the run that trains.
fn sample(ui: &mut Ui, place: usize, color: Color32) {
    let height = ui.text_style_height(&egui::TextStyle::Body);
    let (rect, _) = ui.allocate_exact_size(vec2(34.0, height), Sense::hover());
    let y = rect.center().y;
    let ends = [pos2(rect.left(), y), pos2(rect.right(), y)];
    let stroke = Stroke::new(2.0, color);
    let style = match place {
        0 => LineStyle::Solid,
        place => line_style(place),
    };
    // As egui_plot draws them.
    let shapes = match style {
        LineStyle::Solid => vec![Shape::line_segment(ends, stroke)],
        LineStyle::Dotted { spacing } => Shape::dotted_line(&ends, color, spacing, stroke.width),
        LineStyle::Dashed { length } => {
            let gap = length * (std::f32::consts::GOLDEN_RATIO - 1.0);
            Shape::dashed_line(&ends, stroke, length, gap)
        }
    };
    ui.painter().extend(shapes);
}

/// A row that says which line is which run, where there is more than one.
pub fn legend(ui: &mut Ui, context: &TileContext<'_>) {
    let others: Vec<_> = context.comparison.shown().collect();
    if others.is_empty() {
        return;
    }
    let color = ui.visuals().text_color();
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 2.0);
        sample(ui, 0, color);
        ui.label(title(context.experiment, context.origin));
        for (place, run) in others {
            ui.add_space(8.0);
            sample(ui, place, color);
            ui.label(&run.title);
        }
    });
}

/// A row of the table.
struct Row<'a> {
    place: usize,
    title: String,
    experiment: &'a Experiment,
    history: &'a History,
    phase: Option<Phase>,
}

/// Draws the tile. Returns what a person asks for.
pub fn show(ui: &mut Ui, context: &TileContext<'_>) -> Option<Ask> {
    let mut ask = controls(ui, context);
    let comparison = context.comparison;
    if context.history.is_none() && comparison.runs().is_empty() {
        let place = ui.available_rect_before_wrap();
        let sentence = "Fork a run to train it on with another λ from the same state, keep \
                            runs, or open records: their curves are drawn on the same axes.";
        super::empty_in(ui, place, "No run to compare yet", sentence);
        return ask;
    }
    ui.add_space(theme::SMALL_GAP);
    ScrollArea::both().auto_shrink(false).show(ui, |ui| {
        Grid::new("runs")
            .num_columns(8)
            .spacing(vec2(14.0, 8.0))
            .show(ui, |ui| {
                for head in [
                    "",
                    "Run",
                    "Steps",
                    "Test accuracy",
                    "Loss",
                    "Mean cosine",
                    "Seed",
                    "",
                ] {
                    ui.label(RichText::new(head).small().weak());
                }
                ui.end_row();
                if let Some(history) = context.history {
                    numbers(
                        ui,
                        &Row {
                            place: 0,
                            title: title(context.experiment, context.origin),
                            experiment: context.experiment,
                            history,
                            phase: Some(context.progress.phase),
                        },
                        true,
                    );
                    ui.weak("This run");
                    ui.end_row();
                }
                for (place, run) in (1..).zip(comparison.runs()) {
                    let row = Row {
                        place,
                        title: run.title.clone(),
                        experiment: &run.experiment,
                        history: &run.history,
                        phase: run.phase,
                    };
                    let name = numbers(ui, &row, run.shown);
                    if let Some(folder) = &run.folder {
                        name.on_hover_text(folder.display().to_string());
                    }
                    ui.push_id(run.id, |ui| {
                        ui.horizontal(|ui| {
                            let mut shown = run.shown;
                            if ui.checkbox(&mut shown, "Show").changed() {
                                let asked = compare::Ask::Show(run.id, shown);
                                ask = Some(Ask::Compare(asked));
                            }
                            let button = ui.add(Button::new("Remove").small());
                            if button.on_hover_text("Its record stays").clicked() {
                                ask = Some(Ask::Compare(compare::Ask::Remove(run.id)));
                            }
                        });
                    });
                    ui.end_row();
                }
            });
    });
    ask
}

fn controls(ui: &mut Ui, context: &TileContext<'_>) -> Option<Ask> {
    let mut ask = None;
    ui.horizontal_wrapped(|ui| {
        for command in [Command::Fork, Command::CompareRun] {
            let reason = context.availability.reason(command);
            let button = ui
                .add_enabled(reason.is_none(), Button::new(command.text()))
                .on_hover_text(command.tooltip())
                .on_disabled_hover_text(reason.unwrap_or_default());
            if button.clicked() {
                ask = Some(Ask::Give(command));
            }
        }
        let mut keep = context.comparison.keep_each;
        let switch = ui
            .checkbox(&mut keep, "Keep each run")
            .on_hover_text("When the next one starts; forked runs are kept anyway");
        if switch.changed() {
            ask = Some(Ask::Compare(compare::Ask::KeepEach(keep)));
        }
        let mut last = context.comparison.last_module_only;
        let switch = ui
            .checkbox(&mut last, "Last module only")
            .on_hover_text("Draw only the last module, or boundary, of other runs");
        if switch.changed() {
            ask = Some(Ask::Compare(compare::Ask::LastModuleOnly(last)));
        }
    });
    ask
}

/// The cells that every row has. Returns the name's.
fn numbers(ui: &mut Ui, row: &Row<'_>, shown: bool) -> egui::Response {
    let visuals = ui.visuals();
    let color = match shown {
        true => visuals.text_color(),
        false => visuals.weak_text_color(),
    };
    let last = row.history.series_count(Measure::Loss).saturating_sub(1);
    let evaluated = row.history.evaluations().last();
    let accuracy = evaluated.and_then(|it| it.modules.last()?.test_accuracy);
    let cosines: Vec<f64> = (0..row.history.series_count(Measure::Cosine))
        .filter_map(|index| row.history.newest_value(Measure::Cosine, index))
        .collect();
    let cosine = cosines.iter().sum::<f64>() / cosines.len() as f64;
    let loss = row.history.newest_value(Measure::Loss, last);
    let dash = || "–".to_owned();
    let step = row.history.newest().map_or(0, |record| record.step);
    sample(ui, row.place, color);
    let mut name = row.title.clone();
    if let Some(phase @ (Phase::Diverged | Phase::Failed)) = row.phase {
        name += &format!(" ({})", phase.title().to_lowercase());
    }
    let name = ui.add(Label::new(RichText::new(name).color(color)));
    let cells = [
        whole(step as f64),
        accuracy.map_or_else(dash, |share| format!("{:.1} %", 100.0 * share)),
        loss.map_or_else(dash, three_digits),
        match cosine.is_finite() {
            true => two_decimals(cosine),
            false => dash(),
        },
        row.experiment.seed.to_string(),
    ];
    for cell in cells {
        ui.label(RichText::new(cell).color(color));
    }
    name
}
