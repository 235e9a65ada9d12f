//! What the inspection of a step tells of how a module is moved. Gradients are over all that the module
//! learns, head included; lengths are Euclidean.

use super::describe::{Better, Description, Digits, Of, Scale, Source};

pub const SLOPE: Description = Description {
    key: "derivative",
    name: "Slope along v",
    title: "Slope of the loss along v",
    symbol: "D_v L_k",
    formula: "D_v L_k = 1/B Σ_i ⟨δin_{k,i}, v_{k,i}⟩",
    of: Of::Boundary,
    scale: Scale::Linear,
    better: Better::Neither,
    digits: Digits::Three,
    explanation: "Slope of the loss along v of each sample",
    sources: &[Source::Boundary(|boundary| Some(boundary.derivative))],
};

pub const LOSS_GRADIENT: Description = Description {
    key: "loss_gradient",
    name: "Gradient of the loss",
    title: "Gradient of the loss",
    symbol: "|∂L_k/∂θ_k|",
    formula: "|∂L_k/∂θ_k|",
    of: Of::Module,
    scale: Scale::Log,
    better: Better::Neither,
    digits: Digits::Three,
    explanation: "Gradient of the loss for all that the module learns, head included",
    sources: &[Source::Update(|update| Some(update.loss_gradient))],
};

pub const RECONCILIATION_GRADIENT: Description = Description {
    key: "reconciliation_gradient",
    name: "Gradient of the reconciliation",
    title: "Gradient of the weighted reconciliation",
    symbol: "|λ_k ∂R_k/∂θ_k|",
    formula: "|λ_k ∂R_k/∂θ_k|",
    of: Of::Module,
    scale: Scale::Log,
    better: Better::Neither,
    digits: Digits::Three,
    explanation: "Gradient of the weighted reconciliation: 2 λ times that of the slope along v",
    sources: &[Source::Update(|update| {
        Some(update.reconciliation_gradient)
    })],
};

pub const COSINE: Description = Description {
    key: "cosine",
    name: "Cosine of the gradients",
    title: "Cosine of both gradients",
    symbol: "cos(∂L_k/∂θ_k, λ_k ∂R_k/∂θ_k)",
    formula: "cos(∂L_k/∂θ_k, λ_k ∂R_k/∂θ_k)",
    of: Of::Module,
    scale: Scale::Linear,
    better: Better::Neither,
    digits: Digits::TwoDecimals,
    explanation: "Whether both pull the same way (1) or against each other (−1)",
    sources: &[Source::Update(|update| update.cosine)],
};

pub const GRADIENT: Description = Description {
    key: "gradient",
    name: "Gradient",
    title: "Gradient that the module follows",
    symbol: "|∂(L_k + λ_k R_k)/∂θ_k|",
    formula: "|∂(L_k + λ_k R_k)/∂θ_k|",
    of: Of::Module,
    scale: Scale::Log,
    better: Better::Neither,
    digits: Digits::Three,
    explanation: "What the optimiser gets, before clipping",
    sources: &[Source::Update(|update| Some(update.gradient))],
};

pub const LEARNING_RATE: Description = Description {
    key: "learning_rate",
    name: "Learning rate",
    title: "Learning rate",
    symbol: "η",
    formula: "η",
    of: Of::Module,
    scale: Scale::Log,
    better: Better::Neither,
    digits: Digits::Three,
    explanation: "Learning rate of this step, with the module's factor",
    sources: &[Source::Update(|update| Some(update.learning_rate))],
};

pub const CHANGE: Description = Description {
    key: "change",
    name: "Update",
    title: "Length of the update",
    symbol: "|Δθ_k|",
    formula: "|Δθ_k|",
    of: Of::Module,
    scale: Scale::Log,
    better: Better::Neither,
    digits: Digits::Three,
    explanation: "Length of the update, with momentum, weight decay and clipping",
    sources: &[Source::Update(|update| Some(update.change))],
};

pub const LOSS_AFTER: Description = Description {
    key: "loss_after",
    name: "Loss after the update",
    title: "Loss after the update",
    symbol: "L_k(θ_k + Δθ_k)",
    formula: "L_k(θ_k + Δθ_k)",
    of: Of::Module,
    scale: Scale::Linear,
    better: Better::Lower,
    digits: Digits::Three,
    explanation: "Loss of the same batch after this update alone",
    sources: &[Source::Update(|update| update.loss_after)],
};
