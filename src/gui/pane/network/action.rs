//! Changes of the chain. Cards and keys ask for them while the panel is drawn; they are carried
//! out after.

use std::collections::BTreeSet;

use layerwise_experiment::{Balance, Block};

use super::palette::{Palette, Target};

/// A change of the chain or of what is open.
pub(super) enum Action {
    /// Cuts after a block, or joins there.
    ToggleCut(usize),
    MoveCut {
        from: usize,
        to: usize,
    },
    Split(usize, Balance),
    /// Gives every module one weight layer.
    SplitForBpFree,
    /// Puts a block from the palette where it was opened for.
    Place {
        target: Target,
        block: Block,
    },
    Duplicate(BTreeSet<usize>),
    Repeat {
        blocks: BTreeSet<usize>,
        times: usize,
        own_modules: bool,
    },
    Remove(BTreeSet<usize>),
    /// Moves blocks in front of another one.
    Move {
        blocks: BTreeSet<usize>,
        before: usize,
    },
    /// Moves blocks past their neighbour.
    Shift {
        blocks: BTreeSet<usize>,
        to_input: bool,
    },
    /// Puts in the blocks of a text.
    Paste(String),
    Open(Palette),
}
