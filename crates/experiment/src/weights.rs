//! Weights that a run starts from instead of drawn ones.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::field::{Field, Fields, choices};

/// A checkpoint to start from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// A safetensors file or a PyTorch checkpoint, from the working directory where it is
    /// relative.
    pub path: PathBuf,
    /// Where the heads come from.
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

choices! { HeadSource {
    Keep: "keep", "Keep the file's", "Heads from the checkpoint, as far as it has them";
    Replace: "replace", "Replace by a new one", "Heads drawn by the seed, for other classes";
} }

impl Fields for Weights {
    const FIELDS: &'static [Field<Self>] = &[
        Field::<Self>::written(
            "path",
            "Checkpoint",
            "a safetensors file or PyTorch checkpoint",
        )
        .hint("What a run starts from; a relative path starts at the working directory")
        .left_out("none: drawn by the seed"),
        Field::<Self>::choice(
            "head",
            "Heads",
            HeadSource::CHOICES,
            |weights| weights.head.index(),
            |weights, at| weights.head.pick(at),
        )
        .hint("Where the heads come from"),
    ];
}
