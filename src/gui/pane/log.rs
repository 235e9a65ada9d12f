//! What has happened, line by line, and notifications of what matters.

use std::{collections::VecDeque, time::Duration};

use eframe::egui::{Button, Color32, Context, RichText, ScrollArea, TextStyle, Ui, Visuals};
use egui_notify::{Anchor, Toasts};
use layerwise_experiment::words;

use crate::gui::{session::Notice, theme};

const MAX_LINES: usize = 2_000;
/// Notifications beside each other; more become one.
const MAX_TOASTS: usize = 2;
/// Characters in a row of a notification.
const TOAST_WIDTH: usize = 64;

struct Line {
    time: String,
    notice: Notice,
}

impl Line {
    fn text(&self) -> &str {
        match &self.notice {
            Notice::Info(text) | Notice::Warning(text) | Notice::Error(text) => text,
        }
    }

    fn color(&self, visuals: &Visuals) -> Color32 {
        match self.notice {
            Notice::Info(_) => visuals.text_color(),
            Notice::Warning(_) => theme::warning_color(visuals),
            Notice::Error(_) => theme::error_color(visuals),
        }
    }
}

/// The log with its notifications.
pub struct Log {
    lines: VecDeque<Line>,
    toasts: Toasts,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            lines: VecDeque::new(),
            toasts: Toasts::new().with_anchor(Anchor::BottomRight),
        }
    }
}

impl Log {
    /// Adds a line; warnings and errors are also shown as notifications.
    pub fn add(&mut self, notice: Notice) {
        let level = notice.level();
        let shown = match &notice {
            Notice::Info(_) => None,
            Notice::Warning(text) => Some((text, 8)),
            Notice::Error(text) => Some((text, 12)),
        };
        if let Some((text, seconds)) = shown {
            let text = if self.toasts.len() < MAX_TOASTS {
                format!("{level}: {text}")
            } else {
                self.toasts.dismiss_all_toasts();
                "Several warnings: see the log".to_owned()
            };
            // Words instead of the symbols of `egui_notify`, which the fonts lack.
            self.toasts
                .basic(wrap(&text))
                .closable(false)
                .duration(Duration::from_secs(seconds));
        }
        self.lines.push_back(Line {
            time: words::time::now(),
            notice,
        });
        if self.lines.len() > MAX_LINES {
            self.lines.pop_front();
        }
    }

    /// Whether some line holds this text.
    pub fn contains(&self, text: &str) -> bool {
        self.lines.iter().any(|line| line.text().contains(text))
    }

    /// Draws the notifications over everything.
    pub fn show_toasts(&mut self, ctx: &Context) {
        if !self.toasts.is_empty() {
            self.toasts.show(ctx);
        }
    }

    /// Draws the lines, the newest at the bottom.
    pub fn show(&mut self, ui: &mut Ui) {
        ui.horizontal(|ui| {
            ui.label(RichText::new("Log").strong());
            let some = !self.lines.is_empty();
            if ui
                .add_enabled(some, Button::new("Copy").small())
                .on_hover_text("Copy every line to the clipboard")
                .clicked()
            {
                ui.ctx().copy_text(self.text());
            }
            if ui
                .add_enabled(some, Button::new("Clear").small())
                .on_hover_text("Forget every line")
                .clicked()
            {
                self.lines.clear();
            }
        });
        let height = ui.text_style_height(&TextStyle::Body);
        ui.spacing_mut().item_spacing.y = 3.0;
        ui.spacing_mut().interact_size.y = height;
        ScrollArea::vertical()
            .auto_shrink(false)
            .stick_to_bottom(true)
            .show_rows(ui, height, self.lines.len(), |ui, rows| {
                for line in self.lines.range(rows) {
                    ui.horizontal(|ui| {
                        ui.set_min_height(height);
                        ui.label(RichText::new(&line.time).monospace().weak());
                        let color = line.color(ui.visuals());
                        if !matches!(line.notice, Notice::Info(_)) {
                            ui.label(RichText::new(line.notice.level()).strong().color(color));
                        }
                        ui.label(RichText::new(line.text().replace('\n', " ")).color(color))
                            .on_hover_text(line.text());
                    });
                }
            });
    }

    fn text(&self) -> String {
        self.lines
            .iter()
            .map(|line| format!("{} {}: {}\n", line.time, line.notice.level(), line.text()))
            .collect()
    }
}

/// Breaks text between words into rows that fit a notification.
fn wrap(text: &str) -> String {
    let mut rows: Vec<String> = Vec::new();
    for paragraph in text.lines() {
        let mut row = String::new();
        for word in paragraph.split_whitespace() {
            if !row.is_empty() && row.chars().count() + word.chars().count() >= TOAST_WIDTH {
                rows.push(std::mem::take(&mut row));
            }
            if !row.is_empty() {
                row.push(' ');
            }
            row.push_str(word);
        }
        rows.push(row);
    }
    rows.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_messages_are_broken_between_words() {
        let text = "word ".repeat(60);
        let wrapped = wrap(&text);
        assert!(
            wrapped
                .lines()
                .all(|row| row.chars().count() <= TOAST_WIDTH)
        );
        assert_eq!(wrapped.replace('\n', " "), text.trim_end());
    }
}
