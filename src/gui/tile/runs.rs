//! The run and those that it is compared with, as a table and as a legend above curves.

use eframe::egui::{
    self, Button, Color32, Grid, RichText, ScrollArea, Sense, Shape, Stroke, Ui, WidgetInfo, pos2,
    vec2,
};
use egui_plot::LineStyle;
use layerwise_experiment::words::number::{NONE, whole};
use layerwise_study::{
    Phase,
    compare::{self, Compared, title},
    history::History,
    measure::Measure,
};

use super::{
    context::{TileContext, empty_in},
    formula::hint,
    line::line_style,
};
use crate::gui::{command::Command, theme, wish::Wish};

/// A short sample of the line that a run is drawn with; place 0 is the run that trains.
fn sample(ui: &mut Ui, place: usize, color: Color32) {
    let height = ui.text_style_height(&egui::TextStyle::Body);
    let (rect, _) = ui.allocate_exact_size(vec2(26.0, height), Sense::hover());
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

/// A row that says which line is which run, where there is more than one. Words that all have in
/// common are left out.
pub fn legend(ui: &mut Ui, context: &TileContext<'_>) {
    let others: Vec<_> = context.comparison.shown().collect();
    if others.is_empty() {
        return;
    }
    let own = title(context.experiment, context.origin);
    let mut titles = vec![(0, own.as_str())];
    titles.extend(
        others
            .iter()
            .map(|(place, run)| (*place, run.title.as_str())),
    );
    let common = common_start(titles.iter().map(|(_, title)| *title));
    let color = ui.visuals().text_color();
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(5.0, 0.0);
        for (place, title) in titles {
            sample(ui, place, color);
            let short = title.get(common..).unwrap_or(title);
            let label = ui.label(RichText::new(short).small());
            label.on_hover_text(title);
            ui.add_space(5.0);
        }
    });
}

/// Bytes of the parts, each ended by a comma, with which all titles begin; every title keeps its
/// last part.
fn common_start<'a>(titles: impl Iterator<Item = &'a str> + Clone) -> usize {
    const END: &str = ", ";
    let Some(first) = titles.clone().next() else {
        return 0;
    };
    let ends = first.match_indices(END).map(|(at, end)| at + end.len());
    let in_all = |end: &usize| {
        let start = first.get(..*end);
        let mut titles = titles.clone();
        titles.all(|title| title.get(..*end) == start && title.len() > *end)
    };
    ends.take_while(in_all).last().unwrap_or(0)
}

/// Columns: the switch, the line, the run, the button that removes, the measures and the steps.
const COLUMNS: usize = 8;
/// Of the last module, or of all boundaries.
const MEASURES: [Measure; 3] = [Measure::TestAccuracy, Measure::Loss, Measure::Cosine];

/// What stands above the columns.
fn heads(ui: &mut Ui) {
    let head = |ui: &mut Ui, name: &str| ui.label(RichText::new(name).small().weak());
    for name in ["", "", "Run", ""] {
        head(ui, name);
    }
    for measure in MEASURES {
        head(ui, measure.name()).on_hover_ui(|ui| hint(ui, measure));
    }
    head(ui, "Steps");
    ui.end_row();
}

/// Draws the tile. Returns what a person asks for.
pub fn show(ui: &mut Ui, context: &TileContext<'_>) -> Option<Wish> {
    let mut ask = controls(ui, context);
    let runs = context.comparison.runs();
    if context.history.is_none() && runs.is_empty() {
        let place = ui.available_rect_before_wrap();
        let sentence = "Fork a run to train it on with another λ from the same state, keep runs, \
                        or open records: their curves are drawn on the same axes.";
        empty_in(ui, place, "No run to compare yet", sentence);
        return ask;
    }
    ui.add_space(theme::SMALL_GAP);
    ScrollArea::both().auto_shrink(false).show(ui, |ui| {
        Grid::new("runs")
            .num_columns(COLUMNS)
            .min_col_width(0.0)
            .spacing(vec2(10.0, 8.0))
            .show(ui, |ui| {
                heads(ui);
                if let Some(history) = context.history {
                    ui.label("");
                    let phase = Some(context.progress.phase);
                    let title = title(context.experiment, context.origin);
                    name(ui, 0, &title, phase, ui.visuals().strong_text_color());
                    ui.label("");
                    numbers(ui, history, ui.visuals().strong_text_color());
                    ui.end_row();
                }
                for (place, run) in (1..).zip(runs) {
                    ask = row(ui, place, run).map(Wish::Compare).or(ask.take());
                }
            });
    });
    ask
}

