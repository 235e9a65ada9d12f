//! The shape of one sample as it travels along the chain, and how each block changes it.

use serde::{Deserialize, Serialize};

use super::block::{Block, NormOver, Position, Shortcut};

/// The shape of one sample, without the batch dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// A vector of so many features.
    Flat(usize),
    /// An image, or a grid of tokens: channels, height, width.
    Image([usize; 3]),
    /// A sequence of tokens, the class token first: features, tokens.
    Tokens([usize; 2]),
}

impl Shape {
    /// Number of values in one sample.
    pub fn len(self) -> usize {
        match self {
            Self::Flat(features) => features,
            Self::Image([channels, height, width]) => {
                channels.saturating_mul(height).saturating_mul(width)
            }
            Self::Tokens([features, tokens]) => features.saturating_mul(tokens),
        }
    }

    /// Sizes in memory, after the batch: channels, height, width.
    pub fn sizes(self) -> [usize; 3] {
        match self {
            Self::Flat(features) => [features, 1, 1],
            Self::Image(sizes) => sizes,
            Self::Tokens([features, tokens]) => [features, tokens, 1],
        }
    }

    /// Whether samples are sequences of tokens, of which heads read the first.
    pub fn is_sequence(self) -> bool {
        matches!(self, Self::Tokens(_))
    }

    /// Number of pixels or tokens.
    pub fn tokens(self) -> usize {
        let [_, height, width] = self.sizes();
        height.saturating_mul(width)
    }

    /// Whether a sample holds no value at all.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Number of features that a head sees: channels of an image, which is pooled globally, the
    /// features of the class token, or the length of a vector.
    pub fn features(self) -> usize {
        let [features, _, _] = self.sizes();
        features
    }
}

impl Shape {
    fn words(self) -> String {
        match self {
            Self::Flat(features) => format!("a vector of {features} features"),
            Self::Image(_) => format!("an image of {self}"),
            Self::Tokens(_) => self.to_string(),
        }
    }
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flat(features) => write!(f, "{features}"),
            Self::Image([channels, height, width]) => write!(f, "{channels}×{height}×{width}"),
            Self::Tokens([features, tokens]) => write!(f, "{tokens} tokens of {features}"),
        }
    }
}

/// Largest number of values one sample may have anywhere in the chain.
pub const MAX_SAMPLE_LEN: usize = 1 << 26;

