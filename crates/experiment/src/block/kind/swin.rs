//! Swin transformer block.

use serde::{Deserialize, Serialize};

use crate::{
    block::{
        About, Group, Holds, Init, Kind, Tokens, hidden,
        parts::{Parts, product},
        setting::{PIXELS, field, four, norm_eps, xavier},
        transformer::heads_divide,
        words::{divisors, plural},
    },
    field::{Field, Fields},
    shape::Shape,
};

/// A Swin transformer block (Liu et al. 2021, arXiv 2103.14030): as a transformer encoder
/// block, with attention inside square windows and a learnt bias for each relative position.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Swin {
    /// Attention heads.
    pub heads: usize,
    /// Side of a window in tokens.
    #[serde(default = "seven")]
    pub window: usize,
    /// Shifts the windows by half their side, unless one window covers the image.
    #[serde(default)]
    pub shift: bool,
    /// Width of the hidden layer relative to the features.
    #[serde(default = "four")]
    pub mlp_ratio: f64,
    /// Dropout probability after each linear layer but the first of the attention.
    #[serde(default)]
    pub dropout: f64,
    /// Probability that a sample skips a half of the block while training.
    #[serde(default)]
    pub drop_path: f64,
    /// ε of the layer norms.
    #[serde(default = "norm_eps")]
    pub eps: f64,
    /// How the weights start.
    #[serde(default = "xavier")]
    pub init: Init,
}

fn seven() -> usize {
    7
}

impl Fields for Swin {
    const FIELDS: &'static [Field<Self>] = &[
        field!(heads),
        field!(whole window, "Window", PIXELS)
            .hint("Side of a window")
            .unit("tokens"),
        field!(flag shift, "Shifted")
            .hint("Shifts the windows by half their side, unless one window covers the image"),
        field!(mlp_ratio),
        field!(dropout),
        field!(drop_path),
        field!(eps),
        field!(init),
    ];
}

impl Kind for Swin {
    fn sample() -> Self {
        Self {
            heads: 4,
            window: 4,
            shift: false,
            mlp_ratio: four(),
            dropout: 0.0,
            drop_path: 0.0,
            eps: norm_eps(),
            init: xavier(),
        }
    }

    fn about(&self) -> About {
        About {
            title: "Swin block",
            group: Group::Composite,
            holds: Holds::Weights,
            has_closed_form: false,
            has_batch_norm: false,
            // Of images, which have no class token.
            tokens: Tokens::Apart,
        }
    }

    fn words(&self) -> String {
        let shifted = if self.shift { " shifted" } else { "" };
        let heads = plural(self.heads, "head");
        format!("{0}×{0}{shifted} windows, {heads}", self.window)
    }

    fn shape_after(&self, input: Shape) -> Result<Shape, String> {
        let [channels, height, width] = input.image_for(self.about().title)?;
        let window = self.window;
        heads_divide(self.heads, channels)?;
        if !height.is_multiple_of(window) || !width.is_multiple_of(window) {
            return Err(format!(
                "Windows of {window}×{window} do not divide an image of {height}×{width}: choose {}",
                divisors(height, width)
            ));
        }
        Ok(input)
    }

    fn add_parts(&self, _output: Shape, parts: &mut Parts) -> Option<()> {
        let features = parts.shape().features();
        let places = 2 * self.window - 1;
        let biases = product(&[places, places, self.heads]);
        parts.attention(
            self.heads,
            self.window * self.window,
            biases,
            self.dropout,
            self.drop_path,
        );
        let hidden = hidden(features, self.mlp_ratio);
        parts.mlp(hidden, self.dropout, self.drop_path);
        Some(())
    }
}
