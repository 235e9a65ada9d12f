//! Dropout.

use serde::{Deserialize, Serialize};

use crate::{
    block::{About, Group, Holds, Kind, Tokens, parts::Parts, setting::field},
    field::{Field, Fields, Real},
    shape::Shape,
};

/// Sets values to zero with probability `p` while training and scales the rest by 1/(1−p).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dropout {
    /// Probability.
    #[serde(default = "half")]
    pub p: f64,
}

fn half() -> f64 {
    0.5
}

impl Fields for Dropout {
    const FIELDS: &'static [Field<Self>] = &[field!(real p, "Probability", Real::share())
        .hint("Probability that a value is set to zero while training")];
}

impl Kind for Dropout {
    fn sample() -> Self {
        Self { p: half() }
    }

    fn about(&self) -> About {
        About {
            title: "Dropout",
            group: Group::Pooling,
            holds: Holds::Nothing,
            has_closed_form: true,
            has_batch_norm: false,
            tokens: Tokens::Apart,
        }
    }

    fn words(&self) -> String {
        format!("p = {}", self.p)
    }

    fn add_parts(&self, _output: Shape, parts: &mut Parts) -> Option<()> {
        parts.dropout(self.p);
        Some(())
    }
}
