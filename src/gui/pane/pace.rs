//! How far and how fast a run trains: a menu beside the buttons of the transport.

use eframe::egui::{
    Button, PopupCloseBehavior, RichText, Slider, Ui,
    containers::menu::{MenuButton, MenuConfig},
};
use layerwise_experiment::Train;
use layerwise_run::Goal;
use layerwise_study::measure::Measure;

use super::field::{choice, fields, number};
use crate::gui::{
    theme,
    wish::{Wish, Wishes},
};

/// Slowest and fastest limit, in steps per second.
const SPEEDS: std::ops::RangeInclusive<f64> = 0.2..=200.0;

/// Kinds of goals, as a person chooses them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Kind {
    #[default]
    EpochEnd,
    Epochs,
    Accuracy,
    Plateau,
    Time,
}

impl Kind {
    const ALL: [Self; 5] = [
        Self::EpochEnd,
        Self::Epochs,
        Self::Accuracy,
        Self::Plateau,
        Self::Time,
    ];

    fn title(self) -> &'static str {
        match self {
            Self::EpochEnd => "End of the epoch",
            Self::Epochs => "Epochs",
            Self::Accuracy => Measure::TestAccuracy.name(),
            Self::Plateau => "Plateau",
            Self::Time => "Time",
        }
    }
}

/// What the menu holds.
#[derive(Clone, Debug)]
pub struct Pace {
    kind: Kind,
    epochs: usize,
    /// In %.
    accuracy: f64,
    /// Evaluations without a smaller test loss.
    evaluations: usize,
    minutes: f64,
    is_limited: bool,
    /// Steps per second.
    speed: f64,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            kind: Kind::default(),
            epochs: 10,
            accuracy: 90.0,
            evaluations: 5,
            minutes: 5.0,
            is_limited: false,
            speed: 5.0,
        }
    }
}

impl Pace {
    /// Most steps in a second, where there is a limit.
    fn speed(&self) -> Option<f64> {
        self.is_limited.then_some(self.speed)
    }

    fn goal(&self) -> Goal {
        match self.kind {
            Kind::EpochEnd => Goal::EpochEnd,
            Kind::Epochs => Goal::Epochs(self.epochs),
            Kind::Accuracy => Goal::Accuracy((self.accuracy / 100.0) as f32),
            Kind::Plateau => Goal::Plateau(self.evaluations),
            Kind::Time => Goal::Seconds(self.minutes * 60.0),
        }
    }

    /// Draws the button and its menu.
    pub fn show(&mut self, ui: &mut Ui, wishes: &mut Wishes) {
        let words = match self.speed() {
            Some(speed) => format!("Pace: {speed:.1}/s"),
            None => "Pace".to_owned(),
        };
        let config = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        let (button, _) = MenuButton::from_button(Button::new(words).min_size([56.0, 30.0].into()))
            .config(config)
            .ui(ui, |ui| self.menu(ui, wishes));
        button.on_hover_text("Train to a goal and hold there, or slow training down to watch it");
    }

    fn menu(&mut self, ui: &mut Ui, wishes: &mut Wishes) {
        // Fields, not entries of a menu.
        ui.reset_style();
        ui.set_min_width(260.0);
        ui.strong("Train to a goal and hold");
        fields(ui, "goal", |ui| {
            choice(ui, "Goal", &mut self.kind, &Kind::ALL, |kind| {
                kind.title().to_owned()
            });
            match self.kind {
                Kind::EpochEnd => {}
                Kind::Epochs => {
                    let hint = "Epochs in all";
                    number(ui, "Epochs", &mut self.epochs, Train::EPOCHS.ends(), hint);
                }
                Kind::Accuracy => {
                    let hint =
                        "Of the last module on the test samples, looked at after evaluations";
                    number(ui, "Accuracy (%)", &mut self.accuracy, 0.1..=100.0, hint);
                }
                Kind::Plateau => {
                    let hint = "Evaluations one after the other without a smaller test loss of the last module";
                    number(ui, "Evaluations", &mut self.evaluations, 1..=10_000, hint);
                }
                Kind::Time => {
                    let hint = "Of training from now on, pauses left out";
                    number(ui, "Minutes", &mut self.minutes, 0.01..=100_000.0, hint);
                }
            }
        });
        let (fill, color) = theme::accent(ui.visuals());
        let words = RichText::new("Train to the goal").color(color);
        if ui.add(Button::new(words).fill(fill)).clicked() {
            wishes.push(Wish::RunTo(self.goal()));
            ui.close();
        }
        ui.separator();
        let mut changed = ui
            .checkbox(&mut self.is_limited, "Limit the speed")
            .on_hover_text("Slows training down so that a class can follow it")
            .changed();
        ui.add_enabled_ui(self.is_limited, |ui| {
            let slider = Slider::new(&mut self.speed, SPEEDS)
                .logarithmic(true)
                .text("steps per second");
            changed |= ui.add(slider).changed();
        });
        if changed {
            wishes.push(Wish::Speed(self.speed()));
        }
    }
}
