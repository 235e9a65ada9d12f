//! Fewer tokens.

use serde::{Deserialize, Serialize};

use crate::{
    block::{
        About, Group, Holds, Init, Kind, Tokens,
        parts::Parts,
        setting::{field, norm_eps, xavier},
    },
    field::{Field, Fields},
    shape::Shape,
};

/// Joins each 2×2 tokens of an image to one with twice the channels: layer norm and a linear
/// layer without bias (Liu et al. 2021).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatchMerging {
    /// ε of the layer norm.
    #[serde(default = "norm_eps")]
    pub eps: f64,
    /// How the weights start.
    #[serde(default = "xavier")]
    pub init: Init,
}

impl Fields for PatchMerging {
    const FIELDS: &'static [Field<Self>] = &[field!(eps), field!(init)];
}

impl Kind for PatchMerging {
    fn sample() -> Self {
        Self {
            eps: norm_eps(),
            init: xavier(),
        }
    }

    fn about(&self) -> About {
        About {
            title: "Patch merging",
            group: Group::Composite,
            holds: Holds::Weights,
            has_closed_form: false,
            has_batch_norm: false,
            tokens: Tokens::Apart,
        }
    }

    fn shape_after(&self, input: Shape) -> Result<Shape, String> {
        let [channels, height, width] = input.image_for(self.about().title)?;
        if !height.is_multiple_of(2) || !width.is_multiple_of(2) {
            return Err(format!(
                "Groups of 2×2 do not divide an image of {height}×{width}: choose an even size"
            ));
        }
        Ok(Shape::Image([channels * 2, height / 2, width / 2]))
    }

    fn add_parts(&self, output: Shape, parts: &mut Parts) -> Option<()> {
        let Shape::Image([channels, height, width]) = parts.shape() else {
            return None;
        };
        parts.regroup(Shape::Image([4 * channels, height / 2, width / 2]));
        parts.layer_norm();
        let tokens = parts.shape().tokens();
        parts.dense("Linear", 4 * channels, output, tokens, false);
        Some(())
    }
}
