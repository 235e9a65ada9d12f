//! Hyper-parameters in words.

use super::{Block, NormOver};

impl Block {
    /// The hyper-parameters in a few words, empty where there are none.
    pub fn summary(&self) -> String {
        match self {
            Self::Linear { out, .. } => format!("{out} features"),
            Self::Conv2d {
                out,
                kernel,
                stride,
                padding,
                dilation,
                groups,
                ..
            } => {
                let mut text = format!("{out} channels, {kernel}×{kernel}");
                for (name, value, usual) in [
                    ("stride", stride, 1),
                    ("padding", padding, 0),
                    ("dilation", dilation, 1),
                    ("groups", groups, 1),
                ] {
                    if *value != usual {
                        text.push_str(&format!(", {name} {value}"));
                    }
                }
                text
            }
            Self::ResidualBasic { out, stride, .. } => {
                with_stride(format!("{out} channels"), *stride)
            }
            Self::ResidualBottleneck {
                out, width, stride, ..
            } => with_stride(format!("{width} to {out} channels"), *stride),
            Self::SeparableConv {
                out,
                kernel,
                stride,
                ..
            } => with_stride(format!("{out} channels, {kernel}×{kernel}"), *stride),
            Self::ConvNext { kernel, .. } => format!("{kernel}×{kernel}"),
            Self::PatchEmbedding {
                out,
                patch,
                class_token,
                ..
            } => {
                let token = if *class_token { ", class token" } else { "" };
                format!("{patch}×{patch} to {out} features{token}")
            }
            Self::PositionEmbedding { position } => position.title().to_lowercase(),
            Self::TransformerEncoder { heads, .. } => plural(*heads, "head"),
            Self::Swin {
                heads,
                window,
                shift,
                ..
            } => {
                let shifted = if *shift { " shifted" } else { "" };
                format!(
                    "{window}×{window}{shifted} windows, {}",
                    plural(*heads, "head")
                )
            }
            Self::MlpMixer {
                tokens_hidden,
                channels_hidden,
                ..
            } => format!("{tokens_hidden} along tokens, {channels_hidden} along features"),
            Self::LayerNorm {
                over: NormOver::Channels,
                ..
            } => "over channels".to_owned(),
            Self::LeakyRelu { slope } => format!("slope {slope}"),
            Self::GroupNorm { groups, .. } => format!("{groups} groups"),
            Self::MaxPool { kernel, stride, .. } | Self::AvgPool { kernel, stride, .. } => {
                format!("{kernel}×{kernel}, stride {stride}")
            }
            Self::Dropout { p } => format!("p = {p}"),
            Self::Relu {}
            | Self::Gelu {}
            | Self::Silu {}
            | Self::Tanh {}
            | Self::PatchMerging { .. }
            | Self::BatchNorm { .. }
            | Self::LayerNorm { .. }
            | Self::GlobalAvgPool {}
            | Self::Flatten {} => String::new(),
        }
    }
}

fn with_stride(text: String, stride: usize) -> String {
    match stride {
        1 => text,
        stride => format!("{text}, stride {stride}"),
    }
}

fn plural(count: usize, name: &str) -> String {
    match count {
        1 => format!("1 {name}"),
        count => format!("{count} {name}s"),
    }
}
