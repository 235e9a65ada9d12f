//! What the inspection of a step tells of one sample (arXiv 2406.05222).

use super::describe::{Better, Description, Digits, Of, Scale, Source};

pub const INPUT_NORM: Description = Description {
    key: "input_norm",
    name: "Input",
    title: "Length of the input",
    symbol: "|x_{k−1,i}|",
    formula: "|x_{k−1,i}|",
    of: Of::Module,
    scale: Scale::Linear,
    better: Better::Neither,
    digits: Digits::Three,
    explanation: "Length of what comes in",
    sources: &[Source::Module(|module| Some(module.input_norm))],
};

pub const OUTPUT_NORM: Description = Description {
    key: "output_norm",
    name: "Output",
    title: "Length of the output",
    symbol: "|x_{k,i}|",
    formula: "|x_{k,i}|",
    of: Of::Module,
    scale: Scale::Linear,
    better: Better::Neither,
    digits: Digits::Three,
    explanation: "Length of what goes out",
    sources: &[Source::Module(|module| Some(module.output_norm))],
};

pub const LOSS: Description = Description {
    key: "sample_loss",
    name: "Loss of the sample",
    title: "Loss of the sample",
    symbol: "ℓ_{k,i}",
    formula: "ℓ_{k,i} = −ln p_{k,i}(y_i)",
    of: Of::Module,
    scale: Scale::Linear,
    better: Better::Lower,
    digits: Digits::Three,
    explanation: "Loss of this sample: cross-entropy with its class",
    sources: &[Source::Module(|module| module.sample_loss)],
};

pub const DELTA_OUT: Description = Description {
    key: "delta_out",
    name: "δout",
    title: "Length of δout",
    symbol: "|δout_{k,i}|",
    formula: "|δout_{k,i}| = |B ∂L_k/∂x_{k,i}|",
    of: Of::Module,
    scale: Scale::Log,
    better: Better::Neither,
    digits: Digits::Three,
    explanation: "How strongly the module's own loss pulls at its output",
    sources: &[Source::Module(|module| module.delta_out)],
};

pub const DELTA_IN: Description = Description {
    key: "delta_in",
    name: "δin",
    title: "Length of δin",
    symbol: "|δin_{k,i}|",
    formula: "|δin_{k,i}| = |B ∂L_k/∂x_{k−1,i}|",
    of: Of::Boundary,
    scale: Scale::Log,
    better: Better::Neither,
    digits: Digits::Three,
    explanation: "How strongly the loss of module k pulls at its input",
    sources: &[Source::Boundary(|boundary| Some(boundary.delta_in))],
};

pub const COSINE: Description = Description {
    key: "cosine",
    name: "Cosine of the sample",
    title: "Cosine of δin and δout of the sample",
    symbol: "cos(δin_{k,i}, δout_{k−1,i})",
    formula: "cos(δin_{k,i}, δout_{k−1,i})",
    of: Of::Boundary,
    scale: Scale::Linear,
    better: Better::Higher,
    digits: Digits::TwoDecimals,
    explanation: "Whether both modules want this sample moved the same way",
    sources: &[Source::Boundary(|boundary| boundary.cosine)],
};

pub const SQUARED_DISTANCE: Description = Description {
    key: "squared_distance",
    name: "Squared distance",
    title: "Squared distance of δin and δout of the sample",
    symbol: "|v_{k,i}|²",
    formula: "|v_{k,i}|²",
    of: Of::Boundary,
    scale: Scale::Log,
    better: Better::Lower,
    digits: Digits::Three,
    explanation: "Where they differ, v = δin − δout: what this sample adds to R",
    sources: &[Source::Boundary(|boundary| Some(boundary.squared_distance))],
};

pub const RELATIVE_DISTANCE: Description = Description {
    key: "relative_distance",
    name: "Relative distance of the sample",
    title: "Relative distance of the sample",
    symbol: "|v_{k,i}| / |δout_{k−1,i}|",
    formula: "|v_{k,i}| / |δout_{k−1,i}|",
    of: Of::Boundary,
    scale: Scale::Log,
    better: Better::Lower,
    digits: Digits::Three,
    explanation: "Relative distance of this sample",
    sources: &[Source::Boundary(|boundary| boundary.relative_distance)],
};

pub const NORM_RATIO: Description = Description {
    key: "norm_ratio",
    name: "Norm ratio of the sample",
    title: "Norm ratio of the sample",
    symbol: "|δin_{k,i}| / |δout_{k−1,i}|",
    formula: "|δin_{k,i}| / |δout_{k−1,i}|",
    of: Of::Boundary,
    scale: Scale::Log,
    better: Better::Towards(1.0),
    digits: Digits::Three,
    explanation: "Ratio of the lengths of this sample",
    sources: &[Source::Boundary(|boundary| boundary.norm_ratio)],
};
