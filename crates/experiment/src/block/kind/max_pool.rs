//! Maxima of windows.

use serde::{Deserialize, Serialize};

use crate::{
    block::{About, Group, Holds, Kind, Tokens, parts::Parts, pooling, setting::field},
    field::{Field, Fields},
    shape::Shape,
};

/// Largest value of each window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaxPool {
    /// Side of a window in pixels.
    pub kernel: usize,
    /// Distance from one window to the next in pixels.
    pub stride: usize,
    /// Pixels added on every side.
    #[serde(default)]
    pub padding: usize,
}

impl Fields for MaxPool {
    const FIELDS: &'static [Field<Self>] = &[field!(kernel), field!(stride), field!(padding)];
}

impl Kind for MaxPool {
    fn sample() -> Self {
        Self {
            kernel: 2,
            stride: 2,
            padding: 0,
        }
    }

    fn about(&self) -> About {
        About {
            title: "Max pooling",
            group: Group::Pooling,
            holds: Holds::Nothing,
            has_closed_form: true,
            has_batch_norm: false,
            tokens: Tokens::Apart,
        }
    }

    fn words(&self) -> String {
        format!("{0}×{0}, stride {1}", self.kernel, self.stride)
    }

    fn shape_after(&self, input: Shape) -> Result<Shape, String> {
        let sizes = input.image_for(self.about().title)?;
        pooling::shape_after(sizes, self.kernel, self.stride, self.padding)
    }

    fn add_parts(&self, output: Shape, parts: &mut Parts) -> Option<()> {
        let input = parts.len();
        parts.push(self.about().title, output, 0, 0);
        parts.keep(input);
        // Where each largest value was, as 64-bit numbers.
        let places = parts.len().saturating_mul(8);
        parts.keep_bytes(places);
        parts.keep_checkpointed(places);
        parts.keep_output();
        parts.keep_closed(places, 0);
        Some(())
    }
}
