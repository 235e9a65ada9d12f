//! ConvNeXt block.

use serde::{Deserialize, Serialize};

use crate::{
    block::{
        About, Group, Holds, Init, Kind, Tokens, hidden,
        parts::{Conv, Parts},
        setting::{field, four, token_eps, xavier},
    },
    field::{Field, Fields, Real},
    shape::Shape,
};

/// A ConvNeXt block (Liu et al. 2022, arXiv 2201.03545): a k×k convolution of each channel by
/// itself, layer norm over channels, two linear layers with GELU between, a learnt scale, and
/// the input added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConvNext {
    /// Odd side of the kernel in pixels; the image is padded by half of it.
    #[serde(default = "seven")]
    pub kernel: usize,
    /// Width of the hidden layer relative to the channels.
    #[serde(default = "four")]
    pub mlp_ratio: f64,
    /// Where the learnt scale of each channel starts.
    #[serde(default = "layer_scale")]
    pub layer_scale: f64,
    /// Probability that a sample skips the block while training.
    #[serde(default)]
    pub drop_path: f64,
    /// ε of the layer norm.
    #[serde(default = "token_eps")]
    pub eps: f64,
    /// How the weights start.
    #[serde(default = "xavier")]
    pub init: Init,
}

fn seven() -> usize {
    7
}

fn layer_scale() -> f64 {
    1e-6
}

impl Fields for ConvNext {
    const FIELDS: &'static [Field<Self>] = &[
        field!(odd_kernel),
        field!(mlp_ratio),
        field!(real layer_scale, "Scale at start", Real::from_to(0.0, 10.0))
            .hint("Where the learnt scale of each channel starts"),
        field!(drop_path),
        field!(eps),
        field!(init),
    ];
}

impl Kind for ConvNext {
    fn sample() -> Self {
        Self {
            kernel: seven(),
            mlp_ratio: four(),
            layer_scale: layer_scale(),
            drop_path: 0.0,
            eps: token_eps(),
            init: xavier(),
        }
    }

    fn about(&self) -> About {
        About {
            title: "ConvNeXt block",
            group: Group::Composite,
            holds: Holds::Weights,
            has_closed_form: false,
            has_batch_norm: false,
            tokens: Tokens::Apart,
        }
    }

    fn words(&self) -> String {
        format!("{0}×{0}", self.kernel)
    }

    fn shape_after(&self, input: Shape) -> Result<Shape, String> {
        input.image_for(self.about().title).map(Shape::Image)
    }

    fn add_parts(&self, _output: Shape, parts: &mut Parts) -> Option<()> {
        let channels = parts.shape().features();
        let depthwise = Conv {
            bias: true,
            ..Conv::depthwise(channels, self.kernel, 1)
        };
        parts.conv("Convolution by channel", &depthwise)?;
        parts.layer_norm();
        parts.two_layers(hidden(channels, self.mlp_ratio), 0.0);
        parts.push("Scale", parts.shape(), channels as u64, 0);
        parts.keep(parts.len());
        parts.drop_path(self.drop_path);
        parts.sum();
        Some(())
    }
}
