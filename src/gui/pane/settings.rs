//! The panel on the right: data, method, head, loss, optimiser, training, device.

use std::path::PathBuf;

use eframe::egui::{Button, CollapsingHeader, ComboBox, DragValue, RichText, Ui};
use layerwise_experiment::{DeviceChoice, Experiment, MethodKind, Place, Problem};
use layerwise_run::{Adapter, AdapterKind};
use layerwise_study::history::History;

use super::{
    data::{self, Preview},
    field::{Look, fields, form, row, rows},
    loss, normalised, prepare, weights,
};
use crate::gui::{
    background::{DataLoader, WeightsChecker},
    command::Command,
    download::Downloads,
    purpose::Purpose,
    theme,
    wish::{Wish, Wishes},
};

/// What the panel needs besides the experiment.
pub struct Surroundings<'a> {
    pub problems: &'a [Problem],
    pub loader: &'a DataLoader,
    pub downloads: &'a Downloads,
    pub weights: &'a WeightsChecker,
    /// None while they are being looked for.
    pub adapters: Option<&'a [Adapter]>,
    pub keep_records: &'a mut bool,
    pub records: Result<PathBuf, String>,
    /// Of a run of this experiment.
    pub history: Option<&'a History>,
}

/// Draws the panel.
pub fn show(
    ui: &mut Ui,
    experiment: &mut Experiment,
    preview: &mut Preview,
    around: Surroundings<'_>,
    wishes: &mut Wishes,
) {
    // Whoever looks at files knows that it takes a while.
    let is_looked_at = around.loader.is_loading() && !experiment.data.is_known();
    let waits = Place::Key("data.path".to_owned());
    let general: Vec<&Problem> = around
        .problems
        .iter()
        .filter(|problem| matches!(problem.place, Place::Key(_)))
        .filter(|problem| !(is_looked_at && problem.place == waits))
        .collect();
    if !general.is_empty() {
        for problem in general {
            ui.colored_label(theme::error_color(ui.visuals()), problem.to_string());
        }
        ui.add_space(theme::SMALL_GAP);
    }
    group(ui, "Data", |ui| {
        data::show(
            ui,
            experiment,
            preview,
            around.loader,
            around.downloads,
            wishes,
        );
    });
    let changed = !experiment.prepare.is_default();
    section(ui, "Preparation", changed, |ui| {
        prepare::show(ui, experiment);
    });
    group(ui, "Method", |ui| {
        if method(ui, experiment) {
            wishes.push(Wish::Give(Command::SplitForBpFree));
        }
        normalised::show(ui, experiment, around.history);
    });
    group(ui, "Head", |ui| {
        form(ui, "head", Look::Panel, &mut experiment.head);
    });
    group(ui, "Loss", |ui| loss::show(ui, &mut experiment.loss));
    group(ui, "Optimiser", |ui| {
        form(ui, "optimizer", Look::Panel, &mut experiment.optimizer);
    });
    group(ui, "Schedule", |ui| {
        form(ui, "schedule", Look::Panel, &mut experiment.schedule);
    });
    group(ui, "Training", |ui| training(ui, experiment));
    group(ui, "Device", |ui| device(ui, experiment, around.adapters));
    group(ui, "Weights", |ui| {
        if weights::show(ui, &mut experiment.weights, around.weights) {
            wishes.push(Wish::Path(Purpose::Weights));
        }
    });
    group(ui, "Records", |ui| {
        ui.checkbox(around.keep_records, "Keep records of runs")
            .on_hover_text("Each run grows a folder with its experiment, metrics and summary");
        match &around.records {
            Ok(folder) => {
                let text = folder.display().to_string();
                ui.add(eframe::egui::Label::new(RichText::new(&text).small().weak()).truncate())
                    .on_hover_text(text);
            }
            Err(message) => {
                ui.colored_label(theme::error_color(ui.visuals()), message);
            }
        }
        if ui.button("Change the folder…").clicked() {
            wishes.push(Wish::Path(Purpose::Records));
        }
    });
}

