//! Depthwise-separable convolution.

use serde::{Deserialize, Serialize};

use crate::{
    block::{
        About, Group, Holds, Init, Kind, Tokens,
        parts::{Conv, Parts},
        setting::{field, one},
        words::with_stride,
    },
    field::{Field, Fields},
    shape::{Shape, slide},
};

/// A k×k convolution of each channel by itself and a 1×1 convolution, each with batch norm and
/// ReLU (Howard et al. 2017, arXiv 1704.04861).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeparableConv {
    /// Output channels.
    pub out: usize,
    /// Odd side of the kernel in pixels; the image is padded by half of it.
    #[serde(default = "three")]
    pub kernel: usize,
    /// Of the convolution of each channel by itself.
    #[serde(default = "one")]
    pub stride: usize,
    /// How the weights start.
    #[serde(default)]
    pub init: Init,
}

fn three() -> usize {
    3
}

impl Fields for SeparableConv {
    const FIELDS: &'static [Field<Self>] = &[
        field!(channels),
        field!(odd_kernel),
        field!(stride),
        field!(init),
    ];
}

impl Kind for SeparableConv {
    fn sample() -> Self {
        Self {
            out: 32,
            kernel: three(),
            stride: 1,
            init: Init::default(),
        }
    }

    fn about(&self) -> About {
        About {
            title: "Separable convolution",
            group: Group::Composite,
            holds: Holds::Weights,
            has_closed_form: false,
            has_batch_norm: true,
            tokens: Tokens::Apart,
        }
    }

    fn words(&self) -> String {
        with_stride(
            format!("{} channels, {1}×{1}", self.out, self.kernel),
            self.stride,
        )
    }

    fn shape_after(&self, input: Shape) -> Result<Shape, String> {
        let [_, height, width] = input.image_for(self.about().title)?;
        let side = |size| slide(size, self.kernel, self.stride, self.kernel / 2, 1);
        Ok(Shape::Image([self.out, side(height)?, side(width)?]))
    }

    fn add_parts(&self, _output: Shape, parts: &mut Parts) -> Option<()> {
        let channels = parts.shape().features();
        let depthwise = Conv::depthwise(channels, self.kernel, self.stride);
        parts.conv("Convolution by channel", &depthwise)?;
        parts.batch_norm();
        parts.relu();
        parts.conv("Convolution", &Conv::same(self.out, 1, 1))?;
        parts.batch_norm();
        parts.relu();
        Some(())
    }
}
