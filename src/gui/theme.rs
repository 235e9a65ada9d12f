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

/// Colour of a class, by index from 0; apart from the colours of modules in hue and strength.
pub fn class_color(class: usize) -> Color32 {
    // Paul Tol's muted palette, which colour-blind people can tell apart.
    const COLORS: [Color32; 10] = [
        Color32::from_rgb(68, 170, 153),
        Color32::from_rgb(204, 102, 119),
        Color32::from_rgb(51, 34, 136),
        Color32::from_rgb(221, 204, 119),
        Color32::from_rgb(136, 204, 238),
        Color32::from_rgb(136, 34, 85),
        Color32::from_rgb(17, 119, 51),
        Color32::from_rgb(170, 68, 153),
        Color32::from_rgb(153, 153, 51),
        Color32::from_rgb(200, 200, 200),
    ];
    COLORS[class % COLORS.len()]
}

/// Colour of a value in [−1, 1]: from red at −1 over the background to blue at 1. Transparent
/// where there is no value.
pub fn diverging(value: f64, dark: bool) -> Color32 {
    const ON_DARK: [Color32; 5] = [
        Color32::from_rgb(255, 128, 92),
        Color32::from_rgb(160, 68, 48),
        Color32::from_rgb(44, 44, 48),
        Color32::from_rgb(36, 98, 158),
        Color32::from_rgb(96, 184, 255),
    ];
    const ON_LIGHT: [Color32; 5] = [
        Color32::from_rgb(178, 24, 43),
        Color32::from_rgb(239, 138, 98),
        Color32::from_rgb(247, 247, 247),
        Color32::from_rgb(103, 169, 207),
        Color32::from_rgb(24, 92, 162),
    ];
    if value.is_nan() {
        return Color32::TRANSPARENT;
    }
    let stops = if dark { ON_DARK } else { ON_LIGHT };
    let place = (value.clamp(-1.0, 1.0) + 1.0) * 2.0;
    let below = (place.floor() as usize).min(stops.len() - 2);
    stops[below].lerp_to_gamma(stops[below + 1], (place - below as f64) as f32)
}
