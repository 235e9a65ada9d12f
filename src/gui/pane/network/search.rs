//! The search for blocks: by name, hyper-parameters, index or module.

use eframe::egui::{Id, Key, Label, Modifiers, RichText, TextEdit, Ui};
use layerwise_experiment::{Block, Experiment};

use super::{
    icon::{self, Icon},
    view::View,
};

/// The open search.
#[derive(Default)]
pub(super) struct Search {
    text: String,
    /// Indices of the blocks that are found, in ascending order.
    found: Vec<usize>,
    /// Which of them is looked at.
    at: usize,
    /// Text that was searched for last.
    searched: Option<String>,
    has_focus: bool,
}

/// How a block is related to the search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Match {
    None,
    Found,
    /// The one that is looked at.
    Current,
}

/// What a frame of the search asks of the panel.
#[derive(Default)]
pub(super) struct Asked {
    /// A block to bring into sight.
    pub reveal: Option<usize>,
    pub close: bool,
}

impl Search {
    /// The field that is typed into.
    pub fn id() -> Id {
        Id::unique("find blocks")
    }

    /// Puts the cursor into the field again.
    pub fn focus(&mut self) {
        self.has_focus = false;
    }

    pub fn of(&self, index: usize) -> Match {
        match self.found.binary_search(&index) {
            Ok(at) if at == self.at => Match::Current,
            Ok(_) => Match::Found,
            Err(_) => Match::None,
        }
    }

    /// Indices of the blocks that are found, in ascending order.
    pub fn found(&self) -> &[usize] {
        &self.found
    }

    /// The block that is looked at.
    pub fn current(&self) -> Option<usize> {
        self.found.get(self.at).copied()
    }

    pub fn show(&mut self, ui: &mut Ui, experiment: &Experiment, view: &View<'_>) -> Asked {
        let mut asked = Asked::default();
        let mut step = 0;
        if ui.memory(|memory| memory.has_focus(Self::id())) {
            let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
            let back = pressed(Modifiers::SHIFT, Key::Enter);
            if back || pressed(Modifiers::NONE, Key::ArrowUp) {
                step = -1;
            } else if pressed(Modifiers::NONE, Key::Enter)
                || pressed(Modifiers::NONE, Key::ArrowDown)
            {
                step = 1;
            }
        }
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let label = ui.label(RichText::new("Find").small());
            let room = ui.available_width() - 3.0 * 28.0 - 54.0;
            let field = ui
                .add(
                    TextEdit::singleline(&mut self.text)
                        .id(Self::id())
                        .hint_text("ReLU, 57, module 2")
                        .desired_width(room.max(60.0)),
                )
                .labelled_by(label.id)
                .on_hover_text(
                    "Words of a block's name or settings, its number, or a module by its number",
                );
            if !self.has_focus {
                field.request_focus();
                self.has_focus = true;
            }
            self.find(experiment, view, &mut asked);
            let count = match self.found.len() {
                _ if self.text.trim().is_empty() => String::new(),
                0 => "None".to_owned(),
                all => format!("{} of {all}", self.at + 1),
            };
            ui.add_sized([46.0, 20.0], Label::new(RichText::new(count).small()));
            if icon::button(ui, Icon::Up, "Previous block found", "Shift+Enter").clicked() {
                step = -1;
            }
            if icon::button(ui, Icon::Down, "Next block found", "Enter").clicked() {
                step = 1;
            }
            if icon::button(ui, Icon::Close, "Close the search", "Esc").clicked() {
                asked.close = true;
            }
        });
        if step != 0 && !self.found.is_empty() {
            let all = self.found.len();
            self.at = if step > 0 {
                (self.at + 1) % all
            } else {
                (self.at + all - 1) % all
            };
            asked.reveal = self.current();
        }
        asked
    }

    /// Finds blocks again. A text that changed leads to the block with this number, or to the
    /// first that is found from the one looked at before.
    fn find(&mut self, experiment: &Experiment, view: &View<'_>, asked: &mut Asked) {
        let before = self.current().unwrap_or(0);
        self.found = found(&self.text, &experiment.blocks, view);
        if self.searched.as_ref() == Some(&self.text) {
            self.at = self.at.min(self.found.len().saturating_sub(1));
            return;
        }
        self.searched = Some(self.text.clone());
        let number = self.text.trim().parse().ok();
        let exact = self.found.iter().position(|index| Some(*index) == number);
        let next = self.found.iter().position(|index| *index >= before);
        self.at = exact.or(next).unwrap_or(0);
        asked.reveal = self.current();
    }
}

/// Indices of the blocks that a text finds.
fn found(text: &str, blocks: &[Block], view: &View<'_>) -> Vec<usize> {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.as_slice() {
        [] => Vec::new(),
        ["module", number] => {
            let module = number
                .parse::<usize>()
                .ok()
                .and_then(|it| it.checked_sub(1));
            let range = module.and_then(|module| view.ranges.get(module));
            range.cloned().map(Iterator::collect).unwrap_or_default()
        }
        words => {
            let holds = |(index, block): &(usize, &Block)| {
                let text = format!("{} {}", block.title(), block.summary()).to_lowercase();
                words.iter().all(|word| holds_word(*index, &text, word))
            };
            let found = blocks.iter().enumerate().filter(holds);
            found.map(|(index, _)| index).collect()
        }
    }
}

/// Whether a block has a word in its text. A number must be there as a whole, or be its index.
fn holds_word(index: usize, text: &str, word: &str) -> bool {
    match word.parse::<usize>() {
        Ok(number) => {
            let mut numbers = text.split(|char: char| !char.is_ascii_digit());
            number == index || numbers.any(|digits| digits == word)
        }
        Err(_) => text.contains(word),
    }
}
