//! Accuracy of every module on the training batches and the test samples.

use std::collections::BTreeSet;

use eframe::egui::Ui;
use layerwise_study::history::{History, Measure};
use serde::{Deserialize, Serialize};

use super::{
    TileContext,
    curves::{CachedCurves, Curve, CurvePlot, Look, MAX_POINTS},
    legend::{self, Entry},
    loss::test_curves,
    runs,
};

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
            super::empty(ui, "Train to see accuracy", sentence);
            return;
        };
        ui.horizontal_wrapped(|ui| {
            ui.label("Test accuracy");
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
            id: ("accuracy", 0),
            log: false,
            percent: true,
            level: None,
            marks: history.changes(),
            hidden: &self.hidden,
            include: &[0.0, 100.0],
            until: None,
        }
        .show(ui, curves);
    }
}

fn make(history: &History, training: bool) -> Vec<Curve> {
    let series = if training {
        history.series_count(Measure::Accuracy)
    } else {
        0
    };
    let mut curves: Vec<Curve> = (0..series)
        .map(|index| {
            let points = history
                .points(Measure::Accuracy, index, MAX_POINTS)
                .map(|[step, share]| [step, 100.0 * share]);
            let name = history.name_of(Measure::Accuracy, index);
            let module = history.module_of(Measure::Accuracy, index);
            let name = format!("{name}, training");
            Curve::new(name, module, Look::Faint, false, points)
        })
        .collect();
    curves.extend(test_curves(history, false, |module| {
        module.test_accuracy.map(|share| 100.0 * share)
    }));
    curves
}

fn entries(history: &History) -> Vec<Entry> {
    (0..history.series_count(Measure::Accuracy))
        .map(|index| {
            let module = history.module_of(Measure::Accuracy, index);
            let newest = history.evaluations().last();
            let value = newest.and_then(|evaluation| {
                let mut all = evaluation.modules.iter();
                let accuracy = all.find(|other| other.number == module)?.test_accuracy;
                // A loss that scores no classes has none.
                Some(accuracy.map_or("–".to_owned(), |share| format!("{:.1} %", 100.0 * share)))
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
