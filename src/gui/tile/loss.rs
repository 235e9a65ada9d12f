//! Losses of every module, beside the loss of guessing.

use std::collections::BTreeSet;

use eframe::egui::{ComboBox, Ui};
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

    fn measure(self) -> Measure {
        match self {
            Self::Training => Measure::Loss,
            Self::Test => Measure::TestLoss,
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
    curves: CachedCurves<(u64, Samples, Scale)>,
}

impl View {
    /// Draws the tile.
    pub fn show(&mut self, ui: &mut Ui, context: &TileContext<'_>) {
        let Some(history) = context.history.filter(|history| history.newest().is_some()) else {
            let sentence = "One curve for each module appears here, beside the loss of guessing.";
            empty(ui, "Train to see losses", sentence);
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
                .labelled_by(label)
                .on_hover_ui(|ui| hint(ui, self.samples.measure()));
            ui.checkbox(&mut self.log, "Log axis");
        });
        let samples = self.samples;
        let measure = samples.measure();
        let scale = measure.scale().with_log(self.log);
        let key = (context.revision(history), samples, scale);
        let curves = self.curves.get(key, || {
            context.curves(history, |history| make(history, samples, scale))
        });
        runs::legend(ui, context);
        legend::show(ui, "Module", &entries(history, samples), &mut self.hidden);
        let guessing = (context.experiment.data.class_count() as f64).ln();
        let above = 1.2 * guessing;
        let experiment = context.experiment;
        let any_plain =
            (1..=experiment.module_count()).any(|number| experiment.loss_of(number).is_plain());
        let include: &[f64] = if self.log { &[above] } else { &[0.0, above] };
        CurvePlot {
            name: "loss",
            measure,
            scale,
            level: any_plain.then_some((guessing, "guessing (ln C)")),
            marks: history.changes(),
            hidden: &self.hidden,
            include,
            until: None,
        }
        .show(ui, curves);
    }
}

fn make(history: &History, samples: Samples, scale: Scale) -> Vec<Curve> {
    let measure = samples.measure();
    match samples {
        Samples::Training => over_steps(history, measure, Look::Line, scale, ""),
        Samples::Test => over_evaluations(history, measure, scale),
    }
}

fn entries(history: &History, samples: Samples) -> Vec<Entry> {
    (0..history.series_count(Measure::Loss))
        .map(|index| {
            let module = history.module_of(Measure::Loss, index);
            let measure = samples.measure();
            let value = match samples {
                Samples::Training => history.newest_value(measure, index),
                Samples::Test => history
                    .evaluations()
                    .last()
                    .and_then(|evaluation| measure.of_evaluation(of_module(evaluation, module)?)),
            };
            Entry {
                module,
                name: history.name_of(Measure::Loss, index),
                short: module.to_string(),
                value: value.map(|value| measure.text(value)),
                warning: history.warning_of(module).map(str::to_owned),
            }
        })
        .collect()
}
