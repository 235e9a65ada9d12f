//! Convolution.

use serde::{Deserialize, Serialize};

use crate::{
    block::{
        About, Group, Holds, Init, Kind, Tokens,
        parts::{Conv, Parts},
        setting::{PIXELS, WIDTH, field, one, yes},
    },
    field::{Field, Fields},
    shape::{Shape, slide},
};

/// 2-D convolution with a square kernel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conv2d {
    /// Output channels.
    pub out: usize,
    /// Side of the kernel in pixels.
    pub kernel: usize,
    /// Distance from one window to the next in pixels.
    #[serde(default = "one")]
    pub stride: usize,
    /// Zeros added on every side, in pixels.
    #[serde(default)]
    pub padding: usize,
    /// Distance of neighbours in the kernel, in pixels.
    #[serde(default = "one")]
    pub dilation: usize,
    /// Groups of channels that do not see each other.
    #[serde(default = "one")]
    pub groups: usize,
    /// Whether a learnt number is added to each channel.
    #[serde(default = "yes")]
    pub bias: bool,
    /// How the weights start.
    #[serde(default)]
    pub init: Init,
}

impl Fields for Conv2d {
    const FIELDS: &'static [Field<Self>] = &[
        field!(channels),
        field!(kernel),
        field!(stride),
        field!(padding),
        field!(whole dilation, "Dilation", PIXELS)
            .hint("Distance of neighbours in the kernel")
            .unit("pixels"),
        field!(whole groups, "Groups", WIDTH).hint("Groups of channels that do not see each other"),
        field!(bias),
        field!(init),
    ];
}

impl Kind for Conv2d {
    fn sample() -> Self {
        Self {
            out: 16,
            kernel: 3,
            stride: 1,
            padding: 1,
            dilation: 1,
            groups: 1,
            bias: true,
            init: Init::default(),
        }
    }

    fn about(&self) -> About {
        About {
            title: "Convolution",
            group: Group::Layer,
            holds: Holds::Weights,
            has_closed_form: true,
            has_batch_norm: false,
            tokens: Tokens::Apart,
        }
    }

    fn words(&self) -> String {
        let mut text = format!("{} channels, {1}×{1}", self.out, self.kernel);
        for (name, value, usual) in [
            ("stride", self.stride, 1),
            ("padding", self.padding, 0),
            ("dilation", self.dilation, 1),
            ("groups", self.groups, 1),
        ] {
            if value != usual {
                text.push_str(&format!(", {name} {value}"));
            }
        }
        text
    }

    fn shape_after(&self, input: Shape) -> Result<Shape, String> {
        let [channels, height, width] = input.image_for(self.about().title)?;
        let Self { out, groups, .. } = *self;
        if !channels.is_multiple_of(groups) || !out.is_multiple_of(groups) {
            return Err(format!(
                "{groups} groups must divide both the {channels} input channels and the {out} output channels"
            ));
        }
        let side = |size| slide(size, self.kernel, self.stride, self.padding, self.dilation);
        Ok(Shape::Image([out, side(height)?, side(width)?]))
    }

    fn add_parts(&self, _output: Shape, parts: &mut Parts) -> Option<()> {
        let Self {
            out,
            kernel,
            stride,
            padding,
            dilation,
            groups,
            bias,
            init: _,
        } = *self;
        let conv = Conv {
            out,
            kernel,
            stride,
            padding,
            dilation,
            groups,
            bias,
        };
        parts.conv("Convolution", &conv)
    }
}
