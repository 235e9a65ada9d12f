//! Losses of every module, beside the loss of guessing.

use std::collections::BTreeSet;

use eframe::egui::{ComboBox, Ui};
use layerwise_study::history::{History, Measure};
use serde::{Deserialize, Serialize};

use super::{
    TileContext,
    curves::{CachedCurves, Curve, CurvePlot, Look, MAX_POINTS},
    legend::{self, Entry},
    number::three_digits,
    runs,
};

/// On which samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Samples {
    #[default]
    Training,
    Test,
}

impl Samples {
    fn title(self) -> &'static str {
        match self {
            Self::Training => "Training batch",
            Self::Test => "Test samples",
        }
    }
}

/// The state of the tile.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct View {
    samples: Samples,
    log: bool,
    #[serde(skip)]
    hidden: BTreeSet<usize>,
    #[serde(skip)]
    curves: CachedCurves<(u64, Samples, bool)>,
}

impl View {
    /// Draws the tile.
    pub fn show(&mut self, ui: &mut Ui, context: &TileContext<'_>) {
        let Some(history) = context.history.filter(|history| history.newest().is_some()) else {
            let sentence = "One curve for each module appears here, beside the loss of guessing.";
            super::empty(ui, "Train to see losses", sentence);
            return;
        };
        ui.horizontal_wrapped(|ui| {
            let label = ui.label("Loss on").id;
            ComboBox::from_id_salt("samples")
                .selected_text(self.samples.title())
                .show_ui(ui, |ui| {
                    for samples in [Samples::Training, Samples::Test] {
                        ui.selectable_value(&mut self.samples, samples, samples.title());
                    }
                })
                .response
                .labelled_by(label);
            ui.checkbox(&mut self.log, "Log axis");
        });
        let (samples, log) = (self.samples, self.log);
        let key = (context.revision(history), samples, log);
        let curves = self.curves.get(key, || {
            context.curves(history, |history| make(history, samples, log))
        });
        runs::legend(ui, context);
        legend::show(ui, "Module", &entries(history, samples), &mut self.hidden);
        let guessing = (context.experiment.data.class_count() as f64).ln();
        let above = 1.2 * guessing;
        let experiment = context.experiment;
        let any_plain =
            (1..=experiment.module_count()).any(|number| experiment.loss_of(number).is_plain());
        let include: &[f64] = if log { &[above] } else { &[0.0, above] };
        CurvePlot {
            id: ("loss", usize::from(log) + 2 * samples as usize),
            log,
            percent: false,
            level: any_plain.then_some((guessing, "guessing (ln C)")),
            marks: history.changes(),
            hidden: &self.hidden,
            include,
            until: None,
        }
        .show(ui, curves);
    }
}

fn make(history: &History, samples: Samples, log: bool) -> Vec<Curve> {
    match samples {
        Samples::Training => (0..history.series_count(Measure::Loss))
            .map(|index| {
                Curve::new(
                    history.name_of(Measure::Loss, index),
                    history.module_of(Measure::Loss, index),
                    Look::Line,
                    log,
                    history.points(Measure::Loss, index, MAX_POINTS),
                )
            })
            .collect(),
        Samples::Test => test_curves(history, log, |module| module.test_loss),
    }
}

/// A curve over steps for each module that was evaluated.
pub fn test_curves(
    history: &History,
    log: bool,
    value: impl Fn(&layerwise_study::ModuleEvaluation) -> Option<f32>,
) -> Vec<Curve> {
    let newest = history.evaluations().last();
    let modules = newest.map_or(&[][..], |evaluation| &evaluation.modules);
    modules
        .iter()
        .map(|module| {
            let points = history.evaluations().iter().filter_map(|evaluation| {
                let mut all = evaluation.modules.iter();
                let same = all.find(|other| other.number == module.number)?;
                Some([evaluation.step as f64, f64::from(value(same)?)])
            });
            let name = format!("Module {}", module.number);
            Curve::new(name, module.number, Look::Marked, log, points)
        })
        .filter(|curve| !curve.is_empty())
        .collect()
}

fn entries(history: &History, samples: Samples) -> Vec<Entry> {
    (0..history.series_count(Measure::Loss))
        .map(|index| {
            let module = history.module_of(Measure::Loss, index);
            let value = match samples {
                Samples::Training => history.newest_value(Measure::Loss, index),
                Samples::Test => history.evaluations().last().and_then(|evaluation| {
                    let mut all = evaluation.modules.iter();
                    let found = all.find(|other| other.number == module)?;
                    found.test_loss.map(f64::from)
                }),
            };
            Entry {
                module,
                name: history.name_of(Measure::Loss, index),
                short: module.to_string(),
                value: value.map(three_digits),
                warning: history.warning_of(module).map(str::to_owned),
            }
        })
        .collect()
}