/// The shape after `block`, or a sentence on why it cannot follow `input`.
pub fn after(block: &Block, input: Shape) -> Result<Shape, String> {
    if let Some((key, value, range)) = block.out_of_range().into_iter().next() {
        return Err(format!("{key} {value} is out of range: choose {range}"));
    }
    let output = match (block, input) {
        (Block::Linear { out, .. }, Shape::Flat(_)) => Shape::Flat(*out),
        (Block::Linear { .. }, Shape::Image(_)) => {
            return Err(format!("Flatten this {input} image first"));
        }
        (Block::Linear { .. }, Shape::Tokens(_)) => {
            return Err(format!("Pool or flatten these {input} first"));
        }
        (
            Block::Conv2d {
                out,
                kernel,
                stride,
                padding,
                dilation,
                groups,
                ..
            },
            Shape::Image([channels, height, width]),
        ) => {
            if !channels.is_multiple_of(*groups) || !out.is_multiple_of(*groups) {
                return Err(format!(
                    "{groups} groups must divide both the {channels} input channels and the {out} output channels"
                ));
            }
            let side = |size| slide(size, *kernel, *stride, *padding, *dilation);
            Shape::Image([*out, side(height)?, side(width)?])
        }
        (
            Block::MaxPool {
                kernel,
                stride,
                padding,
            }
            | Block::AvgPool {
                kernel,
                stride,
                padding,
            },
            Shape::Image([channels, height, width]),
        ) => {
            if padding * 2 > *kernel {
                return Err(format!(
                    "Padding {padding} is more than half of the kernel size {kernel}"
                ));
            }
            let side = |size| slide(size, *kernel, *stride, *padding, 1);
            Shape::Image([channels, side(height)?, side(width)?])
        }
        (
            Block::ResidualBasic {
                out,
                stride,
                shortcut,
                ..
            }
            | Block::ResidualBottleneck {
                out,
                stride,
                shortcut,
                ..
            },
            Shape::Image([channels, height, width]),
        ) => {
            if *shortcut == Shortcut::ZeroPad && *out < channels {
                return Err(format!(
                    "Zero padding cannot make {out} channels of {channels}: choose a projection or at least {channels} channels"
                ));
            }
            let side = |size| slide(size, 3, *stride, 1, 1);
            Shape::Image([*out, side(height)?, side(width)?])
        }
        (
            Block::SeparableConv {
                out,
                kernel,
                stride,
                ..
            },
            Shape::Image([_, height, width]),
        ) => {
            let side = |size| slide(size, *kernel, *stride, kernel / 2, 1);
            Shape::Image([*out, side(height)?, side(width)?])
        }
        (Block::ConvNext { .. }, Shape::Image(_)) => input,
        (
            Block::PatchEmbedding {
                out,
                patch,
                class_token,
                ..
            },
            Shape::Image([_, height, width]),
        ) => {
            if !height.is_multiple_of(*patch) || !width.is_multiple_of(*patch) {
                return Err(format!(
                    "Patches of {patch}×{patch} do not divide an image of {height}×{width}: choose {}",
                    divisors(height, width)
                ));
            }
            let (rows, columns) = (height / patch, width / patch);
            if *class_token {
                Shape::Tokens([*out, rows * columns + 1])
            } else {
                Shape::Image([*out, rows, columns])
            }
        }
        (Block::PositionEmbedding { position }, Shape::Image(_) | Shape::Tokens(_)) => {
            let parts = if matches!(input, Shape::Image(_)) {
                4
            } else {
                2
            };
            if *position == Position::Sinusoidal && !input.features().is_multiple_of(parts) {
                return Err(format!(
                    "Sines and cosines need a multiple of {parts} features, but get {}: choose a learnt embedding or another number",
                    input.features()
                ));
            }
            input
        }
        (Block::TransformerEncoder { heads, .. }, Shape::Image(_) | Shape::Tokens(_)) => {
            heads_divide(*heads, input.features())?;
            input
        }
        (Block::Swin { heads, window, .. }, Shape::Image([channels, height, width])) => {
            heads_divide(*heads, channels)?;
            if !height.is_multiple_of(*window) || !width.is_multiple_of(*window) {
                return Err(format!(
                    "Windows of {window}×{window} do not divide an image of {height}×{width}: choose {}",
                    divisors(height, width)
                ));
            }
            input
        }
        (Block::PatchMerging { .. }, Shape::Image([channels, height, width])) => {
            if !height.is_multiple_of(2) || !width.is_multiple_of(2) {
                return Err(format!(
                    "Groups of 2×2 do not divide an image of {height}×{width}: choose an even size"
                ));
            }
            Shape::Image([channels * 2, height / 2, width / 2])
        }
        (Block::MlpMixer { .. }, Shape::Image(_) | Shape::Tokens(_)) => input,
        (Block::GlobalAvgPool {}, Shape::Image(_) | Shape::Tokens(_)) => {
            Shape::Flat(input.features())
        }
        (Block::GroupNorm { groups, .. }, _) => {
            let features = input.features();
            if !features.is_multiple_of(*groups) {
                return Err(format!("{groups} groups do not divide {features} channels"));
            }
            input
        }
        (
            Block::LayerNorm {
                over: NormOver::Channels,
                ..
            },
            Shape::Flat(_),
        ) => {
            return Err(
                "A vector has no pixels or tokens: normalise over the whole sample".to_owned(),
            );
        }
        (Block::Flatten {}, _) => Shape::Flat(input.len()),
        (
            Block::Conv2d { .. }
            | Block::ResidualBasic { .. }
            | Block::ResidualBottleneck { .. }
            | Block::SeparableConv { .. }
            | Block::ConvNext { .. }
            | Block::PatchEmbedding { .. }
            | Block::Swin { .. }
            | Block::PatchMerging { .. }
            | Block::MaxPool { .. }
            | Block::AvgPool { .. },
            Shape::Flat(_) | Shape::Tokens(_),
        )
        | (Block::GlobalAvgPool {}, Shape::Flat(_)) => {
            return Err(format!(
                "{} needs an image, but gets {}",
                block.title(),
                input.words()
            ));
        }
        (
            Block::PositionEmbedding { .. }
            | Block::TransformerEncoder { .. }
            | Block::MlpMixer { .. },
            Shape::Flat(_),
        ) => {
            return Err(format!(
                "{} needs tokens or an image, but gets {}",
                block.title(),
                input.words()
            ));
        }
        (
            Block::Relu {}
            | Block::LeakyRelu { .. }
            | Block::Gelu {}
            | Block::Silu {}
            | Block::Tanh {}
            | Block::BatchNorm { .. }
            | Block::LayerNorm { .. }
            | Block::Dropout { .. },
            _,
        ) => input,
    };
    if output.len() > MAX_SAMPLE_LEN {
        return Err(format!(
            "Output {output} has more than {MAX_SAMPLE_LEN} values for each sample"
        ));
    }
    Ok(output)
}

