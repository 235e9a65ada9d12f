//! The shape of one sample as it travels along the chain, and how each block changes it.

use serde::{Deserialize, Serialize};

use super::block::{Block, Shortcut};

/// The shape of one sample, without the batch dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// A vector of so many features.
    Flat(usize),
    /// An image: channels, height, width.
    Image([usize; 3]),
}

impl Shape {
    /// Number of values in one sample.
    pub fn len(self) -> usize {
        match self {
            Self::Flat(features) => features,
            Self::Image([channels, height, width]) => {
                channels.saturating_mul(height).saturating_mul(width)
            }
        }
    }

    /// Whether a sample holds no value at all.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Number of features that a head sees: channels of an image, which is pooled globally, or
    /// the length of a vector.
    pub fn features(self) -> usize {
        match self {
            Self::Flat(features) => features,
            Self::Image([channels, _, _]) => channels,
        }
    }
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flat(features) => write!(f, "{features}"),
            Self::Image([channels, height, width]) => write!(f, "{channels}×{height}×{width}"),
        }
    }
}

/// Largest number of values one sample may have anywhere in the chain.
pub const MAX_SAMPLE_LEN: usize = 1 << 26;

/// The shape after `block`, or a sentence on why it cannot follow `input`.
pub fn after(block: &Block, input: Shape) -> Result<Shape, String> {
    let output = match (block, input) {
        (Block::Linear { out, .. }, Shape::Flat(_)) => Shape::Flat(*out),
        (Block::Linear { .. }, Shape::Image(_)) => {
            return Err(format!("Flatten this {input} image first"));
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
        (Block::GlobalAvgPool {}, Shape::Image([channels, _, _])) => Shape::Flat(channels),
        (Block::GroupNorm { groups, .. }, _) => {
            let features = input.features();
            if !features.is_multiple_of(*groups) {
                return Err(format!("{groups} groups do not divide {features} channels"));
            }
            input
        }
        (Block::Flatten {}, _) => Shape::Flat(input.len()),
        (
            Block::Conv2d { .. }
            | Block::ResidualBasic { .. }
            | Block::ResidualBottleneck { .. }
            | Block::MaxPool { .. }
            | Block::AvgPool { .. }
            | Block::GlobalAvgPool {},
            Shape::Flat(features),
        ) => {
            return Err(format!(
                "{} needs an image, but gets a vector of {features} features",
                block.title()
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

/// Output size of a sliding window along one side of an image.
fn slide(
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
    use crate::experiment::block::Init;

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
}
