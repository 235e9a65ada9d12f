//! What the proof of isolation tells.

use super::describe::{Better, Description, Digits, Of, Scale, Source};

pub const REACH: Description = Description {
    key: "norms",
    name: "Reach of a loss",
    title: "Reach of a loss",
    symbol: "|∂L_k/∂θ_j|",
    formula: "|∂L_k/∂θ_j|, j ≠ k",
    of: Of::LossAndModule,
    scale: Scale::Log,
    better: Better::Towards(0.0),
    digits: Digits::Power,
    explanation: "Gradient of the loss of one module for the parameters of another, heads included: exactly 0 where no gradient crosses a cut",
    sources: &[Source::Isolation(|isolation| &isolation.norms)],
};