fn heads_divide(heads: usize, features: usize) -> Result<(), String> {
    if features.is_multiple_of(heads) {
        Ok(())
    } else {
        Err(format!(
            "{heads} heads do not divide {features} features: choose {}",
            divisors(features, features)
        ))
    }
}

/// What divides both numbers, as a person would say it.
fn divisors(one: usize, other: usize) -> String {
    let all: Vec<String> = (1..=one.min(64))
        .filter(|&part| one.is_multiple_of(part) && other.is_multiple_of(part))
        .map(|part| part.to_string())
        .collect();
    match all.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
        None => "another size".to_owned(),
    }
}

/// Output size of a sliding window along one side of an image.
pub(super) fn slide(
    size: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
    dilation: usize,
) -> Result<usize, String> {
    let reach = dilation * (kernel - 1) + 1;
    let padded = size + 2 * padding;
    if reach > padded {
        return Err(format!(
            "A window of {reach} is larger than the padded image side of {padded}"
        ));
    }
    Ok((padded - reach) / stride + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::Init;

    fn conv(out: usize, kernel: usize, stride: usize, padding: usize, groups: usize) -> Block {
        Block::Conv2d {
            out,
            kernel,
            stride,
            padding,
            dilation: 1,
            groups,
            bias: true,
            init: Init::default(),
        }
    }

    #[test]
    fn convolution_follows_the_usual_formula() {
        let image = Shape::Image([3, 32, 32]);
        assert_eq!(
            after(&conv(16, 3, 1, 1, 1), image),
            Ok(Shape::Image([16, 32, 32]))
        );
        assert_eq!(
            after(&conv(16, 3, 2, 1, 1), image),
            Ok(Shape::Image([16, 16, 16]))
        );
        assert_eq!(
            after(&conv(16, 5, 1, 0, 1), image),
            Ok(Shape::Image([16, 28, 28]))
        );
    }

    #[test]
    fn impossible_edges_are_sentences() {
        let image = Shape::Image([32, 8, 8]);
        let linear = Block::Linear {
            out: 10,
            bias: true,
            init: Init::default(),
        };
        assert_eq!(
            after(&linear, image),
            Err("Flatten this 32×8×8 image first".to_owned())
        );
        assert!(after(&conv(16, 9, 1, 0, 1), image).is_err());
        assert!(after(&conv(16, 3, 1, 1, 3), image).is_err());
        assert!(after(&conv(16, 3, 1, 1, 1), Shape::Flat(8)).is_err());
    }

    #[test]
    fn tokens_that_do_not_fit_say_what_would() {
        let said = |block: Block, input| after(&block, input).unwrap_err();
        let image = Shape::Image([96, 12, 12]);
        let text = "kind = \"swin\"\nheads = 5";
        let block = |text: &str| toml::from_str::<Block>(text).unwrap();
        assert_eq!(
            said(block(text), image),
            "5 heads do not divide 96 features: choose 1, 2, 3, 4, 6, 8, 12, 16, 24, 32 or 48"
        );
        let text = "kind = \"swin\"\nheads = 3";
        assert_eq!(
            said(block(text), image),
            "Windows of 7×7 do not divide an image of 12×12: choose 1, 2, 3, 4, 6 or 12"
        );
        let text = "kind = \"patch-embedding\"\nout = 8\npatch = 5";
        assert_eq!(
            said(block(text), image),
            "Patches of 5×5 do not divide an image of 12×12: choose 1, 2, 3, 4, 6 or 12"
        );
        let text = "kind = \"transformer-encoder\"\nheads = 2";
        assert_eq!(
            said(block(text), Shape::Flat(8)),
            "Transformer encoder needs tokens or an image, but gets a vector of 8 features"
        );
        assert_eq!(
            said(conv(8, 3, 1, 1, 1), Shape::Tokens([8, 17])),
            "Convolution needs an image, but gets 17 tokens of 8"
        );
        assert!(after(&Block::GlobalAvgPool {}, Shape::Tokens([8, 17])) == Ok(Shape::Flat(8)));
    }
}