/// A run that is compared with.
fn row(ui: &mut Ui, place: usize, run: &Compared) -> Option<compare::Ask> {
    let mut ask = None;
    let mut shown = run.shown;
    let switch = ui.checkbox(&mut shown, "");
    switch.widget_info(|| {
        let name = format!("Show {}", run.title);
        WidgetInfo::selected(egui::Role::CheckBox, true, shown, name)
    });
    if switch.on_hover_text("Draw its curves").changed() {
        ask = Some(compare::Ask::Show(run.id, shown));
    }
    let color = if shown {
        ui.visuals().text_color()
    } else {
        ui.visuals().weak_text_color()
    };
    let name = name(ui, place, &run.title, run.phase, color);
    if let Some(folder) = &run.folder {
        name.on_hover_text(folder.display().to_string());
    }
    let button = ui.push_id(run.id, |ui| ui.add(Button::new("×").small()));
    let button = button.inner;
    button.widget_info(|| {
        WidgetInfo::labeled(egui::Role::Button, true, format!("Remove {}", run.title))
    });
    let hint = "Take it out of the comparison; its record stays";
    if button.on_hover_text(hint).clicked() {
        ask = Some(compare::Ask::Remove(run.id));
    }
    numbers(ui, &run.history, color);
    ui.end_row();
    ask
}

fn controls(ui: &mut Ui, context: &TileContext<'_>) -> Option<Wish> {
    let mut ask = None;
    ui.horizontal_wrapped(|ui| {
        for command in [Command::Fork, Command::CompareRun] {
            let reason = command.reason(&context.availability);
            let button = ui
                .add_enabled(reason.is_none(), Button::new(command.text()))
                .on_hover_text(command.tooltip())
                .on_disabled_hover_text(reason.unwrap_or_default());
            if button.clicked() {
                ask = Some(Wish::Give(command));
            }
        }
        let mut keep = context.comparison.keep_each;
        let switch = ui
            .checkbox(&mut keep, "Keep each run")
            .on_hover_text("When the next one starts; forked runs are kept anyway");
        if switch.changed() {
            ask = Some(Wish::Compare(compare::Ask::KeepEach(keep)));
        }
        let mut last = context.comparison.last_module_only;
        let switch = ui
            .checkbox(&mut last, "Last module only")
            .on_hover_text("Draw only the last module, or boundary, of other runs");
        if switch.changed() {
            ask = Some(Wish::Compare(compare::Ask::LastModuleOnly(last)));
        }
    });
    ask
}

/// The line and the title of a run, and how it ended where that was bad. Returns the title's
/// response.
fn name(
    ui: &mut Ui,
    place: usize,
    title: &str,
    phase: Option<Phase>,
    color: Color32,
) -> egui::Response {
    sample(ui, place, color);
    let ended = match phase {
        Some(phase @ (Phase::Diverged | Phase::Failed)) => {
            format!(" ({})", phase.title().to_lowercase())
        }
        _ => String::new(),
    };
    ui.label(RichText::new(format!("{title}{ended}")).color(color))
}

/// How far a run has come.
fn numbers(ui: &mut Ui, history: &History, color: Color32) {
    let last = history.series_count(Measure::Loss).saturating_sub(1);
    let evaluated = history.evaluations().last();
    let cosines: Vec<f64> = (0..history.series_count(Measure::Cosine))
        .filter_map(|index| history.newest_value(Measure::Cosine, index))
        .collect();
    let cosine = cosines.iter().sum::<f64>() / cosines.len() as f64;
    let [accuracy_of, loss_of, cosine_of] = MEASURES;
    let text = |measure: Measure, value: Option<f64>| {
        value.map_or_else(|| NONE.to_owned(), |value| measure.text(value))
    };
    let cells = [
        text(
            accuracy_of,
            evaluated.and_then(|it| accuracy_of.of_evaluation(it.modules.last()?)),
        ),
        text(loss_of, history.newest_value(loss_of, last)),
        text(cosine_of, Some(cosine).filter(|cosine| cosine.is_finite())),
        whole(history.newest().map_or(0, |record| record.step) as f64),
    ];
    for cell in cells {
        ui.label(RichText::new(cell).color(color));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_legend_leaves_out_what_all_have_in_common() {
        let cut = |titles: &[&'static str]| -> Vec<&'static str> {
            let common = common_start(titles.iter().copied());
            titles.iter().map(|title| &title[common..]).collect()
        };
        let branches = ["Local BP, λ 0.1", "Local BP, λ 0, from step 20"];
        assert_eq!(cut(&branches), ["λ 0.1", "λ 0, from step 20"]);
        let methods = ["Local BP, λ 0.1", "Global BP"];
        assert_eq!(cut(&methods), methods);
        let same = ["Local BP, λ 0", "Local BP, λ 0, from step 20"];
        assert_eq!(cut(&same), ["λ 0", "λ 0, from step 20"]);
    }
}
