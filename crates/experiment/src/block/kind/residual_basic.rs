//! Residual block of two convolutions.

use serde::{Deserialize, Serialize};

use crate::{
    block::{
        About, Group, Holds, Init, Kind, Shortcut, Tokens,
        parts::{Conv, Parts},
        residual,
        setting::{field, one},
        words::with_stride,
    },
    field::{Field, Fields},
    shape::Shape,
};

/// Two 3×3 convolutions with batch norm, and the input added (He et al. 2016). ReLU between
/// and after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResidualBasic {
    /// Output channels.
    pub out: usize,
    /// Of the first convolution.
    #[serde(default = "one")]
    pub stride: usize,
    /// What is added where the shapes differ.
    #[serde(default)]
    pub shortcut: Shortcut,
    /// How the weights start.
    #[serde(default)]
    pub init: Init,
}

impl Fields for ResidualBasic {
    const FIELDS: &'static [Field<Self>] = &[
        field!(channels),
        field!(stride),
        field!(shortcut),
        field!(init),
    ];
}

impl Kind for ResidualBasic {
    fn sample() -> Self {
        Self {
            out: 16,
            stride: 1,
            shortcut: Shortcut::default(),
            init: Init::default(),
        }
    }

    fn about(&self) -> About {
        About {
            title: "Residual basic",
            group: Group::Composite,
            holds: Holds::Weights,
            has_closed_form: false,
            has_batch_norm: true,
            tokens: Tokens::Apart,
        }
    }

    fn words(&self) -> String {
        with_stride(format!("{} channels", self.out), self.stride)
    }

    fn shape_after(&self, input: Shape) -> Result<Shape, String> {
        let sizes = input.image_for(self.about().title)?;
        residual::shape_after(sizes, self.out, self.stride, self.shortcut)
    }

    fn add_parts(&self, _output: Shape, parts: &mut Parts) -> Option<()> {
        let convs = [
            Conv::same(self.out, 3, self.stride),
            Conv::same(self.out, 3, 1),
        ];
        parts.residual(&convs, self.shortcut, self.stride)
    }
}
