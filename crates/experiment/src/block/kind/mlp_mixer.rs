//! MLP-Mixer block.

use serde::{Deserialize, Serialize};

use crate::{
    block::{
        About, Group, Holds, Init, Kind, Tokens,
        parts::Parts,
        setting::{WIDTH, field, token_eps, xavier},
    },
    field::{Field, Fields},
    shape::Shape,
};

/// An MLP-Mixer block (Tolstikhin et al. 2021, arXiv 2105.01601): two linear layers along the
/// tokens, then two along the features; layer norm before, the input added after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MlpMixer {
    /// Width of the hidden layer along the tokens.
    pub tokens_hidden: usize,
    /// Width of the hidden layer along the features.
    pub channels_hidden: usize,
    /// Dropout probability after each linear layer.
    #[serde(default)]
    pub dropout: f64,
    /// Probability that a sample skips a half of the block while training.
    #[serde(default)]
    pub drop_path: f64,
    /// ε of the layer norms.
    #[serde(default = "token_eps")]
    pub eps: f64,
    /// How the weights start.
    #[serde(default = "xavier")]
    pub init: Init,
}

impl Fields for MlpMixer {
    const FIELDS: &'static [Field<Self>] = &[
        field!(whole tokens_hidden, "Along tokens", WIDTH)
            .hint("Width of the hidden layer along the tokens"),
        field!(whole channels_hidden, "Along features", WIDTH)
            .hint("Width of the hidden layer along the features"),
        field!(dropout),
        field!(drop_path),
        field!(eps),
        field!(init),
    ];
}

impl Kind for MlpMixer {
    fn sample() -> Self {
        Self {
            tokens_hidden: 32,
            channels_hidden: 256,
            dropout: 0.0,
            drop_path: 0.0,
            eps: token_eps(),
            init: xavier(),
        }
    }

    fn about(&self) -> About {
        About {
            title: "MLP-Mixer block",
            group: Group::Composite,
            holds: Holds::Weights,
            has_closed_form: false,
            has_batch_norm: false,
            tokens: Tokens::Mixed,
        }
    }

    fn words(&self) -> String {
        format!(
            "{} along tokens, {} along features",
            self.tokens_hidden, self.channels_hidden
        )
    }

    fn shape_after(&self, input: Shape) -> Result<Shape, String> {
        input.tokens_for(self.about().title)
    }

    fn add_parts(&self, output: Shape, parts: &mut Parts) -> Option<()> {
        let input = parts.shape();
        let (features, tokens) = (input.features(), input.tokens());
        let title = "Linear along tokens";
        parts.layer_norm();
        let wide = Shape::Tokens([features, self.tokens_hidden]);
        parts.dense(title, tokens, wide, features, true);
        parts.gelu();
        parts.dropout(self.dropout);
        parts.dense(title, self.tokens_hidden, output, features, true);
        parts.dropout(self.dropout);
        parts.drop_path(self.drop_path);
        parts.sum();
        parts.mlp(self.channels_hidden, self.dropout, self.drop_path);
        Some(())
    }
}
