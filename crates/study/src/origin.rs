//! Where a run branched off from another one.

use std::path::{Path, PathBuf};

use layerwise_experiment::write_whole;
use serde::{Deserialize, Serialize};

/// File of a record that says where its run branched off.
const FILE: &str = "fork.json";

/// Where a run branched off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Record of the run that it branched off from.
    pub from: PathBuf,
    /// Steps that the two have in common.
    pub step: usize,
}

impl Origin {
    /// Of the run that a folder records; none where it began by itself.
    pub fn of(folder: &Path) -> Option<Self> {
        let text = std::fs::read(folder.join(FILE)).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// Writes it to a record, whole or not at all.
    ///
    /// # Errors
    /// Where it cannot be written, as on a full disk.
    pub fn save(&self, folder: &Path) -> std::io::Result<()> {
        write_whole(&folder.join(FILE), &serde_json::to_vec_pretty(self)?)
    }
}
