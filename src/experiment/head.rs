//! The head that turns a module's features into logits.

use serde::{Deserialize, Serialize};

/// Kinds of heads (arXiv 2406.05222, section 3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeadKind {
    /// Fixed simplex equiangular tight frame.
    #[default]
    Etf,
    /// Fixed random unit columns.
    Random,
    /// Learnt linear layer.
    Linear,
}

impl HeadKind {
    /// Every kind, in the order shown to a person.
    pub const ALL: [Self; 3] = [Self::Etf, Self::Random, Self::Linear];

    /// Name on the screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Etf => "ETF (fixed)",
            Self::Random => "Random (fixed)",
            Self::Linear => "Linear (learnt)",
        }
    }

    /// Whether the head's weights stay as they start.
    pub fn is_fixed(self) -> bool {
        self != Self::Linear
    }
}

/// A head with its options.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Head {
    pub kind: HeadKind,
    /// z = s·Wᵀx/‖x‖ instead of Wᵀx. Left out: on for fixed heads, off for a learnt one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub normalize: Option<bool>,
    /// The factor s of normalised features.
    pub scale: f64,
}

impl Default for Head {
    fn default() -> Self {
        Self {
            kind: HeadKind::default(),
            normalize: None,
            scale: 8.0,
        }
    }
}

impl Head {
    /// Whether features are normalised, the default of the kind included.
    pub fn normalizes(&self) -> bool {
        self.normalize.unwrap_or(self.kind.is_fixed())
    }

    /// Number of learnt values for so many features and classes.
    pub fn parameters(&self, features: usize, classes: usize) -> usize {
        if self.kind.is_fixed() {
            0
        } else {
            features * classes + classes
        }
    }
}
