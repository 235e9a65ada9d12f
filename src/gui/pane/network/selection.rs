//! Which blocks are selected, and what is open for editing.

use std::collections::BTreeSet;

use eframe::egui::{Event, Modifiers, Ui};
use layerwise_experiment::Change;

/// Blocks and heads that a person picked. A single selected block is open for editing.
#[derive(Default)]
pub(super) struct Selection {
    blocks: BTreeSet<usize>,
    /// Where a range of blocks starts when it is extended.
    anchor: Option<usize>,
    /// The head that is open, by the number of its module from 1.
    head: Option<usize>,
}

impl Selection {
    /// Indices of the selected blocks, in ascending order.
    pub fn blocks(&self) -> &BTreeSet<usize> {
        &self.blocks
    }

    pub fn contains(&self, index: usize) -> bool {
        self.blocks.contains(&index)
    }

    /// The block that is open for editing: the only one that is selected.
    pub fn open_block(&self) -> Option<usize> {
        match self.blocks.len() {
            1 => self.blocks.first().copied(),
            _ => None,
        }
    }

    /// Whether neither a block nor a head is selected.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty() && self.head.is_none()
    }

    /// The head that is open, by the number of its module from 1.
    pub fn open_head(&self) -> Option<usize> {
        self.head
    }

    pub fn is_open_head(&self, module: usize) -> bool {
        self.head == Some(module)
    }

    /// The blocks that a gesture on block `index` is for: all that are selected, where it is one
    /// of them.
    pub fn with(&self, index: usize) -> BTreeSet<usize> {
        if self.contains(index) {
            self.blocks.clone()
        } else {
            BTreeSet::from([index])
        }
    }

    /// Takes in a click on the card of a block: it alone, the range up to it with Shift, or it
    /// besides the others with Ctrl.
    pub fn click(&mut self, index: usize, modifiers: Modifiers) {
        let alone = self.open_block() == Some(index);
        if modifiers.shift {
            let anchor = self.anchor.unwrap_or(index);
            if !modifiers.command {
                self.blocks.clear();
            }
            self.blocks.extend(anchor.min(index)..=anchor.max(index));
            self.anchor = Some(anchor);
        } else if modifiers.command {
            if !self.blocks.remove(&index) {
                self.blocks.insert(index);
            }
            self.anchor = Some(index);
        } else if alone {
            self.clear();
        } else {
            self.set(BTreeSet::from([index]));
        }
        self.head = None;
    }

    /// Takes in a click on something that stands for a whole range of blocks.
    pub fn click_range(&mut self, range: std::ops::Range<usize>, modifiers: Modifiers) {
        let all = range.clone().all(|index| self.contains(index));
        if modifiers.shift {
            let anchor = self.anchor.unwrap_or(range.start);
            self.blocks.clear();
            self.blocks
                .extend(anchor.min(range.start)..range.end.max(anchor + 1));
        } else if modifiers.command && all {
            self.blocks.retain(|index| !range.contains(index));
        } else if modifiers.command {
            self.blocks.extend(range);
        } else if all && self.blocks.len() == range.len() {
            self.clear();
        } else {
            self.set(range.collect());
        }
        self.head = None;
    }

    /// Opens the card of a head, or closes it.
    pub fn click_head(&mut self, module: usize) {
        let was_open = self.is_open_head(module);
        self.clear();
        self.head = (!was_open).then_some(module);
    }

    pub fn set(&mut self, blocks: BTreeSet<usize>) {
        self.anchor = blocks.first().copied();
        self.blocks = blocks;
        self.head = None;
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Goes along with a change of the chain.
    pub fn follow(&mut self, change: &Change) {
        let here = |old: usize| {
            let mut origins = change.origins.iter();
            origins.position(|origin| *origin == Some(old))
        };
        self.blocks = change
            .origins
            .iter()
            .enumerate()
            .filter(|(_, origin)| origin.is_some_and(|old| self.blocks.contains(&old)))
            .map(|(index, _)| index)
            .collect();
        self.anchor = self.anchor.and_then(here);
    }

    /// Drops an open head that a change has left without its module.
    pub fn forget_head_that_is_gone(&mut self, modules: usize) {
        self.head = self.head.filter(|number| *number <= modules);
    }
}

/// Keys that were held when the mouse button went up: of a quick hand, they are up again when
/// the frame is drawn.
pub(super) fn click_modifiers(ui: &Ui) -> Modifiers {
    ui.input(|input| {
        let clicks = input.events.iter().rev();
        let mut of_clicks = clicks.filter_map(|event| match event {
            Event::PointerButton { modifiers, .. } => Some(*modifiers),
            _ => None,
        });
        of_clicks.next().unwrap_or(input.modifiers)
    })
}
