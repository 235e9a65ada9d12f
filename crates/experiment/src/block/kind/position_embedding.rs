//! Places of tokens.

use serde::{Deserialize, Serialize};

use crate::{
    block::{About, Group, Holds, Kind, Position, Tokens, parts::Parts, setting::field},
    field::{Field, Fields},
    shape::Shape,
};

/// Adds to each token what depends on its place alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PositionEmbedding {
    /// Where it comes from.
    #[serde(default)]
    pub position: Position,
}

impl Fields for PositionEmbedding {
    const FIELDS: &'static [Field<Self>] =
        &[field!(choice position, "Places", Position)
            .hint("What is added to a token for its place")];
}

impl Kind for PositionEmbedding {
    fn sample() -> Self {
        Self {
            position: Position::default(),
        }
    }

    fn about(&self) -> About {
        About {
            title: "Position embedding",
            group: Group::Composite,
            holds: Holds::Values,
            has_closed_form: false,
            has_batch_norm: false,
            tokens: Tokens::Apart,
        }
    }

    fn words(&self) -> String {
        self.position.title().to_lowercase()
    }

    fn shape_after(&self, input: Shape) -> Result<Shape, String> {
        let parts = match input.tokens_for(self.about().title)? {
            Shape::Image(_) => 4,
            Shape::Flat(_) | Shape::Tokens(_) => 2,
        };
        let features = input.features();
        if self.position == Position::Sinusoidal && !features.is_multiple_of(parts) {
            return Err(format!(
                "Sines and cosines need a multiple of {parts} features, but get {features}: choose a learnt embedding or another number"
            ));
        }
        Ok(input)
    }

    fn add_parts(&self, output: Shape, parts: &mut Parts) -> Option<()> {
        let learnt = match self.position {
            Position::Learnt => parts.len(),
            Position::Sinusoidal => 0,
        };
        parts.push("Position embedding", output, learnt, 0);
        Some(())
    }
}
