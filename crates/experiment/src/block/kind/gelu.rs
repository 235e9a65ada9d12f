//! Gaussian error linear unit.

use serde::{Deserialize, Serialize};

use crate::{
    block::{About, Group, Holds, Kind, Tokens, parts::Parts},
    field::{Field, Fields},
    shape::Shape,
};

/// x·Φ(x), exact.
// Braces, so that serde refuses unknown keys here too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gelu {}

impl Fields for Gelu {
    const FIELDS: &'static [Field<Self>] = &[];
}

impl Kind for Gelu {
    fn sample() -> Self {
        Self {}
    }

    fn about(&self) -> About {
        About {
            title: "GELU",
            group: Group::Activation,
            holds: Holds::Nothing,
            has_closed_form: true,
            has_batch_norm: false,
            tokens: Tokens::Apart,
        }
    }

    fn add_parts(&self, _output: Shape, parts: &mut Parts) -> Option<()> {
        parts.gelu();
        Some(())
    }
}
