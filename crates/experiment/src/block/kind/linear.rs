//! Fully connected layer.

use serde::{Deserialize, Serialize};

use crate::{
    block::{
        About, Group, Holds, Init, Kind, Tokens,
        parts::Parts,
        setting::{field, yes},
    },
    field::{Field, Fields},
    shape::Shape,
};

/// Fully connected layer on vectors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Linear {
    /// Output features.
    pub out: usize,
    /// Whether a learnt number is added to each output.
    #[serde(default = "yes")]
    pub bias: bool,
    /// How the weights start.
    #[serde(default)]
    pub init: Init,
}

impl Fields for Linear {
    const FIELDS: &'static [Field<Self>] = &[field!(features), field!(bias), field!(init)];
}

impl Kind for Linear {
    fn sample() -> Self {
        Self {
            out: 64,
            bias: true,
            init: Init::default(),
        }
    }

    fn about(&self) -> About {
        About {
            title: "Linear",
            group: Group::Layer,
            holds: Holds::Weights,
            has_closed_form: true,
            has_batch_norm: false,
            tokens: Tokens::Apart,
        }
    }

    fn words(&self) -> String {
        format!("{} features", self.out)
    }

    fn shape_after(&self, input: Shape) -> Result<Shape, String> {
        match input {
            Shape::Flat(_) => Ok(Shape::Flat(self.out)),
            Shape::Image(_) => Err(format!("Flatten this {input} image first")),
            Shape::Tokens(_) => Err(format!("Pool or flatten these {input} first")),
        }
    }

    fn add_parts(&self, output: Shape, parts: &mut Parts) -> Option<()> {
        let inputs = parts.shape().len();
        parts.dense("Linear", inputs, output, 1, self.bias);
        Some(())
    }
}
