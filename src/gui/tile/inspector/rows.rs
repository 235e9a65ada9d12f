//! What the inspector says of each quantity: its formula, its value, and what it is.

use layerwise_experiment::MethodKind;
use layerwise_study::{InspectedBoundary, InspectedModule, InspectedUpdate, Isolation, Turn};

/// One quantity.
pub struct Row {
    /// As [`formula`](super::formula::formula) reads it.
    pub formula: String,
    /// None where it does not exist.
    pub value: Option<f64>,
    /// What it is, or why it does not exist.
    pub words: String,
}

impl Row {
    fn new(formula: impl Into<String>, value: f64, words: impl Into<String>) -> Self {
        Self {
            formula: formula.into(),
            value: Some(value),
            words: words.into(),
        }
    }

    /// A quantity that may not exist, and why.
    fn maybe(formula: String, value: Option<f64>, words: &str, why: &str) -> Self {
        let words = if value.is_some() { words } else { why };
        Self {
            formula,
            value,
            words: words.to_owned(),
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
    let k = module.number;
    let [input, output] = [module.input_shape, module.output_shape].map(shape);
    let comes_in = match k {
        1 => "the sample",
        _ => "what comes in",
    };
    [
        Row::new(
            format!("|x_{{{},i}}|", k - 1),
            module.input_norm,
            format!("Length of {comes_in}, {input}"),
        ),
        Row::new(
            format!("|x_{{{k},i}}|"),
            module.output_norm,
            format!("Length of what goes out, {output}"),
        ),
    ]
}

/// What the loss makes of it. The number of the last module is `last`.
pub fn losses(module: &InspectedModule, last: usize, kind: MethodKind) -> [Row; 3] {
    let k = module.number;
    let none = "Under global BP only the last module has a loss";
    let why_sample = match module.loss {
        Some(_) => "The loss of this module is not cross-entropy of one sample alone",
        None => none,
    };
    let (loss, words) = match kind.is_local() {
        true => (k, "How strongly the module's own loss pulls at its output"),
        false => (last, "How strongly the last loss pulls at this output"),
    };
    let why = match idle(module.turn) {
        Some(_) if !kind.is_local() => "Not computed where the last module is frozen",
        Some(_) => "A module that does not learn pulls at nothing",
        None => "The module has no loss",
    };
    let (of_sample, words_of_sample) = match module.smoothing {
        0.0 => (
            format!("ℓ_{{{k},i}} = −ln p_{{{k},i}}(y_i)"),
            "Loss of this sample: cross-entropy with its class".to_owned(),
        ),
        share => (
            format!("ℓ_{{{k},i}} = −Σ_c q_i(c) ln p_{{{k},i}}(c)"),
            format!(
                "Loss of this sample: cross-entropy with q_i, 1 − s for its class plus s/C for each of the C classes, s = {share}"
            ),
        ),
    };
    [
        Row::maybe(of_sample, module.sample_loss, &words_of_sample, why_sample),
        Row::maybe(
            match module.sample_loss {
                Some(_) => format!("L_{k} = 1/B Σ_i ℓ_{{{k},i}}"),
                None => format!("L_{k}"),
            },
            module.loss,
            "Loss of the batch",
            none,
        ),
        Row::maybe(
            format!("|δout_{{{k},i}}| = |B ∂L_{loss}/∂x_{{{k},i}}|"),
            module.delta_out,
            words,
            why,
        ),
    ]
}

/// How a module is moved: its gradients and its update.
pub fn update(
    module: &InspectedModule,
    update: &InspectedUpdate,
    last: usize,
    kind: MethodKind,
) -> Vec<Row> {
    let k = module.number;
    let loss = if kind.is_local() { k } else { last };
    let mut rows = vec![Row::new(
        format!("|∂L_{loss}/∂θ_{k}|"),
        update.loss_gradient,
        "Gradient of the loss for all that the module learns, head included",
    )];
    if module.boundary.is_some() {
        rows.extend([
            Row::new(
                format!("|λ_{k} ∂R_{k}/∂θ_{k}|"),
                update.reconciliation_gradient,
                "Gradient of the weighted reconciliation: 2 λ times that of the slope along v",
            ),
            Row::maybe(
                format!("cos(∂L_{k}/∂θ_{k}, λ_{k} ∂R_{k}/∂θ_{k})"),
                update.cosine,
                "Whether both pull the same way (1) or against each other (−1)",
                "One of the two gradients is zero",
            ),
            Row::new(
                format!("|∂(L_{k} + λ_{k} R_{k})/∂θ_{k}|"),
                update.gradient,
                "What the optimiser gets, before clipping",
            ),
        ]);
    }
    rows.extend([
        Row::new(
            "η",
            update.learning_rate,
            "Learning rate of this step, with the module's factor",
        ),
        Row::new(
            format!("|Δθ_{k}|"),
            update.change,
            "Length of the update, with momentum, weight decay and clipping",
        ),
        Row::maybe(
            format!("L_{loss}(θ_{k} + Δθ_{k})"),
            update.loss_after,
            "Loss of the same batch after this update alone",
            "The module has no loss",
        ),
    ]);
    rows
}

/// Where module `k` meets the one before.
pub fn boundary(k: usize, boundary: &InspectedBoundary) -> Vec<Row> {
    let before = k - 1;
    let asks = format!("δin_{{{k},i}}");
    let follows = format!("δout_{{{before},i}}");
    let apart = format!("v_{{{k},i}}");
    let zero = format!("Module {before} does not pull at this sample");
    vec![
        Row::new(
            format!("|{asks}| = |B ∂L_{k}/∂x_{{{before},i}}|"),
            boundary.delta_in,
            format!("How strongly the loss of module {k} pulls at its input"),
        ),
        Row::maybe(
            format!("cos({asks}, {follows})"),
            boundary.cosine,
            "Whether both modules want this sample moved the same way",
            "One of the two gradients is zero",
        ),
        Row::new(
            format!("|{apart}|²"),
            boundary.squared_distance,
            "Where they differ, v = δin − δout: what this sample adds to R",
        ),
        Row::maybe(
            format!("|{apart}| / |{follows}|"),
            boundary.relative_distance,
            "Relative distance of this sample",
            &zero,
        ),
        Row::maybe(
            format!("|{asks}| / |{follows}|"),
            boundary.norm_ratio,
            "Ratio of the lengths of this sample",
            &zero,
        ),
        Row::new(
            format!("1/B Σ_i cos({asks}, {follows})"),
            boundary.mean_cosine,
            "Mean cosine of the batch",
        ),
        Row::new(
            format!("|v_{k}| / |δout_{before}|"),
            boundary.batch_relative_distance,
            "Relative distance over the whole batch",
        ),
        Row::new(
            format!("|δin_{k}| / |δout_{before}|"),
            boundary.batch_norm_ratio,
            "Ratio of the lengths over the whole batch",
        ),
        Row::new(
            format!("R_{k} = 1/B Σ_i |{apart}|²"),
            boundary.reconciliation,
            "Reconciliation of the batch",
        ),
        Row::new(
            format!("λ_{k}"),
            boundary.lambda,
            "Weight of the reconciliation in L + λ R",
        ),
        Row::new(
            format!("D_v L_{k} = 1/B Σ_i ⟨{asks}, {apart}⟩"),
            boundary.derivative,
            "Slope of the loss along v of each sample",
        ),
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
        _ => "The largest: a gradient crosses a cut",
    };
    let why = match (kind.is_local(), isolation) {
        (false, _) => "Global BP has no cuts",
        (true, None) => "The isolation is measured after the first step",
        (true, Some(_)) => "There is only one module",
    };
    Row::maybe("|∂L_k/∂θ_j|, j ≠ k".to_owned(), off, words, why)
}
