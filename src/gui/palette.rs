//! The command palette: every command, found by name.

use eframe::egui::{
    Align2, Area, Context, Frame, Id, Key, Modifiers, Order, Popup, RichText, ScrollArea, TextEdit,
    vec2,
};

use super::{
    command::{Availability, Command},
    wish::{Wish, Wishes},
};

/// Search text and selection while the palette is open.
#[derive(Default)]
pub struct Palette {
    open: bool,
    query: String,
    selected: usize,
}

impl Palette {
    pub fn open(&mut self) {
        *self = Self {
            open: true,
            ..Self::default()
        };
    }

    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Draws the palette where it is open.
    pub fn show(&mut self, ctx: &Context, available: &Availability, wishes: &mut Wishes) {
        if !self.open {
            return;
        }
        let found = matching(&self.query);
        self.selected = self.selected.min(found.len().saturating_sub(1));
        let mut moved = false;
        let (confirm, cancel) = ctx.input_mut(|input| {
            if input.consume_key(Modifiers::NONE, Key::ArrowDown) {
                self.selected = (self.selected + 1).min(found.len().saturating_sub(1));
                moved = true;
            }
            if input.consume_key(Modifiers::NONE, Key::ArrowUp) {
                self.selected = self.selected.saturating_sub(1);
                moved = true;
            }
            (
                input.consume_key(Modifiers::NONE, Key::Enter),
                input.consume_key(Modifiers::NONE, Key::Escape),
            )
        });
        let mut chosen = None;
        if confirm {
            chosen = found
                .get(self.selected)
                .copied()
                .filter(|command| command.reason(available).is_none());
        }
        let area = Area::new(Id::unique("command palette"))
            .order(Order::Foreground)
            .anchor(Align2::CENTER_TOP, vec2(0.0, 96.0));
        let response = area.show(ctx, |ui| {
            Frame::popup(ui.style()).inner_margin(12.0).show(ui, |ui| {
                ui.set_width(460.0);
                let field = ui.add(
                    TextEdit::singleline(&mut self.query)
                        .hint_text("Find a command")
                        .desired_width(f32::INFINITY),
                );
                field.request_focus();
                if field.changed() {
                    self.selected = 0;
                }
                ui.add_space(6.0);
                ScrollArea::vertical().max_height(360.0).show(ui, |ui| {
                    for (at, command) in found.iter().enumerate() {
                        let reason = command.reason(available);
                        let mut button =
                            eframe::egui::Button::selectable(at == self.selected, command.text())
                                .min_size(vec2(ui.available_width(), 26.0));
                        if let Some(shortcut) = command.shortcut_text(ui.ctx()) {
                            button = button.shortcut_text(shortcut);
                        } else {
                            button = button.right_text("");
                        }
                        let response = ui
                            .add_enabled(reason.is_none(), button)
                            .on_hover_text(command.tooltip())
                            .on_disabled_hover_text(reason.unwrap_or_default());
                        if moved && at == self.selected {
                            response.scroll_to_me(None);
                        }
                        if response.clicked() {
                            chosen = Some(*command);
                        }
                    }
                    if found.is_empty() {
                        ui.label(RichText::new("No command has this name").weak());
                    }
                });
            });
        });
        let elsewhere = !Popup::is_any_open(ctx) && response.response.clicked_elsewhere();
        if chosen.is_some() || cancel || elsewhere {
            self.open = false;
        }
        if let Some(command) = chosen {
            wishes.push(Wish::Give(command));
        }
    }
}

/// Commands whose name or tooltip contains every word of the query, in any order; matching
/// names first.
fn matching(query: &str) -> Vec<Command> {
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    let holds = |text: &str| {
        let text = text.to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    let mut found: Vec<Command> = Command::ALL
        .iter()
        .copied()
        .filter(|command| *command != Command::Palette)
        .filter(|command| holds(&format!("{} {}", command.text(), command.tooltip())))
        .collect();
    found.sort_by_key(|command| !holds(command.text()));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_match_in_any_order() {
        assert_eq!(matching("theme dark").first(), Some(&Command::ThemeDark));
        assert_eq!(matching("nothing of the kind"), []);
        assert_eq!(matching("").len(), Command::ALL.len() - 1);
    }
}
