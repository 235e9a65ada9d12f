//! The shape of one sample as it travels along the chain.

use serde::{Deserialize, Serialize};

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

    /// Its sizes, for a block of this title.
    ///
    /// # Errors
    /// Says that the block needs an image, where this is none.
    pub(crate) fn image_for(self, title: &str) -> Result<[usize; 3], String> {
        match self {
            Self::Image(sizes) => Ok(sizes),
            Self::Flat(_) | Self::Tokens(_) => Err(self.is_no_image_for(title)),
        }
    }

    /// What keeps a block of this title that needs an image from following.
    pub(crate) fn is_no_image_for(self, title: &str) -> String {
        format!("{title} needs an image, but gets {}", self.words())
    }

    /// Itself, for a block of this title.
    ///
    /// # Errors
    /// Says that the block needs tokens or an image, where this is a vector.
    pub(crate) fn tokens_for(self, title: &str) -> Result<Self, String> {
        match self {
            Self::Image(_) | Self::Tokens(_) => Ok(self),
            Self::Flat(_) => Err(format!(
                "{title} needs tokens or an image, but gets {}",
                self.words()
            )),
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

/// Output size of a sliding window along one side of an image.
pub(crate) fn slide(
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
