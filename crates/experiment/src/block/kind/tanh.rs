//! Hyperbolic tangent.

use serde::{Deserialize, Serialize};

use crate::{
    block::{About, Group, Holds, Kind, Tokens, parts::Parts},
    field::{Field, Fields},
    shape::Shape,
};

/// Hyperbolic tangent.
// Braces, so that serde refuses unknown keys here too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tanh {}

impl Fields for Tanh {
    const FIELDS: &'static [Field<Self>] = &[];
}

impl Kind for Tanh {
    fn sample() -> Self {
        Self {}
    }

    fn about(&self) -> About {
        About {
            title: "Tanh",
            group: Group::Activation,
            holds: Holds::Nothing,
            has_closed_form: true,
            has_batch_norm: false,
            tokens: Tokens::Apart,
        }
    }

    fn add_parts(&self, _output: Shape, parts: &mut Parts) -> Option<()> {
        parts.smooth(self.about().title);
        Some(())
    }
}
