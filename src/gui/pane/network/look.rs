//! What cards look like, and the edges between them.

use eframe::egui::{
    Align2, Color32, CornerRadius, Frame, Margin, Rect, Stroke, StrokeKind, TextStyle, Ui, Visuals,
    pos2, vec2,
};

use super::{
    icon::{self, Icon},
    search::Match,
};
use crate::gui::theme;

/// Width of the bar in a module's colour.
const RAIL: f32 = 4.0;
/// Where the text of cards and edges starts, from their left.
pub(super) const TEXT_LEFT: f32 = 36.0;
const RADIUS: u8 = 6;

/// Ground of cards, a little in front of the panel's.
pub(super) fn ground(visuals: &Visuals) -> Color32 {
    if visuals.dark_mode {
        visuals
            .panel_fill
            .lerp_to_gamma(visuals.strong_text_color(), 0.05)
    } else {
        visuals.extreme_bg_color
    }
}

pub(super) fn frame(visuals: &Visuals) -> Frame {
    Frame::new()
        .fill(ground(visuals))
        .stroke(visuals.widgets.noninteractive.bg_stroke)
        .corner_radius(CornerRadius::same(RADIUS))
        .inner_margin(Margin {
            left: 13,
            right: 8,
            top: 5,
            bottom: 5,
        })
}

/// The stroke around a card: where the search is before what is wrong before what is selected
/// before what is found before what is pointed at.
pub(super) fn stroke(ui: &Ui, selected: bool, dragged: bool, wrong: bool, found: Match) -> Stroke {
    let visuals = ui.visuals();
    let hovered = ui.response().contains_pointer();
    if found == Match::Current {
        Stroke::new(3.0, theme::warning_color(visuals))
    } else if wrong {
        Stroke::new(2.0, theme::error_color(visuals))
    } else if selected || dragged {
        Stroke::new(2.0, visuals.hyperlink_color)
    } else if found == Match::Found {
        Stroke::new(1.0, theme::warning_color(visuals))
    } else if hovered {
        Stroke::new(1.0, visuals.weak_text_color())
    } else {
        visuals.widgets.noninteractive.bg_stroke
    }
}

/// Draws the stroke around a card without moving what it holds.
pub(super) fn outline(ui: &Ui, card: Rect, stroke: Stroke) {
    ui.painter()
        .rect_stroke(card, CornerRadius::same(RADIUS), stroke, StrokeKind::Inside);
}

/// The bar in a module's colour along the left of a card.
pub(super) fn rail(ui: &Ui, card: Rect, color: Color32) {
    let rail = Rect::from_min_size(card.min, vec2(RAIL, card.height()));
    let radius = CornerRadius {
        nw: RADIUS,
        sw: RADIUS,
        ne: 0,
        se: 0,
    };
    ui.painter().rect_filled(rail, radius, color);
}

/// An arrow and a shape at the height of `rect`, where the text of cards starts. Returns where
/// they are.
pub(super) fn edge_text(ui: &Ui, rect: Rect, shape: &str) -> Rect {
    let color = ui.visuals().weak_text_color();
    let left = pos2(rect.left() + TEXT_LEFT, rect.center().y);
    let arrow = left + vec2(icon::SIDE / 2.0 - 2.0, 0.0);
    icon::paint(ui.painter(), Icon::Down, arrow, Stroke::new(1.0, color));
    let font = TextStyle::Small.resolve(ui.style());
    ui.painter()
        .text(
            left + vec2(icon::SIDE + 2.0, 0.0),
            Align2::LEFT_CENTER,
            shape,
            font,
            color,
        )
        .union(Rect::from_pos(left))
}

/// The bar in a module's colour between two of its cards.
pub(super) fn thin_rail(ui: &Ui, rect: Rect, color: Color32) {
    let rail = Rect::from_min_size(rect.min, vec2(RAIL, rect.height())).expand2(vec2(0.0, 2.0));
    ui.painter()
        .rect_filled(rail, CornerRadius::ZERO, color.gamma_multiply(0.45));
}
