//! The window. Reads plain numbers only; never touches a tensor.

mod act;
pub mod app;
mod background;
mod banner;
mod clock;
mod command;
mod dialog;
mod document;
pub mod history;
mod menu;
mod palette;
pub mod pane;
mod session;
mod settings;
pub mod theme;
pub mod tile;

use std::path::PathBuf;

pub use app::{Studio, StudioOptions};
use eframe::egui::ViewportBuilder;

/// Opens the studio and returns when its window is closed.
///
/// # Errors
/// Where there is no display or no way to draw on it.
pub fn open(path: Option<PathBuf>) -> anyhow::Result<()> {
    let options = eframe::NativeOptions {
        viewport: ViewportBuilder::default()
            .with_app_id("layerwise")
            .with_inner_size([1280.0, 800.0])
            .with_min_inner_size([960.0, 640.0])
            .with_drag_and_drop(true),
        renderer: eframe::Renderer::Wgpu,
        ..Default::default()
    };
    let studio = StudioOptions {
        path,
        storage: true,
        run_records: None,
        system_dialogs: true,
    };
    eframe::run_native(
        "Layerwise",
        options,
        Box::new(|cc| Ok(Box::new(Studio::new(cc, studio)))),
    )
    .map_err(|error| match error {
        eframe::Error::WinitEventLoop(_) => anyhow::anyhow!(
            "No display was found. Train without a window: layerwise train --preset digits-mlp"
        ),
        error => anyhow::anyhow!(
            "The window cannot be drawn: {error}. Train without a window: layerwise train --preset digits-mlp"
        ),
    })
}
pub mod widget;
