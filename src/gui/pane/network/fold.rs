//! Which modules are folded to a single row.

use std::ops::Range;

use layerwise_experiment::{Block, Change};

/// Folded modules. A module is folded as long as all its blocks are marked, so that folds go
/// along with blocks and cuts that come, go and move.
#[derive(Default)]
pub(super) struct Folds {
    marks: Vec<Option<bool>>,
    /// The chain that the marks are of.
    blocks: Vec<Block>,
}

impl Folds {
    /// Whether a module is folded.
    pub fn is_folded(&self, module: &Range<usize>) -> bool {
        let marks = || {
            let marks = self.marks.get(module.clone()).unwrap_or_default();
            marks.iter().flatten()
        };
        marks().next().is_some() && marks().all(|mark| *mark)
    }

    pub fn set(&mut self, module: &Range<usize>, folded: bool) {
        if let Some(marks) = self.marks.get_mut(module.clone()) {
            marks.fill(Some(folded));
        }
    }

    /// Goes along with a change of the chain.
    pub fn follow(&mut self, change: &Change, blocks: &[Block]) {
        self.marks = change
            .origins
            .iter()
            .map(|origin| self.marks.get((*origin)?).copied().flatten())
            .collect();
        self.blocks = blocks.to_vec();
    }

    /// Takes in a chain that came about elsewhere, as by an undo, and returns what has changed:
    /// blocks at its start and end that are as they were are the same blocks, and so are those
    /// between, where they are as many. Of a chain that is mostly another, nothing is folded.
    /// Modules with blocks that are not marked are unfolded for good.
    pub fn keep_up(&mut self, blocks: &[Block], modules: &[Range<usize>]) -> Option<Change> {
        let changed = self.blocks != blocks;
        let change = changed.then(|| self.change_to(blocks));
        if let Some(change) = &change {
            self.follow(change, blocks);
        }
        for module in modules {
            let folded = self.is_folded(module);
            self.set(module, folded);
        }
        change
    }

    fn change_to(&self, blocks: &[Block]) -> Change {
        let same = |(one, other): &(&Block, &Block)| one == other;
        let (old, new) = (self.blocks.len(), blocks.len());
        let head = self.blocks.iter().zip(blocks).take_while(same).count();
        let pairs = self.blocks.iter().rev().zip(blocks.iter().rev());
        let tail = pairs.take(old.min(new) - head).take_while(same).count();
        let unlike = old.max(new) - head - tail;
        let another = unlike > 1 && unlike > head + tail;
        let origin = |index: usize| match index {
            _ if another => None,
            _ if index < head || old == new => Some(index),
            _ if new - index <= tail => Some(old - (new - index)),
            _ => None,
        };
        Change {
            origins: (0..new).map(origin).collect(),
            ..Change::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use layerwise_experiment::{Balance, Experiment, preset};

    use super::*;

    fn resnet() -> Experiment {
        let mut experiment = preset("resnet110").unwrap().experiment().unwrap();
        experiment.split_into(8, Balance::Blocks);
        experiment
    }

    fn folds(experiment: &Experiment, folded: &[usize]) -> Folds {
        let mut folds = Folds::default();
        let modules = experiment.module_ranges();
        folds.keep_up(&experiment.blocks, &modules);
        for number in folded {
            folds.set(&modules[number - 1], true);
        }
        folds
    }

    fn folded(folds: &mut Folds, experiment: &Experiment) -> Vec<usize> {
        let modules = experiment.module_ranges();
        folds.keep_up(&experiment.blocks, &modules);
        (1..=modules.len())
            .filter(|number| folds.is_folded(&modules[number - 1]))
            .collect()
    }

    #[test]
    fn folds_go_along_with_changes() {
        let mut experiment = resnet();
        let mut folds = folds(&experiment, &[3, 5]);
        let change = experiment.remove_blocks(&(0..3).collect());
        folds.follow(&change, &experiment.blocks);
        assert_eq!(folded(&mut folds, &experiment), [3, 5]);
        let change = experiment.remove_blocks(&experiment.module_ranges()[1].clone().collect());
        folds.follow(&change, &experiment.blocks);
        assert_eq!(folded(&mut folds, &experiment), [2, 4]);
        let change = experiment.insert_block(1, Block::Tanh(kind::Tanh {}));
        folds.follow(&change, &experiment.blocks);
        assert_eq!(folded(&mut folds, &experiment), [2, 4]);
    }

    #[test]
    fn a_module_that_joins_an_open_one_is_unfolded_for_good() {
        let mut experiment = resnet();
        let mut folds = folds(&experiment, &[3]);
        let cut = experiment.split_points()[2];
        experiment.toggle_cut(cut);
        assert!(folded(&mut folds, &experiment).is_empty());
        experiment.toggle_cut(cut);
        assert!(folded(&mut folds, &experiment).is_empty());
    }

    #[test]
    fn what_changed_elsewhere_is_told() {
        let before = resnet();
        let mut folds = folds(&before, &[]);
        let mut tell = |blocks: &[Block]| folds.keep_up(blocks, &[]).map(|it| it.origins);
        assert_eq!(tell(&before.blocks), None);
        let mut blocks = before.blocks.clone();
        blocks[3] = Block::Tanh(kind::Tanh {});
        let same: Vec<_> = (0..blocks.len()).map(Some).collect();
        assert_eq!(tell(&blocks).unwrap(), same, "edited in place");
        blocks.remove(3);
        let without: Vec<_> = same.iter().copied().filter(|at| *at != Some(3)).collect();
        assert_eq!(tell(&blocks).unwrap(), without);
        assert_eq!(tell(&[Block::Relu(kind::Relu {})]).unwrap(), [None]);
        assert_eq!(tell(&[Block::Tanh(kind::Tanh {})]).unwrap(), [Some(0)]);
    }

    #[test]
    fn an_undo_keeps_what_is_folded_but_another_file_does_not() {
        let mut experiment = resnet();
        let mut folds = folds(&experiment, &[1, 8]);
        let before = experiment.clone();
        experiment.insert_block(20, Block::Tanh(kind::Tanh {}));
        assert_eq!(folded(&mut folds, &experiment), [1, 8]);
        assert_eq!(folded(&mut folds, &before), [1, 8]);
        let mut other = preset("digits-mlp").unwrap().experiment().unwrap();
        assert!(folded(&mut folds, &other).is_empty());
        other.blocks.clear();
        assert!(folded(&mut folds, &other).is_empty());
    }
}
