//! What a source holds that is not used.

use super::raw::Note;

/// Most notes of one kind that are listed.
const MOST: usize = 100;

/// Notes of one kind: the first of them one by one, all others as a number.
#[derive(Default)]
pub struct Notes {
    listed: Vec<Note>,
    more: u64,
}

impl Notes {
    /// Takes a note in. `what` and `why` are asked for while there is room.
    pub fn push(&mut self, note: impl FnOnce() -> Note) {
        if self.listed.len() < MOST {
            self.listed.push(note());
        } else {
            self.more += 1;
        }
    }

    pub fn first(&self) -> Option<&Note> {
        self.listed.first()
    }

    /// The notes, and one for all that are not listed, which are called by `plural`.
    pub fn into_list(mut self, plural: &str) -> Vec<Note> {
        if self.more > 0 {
            self.listed.push(Note {
                what: format!("{} more {plural}", self.more),
                why: "for reasons like those above".to_owned(),
            });
        }
        self.listed
    }
}
