//! What holds between the files and the crates of the workspace, and what they stand on.

mod circles;
mod source;

use std::path::{Path, PathBuf};

/// The folder of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
