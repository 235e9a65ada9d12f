//! The window. Reads plain numbers only; never touches a tensor.

mod answer;
mod app;
mod availability;
mod background;
mod banner;
mod command;
mod compare;
mod dialog;
mod document;
mod download;
mod errands;
mod export;
mod fork;
mod keyboard;
mod menu;
mod now;
mod palette;
mod pane;
mod purpose;
mod reopen;
mod runs;
mod session;
mod settings;
mod sight;
mod theme;
mod tile;
mod waiting;
mod widget;
mod wish;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
};

pub use app::{Studio, StudioOptions};
use eframe::egui::ViewportBuilder;
use layerwise_run::panic_text;

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
    let run = || {
        eframe::run_native(
            "Layerwise",
            options,
            Box::new(|cc| Ok(Box::new(Studio::new(cc, studio)))),
        )
    };
    // Libraries of the system that are missing make some of what draws the window panic.
    let cause = match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(error)) => {
            let text = error.to_string();
            // The places in source files before it mean nothing to a person.
            text.rsplit(": ").next().unwrap_or_default().to_owned()
        }
        Err(panic) => panic_text(panic.as_ref()),
    };
    let hint = if cfg!(target_os = "linux") {
        " Check that the display is there, with its libraries (Debian: libxcursor1, libxi6, libxkbcommon-x11-0) and a Vulkan driver (mesa-vulkan-drivers)."
    } else {
        ""
    };
    anyhow::bail!(
        "the window broke off: {}.{hint} Training needs no window: layerwise train --preset digits-mlp",
        cause.trim_end_matches('.')
    )
}
