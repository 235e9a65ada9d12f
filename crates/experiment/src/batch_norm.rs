//! What normalises by the statistics of a batch.

use super::{Block, Experiment, HeadKind};

impl HeadKind {
    /// Whether there is a batch norm in the head.
    pub fn has_batch_norm(self) -> bool {
        matches!(self, Self::Conv | Self::PooledMlp)
    }
}

impl Experiment {
    /// What has the first batch norm that trains, in words. Frozen modules use running statistics.
    pub fn first_batch_norm(&self) -> Option<String> {
        let modules = (1..).zip(self.module_ranges());
        let mut learning = modules.filter(|(number, _)| !self.is_frozen(*number));
        learning.find_map(|(number, range)| {
            let has = |at: &usize| self.blocks.get(*at).is_some_and(Block::has_batch_norm);
            if let Some(block) = range.clone().find(has) {
                return Some(format!("block {block}"));
            }
            let loss = self.loss_of(number);
            let head = loss.kind.uses_head() && self.head_of(number).kind.has_batch_norm();
            match self.has_loss(number) {
                true if head => Some(format!("the head of module {number}")),
                true if loss.reconstructs() => Some(format!("the decoder of module {number}")),
                _ => None,
            }
        })
    }
}
