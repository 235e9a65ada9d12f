//! Ranges of hyper-parameters.

use super::Block;

/// Most features or channels a block may have.
pub const MAX_WIDTH: usize = 65_536;
/// Largest kernel, stride, padding or dilation, in pixels.
pub const MAX_KERNEL: usize = 64;
/// Largest ratio of a hidden layer to what it receives.
pub const MAX_RATIO: f64 = 64.0;

impl Block {
    /// Every hyper-parameter that is out of range, as (key, value, allowed range).
    pub(crate) fn out_of_range(&self) -> Vec<(&'static str, String, String)> {
        let mut found = Vec::new();
        let mut whole = |key, value: usize, low: usize, high: usize| {
            if value < low || value > high {
                found.push((
                    key,
                    value.to_string(),
                    format!("a whole number from {low} to {high}"),
                ));
            }
        };
        match *self {
            Self::Linear { out, .. } => whole("out", out, 1, MAX_WIDTH),
            Self::Conv2d {
                out,
                kernel,
                stride,
                padding,
                dilation,
                groups,
                ..
            } => {
                whole("out", out, 1, MAX_WIDTH);
                whole("kernel", kernel, 1, MAX_KERNEL);
                whole("stride", stride, 1, MAX_KERNEL);
                whole("padding", padding, 0, MAX_KERNEL);
                whole("dilation", dilation, 1, MAX_KERNEL);
                whole("groups", groups, 1, MAX_WIDTH);
            }
            Self::MaxPool {
                kernel,
                stride,
                padding,
            }
            | Self::AvgPool {
                kernel,
                stride,
                padding,
            } => {
                whole("kernel", kernel, 1, MAX_KERNEL);
                whole("stride", stride, 1, MAX_KERNEL);
                whole("padding", padding, 0, MAX_KERNEL);
            }
            Self::ResidualBasic { out, stride, .. } => {
                whole("out", out, 1, MAX_WIDTH);
                whole("stride", stride, 1, MAX_KERNEL);
            }
            Self::ResidualBottleneck {
                out, width, stride, ..
            } => {
                whole("out", out, 1, MAX_WIDTH);
                whole("width", width, 1, MAX_WIDTH);
                whole("stride", stride, 1, MAX_KERNEL);
            }
            Self::GroupNorm { groups, .. } => whole("groups", groups, 1, MAX_WIDTH),
            Self::SeparableConv {
                out,
                kernel,
                stride,
                ..
            } => {
                whole("out", out, 1, MAX_WIDTH);
                whole("kernel", kernel, 1, MAX_KERNEL);
                whole("stride", stride, 1, MAX_KERNEL);
            }
            Self::ConvNext { kernel, .. } => whole("kernel", kernel, 1, MAX_KERNEL),
            Self::PatchEmbedding { out, patch, .. } => {
                whole("out", out, 1, MAX_WIDTH);
                whole("patch", patch, 1, MAX_KERNEL);
            }
            Self::TransformerEncoder { heads, .. } => whole("heads", heads, 1, MAX_WIDTH),
            Self::Swin { heads, window, .. } => {
                whole("heads", heads, 1, MAX_WIDTH);
                whole("window", window, 1, MAX_KERNEL);
            }
            Self::MlpMixer {
                tokens_hidden,
                channels_hidden,
                ..
            } => {
                whole("tokens_hidden", tokens_hidden, 1, MAX_WIDTH);
                whole("channels_hidden", channels_hidden, 1, MAX_WIDTH);
            }
            _ => {}
        }
        if let Self::SeparableConv { kernel, .. } | Self::ConvNext { kernel, .. } = *self
            && kernel.is_multiple_of(2)
        {
            found.push(("kernel", kernel.to_string(), "an odd number".to_owned()));
        }
        let mut real = |key, value: f64, allowed: bool, range: &str| {
            if !allowed {
                found.push((key, value.to_string(), range.to_owned()));
            }
        };
        match *self {
            Self::LeakyRelu { slope } => real(
                "slope",
                slope,
                (0.0..=1.0).contains(&slope),
                "a number from 0 to 1",
            ),
            Self::BatchNorm { momentum, .. } => real(
                "momentum",
                momentum,
                momentum > 0.0 && momentum <= 1.0,
                "a number above 0 and at most 1",
            ),
            Self::Dropout { p } => real(
                "p",
                p,
                (0.0..1.0).contains(&p),
                "a number from 0 to below 1",
            ),
            _ => {}
        }
        if let Self::ConvNext { mlp_ratio, .. }
        | Self::TransformerEncoder { mlp_ratio, .. }
        | Self::Swin { mlp_ratio, .. } = *self
        {
            real(
                "mlp_ratio",
                mlp_ratio,
                mlp_ratio > 0.0 && mlp_ratio <= MAX_RATIO,
                "a number above 0 and at most 64",
            );
        }
        if let Self::ConvNext { layer_scale, .. } = *self {
            real(
                "layer_scale",
                layer_scale,
                (0.0..=10.0).contains(&layer_scale),
                "a number from 0 to 10",
            );
        }
        let share = "a number from 0 to below 1";
        if let Self::TransformerEncoder { dropout, .. }
        | Self::Swin { dropout, .. }
        | Self::MlpMixer { dropout, .. } = *self
        {
            real("dropout", dropout, (0.0..1.0).contains(&dropout), share);
        }
        if let Self::ConvNext { drop_path, .. }
        | Self::TransformerEncoder { drop_path, .. }
        | Self::Swin { drop_path, .. }
        | Self::MlpMixer { drop_path, .. } = *self
        {
            let allowed = (0.0..1.0).contains(&drop_path);
            real("drop_path", drop_path, allowed, share);
        }
        if let Self::BatchNorm { eps, .. }
        | Self::LayerNorm { eps, .. }
        | Self::GroupNorm { eps, .. }
        | Self::ConvNext { eps, .. }
        | Self::TransformerEncoder { eps, .. }
        | Self::Swin { eps, .. }
        | Self::PatchMerging { eps, .. }
        | Self::MlpMixer { eps, .. } = *self
        {
            real(
                "eps",
                eps,
                (1e-30..=1.0).contains(&eps),
                "a number from 1e-30 to 1",
            );
        }
        found
    }
}
