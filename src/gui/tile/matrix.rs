//! Values in [−1, 1] as colours: small square matrices and the bar that explains the colours.

use eframe::egui::{Color32, ColorImage, Rect, Sense, Ui, pos2, vec2};

use crate::gui::theme;

/// Part of a texture that is all of it.
pub const WHOLE: Rect = Rect {
    min: pos2(0.0, 0.0),
    max: pos2(1.0, 1.0),
};

/// A picture of values in [−1, 1], row by row.
pub fn image(size: [usize; 2], values: impl Iterator<Item = f64>, dark: bool) -> ColorImage {
    let mut pixels: Vec<Color32> = values.map(|value| theme::diverging(value, dark)).collect();
    pixels.resize(size.iter().product(), theme::CLEAR);
    ColorImage::new(size, pixels)
}

/// The colours from −1 to 1 with words at the ends.
pub fn color_bar(ui: &mut Ui, low: &str, high: &str) {
    const PARTS: usize = 40;
    let dark = ui.visuals().dark_mode;
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.x = 5.0;
        ui.label(format!("−1 {low}"));
        let (rect, _) = ui.allocate_exact_size(vec2(72.0, 12.0), Sense::hover());
        let width = rect.width() / PARTS as f32;
        for part in 0..PARTS {
            let value = 2.0 * (part as f64 + 0.5) / PARTS as f64 - 1.0;
            let left = rect.left() + part as f32 * width;
            let place = Rect::from_min_size(pos2(left, rect.top()), vec2(width, rect.height()));
            ui.painter()
                .rect_filled(place, 0.0, theme::diverging(value, dark));
        }
        ui.label(format!("{high} 1"));
    });
}
