//! The map of the network beside the chain: modules as spans of colour, and what is in sight.

use std::ops::Range;

use eframe::egui::{
    CornerRadius, Rangef, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, remap,
};

use super::{
    search::{Match, Search},
    selection::Selection,
    view::View,
    words::blocks_text,
};
use crate::gui::theme;

/// Width of the strip; half of it lies in the margin of the panel.
const WIDTH: f32 = 12.0;
/// Least height of the frame around what is in sight.
const LEAST_FRAME: f32 = 8.0;

/// Where the chain was drawn last, in points from the top of all its content.
#[derive(Default)]
pub(super) struct Map {
    /// Top and bottom of each block's row with the edge after it. The blocks of a folded module
    /// share its row.
    pub rows: Vec<Range<f32>>,
    /// Offset to scroll to in the next frame.
    pub go_to: Option<f32>,
}

/// What of the content is in sight.
pub(super) struct Sight {
    /// How far the content is scrolled.
    pub offset: f32,
    /// Height of all content.
    pub content: f32,
    /// Where on the screen it is in sight.
    pub rect: Rect,
}

impl Map {
    /// The place of a height of the content, in blocks from the first.
    fn blocks_at(&self, y: f32) -> f32 {
        let index = self.rows.partition_point(|row| row.end < y);
        let Some(row) = self.rows.get(index) else {
            return self.rows.len() as f32;
        };
        let share = (y - row.start) / (row.end - row.start).max(1.0);
        index as f32 + share.clamp(0.0, 1.0)
    }

    /// The height in the content of a place in blocks from the first.
    fn height_at(&self, blocks: f32) -> f32 {
        let index = (blocks.max(0.0) as usize).min(self.rows.len().saturating_sub(1));
        let Some(row) = self.rows.get(index) else {
            return 0.0;
        };
        let share = (blocks - index as f32).clamp(0.0, 1.0);
        row.start + share * (row.end - row.start)
    }
}

/// Shows the map where not all of the chain is in sight. A click and a drag scroll.
pub(super) fn show(
    ui: &mut Ui,
    map: &mut Map,
    selection: &Selection,
    search: Option<&Search>,
    view: &View<'_>,
    sight: &Sight,
) {
    let count = view.block_count as f32;
    if sight.content <= sight.rect.height() + 1.0 || map.rows.is_empty() {
        return;
    }
    let strip = Rect::from_min_max(
        pos2(sight.rect.right() - WIDTH / 2.0, sight.rect.top()),
        pos2(sight.rect.right() + WIDTH / 2.0, sight.rect.bottom()),
    );
    let response = ui.interact(strip, ui.scope_id().with("map"), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::ScrollBar, true, "Map of the network"));

    let y_of = |blocks: f32| remap(blocks, 0.0..=count, strip.y_range());
    let blocks_of = |y: f32| remap(y, strip.y_range(), 0.0..=count);
    if let Some(pointer) = response.interact_pointer_pos() {
        let middle = map.height_at(blocks_of(pointer.y));
        let most = sight.content - sight.rect.height();
        let offset = (middle - sight.rect.height() / 2.0).clamp(0.0, most);
        if (offset - sight.offset).abs() > 0.5 {
            map.go_to = Some(offset);
            ui.request_repaint();
        }
    }

    let painter = ui.painter();
    let bar = |left: f32, right: f32, y: Rangef| {
        let x = Rangef::new(strip.left() + left, strip.right() - right);
        Rect::from_x_y_ranges(x, y)
    };
    for (at, range) in view.ranges.iter().enumerate() {
        let color = view.color(at + 1).gamma_multiply(0.6);
        let y = Rangef::new(y_of(range.start as f32), y_of(range.end as f32) - 1.0);
        painter.rect_filled(bar(3.0, 3.0, y), CornerRadius::same(1), color);
    }
    let visuals = ui.visuals();
    let tick = |index: usize, least: f32| {
        let (top, bottom) = (y_of(index as f32), y_of(index as f32 + 1.0));
        let middle = (top + bottom) / 2.0;
        let half = ((bottom - top) / 2.0).clamp(least / 2.0, 3.0);
        Rangef::new(middle - half, middle + half)
    };
    for &index in selection.blocks() {
        let y = Rangef::new(y_of(index as f32), y_of(index as f32 + 1.0));
        painter.rect_filled(bar(0.0, 9.5, y), 0.0, visuals.hyperlink_color);
    }
    for (search, &index) in search
        .iter()
        .flat_map(|it| it.found().iter().map(move |at| (it, at)))
    {
        let left = match search.of(index) {
            Match::Current => 0.0,
            Match::Found | Match::None => 7.0,
        };
        let color = theme::warning_color(visuals);
        painter.rect_filled(bar(left, 0.0, tick(index, 2.0)), 0.0, color);
    }
    for &index in view.wrong() {
        let color = theme::error_color(visuals);
        painter.rect_filled(bar(0.0, 0.0, tick(index, 3.0)), 0.0, color);
    }

    let top = y_of(map.blocks_at(sight.offset));
    let bottom = y_of(map.blocks_at(sight.offset + sight.rect.height()));
    let missing = (LEAST_FRAME - (bottom - top)).max(0.0) / 2.0;
    let frame = bar(0.0, 0.0, Rangef::new(top - missing, bottom + missing));
    let strong = visuals.strong_text_color();
    let (fill, line) = if response.hovered() || response.dragged() {
        (0.16, 0.9)
    } else {
        (0.08, 0.55)
    };
    painter.rect(
        frame,
        CornerRadius::same(3),
        strong.gamma_multiply(fill),
        Stroke::new(1.0, strong.gamma_multiply(line)),
        StrokeKind::Inside,
    );

    if let Some(pointer) = response.hover_pos() {
        let index = (blocks_of(pointer.y).max(0.0) as usize).min(view.block_count - 1);
        let module = view.module_of(index);
        let text = format!("Module {module}: {}", blocks_text(&view.blocks_of(module)));
        response.on_hover_text_at_pointer(text);
    }
}

/// Width of the chain that is left to the strip and a gap.
pub(super) fn room() -> f32 {
    WIDTH / 2.0 + 4.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_heights_are_each_other_s_way_back() {
        let map = Map {
            // The second and third block are folded into one row.
            rows: vec![50.0..100.0, 110.0..130.0, 130.0..150.0, 160.0..260.0],
            go_to: None,
        };
        assert_eq!(map.blocks_at(0.0), 0.0);
        assert_eq!(map.blocks_at(75.0), 0.5);
        assert_eq!(map.blocks_at(130.0), 2.0);
        assert_eq!(map.blocks_at(210.0), 3.5);
        assert_eq!(map.blocks_at(999.0), 4.0);
        assert_eq!(map.height_at(-1.0), 50.0);
        assert_eq!(map.height_at(0.5), 75.0);
        assert_eq!(map.height_at(3.5), 210.0);
        assert_eq!(map.height_at(4.0), 260.0);
        assert_eq!(Map::default().height_at(1.0), 0.0);
    }
}
