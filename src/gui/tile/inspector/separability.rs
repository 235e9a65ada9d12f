//! How far classes are apart, with the formula of each measure (Papyan, Han & Donoho 2020).

use eframe::egui::{Label, RichText, Ui};
use layerwise_study::{Separability, history::History};

use super::formula::formula;
use crate::gui::{theme, tile::number::three_digits};

/// A measure of neural collapse.
pub struct Measure {
    pub formula: &'static str,
    words: &'static str,
    value: fn(&Separability) -> Option<f32>,
}

pub const MEASURES: [Measure; 4] = [
    Measure {
        formula: "NC1 = tr(Σ_W Σ_B^†) / C",
        words: "Spread within classes against spread between them; 0 when every sample lies on its class mean",
        value: |it| Some(it.nc1),
    },
    Measure {
        formula: "equinorm = std |μ_c − μ| / mean |μ_c − μ|",
        words: "Spread of the lengths of centred class means; 0 when all are equal",
        value: |it| Some(it.equinorm),
    },
    Measure {
        formula: "equiangularity = mean |cos(μ_c − μ, μ_d − μ) + 1/(C−1)|",
        words: "Over pairs of classes c and d; 0 at the ideal angles",
        value: |it| Some(it.equiangularity),
    },
    Measure {
        formula: "self-duality = | W/|W| − M/|M| |",
        words: "Distance between the head W and the centred class means M; 0 when they line up",
        value: |it| it.self_duality,
    },
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
    for measure in MEASURES {
        ui.add_space(theme::SMALL_GAP);
        let color = ui.visuals().strong_text_color();
        ui.label(formula(measure.formula, color));
        ui.horizontal_wrapped(|ui| {
            for module in &newest.modules {
                let value = (measure.value)(&module.separability).map(f64::from);
                let value = value.map_or_else(|| "–".to_owned(), three_digits);
                let color = theme::module_color(module.number, dark);
                ui.label(RichText::new(format!("{}:", module.number)).color(color));
                ui.label(RichText::new(value).strong());
            }
        });
        ui.add(Label::new(RichText::new(measure.words).small().weak()).wrap());
    }
}
