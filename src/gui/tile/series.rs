//! Curves of a measure: over steps, and over evaluations.

use layerwise_study::{
    Evaluation, ModuleEvaluation,
    history::History,
    measure::{Measure, Scale},
};

use super::curves::{Curve, Look, MAX_POINTS};

/// A curve of each module or boundary that steps tell of. `after` follows its name.
pub fn over_steps(
    history: &History,
    measure: Measure,
    look: Look,
    scale: Scale,
    after: &str,
) -> Vec<Curve> {
    (0..history.series_count(measure))
        .map(|index| {
            Curve::new(
                format!("{}{after}", history.name_of(measure, index)),
                history.module_of(measure, index),
                look,
                scale,
                history.points(measure, index, MAX_POINTS),
            )
        })
        .collect()
}

/// A curve of each module that was evaluated.
pub fn over_evaluations(history: &History, measure: Measure, scale: Scale) -> Vec<Curve> {
    let newest = history.evaluations().last();
    let modules = newest.map_or(&[][..], |evaluation| &evaluation.modules);
    modules
        .iter()
        .map(|module| {
            let points = history.evaluations().iter().filter_map(|evaluation| {
                let value = measure.of_evaluation(of_module(evaluation, module.number)?)?;
                Some([evaluation.step as f64, value])
            });
            let name = format!("Module {}", module.number);
            Curve::new(name, module.number, Look::Marked, scale, points)
        })
        .filter(|curve| !curve.is_empty())
        .collect()
}

/// What an evaluation tells of a module, by number from 1.
pub fn of_module(evaluation: &Evaluation, number: usize) -> Option<&ModuleEvaluation> {
    let mut modules = evaluation.modules.iter();
    modules.find(|module| module.number == number)
}
