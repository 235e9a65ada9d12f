//! What every step tells of modules and boundaries.

use super::describe::{Better, Description, Digits, Of, Scale, Source, wide};

pub const LOSS: Description = Description {
    key: "loss",
    name: "Loss",
    title: "Loss",
    symbol: "L_k",
    formula: "L_k = 1/B Σ_i ℓ_{k,i}",
    of: Of::Module,
    scale: Scale::Linear,
    better: Better::Lower,
    digits: Digits::Three,
    explanation: "Loss of the batch",
    sources: &[
        Source::Step(|step| wide(&step.loss)),
        Source::Module(|module| module.loss),
    ],
};

pub const ACCURACY: Description = Description {
    key: "accuracy",
    name: "Accuracy",
    title: "Training accuracy",
    symbol: "",
    formula: "1/B Σ_i [argmax_c p_{k,i}(c) = y_i]",
    of: Of::Module,
    scale: Scale::Share,
    better: Better::Higher,
    digits: Digits::Percent,
    explanation: "Share of the training batch that the module classifies correctly, before the step",
    sources: &[Source::Step(|step| wide(&step.accuracy))],
};

pub const COSINE: Description = Description {
    key: "cosine",
    name: "Cosine",
    title: "Cosine of δin and δout",
    symbol: "cos(δin, δout)",
    formula: "1/B Σ_i cos(δin_{k,i}, δout_{k−1,i})",
    of: Of::Boundary,
    scale: Scale::Linear,
    better: Better::Higher,
    digits: Digits::TwoDecimals,
    explanation: "Mean cosine of the batch",
    sources: &[
        Source::Step(|step| wide(&step.cosine)),
        Source::Boundary(|boundary| Some(boundary.mean_cosine)),
    ],
};

pub const RELATIVE_DISTANCE: Description = Description {
    key: "relative_distance",
    name: "Relative distance",
    title: "Relative distance |δin − δout| / |δout|",
    symbol: "|v| / |δout|",
    formula: "|v_k| / |δout_{k−1}|",
    of: Of::Boundary,
    scale: Scale::Log,
    better: Better::Lower,
    digits: Digits::Three,
    explanation: "Relative distance over the whole batch",
    sources: &[
        Source::Step(|step| wide(&step.relative_distance)),
        Source::Boundary(|boundary| Some(boundary.batch_relative_distance)),
    ],
};

pub const NORM_RATIO: Description = Description {
    key: "norm_ratio",
    name: "Norm ratio",
    title: "Norm ratio |δin| / |δout|",
    symbol: "|δin| / |δout|",
    formula: "|δin_k| / |δout_{k−1}|",
    of: Of::Boundary,
    scale: Scale::Log,
    better: Better::Towards(1.0),
    digits: Digits::Three,
    explanation: "Ratio of the lengths over the whole batch",
    sources: &[
        Source::Step(|step| wide(&step.norm_ratio)),
        Source::Boundary(|boundary| Some(boundary.batch_norm_ratio)),
    ],
};

pub const RECONCILIATION: Description = Description {
    key: "reconciliation",
    name: "Reconciliation",
    title: "Reconciliation R",
    symbol: "R_k",
    formula: "R_k = 1/B Σ_i |v_{k,i}|²",
    of: Of::Boundary,
    scale: Scale::Log,
    better: Better::Lower,
    digits: Digits::Three,
    explanation: "Reconciliation of the batch",
    sources: &[
        Source::Step(|step| wide(&step.reconciliation)),
        Source::Boundary(|boundary| Some(boundary.reconciliation)),
    ],
};

pub const LAMBDA: Description = Description {
    key: "lambda",
    name: "λ",
    title: "Weight of reconciliation λ",
    symbol: "λ_k",
    formula: "λ_k",
    of: Of::Boundary,
    scale: Scale::Linear,
    better: Better::Neither,
    digits: Digits::Three,
    explanation: "Weight of the reconciliation in L + λ R",
    sources: &[
        Source::Step(|step| step.lambda.clone()),
        Source::Boundary(|boundary| Some(boundary.lambda)),
    ],
};
