//! How long a run trains, and what of it is kept.

use serde::{Deserialize, Serialize};

use super::field::{Field, Fields, Whole};

/// Most epochs, and most of them between two of something.
pub(super) const MOST_EPOCHS: usize = 100_000;

/// Length of the training and size of its batches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Train {
    /// Passes over the training samples.
    pub epochs: usize,
    /// Samples in a batch.
    pub batch_size: usize,
    /// Whether the last batch of an epoch is left out where it is smaller, unless it is the only
    /// one.
    pub drop_last: bool,
}

impl Default for Train {
    fn default() -> Self {
        Self {
            epochs: 20,
            batch_size: 64,
            drop_last: false,
        }
    }
}

impl Train {
    /// How many epochs there may be.
    pub const EPOCHS: Whole = Whole::from_to(1, MOST_EPOCHS);
}

impl Fields for Train {
    const FIELDS: &'static [Field<Self>] = &[
        Field::<Self>::whole(
            "epochs",
            "Epochs",
            Self::EPOCHS,
            |train| train.epochs,
            |train, epochs| train.epochs = epochs,
        )
        .hint("Passes over the training samples")
        .unit("epochs"),
        Field::<Self>::whole(
            "batch_size",
            "Batch size",
            Whole::from_to(1, 65_536),
            |train| train.batch_size,
            |train, size| train.batch_size = size,
        )
        .hint("Samples in a batch")
        .unit("samples"),
        Field::<Self>::flag(
            "drop_last",
            "Drop last batch",
            |train| train.drop_last,
            |train, drops| train.drop_last = drops,
        )
        .hint(
            "Leaves out the last batch of an epoch where it is smaller, unless it is the only one",
        ),
    ];
}

/// The state of a run in its record, from which it can go on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Checkpoints {
    /// Epochs between two; 0 leaves those of pauses and of the end.
    pub every: usize,
    /// How many of the newest are kept.
    pub keep: usize,
}

impl Default for Checkpoints {
    fn default() -> Self {
        Self { every: 1, keep: 3 }
    }
}

impl Fields for Checkpoints {
    const FIELDS: &'static [Field<Self>] = &[
        Field::<Self>::whole(
            "every",
            "Checkpoint every",
            Whole::from_to(0, MOST_EPOCHS),
            |checkpoints| checkpoints.every,
            |checkpoints, epochs| checkpoints.every = epochs,
        )
        .hint("Epochs between two checkpoints of a run with a record; 0 for none but those of pauses and of the end")
        .unit("epochs"),
        Field::<Self>::whole(
            "keep",
            "Checkpoints kept",
            Whole::from_to(1, MOST_EPOCHS),
            |checkpoints| checkpoints.keep,
            |checkpoints, count| checkpoints.keep = count,
        )
        .hint("How many of the newest are kept"),
    ];
}
