//! Accuracy of every module on the training batches and the test samples.

use std::collections::BTreeSet;

use eframe::egui::Ui;
use layerwise_experiment::words::number::NONE;
use layerwise_study::{
    history::History,
    measure::{Measure, Scale},
};
use serde::{Deserialize, Serialize};

use super::{
    context::{TileContext, empty},
    curves::{CachedCurves, Curve, CurvePlot, Look},
    formula::hint,
    legend::{self, Entry},
    runs,
    series::{of_module, over_evaluations, over_steps},
};

/// What the curves show, beside that of training.
const SHOWN: Measure = Measure::TestAccuracy;

/// The state of the tile.
#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct View {
    training: bool,
    #[serde(skip)]
    hidden: BTreeSet<usize>,
    #[serde(skip)]
    curves: CachedCurves<(u64, bool)>,
}

impl Default for View {
    fn default() -> Self {
        Self {
            training: true,
            hidden: BTreeSet::new(),
            curves: CachedCurves::default(),
        }
    }
}

impl View {
    /// Draws the tile.
    pub fn show(&mut self, ui: &mut Ui, context: &TileContext<'_>) {
        let Some(history) = context.history.filter(|history| history.newest().is_some()) else {
            let sentence = "Accuracy of every module on training batches and test samples \
                            appears here.";
            empty(ui, "Train to see accuracy", sentence);
            return;
        };
        ui.horizontal_wrapped(|ui| {
            ui.label(SHOWN.name()).on_hover_ui(|ui| hint(ui, SHOWN));
            ui.checkbox(&mut self.training, "Training batches, faint");
        });
        let training = self.training;
        let key = (context.revision(history), training);
        let curves = self.curves.get(key, || {
            context.curves(history, |history| make(history, training))
        });
        runs::legend(ui, context);
        legend::show(ui, "Module", &entries(history), &mut self.hidden);
        CurvePlot {
            name: "accuracy",
            measure: SHOWN,
            scale: Scale::Share,
            level: None,
            marks: history.changes(),
            hidden: &self.hidden,
            include: &[0.0, 1.0],
            until: None,
        }
        .show(ui, curves);
    }
}

fn make(history: &History, training: bool) -> Vec<Curve> {
    let mut curves = Vec::new();
    if training {
        let (measure, after) = (Measure::Accuracy, ", training");
        curves = over_steps(history, measure, Look::Faint, Scale::Share, after);
    }
    curves.extend(over_evaluations(history, SHOWN, Scale::Share));
    curves
}

fn entries(history: &History) -> Vec<Entry> {
    (0..history.series_count(Measure::Accuracy))
        .map(|index| {
            let module = history.module_of(Measure::Accuracy, index);
            let newest = history.evaluations().last();
            let value = newest.and_then(|evaluation| {
                let value = SHOWN.of_evaluation(of_module(evaluation, module)?);
                // A loss that scores no classes has none.
                Some(value.map_or_else(|| NONE.to_owned(), |value| SHOWN.text(value)))
            });
            Entry {
                module,
                name: history.name_of(Measure::Accuracy, index),
                short: module.to_string(),
                value,
                warning: history.warning_of(module).map(str::to_owned),
            }
        })
        .collect()
}
