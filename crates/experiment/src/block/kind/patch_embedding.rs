//! Tokens of patches.

use serde::{Deserialize, Serialize};

use crate::{
    block::{
        About, Group, Holds, Init, Kind, Tokens,
        parts::{Conv, Parts},
        setting::{PIXELS, field, xavier},
        words::divisors,
    },
    field::{Field, Fields},
    shape::Shape,
};

/// Square patches of an image, each mapped to one token by the same linear layer (Dosovitskiy
/// et al. 2021, arXiv 2010.11929). Tokens stay in their grid as an image, or form a sequence
/// behind a class token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatchEmbedding {
    /// Features of a token.
    pub out: usize,
    /// Side of a patch in pixels.
    pub patch: usize,
    /// Puts a learnt token first, which the head reads; without it heads read the mean.
    #[serde(default)]
    pub class_token: bool,
    /// How the weights start.
    #[serde(default = "xavier")]
    pub init: Init,
}

impl Fields for PatchEmbedding {
    const FIELDS: &'static [Field<Self>] = &[
        field!(features),
        field!(whole patch, "Patch", PIXELS)
            .hint("Side of a patch")
            .unit("pixels"),
        field!(flag class_token, "Class token").hint(
            "Puts a learnt token first, which the head reads; without it heads read the mean",
        ),
        field!(init),
    ];
}

impl Kind for PatchEmbedding {
    fn sample() -> Self {
        Self {
            out: 64,
            patch: 4,
            class_token: false,
            init: xavier(),
        }
    }

    fn about(&self) -> About {
        About {
            title: "Patch embedding",
            group: Group::Composite,
            holds: Holds::Weights,
            has_closed_form: false,
            has_batch_norm: false,
            tokens: if self.class_token {
                Tokens::Begun
            } else {
                Tokens::Apart
            },
        }
    }

    fn words(&self) -> String {
        let token = if self.class_token {
            ", class token"
        } else {
            ""
        };
        format!("{0}×{0} to {1} features{token}", self.patch, self.out)
    }

    fn shape_after(&self, input: Shape) -> Result<Shape, String> {
        let [_, height, width] = input.image_for(self.about().title)?;
        let Self { out, patch, .. } = *self;
        if !height.is_multiple_of(patch) || !width.is_multiple_of(patch) {
            return Err(format!(
                "Patches of {patch}×{patch} do not divide an image of {height}×{width}: choose {}",
                divisors(height, width)
            ));
        }
        let (rows, columns) = (height / patch, width / patch);
        Ok(if self.class_token {
            Shape::Tokens([out, rows * columns + 1])
        } else {
            Shape::Image([out, rows, columns])
        })
    }

    fn add_parts(&self, output: Shape, parts: &mut Parts) -> Option<()> {
        let conv = Conv {
            padding: 0,
            bias: true,
            ..Conv::same(self.out, self.patch, self.patch)
        };
        parts.conv("Convolution", &conv)?;
        if self.class_token {
            parts.push("Class token", output, self.out as u64, 0);
        }
        Some(())
    }
}
