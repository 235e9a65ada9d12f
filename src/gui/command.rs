//! Everything a person can ask of the window by name.

mod table;

use eframe::egui::{Context, KeyboardShortcut};

pub use super::availability::Availability;
pub use table::Command;

impl Command {
    /// The command of a name.
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|command| command.name() == name)
    }

    /// What lessons and tests press it by, such as "fork-run".
    pub fn name(self) -> &'static str {
        self.about().name
    }

    /// Words on buttons and in menus.
    pub fn text(self) -> &'static str {
        self.about().text
    }

    /// A sentence on what it does, without a full stop.
    pub fn tooltip(self) -> &'static str {
        self.about().tooltip
    }

    /// Keys that give the command; menus show the first.
    pub fn shortcuts(self) -> &'static [KeyboardShortcut] {
        self.about().keys
    }

    /// Its first shortcut as the system writes it, such as "Ctrl+S".
    pub fn shortcut_text(self, ctx: &Context) -> Option<String> {
        let first = self.shortcuts().first();
        first.map(|shortcut| ctx.format_shortcut(shortcut))
    }

    /// Whether the keys of the command mean something else to a text field.
    pub fn is_of_text_too(self) -> bool {
        self.about().keys_of_text
    }

    /// Why the command cannot be given, if so.
    pub fn reason(self, available: &Availability) -> Option<&'static str> {
        let mut needs = self.about().needs.iter();
        needs.find_map(|need| need.missing(available))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_commands_share_a_key_or_a_name() {
        for (at, one) in Command::ALL.iter().enumerate() {
            for other in Command::ALL.iter().skip(at + 1) {
                assert_ne!(one, other);
                assert_ne!(one.text(), other.text());
                assert_ne!(one.name(), other.name());
                for shortcut in one.shortcuts() {
                    assert!(
                        !other.shortcuts().contains(shortcut),
                        "{one:?} and {other:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn names_are_in_kebab_case_and_lead_to_their_commands() {
        for command in Command::ALL {
            let name = command.name();
            let letters =
                |part: &str| !part.is_empty() && part.chars().all(|char| char.is_ascii_lowercase());
            assert!(name.split('-').all(letters), "{name}");
            assert_eq!(Command::named(name), Some(*command));
        }
        assert_eq!(Command::named("Train"), None);
    }

    #[test]
    fn the_first_need_that_does_not_hold_says_why() {
        let mut available = Availability {
            is_opening: true,
            is_training: true,
            ..Availability::default()
        };
        let reason = |available: &Availability| Command::Fork.reason(available);
        assert_eq!(reason(&available), Some("A run is being opened"));
        available.is_opening = false;
        let record = "There is no run that keeps a record";
        assert_eq!(reason(&available), Some(record));
        available.has_record = true;
        assert_eq!(reason(&available), Some("Pause first"));
        available.is_training = false;
        assert_eq!(reason(&available), None);
    }
}
