//! The panel on the right: data, method, head, loss, optimiser, training, device.

use std::path::PathBuf;

use eframe::egui::{Button, CollapsingHeader, ComboBox, DragValue, RichText, Ui};
use layerwise_experiment::{
    DeviceChoice, Experiment, Head, HeadKind, MethodKind, OptimizerKind, Place, Problem, Schedule,
    ScheduleKind,
};
use layerwise_run::{Adapter, AdapterKind};
use layerwise_study::history::History;

use super::{
    data::{self, Preview},
    field::{choice, fields, number},
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
    group(ui, "Head", |ui| head(ui, &mut experiment.head));
    group(ui, "Loss", |ui| loss::show(ui, &mut experiment.loss));
    group(ui, "Optimiser", |ui| optimizer(ui, experiment));
    group(ui, "Schedule", |ui| {
        fields(ui, "schedule", |ui| {
            schedule(ui, "Schedule", &mut experiment.schedule, "the full rate");
        });
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
    fields(ui, "method", |ui| {
        choice(
            ui,
            "Kind",
            &mut experiment.method.kind,
            &MethodKind::ALL,
            |kind| kind.title().to_owned(),
        );
    });
    method_words(ui, experiment.method.kind);
    fields(ui, "method details", |ui| {
        let method = &mut experiment.method;
        match method.kind {
            MethodKind::LocalBp | MethodKind::BpFree => {
                schedule(ui, "λ over time", &mut method.lambda_schedule, "the full λ");
                number(
                    ui,
                    "Reconcile every (steps)",
                    &mut method.reconcile_every,
                    1..=1_000_000,
                    "Steps from one that reconciles to the next, in between λ is 0; 1 reconciles in every step",
                );
            }
            MethodKind::Greedy => {}
            MethodKind::GlobalBp => {
                ui.label("");
                ui.checkbox(&mut method.checkpointing, "Gradient checkpointing")
                    .on_hover_text(
                        "Computes again on the way back what it would otherwise keep: less memory, more time",
                    );
                ui.end_row();
            }
        }
    });
    experiment.method.kind == MethodKind::BpFree
        && experiment.can_split_for_bp_free()
        && ui
            .button("Split so that every module has one weight layer")
            .clicked()
}

fn method_words(ui: &mut Ui, kind: MethodKind) {
    let words = match kind {
        MethodKind::LocalBp => "No gradient crosses a cut; each module learns from its own head",
        MethodKind::BpFree => {
            "The gradients of local BP in closed form, without a graph; one weight layer in each module"
        }
        MethodKind::Greedy => {
            "Modules learn one after the other, each for all epochs, those before it as they are"
        }
        MethodKind::GlobalBp => {
            "One head at the end, one error through the whole chain: the baseline"
        }
    };
    ui.label(RichText::new(words).small().weak());
}

fn head(ui: &mut Ui, head: &mut Head) {
    fields(ui, "head", |ui| {
        choice(ui, "Head", &mut head.kind, &HeadKind::ALL, |kind| {
            kind.title().to_owned()
        });
        if !head.kind.is_matrix() {
            return;
        }
        ui.label("");
        let mut normalizes = head.normalizes();
        if ui
            .checkbox(&mut normalizes, "Normalise features")
            .on_hover_text("z = s·Wᵀx/|x| instead of Wᵀx")
            .changed()
        {
            head.normalize = Some(normalizes);
        }
        ui.end_row();
        if normalizes {
            number(
                ui,
                "Scale s",
                &mut head.scale,
                1e-3..=1e4,
                "Factor of normalised features",
            );
        }
    });
}

fn optimizer(ui: &mut Ui, experiment: &mut Experiment) {
    let optimizer = &mut experiment.optimizer;
    fields(ui, "optimizer", |ui| {
        choice(
            ui,
            "Optimiser",
            &mut optimizer.kind,
            &OptimizerKind::ALL,
            |kind| kind.title().to_owned(),
        );
        number(
            ui,
            "Learning rate",
            &mut optimizer.lr,
            1e-9..=1e3,
            "Before the schedule",
        );
        match optimizer.kind {
            OptimizerKind::Sgd => {
                number(
                    ui,
                    "Momentum",
                    &mut optimizer.momentum,
                    0.0..=0.9999,
                    "0 turns it off",
                );
                ui.label("");
                let enabled = optimizer.momentum > 0.0;
                ui.add_enabled_ui(enabled, |ui| {
                    ui.checkbox(&mut optimizer.nesterov, "Nesterov")
                        .on_disabled_hover_text("Needs momentum");
                });
                ui.end_row();
            }
            OptimizerKind::Adam | OptimizerKind::Adamw => {
                number(
                    ui,
                    "β₁",
                    &mut optimizer.beta1,
                    0.0..=0.99999,
                    "Decay of the first moment",
                );
                number(
                    ui,
                    "β₂",
                    &mut optimizer.beta2,
                    0.0..=0.99999,
                    "Decay of the second moment",
                );
                number(
                    ui,
                    "ε",
                    &mut optimizer.eps,
                    1e-16..=1.0,
                    "Added to the denominator",
                );
            }
        }
        number(
            ui,
            "Weight decay",
            &mut optimizer.weight_decay,
            0.0..=10.0,
            "0 turns it off",
        );
        ui.label("");
        ui.add_enabled_ui(optimizer.weight_decay > 0.0, |ui| {
            ui.checkbox(&mut optimizer.decay_norms, "Decay norms and biases")
                .on_hover_text(
                    "Off, weight decay acts on the matrices and kernels of linear and convolution layers alone: not on normalisations, biases, layer scales, class tokens and position embeddings",
                )
                .on_disabled_hover_text("Needs weight decay");
        });
        ui.end_row();
        number(
            ui,
            "Clip norm",
            &mut optimizer.clip_norm,
            0.0..=1e9,
            "Largest norm of a module's whole gradient; 0 turns clipping off",
        );
    });
}

/// Fields of a schedule; `full` is what a warm-up leads to.
fn schedule(ui: &mut Ui, label: &str, schedule: &mut Schedule, full: &str) {
    choice(ui, label, &mut schedule.kind, &ScheduleKind::ALL, |kind| {
        kind.title().to_owned()
    });
    if schedule.kind == ScheduleKind::Step {
        number(
            ui,
            "Every (epochs)",
            &mut schedule.every,
            1..=100_000,
            "Epochs between two drops",
        );
        number(
            ui,
            "Times",
            &mut schedule.gamma,
            1e-6..=1.0,
            "Factor of each drop",
        );
    }
    number(
        ui,
        "Warm-up (epochs)",
        &mut schedule.warmup_epochs,
        0.0..=1e5,
        &format!("Linear, from 0 to {full}"),
    );
}

fn training(ui: &mut Ui, experiment: &mut Experiment) {
    fields(ui, "training", |ui| {
        number(
            ui,
            "Epochs",
            &mut experiment.train.epochs,
            1..=100_000,
            "Passes over the training samples",
        );
        number(
            ui,
            "Batch size",
            &mut experiment.train.batch_size,
            1..=65_536,
            "Samples in a batch",
        );
        ui.label("");
        ui.checkbox(&mut experiment.train.drop_last, "Drop last batch")
            .on_hover_text(
                "Leaves out the last batch of an epoch where it is smaller, unless it is the only one",
            );
        ui.end_row();
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
        number(
            ui,
            "Evaluate every",
            &mut experiment.measure.evaluate_every,
            1..=100_000,
            "Epochs between two evaluations on the test samples",
        );
        number(
            ui,
            "Align every",
            &mut experiment.measure.alignment_every,
            1..=1_000_000,
            "Steps between two measurements of alignment; free where λ is above 0",
        );
        number(
            ui,
            "Truth every (steps)",
            &mut experiment.measure.truth_every,
            0..=1_000_000,
            "Steps between two comparisons with global BP, on at most 64 training samples; 0 turns them off. Each costs about two steps on these samples and changes nothing that is trained. Not under global BP",
        );
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
