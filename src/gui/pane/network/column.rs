//! The column of rows, of which only those in sight are drawn.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use eframe::egui::{Rangef, Rect, Ui, pos2, vec2};

/// Rows this far out of sight are drawn too, so that the keyboard and a dragged card reach them.
const MARGIN: f32 = 160.0;

/// Heights of rows, remembered by what the rows hold.
#[derive(Default)]
pub(super) struct Heights {
    known: HashMap<u64, f32>,
    /// Width that they hold for.
    width: f32,
}

impl Heights {
    /// More than the rows of the longest chain.
    const MOST: usize = 10_000;

    fn for_width(&mut self, width: f32) {
        if self.width != width || self.known.len() > Self::MOST {
            self.known.clear();
            self.width = width;
        }
    }
}

/// What the height of a row follows from, as a key.
pub(super) fn key(content: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    hasher.finish()
}

/// Rows from top to bottom, while they are drawn.
pub(super) struct Column<'a> {
    heights: &'a mut Heights,
    sight: Rangef,
    /// Height of the rows above the next one that were not drawn.
    owed: f32,
    /// Whether rows are as high as ever: not while a card is dragged among them.
    at_rest: bool,
    #[cfg(test)]
    pub drawn: usize,
}

impl<'a> Column<'a> {
    pub fn new(ui: &Ui, heights: &'a mut Heights, at_rest: bool) -> Self {
        heights.for_width(ui.available_width());
        Self {
            heights,
            sight: ui.clip_rect().y_range().expand(MARGIN),
            owed: 0.0,
            at_rest,
            #[cfg(test)]
            drawn: 0,
        }
    }

    /// Draws the next row where it is in sight, where its height is not known yet, or where it
    /// must `stay` because somebody holds it or types into it. Returns where it is.
    pub fn row<T>(
        &mut self,
        ui: &mut Ui,
        key: u64,
        stay: bool,
        draw: impl FnOnce(&mut Ui) -> T,
    ) -> (Rect, Option<T>) {
        let top = ui.cursor().top() + self.owed;
        let known = self.heights.known.get(&key).copied();
        if let Some(height) = known
            && !stay
            && !self.sight.intersects(Rangef::new(top, top + height))
        {
            self.owed += height;
            return (place(ui, top, height), None);
        }
        self.flush(ui);
        #[cfg(test)]
        {
            self.drawn += 1;
        }
        let top = ui.cursor().top();
        let drawn = draw(ui);
        let height = ui.cursor().top() - top;
        if self.at_rest || known.is_none() {
            self.heights.known.insert(key, height);
        }
        (place(ui, top, height), Some(drawn))
    }

    /// Leaves room for the rows that were not drawn. To be called after the last one too.
    pub fn flush(&mut self, ui: &mut Ui) {
        if self.owed > 0.0 {
            ui.add_space(self.owed);
            self.owed = 0.0;
        }
    }
}

fn place(ui: &Ui, top: f32, height: f32) -> Rect {
    let left = pos2(ui.min_rect().left(), top);
    Rect::from_min_size(left, vec2(ui.available_width(), height))
}
