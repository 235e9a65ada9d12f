//! Weights that a run starts from instead of drawn ones.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A checkpoint to start from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// A safetensors file or a PyTorch checkpoint, from the working directory where it is
    /// relative.
    pub path: PathBuf,
    #[serde(default)]
    pub head: HeadSource,
}

/// Where the heads come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeadSource {
    /// The checkpoint, as far as it has them.
    #[default]
    Keep,
    /// The seed, as without a checkpoint: for other classes.
    Replace,
}

impl HeadSource {
    /// Every source, in the order shown to a person.
    pub const ALL: [Self; 2] = [Self::Keep, Self::Replace];

    /// Name on the screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Keep => "Keep the file's",
            Self::Replace => "Replace by a new one",
        }
    }
}
