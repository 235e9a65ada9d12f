//! Colours and spacing by name. The same colour means the same module everywhere.

use eframe::egui::{Color32, Visuals};

/// Colour of a module, by number from 1: well apart, readable on both themes, and the same for
/// the first eight whatever the number of modules.
pub fn module_color(number: usize, dark: bool) -> Color32 {
    // Hues of the Okabe–Ito palette, which colour-blind people can tell apart, in two
    // lightnesses.
    const HUES: [(Color32, Color32); 8] = [
        (
            Color32::from_rgb(86, 180, 233),
            Color32::from_rgb(0, 114, 178),
        ),
        (
            Color32::from_rgb(240, 160, 30),
            Color32::from_rgb(190, 110, 0),
        ),
        (
            Color32::from_rgb(40, 190, 140),
            Color32::from_rgb(0, 130, 95),
        ),
        (
            Color32::from_rgb(225, 140, 190),
            Color32::from_rgb(175, 80, 135),
        ),
        (
            Color32::from_rgb(240, 110, 60),
            Color32::from_rgb(200, 75, 0),
        ),
        (
            Color32::from_rgb(225, 215, 80),
            Color32::from_rgb(140, 130, 0),
        ),
        (
            Color32::from_rgb(150, 140, 240),
            Color32::from_rgb(90, 75, 200),
        ),
        (
            Color32::from_rgb(170, 170, 170),
            Color32::from_rgb(100, 100, 100),
        ),
    ];
    let (on_dark, on_light) = HUES[number.saturating_sub(1) % HUES.len()];
    if dark { on_dark } else { on_light }
}

/// Colour of an error.
pub fn error_color(visuals: &Visuals) -> Color32 {
    visuals.error_fg_color
}

/// Colour of a warning.
pub fn warning_color(visuals: &Visuals) -> Color32 {
    visuals.warn_fg_color
}
