//! Squeeze and excitation.

use serde::{Deserialize, Serialize};

use crate::{
    block::{
        About, Group, Holds, Init, Kind, Tokens,
        parts::{Conv, Parts},
        setting::{WIDTH, field},
    },
    field::{Field, Fields},
    shape::Shape,
};

/// Scales each channel of an image by a number from 0 to 1 that follows from the means of all
/// channels: two 1×1 convolutions with bias, ReLU between and a sigmoid after (Hu et al. 2018,
/// arXiv 1709.01507).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SqueezeExcite {
    /// Channels between the two convolutions.
    #[serde(default = "squeeze")]
    pub squeeze: usize,
    /// How the weights start.
    #[serde(default)]
    pub init: Init,
}

/// A quarter of the 16 channels that a convolution of the palette has.
fn squeeze() -> usize {
    4
}

impl Fields for SqueezeExcite {
    const FIELDS: &'static [Field<Self>] = &[
        field!(whole squeeze, "Inner channels", WIDTH).hint("Channels between the convolutions"),
        field!(init),
    ];
}

impl Kind for SqueezeExcite {
    fn sample() -> Self {
        Self {
            squeeze: squeeze(),
            init: Init::default(),
        }
    }

    fn about(&self) -> About {
        About {
            title: "Squeeze-excite",
            group: Group::Composite,
            holds: Holds::Weights,
            has_closed_form: false,
            has_batch_norm: false,
            tokens: Tokens::Apart,
        }
    }

    fn words(&self) -> String {
        format!("{} inner channels", self.squeeze)
    }

    fn shape_after(&self, input: Shape) -> Result<Shape, String> {
        input.image_for(self.about().title).map(Shape::Image)
    }

    fn add_parts(&self, output: Shape, parts: &mut Parts) -> Option<()> {
        let channels = output.features();
        let biased = |out| Conv {
            bias: true,
            ..Conv::same(out, 1, 1)
        };
        parts.push("Mean of each channel", Shape::Image([channels, 1, 1]), 0, 0);
        parts.conv("Convolution", &biased(self.squeeze))?;
        parts.relu();
        parts.conv("Convolution", &biased(channels))?;
        parts.smooth("Sigmoid");
        parts.push("Scale", output, 0, 0);
        // What is scaled, and by what.
        parts.keep(parts.len().saturating_add(channels as u64));
        Some(())
    }
}
