//! What the inspector says of each quantity: its formula, its value, and what it is.

use layerwise_experiment::MethodKind;
use layerwise_study::{
    InspectedBoundary, InspectedModule, InspectedUpdate, Isolation, Turn,
    measure::{Measure, formula::At},
};

/// One quantity.
pub struct Row {
    /// How its value is written.
    pub measure: Measure,
    /// As [`formula`](crate::gui::tile::formula::formula) reads it.
    pub formula: String,
    /// None where it does not exist.
    pub value: Option<f64>,
    /// What it is, or why it does not exist.
    pub words: String,
}

impl Row {
    /// A measure of one module.
    fn new(measure: Measure, at: At, value: Option<f64>) -> Self {
        Self {
            measure,
            formula: measure.formula_at(at),
            value,
            words: measure.explanation_at(at),
        }
    }

    fn with_formula(self, formula: String) -> Self {
        Self { formula, ..self }
    }

    fn with_words(self, words: impl Into<String>) -> Self {
        let words = words.into();
        Self { words, ..self }
    }

    /// Says why where it does not exist.
    fn or(self, why: &str) -> Self {
        match self.value {
            Some(_) => self,
            None => self.with_words(why),
        }
    }
}

/// Why a module does not learn.
pub fn idle(turn: Turn) -> Option<&'static str> {
    match turn {
        Turn::Learns => None,
        Turn::Frozen => Some("frozen: it stays as it is"),
        Turn::HasLearnt => Some("its turn to learn is over"),
        Turn::Waits => Some("its turn to learn has not come"),
    }
}

/// A shape of one sample in words.
fn shape(sizes: [usize; 3]) -> String {
    match sizes {
        [values, 1, 1] => format!("{values} values"),
        [channels, height, width] => format!("{channels}×{height}×{width}"),
    }
}

/// What goes through a module.
pub fn signals(module: &InspectedModule) -> [Row; 2] {
    let at = At::own(module.number);
    let [input, output] = [module.input_shape, module.output_shape].map(shape);
    let row = |measure: Measure| Row::new(measure, at, measure.of_module(module));
    let comes_in = match module.number {
        1 => "Length of the sample",
        _ => Measure::InputNorm.explanation(),
    };
    let goes_out = Measure::OutputNorm.explanation();
    [
        row(Measure::InputNorm).with_words(format!("{comes_in}, {input}")),
        row(Measure::OutputNorm).with_words(format!("{goes_out}, {output}")),
    ]
}

/// A module, and the one whose loss it learns from: under global BP the last one.
fn learning(number: usize, last: usize, kind: MethodKind) -> At {
    At {
        module: number,
        loss: if kind.is_local() { number } else { last },
    }
}

/// What the loss makes of it. The number of the last module is `last`.
pub fn losses(module: &InspectedModule, last: usize, kind: MethodKind) -> [Row; 3] {
    let own = At::own(module.number);
    let none = "Under global BP only the last module has a loss";
    let why_sample = match module.loss {
        Some(_) => "The loss of this module is not cross-entropy of one sample alone",
        None => none,
    };
    let why_pull = match idle(module.turn) {
        Some(_) if !kind.is_local() => "Not computed where the last module is frozen",
        Some(_) => "A module that does not learn pulls at nothing",
        None => "The module has no loss",
    };
    let row = |measure: Measure, at| Row::new(measure, at, measure.of_module(module));

    let mut of_sample = row(Measure::SampleLoss, own);
    if module.smoothing != 0.0 {
        let k = module.number;
        of_sample = of_sample
            .with_formula(format!("ℓ_{{{k},i}} = −Σ_c q_i(c) ln p_{{{k},i}}(c)"))
            .with_words(format!(
                "Loss of this sample: cross-entropy with q_i, 1 − s for its class plus s/C for each of the C classes, s = {}",
                module.smoothing
            ));
    }
    let mut of_batch = row(Measure::Loss, own);
    if module.sample_loss.is_none() {
        // Not the mean of losses of samples.
        of_batch = of_batch.with_formula(Measure::Loss.symbol_at(own));
    }
    let mut pull = row(Measure::DeltaOut, learning(module.number, last, kind));
    if !kind.is_local() {
        pull = pull.with_words("How strongly the last loss pulls at this output");
    }
    [
        of_sample.or(why_sample),
        of_batch.or(none),
        pull.or(why_pull),
    ]
}

/// How a module is moved: its gradients and its update.
pub fn update(
    module: &InspectedModule,
    update: &InspectedUpdate,
    last: usize,
    kind: MethodKind,
) -> Vec<Row> {
    let at = learning(module.number, last, kind);
    let row = |measure: Measure| Row::new(measure, at, measure.of_update(update));
    let mut rows = vec![row(Measure::LossGradient)];
    if module.boundary.is_some() {
        rows.extend([
            row(Measure::ReconciliationGradient),
            row(Measure::GradientCosine).or("One of the two gradients is zero"),
            row(Measure::Gradient),
        ]);
    }
    rows.extend([
        row(Measure::LearningRate),
        row(Measure::UpdateNorm),
        row(Measure::LossAfter).or("The module has no loss"),
    ]);
    rows
}

/// Where module `k` meets the one before.
pub fn boundary(k: usize, boundary: &InspectedBoundary) -> Vec<Row> {
    let row = |measure: Measure| Row::new(measure, At::own(k), measure.of_boundary(boundary));
    let zero = format!("Module {} does not pull at this sample", k - 1);
    vec![
        row(Measure::DeltaIn),
        row(Measure::SampleCosine).or("One of the two gradients is zero"),
        row(Measure::SquaredDistance),
        row(Measure::SampleRelativeDistance).or(&zero),
        row(Measure::SampleNormRatio).or(&zero),
        row(Measure::Cosine),
        row(Measure::RelativeDistance),
        row(Measure::NormRatio),
        row(Measure::Reconciliation),
        row(Measure::Lambda),
        row(Measure::Slope),
    ]
}

/// Why there is nothing to say where a module meets the one before.
pub fn no_boundary(before: &InspectedModule, module: &InspectedModule) -> String {
    let idle = [before, module]
        .into_iter()
        .find_map(|module| Some((module.number, idle(module.turn)?)));
    match idle {
        Some((number, why)) => {
            format!("Nothing to reconcile: module {number} does not learn ({why})")
        }
        None => "Nothing is reconciled here".to_owned(),
    }
}

/// The largest number off the diagonal of the isolation proof; none where there is no such number.
pub fn isolation(isolation: Option<&Isolation>, kind: MethodKind) -> Row {
    let off = isolation.filter(|_| kind.is_local()).and_then(|isolation| {
        let rows = isolation.losses.iter().zip(&isolation.norms);
        let numbers = rows.flat_map(|(&loss, norms)| {
            let norms = (1..).zip(norms).filter(move |(number, _)| *number != loss);
            norms.map(|(_, norm)| *norm)
        });
        // A number that is none is worse than any.
        numbers.reduce(|one, other| {
            if one.is_nan() || other <= one {
                one
            } else {
                other
            }
        })
    });
    let words = match off {
        Some(0.0) => "The largest is exactly 0: no gradient crosses a cut",
        Some(_) | None => "The largest: a gradient crosses a cut",
    };
    let why = if !kind.is_local() {
        "Global BP has no cuts"
    } else if isolation.is_none() {
        "The isolation is measured after the first step"
    } else {
        "There is only one module"
    };
    Row {
        measure: Measure::Reach,
        formula: Measure::Reach.formula().to_owned(),
        value: off,
        words: words.to_owned(),
    }
    .or(why)
}
