//! Means of whole images.

use serde::{Deserialize, Serialize};

use crate::{
    block::{About, Group, Holds, Kind, Tokens, parts::Parts},
    field::{Field, Fields},
    shape::Shape,
};

/// Mean of each channel over all pixels or tokens; an image or a sequence becomes a vector.
// Braces, so that serde refuses unknown keys here too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GlobalAvgPool {}

impl Fields for GlobalAvgPool {
    const FIELDS: &'static [Field<Self>] = &[];
}

impl Kind for GlobalAvgPool {
    fn sample() -> Self {
        Self {}
    }

    fn about(&self) -> About {
        About {
            title: "Global average pooling",
            group: Group::Pooling,
            holds: Holds::Nothing,
            has_closed_form: true,
            has_batch_norm: false,
            tokens: Tokens::Apart,
        }
    }

    fn shape_after(&self, input: Shape) -> Result<Shape, String> {
        match input {
            Shape::Image(_) | Shape::Tokens(_) => Ok(Shape::Flat(input.features())),
            Shape::Flat(_) => Err(input.is_no_image_for(self.about().title)),
        }
    }

    fn add_parts(&self, output: Shape, parts: &mut Parts) -> Option<()> {
        parts.push(self.about().title, output, 0, 0);
        Some(())
    }
}
