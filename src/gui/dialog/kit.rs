//! Parts that dialogs have in common.

use eframe::egui::{Align, Button, Layout, RichText, Ui};

use crate::gui::theme;

/// A message; with several lines in columns, as one may mark a place in the one above.
pub fn words(text: &str) -> RichText {
    let words = RichText::new(text);
    if text.contains('\n') {
        words.monospace()
    } else {
        words
    }
}

/// What a dialog asks or says.
pub fn heading(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).heading().strong());
    ui.add_space(theme::SMALL_GAP);
}

/// The button that Enter would press.
pub fn primary(ui: &Ui, text: &str) -> Button<'static> {
    let (fill, color) = theme::accent(ui.visuals());
    Button::new(RichText::new(text).color(color).strong()).fill(fill)
}

/// Buttons from the right edge on.
pub fn buttons_right(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    ui.with_layout(Layout::right_to_left(Align::Center), add);
}
