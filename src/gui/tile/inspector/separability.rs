//! How far classes are apart, with the formula of each measure (Papyan, Han & Donoho 2020).

use eframe::egui::{Label, RichText, Ui};
use layerwise_experiment::words::number::NONE;
use layerwise_study::{history::History, measure::Measure};

use crate::gui::{theme, tile::formula::formula};

/// Those that are shown.
const SHOWN: [Measure; 4] = [
    Measure::Nc1,
    Measure::Equinorm,
    Measure::Equiangularity,
    Measure::SelfDuality,
];

/// The newest evaluation, module by module.
pub fn show(ui: &mut Ui, history: &History) {
    let Some(newest) = history.evaluations().last() else {
        ui.weak("It is measured on the test samples at the first evaluation");
        return;
    };
    ui.weak(format!(
        "On the test samples after step {}, of what the head of each module sees",
        newest.step
    ));
    let dark = ui.visuals().dark_mode;
    for measure in SHOWN {
        ui.add_space(theme::SMALL_GAP);
        let color = ui.visuals().strong_text_color();
        ui.label(formula(measure.formula(), color));
        ui.horizontal_wrapped(|ui| {
            for module in &newest.modules {
                let value = measure.of_evaluation(module);
                let value = value.map_or_else(|| NONE.to_owned(), |value| measure.exact(value));
                let color = theme::module_color(module.number, dark);
                ui.label(RichText::new(format!("{}:", module.number)).color(color));
                ui.label(RichText::new(value).strong());
            }
        });
        ui.add(Label::new(RichText::new(measure.explanation()).small().weak()).wrap());
    }
}
