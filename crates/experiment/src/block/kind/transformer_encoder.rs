//! Transformer encoder block.

use serde::{Deserialize, Serialize};

use crate::{
    block::{
        About, Group, Holds, Init, Kind, Tokens, hidden,
        parts::Parts,
        setting::{field, four, token_eps, xavier},
        transformer::heads_divide,
        words::plural,
    },
    field::{Field, Fields},
    shape::Shape,
};

/// A transformer encoder block with layer norm first (Dosovitskiy et al. 2021): attention over
/// all tokens, then two linear layers with GELU between; each with its input added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransformerEncoder {
    /// Attention heads.
    pub heads: usize,
    /// Width of the hidden layer relative to the features.
    #[serde(default = "four")]
    pub mlp_ratio: f64,
    /// Dropout probability after each linear layer but the first of the attention.
    #[serde(default)]
    pub dropout: f64,
    /// Probability that a sample skips a half of the block while training (stochastic depth;
    /// Huang et al. 2016, arXiv 1603.09382).
    #[serde(default)]
    pub drop_path: f64,
    /// ε of the layer norms.
    #[serde(default = "token_eps")]
    pub eps: f64,
    /// How the weights start.
    #[serde(default = "xavier")]
    pub init: Init,
}

impl Fields for TransformerEncoder {
    const FIELDS: &'static [Field<Self>] = &[
        field!(heads),
        field!(mlp_ratio),
        field!(dropout),
        field!(drop_path),
        field!(eps),
        field!(init),
    ];
}

impl Kind for TransformerEncoder {
    fn sample() -> Self {
        Self {
            heads: 4,
            mlp_ratio: four(),
            dropout: 0.0,
            drop_path: 0.0,
            eps: token_eps(),
            init: xavier(),
        }
    }

    fn about(&self) -> About {
        About {
            title: "Transformer encoder",
            group: Group::Composite,
            holds: Holds::Weights,
            has_closed_form: false,
            has_batch_norm: false,
            tokens: Tokens::Mixed,
        }
    }

    fn words(&self) -> String {
        plural(self.heads, "head")
    }

    fn shape_after(&self, input: Shape) -> Result<Shape, String> {
        let input = input.tokens_for(self.about().title)?;
        heads_divide(self.heads, input.features())?;
        Ok(input)
    }

    fn add_parts(&self, _output: Shape, parts: &mut Parts) -> Option<()> {
        let input = parts.shape();
        parts.attention(self.heads, input.tokens(), 0, self.dropout, self.drop_path);
        let hidden = hidden(input.features(), self.mlp_ratio);
        parts.mlp(hidden, self.dropout, self.drop_path);
        Some(())
    }
}
