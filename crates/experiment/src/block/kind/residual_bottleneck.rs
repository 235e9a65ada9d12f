//! Residual block of three convolutions.

use serde::{Deserialize, Serialize};

use crate::{
    block::{
        About, Group, Holds, Init, Kind, Shortcut, Tokens,
        parts::{Conv, Parts},
        residual,
        setting::{WIDTH, field, one},
        words::with_stride,
    },
    field::{Field, Fields},
    shape::Shape,
};

/// Convolutions of 1×1, 3×3 and 1×1 with batch norm, and the input added (He et al. 2016).
/// ReLU between and after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResidualBottleneck {
    /// Output channels.
    pub out: usize,
    /// Channels of the 3×3 convolution.
    pub width: usize,
    /// Of the 3×3 convolution.
    #[serde(default = "one")]
    pub stride: usize,
    /// What is added where the shapes differ.
    #[serde(default)]
    pub shortcut: Shortcut,
    /// How the weights start.
    #[serde(default)]
    pub init: Init,
}

impl Fields for ResidualBottleneck {
    const FIELDS: &'static [Field<Self>] = &[
        field!(channels),
        field!(whole width, "Inner channels", WIDTH).hint("Channels of the 3×3 convolution"),
        field!(stride),
        field!(shortcut),
        field!(init),
    ];
}

impl Kind for ResidualBottleneck {
    fn sample() -> Self {
        Self {
            out: 64,
            width: 16,
            stride: 1,
            shortcut: Shortcut::default(),
            init: Init::default(),
        }
    }

    fn about(&self) -> About {
        About {
            title: "Residual bottleneck",
            group: Group::Composite,
            holds: Holds::Weights,
            has_closed_form: false,
            has_batch_norm: true,
            tokens: Tokens::Apart,
        }
    }

    fn words(&self) -> String {
        with_stride(
            format!("{} to {} channels", self.width, self.out),
            self.stride,
        )
    }

    fn shape_after(&self, input: Shape) -> Result<Shape, String> {
        let sizes = input.image_for(self.about().title)?;
        residual::shape_after(sizes, self.out, self.stride, self.shortcut)
    }

    fn add_parts(&self, _output: Shape, parts: &mut Parts) -> Option<()> {
        let convs = [
            Conv::same(self.width, 1, 1),
            Conv::same(self.width, 3, self.stride),
            Conv::same(self.out, 1, 1),
        ];
        parts.residual(&convs, self.shortcut, self.stride)
    }
}
