//! What a comparison with the truth, global BP on the same network, tells of modules and boundaries.

use super::describe::{Better, Description, Digits, Of, Scale, Source, wide};

pub const AT_BOUNDARY: Description = Description {
    key: "boundary_cosine",
    name: "Truth: boundary",
    title: "Truth: boundary",
    symbol: "",
    formula: "1/B Σ_i cos(δout_{k−1,i}, B ∂L_K/∂x_{k−1,i})",
    of: Of::Boundary,
    scale: Scale::Linear,
    better: Better::Higher,
    digits: Digits::TwoDecimals,
    explanation: "Mean cosine of δout with the gradient that global BP would send to the same boundary: 1 where the module moves its output as global BP would",
    sources: &[Source::Truth(|truth| wide(&truth.boundary_cosine))],
};

pub const OF_PARAMETERS: Description = Description {
    key: "parameter_cosine",
    name: "Truth: parameters",
    title: "Truth: parameters",
    symbol: "",
    formula: "cos(∂(L_k + λ_k R_k)/∂θ_k, ∂L_K/∂θ_k)",
    of: Of::Module,
    scale: Scale::Linear,
    better: Better::Higher,
    digits: Digits::TwoDecimals,
    explanation: "Cosine of the gradient that each module follows with that of global BP for the same parameters, heads left out",
    sources: &[Source::Truth(|truth| wide(&truth.parameter_cosine))],
};

pub const LOSS_CHANGE: Description = Description {
    key: "loss_change",
    name: "Change of the next loss",
    title: "Change of the next loss",
    symbol: "ΔL_k",
    formula: "ΔL_k = L_k(θ_{k−1} + Δθ_{k−1}) − L_k(θ_{k−1})",
    of: Of::Boundary,
    scale: Scale::Linear,
    better: Better::Lower,
    digits: Digits::Three,
    explanation: "How the update of the module before a boundary changed the loss of the module behind it",
    sources: &[Source::Truth(|truth| wide(&truth.loss_change))],
};

pub const PREDICTED_CHANGE: Description = Description {
    key: "predicted_change",
    name: "Predicted change",
    title: "Change of the next loss, predicted",
    symbol: "",
    formula: "1/B Σ_i ⟨δin_{k,i}, Δx_{k−1,i}⟩",
    of: Of::Boundary,
    scale: Scale::Linear,
    better: Better::Lower,
    digits: Digits::Three,
    explanation: "The same as δin predicts it, in first order",
    sources: &[Source::Truth(|truth| wide(&truth.predicted_change))],
};
