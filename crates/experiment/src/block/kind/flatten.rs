//! Vectors of all values.

use serde::{Deserialize, Serialize};

use crate::{
    block::{About, Group, Holds, Kind, Tokens, parts::Parts},
    field::{Field, Fields},
    shape::Shape,
};

/// All values of a sample become a vector.
// Braces, so that serde refuses unknown keys here too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flatten {}

impl Fields for Flatten {
    const FIELDS: &'static [Field<Self>] = &[];
}

impl Kind for Flatten {
    fn sample() -> Self {
        Self {}
    }

    fn about(&self) -> About {
        About {
            title: "Flatten",
            group: Group::Pooling,
            holds: Holds::Nothing,
            has_closed_form: true,
            has_batch_norm: false,
            tokens: Tokens::Apart,
        }
    }

    fn shape_after(&self, input: Shape) -> Result<Shape, String> {
        Ok(Shape::Flat(input.len()))
    }

    fn add_parts(&self, output: Shape, parts: &mut Parts) -> Option<()> {
        parts.push(self.about().title, output, 0, 0);
        Some(())
    }
}