fn group(ui: &mut Ui, title: &str, content: impl FnOnce(&mut Ui)) {
    section(ui, title, true, content);
}

/// A part of the panel that is open at first, or not.
fn section(ui: &mut Ui, title: &str, open: bool, content: impl FnOnce(&mut Ui)) {
    CollapsingHeader::new(RichText::new(title).strong().size(15.0))
        .id_salt(title)
        .default_open(open)
        .show_unindented(ui, |ui| {
            ui.add_space(2.0);
            content(ui);
        });
    ui.add_space(theme::SMALL_GAP);
}

/// Whether a split for BP-free is asked for.
fn method(ui: &mut Ui, experiment: &mut Experiment) -> bool {
    let method = &mut experiment.method;
    fields(ui, "method", |ui| {
        row(ui, Look::Panel, method, "kind");
    });
    let words = method.kind.about().choice.hint;
    ui.label(RichText::new(words).small().weak());
    fields(ui, "method details", |ui| {
        // λ is in the bar at the top.
        rows(ui, Look::Panel, method, |key| {
            !["kind", "lambda"].contains(&key)
        });
    });
    experiment.method.kind == MethodKind::BpFree
        && experiment.can_split_for_bp_free()
        && ui
            .button("Split so that every module has one weight layer")
            .clicked()
}

fn training(ui: &mut Ui, experiment: &mut Experiment) {
    fields(ui, "training", |ui| {
        rows(ui, Look::Panel, &mut experiment.train, |_| true);
        let label = ui.label("Seed");
        ui.horizontal(|ui| {
            ui.add(
                DragValue::new(&mut experiment.seed)
                    .range(0..=i64::MAX as u64)
                    .speed(0.2),
            )
            .labelled_by(label.id)
            .on_hover_text("Decides initial weights, data splits, batch order and dropout");
            if ui.add(Button::new("New seed")).clicked() {
                experiment.seed = u64::from(rand::random::<u16>());
            }
        });
        ui.end_row();
        for key in ["evaluate_every", "alignment_every", "truth_every"] {
            row(ui, Look::Panel, &mut experiment.measure, key);
        }
    });
}

fn device(ui: &mut Ui, experiment: &mut Experiment, adapters: Option<&[Adapter]>) {
    let mut all = vec![DeviceChoice::Auto, DeviceChoice::Cpu];
    if experiment.device == DeviceChoice::Gpu {
        all.push(DeviceChoice::Gpu);
    }
    all.extend(
        adapters
            .unwrap_or_default()
            .iter()
            .map(|adapter| DeviceChoice::Adapter(adapter.index)),
    );
    let title = |choice: DeviceChoice| match choice {
        DeviceChoice::Auto => "Auto".to_owned(),
        DeviceChoice::Cpu => "CPU".to_owned(),
        DeviceChoice::Gpu => "First GPU".to_owned(),
        DeviceChoice::Adapter(index) => adapters
            .unwrap_or_default()
            .iter()
            .find(|adapter| adapter.index == index)
            .map_or_else(|| choice.to_string(), adapter_title),
    };
    let label = ui.label("Train on");
    ComboBox::from_id_salt("device")
        .selected_text(title(experiment.device))
        .width(ui.available_width() - 8.0)
        .truncate()
        .show_ui(ui, |ui| {
            for one in all {
                ui.selectable_value(&mut experiment.device, one, title(one));
            }
        })
        .response
        .labelled_by(label.id);
    if adapters.is_none() {
        ui.horizontal(|ui| {
            ui.spinner();
            ui.weak("Looking for adapters");
        });
    }
    if experiment.device == DeviceChoice::Auto {
        ui.label(
            RichText::new("A discrete GPU, else an integrated one, else the CPU")
                .small()
                .weak(),
        );
    }
}

fn adapter_title(adapter: &Adapter) -> String {
    let software = if adapter.kind == AdapterKind::Software {
        ", software"
    } else {
        ""
    };
    format!("{} ({}{software})", adapter.name, adapter.api)
}
