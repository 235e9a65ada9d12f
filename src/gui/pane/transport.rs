//! The bar at the top: what the run does, how far it is, λ and the device.

use eframe::egui::{Align, Button, Label, Layout, ProgressBar, RichText, Spinner, Ui, vec2};
use layerwise_experiment::{
    Experiment,
    words::{
        size::mib,
        time::{duration, speed},
    },
};
use layerwise_study::{Phase, Progress};

use super::pace::Pace;
use crate::gui::{
    command::{Availability, Command},
    session::Session,
    theme,
    widget::lambda_slider,
    wish::{Wish, Wishes},
};

/// Height of the bar's content.
const HEIGHT: f32 = 34.0;
const LAMBDA_WIDTH: f32 = 210.0;
const DEVICE_WIDTH: f32 = 130.0;

/// Draws the bar.
pub fn show(
    ui: &mut Ui,
    experiment: &mut Experiment,
    session: &Session,
    available: &Availability,
    pace: &mut Pace,
    wishes: &mut Wishes,
) {
    ui.horizontal(|ui| {
        for command in [Command::Train, Command::Step, Command::Stop, Command::Reset] {
            let main = command == Command::Train;
            let words = if main {
                train_words(session)
            } else {
                command.text()
            };
            let text = RichText::new(words);
            let mut button = if main {
                let (fill, color) = theme::accent(ui.visuals());
                Button::new(text.color(color).strong()).fill(fill)
            } else {
                Button::new(text)
            };
            button = button.min_size(vec2(if main { 84.0 } else { 56.0 }, 30.0));
            let reason = command.reason(available);
            let hint = match command.shortcut_text(ui.ctx()) {
                Some(shortcut) => format!("{} ({shortcut})", command.tooltip()),
                None => command.tooltip().to_owned(),
            };
            if ui
                .add_enabled(reason.is_none(), button)
                .on_hover_text(hint)
                .on_disabled_hover_text(reason.unwrap_or_default())
                .clicked()
            {
                wishes.push(Wish::Give(command));
            }
            if command == Command::Step {
                pace.show(ui, wishes);
            }
        }
        ui.separator();
        let taken = LAMBDA_WIDTH + DEVICE_WIDTH + 4.0 * ui.spacing().item_spacing.x + 12.0;
        let width = (ui.available_width() - taken).max(80.0);
        column(ui, width, |ui| progress(ui, session.progress()));
        ui.separator();
        ui.allocate_ui_with_layout(
            vec2(LAMBDA_WIDTH, HEIGHT),
            Layout::left_to_right(Align::Center),
            |ui| lambda(ui, experiment),
        );
        ui.separator();
        column(ui, DEVICE_WIDTH, |ui| device(ui, session, experiment));
    });
}

/// Lines below each other in a place of fixed size.
fn column(ui: &mut Ui, width: f32, content: impl FnOnce(&mut Ui)) {
    let layout = Layout::top_down(Align::Min);
    ui.allocate_ui_with_layout(vec2(width, HEIGHT), layout, |ui| {
        ui.set_min_size(vec2(width, HEIGHT));
        ui.spacing_mut().item_spacing.y = 2.0;
        content(ui);
    });
}

fn train_words(session: &Session) -> &'static str {
    if !session.is_alive() {
        "Train"
    } else if session.is_paused() {
        "Resume"
    } else {
        "Pause"
    }
}

fn progress(ui: &mut Ui, progress: Option<&Progress>) {
    let Some(progress) = progress else {
        ui.add_space(8.0);
        ui.weak("Press Train to start");
        return;
    };
    let share = match &progress.loading {
        Some(loading) => loading.share().unwrap_or(0.0),
        None => progress.step as f32 / progress.total_steps.max(1) as f32,
    };
    ui.horizontal(|ui| {
        if matches!(progress.phase, Phase::Preparing | Phase::FirstStep) {
            ui.add(Spinner::new().size(13.0));
        }
        ui.label(RichText::new(progress.phase.title()).strong());
        if let Some(loading) = &progress.loading {
            ui.label(RichText::new(loading.words()).small());
        }
        if progress.total_steps > 0 {
            let text = words(progress);
            let label = Label::new(RichText::new(&text).small()).truncate();
            ui.add(label).on_hover_text(text);
        }
    });
    let (fill, _) = theme::accent(ui.visuals());
    ui.add(
        ProgressBar::new(share)
            .desired_width(ui.available_width())
            .desired_height(6.0)
            .corner_radius(3)
            .fill(fill),
    );
}

/// Steps, epochs, speed and time left in words.
fn words(progress: &Progress) -> String {
    let epoch = progress.step as f64 / progress.steps_per_epoch.max(1) as f64;
    let mut words = format!(
        "step {} of {} · epoch {epoch:.1}",
        progress.step, progress.total_steps
    );
    if progress.phase.is_over() {
        words += &format!(" · {}", duration(progress.seconds_spent));
        return words;
    }
    if let Some(speed) = speed(progress.steps_per_second) {
        words += &format!(" · {speed}");
    }
    if let Some(left) = progress.seconds_left {
        words += &format!(" · {} left", duration(left));
    }
    words
}

fn lambda(ui: &mut Ui, experiment: &mut Experiment) {
    let kind = experiment.method.kind;
    ui.add_enabled_ui(kind.reconciles(), |ui| {
        lambda_slider(ui, &mut experiment.method.lambda, "λ")
            .on_hover_text(
                "Weight of reconciliation, of every module without its own; a run follows at its next step",
            )
            .on_disabled_hover_text(format!("{} has nothing to reconcile", kind.title()));
    });
}

fn device(ui: &mut Ui, session: &Session, experiment: &Experiment) {
    let progress = session.progress();
    let name = progress
        .map(|progress| progress.device.clone())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| format!("Device: {}", experiment.device));
    let short: String = if name.chars().count() > 20 {
        name.chars().take(19).chain(std::iter::once('…')).collect()
    } else {
        name.clone()
    };
    ui.label(RichText::new(short).strong()).on_hover_text(name);
    let memory = progress.map_or(0, |progress| progress.peak_memory_bytes);
    let text = if memory == 0 {
        "Not running".to_owned()
    } else {
        format!("{} at most", mib(memory))
    };
    ui.label(RichText::new(text).small().weak())
        .on_hover_text("Peak memory of this process");
}
