//! Different texts of a column, kept within bounds.

use std::collections::HashSet;

pub(super) const MOST_TEXTS: usize = 1000;
/// Longest text of a category or label, in bytes.
pub(super) const LONGEST_TEXT: usize = 1000;
/// Most different numbers that are kept. More of them beside text are a fault, not categories.
const MOST_NUMBERS: usize = 100;
/// Most memory for the texts of all columns together, in bytes.
const MOST_MEMORY: usize = 256 << 20;
/// Memory that a text takes beside its bytes, about.
const OVERHEAD: usize = 64;

/// Different texts of a column, numbers among them.
pub(super) enum Texts {
    Kept {
        all: HashSet<Box<str>>,
        numbers: usize,
        memory: usize,
    },
    /// They were too many. A numeric column does without them.
    Dropped(Dropped),
}

/// What there was too much of.
pub(super) enum Dropped {
    Numbers,
    Texts,
    /// In this row.
    LongText(u64),
    Memory,
}

impl Default for Texts {
    fn default() -> Self {
        Self::Kept {
            all: HashSet::new(),
            numbers: 0,
            memory: 0,
        }
    }
}

impl Texts {
    /// Takes a text in. `memory_of_all` is what the texts of all columns take.
    pub fn add(&mut self, row: u64, text: &str, is_number: bool, memory_of_all: &mut usize) {
        let Self::Kept {
            all,
            numbers,
            memory,
        } = self
        else {
            return;
        };
        if all.contains(text) {
            return;
        }
        let more = text.len() + OVERHEAD;
        let dropped = if text.len() > LONGEST_TEXT {
            Dropped::LongText(row)
        } else if is_number && *numbers == MOST_NUMBERS {
            Dropped::Numbers
        } else if !is_number && all.len() - *numbers == MOST_TEXTS {
            Dropped::Texts
        } else if *memory_of_all + more > MOST_MEMORY {
            Dropped::Memory
        } else {
            all.insert(text.into());
            *numbers += usize::from(is_number);
            *memory += more;
            *memory_of_all += more;
            return;
        };
        *memory_of_all = memory_of_all.saturating_sub(*memory);
        *self = Self::Dropped(dropped);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_shared_and_given_back() {
        let mut used = MOST_MEMORY - 3 * (OVERHEAD + 1);
        let start = used;
        let (mut one, mut other) = (Texts::default(), Texts::default());
        one.add(1, "a", false, &mut used);
        one.add(2, "a", false, &mut used);
        one.add(3, "b", false, &mut used);
        other.add(3, "c", false, &mut used);
        assert_eq!(used, MOST_MEMORY);
        one.add(4, "d", false, &mut used);
        assert!(matches!(one, Texts::Dropped(Dropped::Memory)));
        assert_eq!(used, start + OVERHEAD + 1);
        other.add(4, "d", false, &mut used);
        assert!(matches!(other, Texts::Kept { numbers: 0, .. }));
    }

    #[test]
    fn limits_are_exact() {
        let after = |texts: usize, numbers: usize| {
            let mut kept = Texts::default();
            for index in 0..texts {
                kept.add(1, &format!("t{index}"), false, &mut 0);
            }
            for index in 0..numbers {
                kept.add(1, &index.to_string(), true, &mut 0);
            }
            kept
        };
        assert!(matches!(after(1000, 100), Texts::Kept { .. }));
        assert!(matches!(after(1001, 0), Texts::Dropped(Dropped::Texts)));
        assert!(matches!(after(1, 101), Texts::Dropped(Dropped::Numbers)));
        let mut kept = Texts::default();
        kept.add(1, &"x".repeat(1000), false, &mut 0);
        assert!(matches!(kept, Texts::Kept { .. }));
        kept.add(2, &"x".repeat(1001), false, &mut 0);
        assert!(matches!(kept, Texts::Dropped(Dropped::LongText(2))));
    }
}
