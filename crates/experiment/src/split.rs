//! Where the chain is cut into modules.

use std::{borrow::Cow, ops::Range};

use serde::{Deserialize, Serialize};

use super::{
    Experiment, MethodKind,
    block::Block,
    cost::{BlockCost, Load, Pass},
    field::{Field, Fields, choices},
};

/// Split points: either the blocks after which a module ends, or a number of modules for a
/// balanced split.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Split {
    /// Indices, from 0 and ascending, of the blocks after which a module ends. The last block
    /// always ends one and is not listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Vec<usize>>,
    /// Number of modules to split into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
    /// What `count` modules are given as equal shares of as can be.
    #[serde(skip_serializing_if = "Balance::is_default")]
    pub by: Balance,
}

/// What a split into so many modules balances. Modules always start with a layer with weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Balance {
    /// Layers with weights.
    #[default]
    Blocks,
    /// Predicted memory of a step: the module that needs the most needs as little as can be.
    Memory,
    /// Floating-point operations: the module that has the most has as few as can be.
    Flops,
}

choices! { Balance {
    Blocks: "blocks", "by blocks", "As many layers with weights in each module";
    Memory: "memory", "by memory", "As little predicted memory as can be in the module with the most";
    Flops: "flops", "by FLOPs", "As few operations as can be in the module with the most";
} }

impl Fields for Split {
    const FIELDS: &'static [Field<Self>] = &[
        Field::<Self>::written("after", "Cuts", "ascending block indices from 0")
            .hint("Blocks after which a module ends; the last block is not listed")
            .left_out("none"),
        Field::<Self>::written(
            "count",
            "Modules",
            "a whole number from 1 to the number of layers with weights",
        )
        .hint("Instead of split.after: number of modules to split into")
        .left_out("one module"),
        Field::<Self>::choice(
            "by",
            "Balance",
            Balance::CHOICES,
            |split| split.by.index(),
            |split, at| split.by.pick(at),
        )
        .hint("What the modules of split.count are given as equal shares of as can be")
        .shown(|split| split.count.is_some(), "split.count"),
    ];
}

impl Balance {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Index of the first block of each layer: a block with weights and all that follow it up to
/// the next one. Blocks before the first block with weights belong to the first layer.
fn layer_starts(blocks: &[Block]) -> Vec<usize> {
    let mut starts: Vec<usize> = blocks
        .iter()
        .enumerate()
        .filter(|(_, block)| block.has_weights())
        .map(|(index, _)| index)
        .collect();
    match starts.first_mut() {
        Some(first) => *first = 0,
        None if !blocks.is_empty() => starts.push(0),
        None => {}
    }
    starts
}

/// Number of layers with weights: the most modules an even split can make.
pub(super) fn layer_count(blocks: &[Block]) -> usize {
    layer_starts(blocks).len()
}

/// Split points of `count` modules with as even a number of layers as can be; the first modules
/// get the spare ones.
fn even(blocks: &[Block], count: usize) -> Vec<usize> {
    let starts = layer_starts(blocks);
    let count = count.clamp(1, starts.len().max(1));
    (1..count)
        .filter_map(|module| starts.get((module * starts.len()).div_ceil(count)))
        .map(|start| start.saturating_sub(1))
        .collect()
}

fn with_tangent(has_tangent: bool) -> Pass {
    Pass {
        has_tangent,
        ..Pass::default()
    }
}

/// The layers with which modules after the first start when each of `count` modules takes as many
/// layers as stay within `limit`, or none where `count` modules are too few.
fn pack(
    layers: &[&[BlockCost]],
    count: usize,
    limit: f64,
    weigh: &impl Fn(&Load) -> f64,
) -> Option<Vec<usize>> {
    let mut found = Vec::new();
    let mut load = Load::default();
    for (at, layer) in layers.iter().enumerate() {
        // The first module has none to reconcile with.
        let more = load.clone().with(layer, with_tangent(!found.is_empty()));
        let to_come = count - 1 - found.len();
        let is_first = at == 0;
        // Every module gets a layer.
        let must = !is_first && layers.len() - at == to_come;
        if !is_first && (must || weigh(&more) > limit) {
            if to_come == 0 {
                return None;
            }
            found.push(at);
            load = Load::default().with(layer, with_tangent(true));
        } else {
            load = more;
        }
        if weigh(&load) > limit {
            return None;
        }
    }
    Some(found)
}

/// Halvings of the range in which the smallest limit lies.
const HALVINGS: usize = 50;

impl Experiment {
    /// Split points of `count` modules, balanced. Even by blocks where the chain does not fit
    /// together, so that nothing is known of its costs.
    fn balanced(&self, count: usize, by: Balance) -> Vec<usize> {
        let starts = layer_starts(&self.blocks);
        let count = count.clamp(1, starts.len().max(1));
        let known = self.shapes().len() == self.blocks.len() + 1;
        if by == Balance::Blocks || !known {
            return even(&self.blocks, count);
        }
        let costs = self.block_costs();
        let layers: Vec<&[BlockCost]> = starts
            .iter()
            .enumerate()
            .filter_map(|(at, &start)| {
                let end = starts.get(at + 1).copied().unwrap_or(costs.len());
                costs.get(start..end)
            })
            .collect();
        let weigh = |load: &Load| match by {
            Balance::Flops => load.flops as f64,
            _ => self.load_bytes(load) as f64,
        };
        let whole = layers.iter().fold(Load::default(), |load, layer| {
            load.with(layer, with_tangent(true))
        });
        let (mut low, mut high) = (0.0, weigh(&whole));
        let mut best = pack(&layers, count, high, &weigh).unwrap_or_default();
        for _ in 0..HALVINGS {
            let limit = (low + high) / 2.0;
            match pack(&layers, count, limit, &weigh) {
                Some(found) => {
                    best = found;
                    high = limit;
                }
                None => low = limit,
            }
        }
        let best: Vec<usize> = best
            .into_iter()
            .filter_map(|layer| starts.get(layer))
            .map(|start| start.saturating_sub(1))
            .collect();
        // What lies at the ends of modules was not weighed.
        let even = even(&self.blocks, count);
        if by == Balance::Memory && self.most_held(&even) < self.most_held(&best) {
            return even;
        }
        best
    }

    /// Bytes that the module which needs the most needs in a step, with these split points.
    /// Modules reconcile, so that λ does not move a split.
    fn most_held(&self, points: &[usize]) -> u64 {
        let mut cut = self.clone();
        cut.split = Split {
            after: Some(points.to_vec()),
            ..Split::default()
        };
        cut.modules.clear();
        cut.method.lambda = 1.0;
        cut.method.kind = MethodKind::LocalBp;
        cut.costs()
            .modules
            .iter()
            .map(|cost| cost.bytes)
            .max()
            .unwrap_or(0)
    }

    /// Writes the split points down where there is a number of modules, so that they stay while
    /// the network or the batch changes.
    pub fn settle_split(&mut self) {
        if self.split.count.is_some() {
            self.set_points(self.split_points());
        }
    }

    /// The same experiment with its split points written down: they are worked out once then, not
    /// for every module anew.
    pub(super) fn settled(&self) -> Cow<'_, Self> {
        let mut settled = Cow::Borrowed(self);
        if self.split.count.is_some() {
            settled.to_mut().settle_split();
        }
        settled
    }

    /// Whether the cuts are those of a balanced split into as many modules.
    pub fn is_balanced(&self, by: Balance) -> bool {
        let points = self.split_points();
        points == self.balanced(points.len() + 1, by)
    }

    /// Split points: indices of the blocks after which a module ends, ascending, without the
    /// last block.
    pub fn split_points(&self) -> Vec<usize> {
        let mut points = match (&self.split.after, self.split.count) {
            (Some(after), _) => after.clone(),
            (None, Some(count)) => self.balanced(count, self.split.by),
            (None, None) => Vec::new(),
        };
        points.retain(|&point| point + 1 < self.blocks.len());
        points.sort_unstable();
        points.dedup();
        points
    }

    /// Ranges of block indices, one for each module, from input to output.
    pub fn module_ranges(&self) -> Vec<Range<usize>> {
        if self.blocks.is_empty() {
            return Vec::new();
        }
        let points = self.split_points();
        let starts = std::iter::once(0).chain(points.iter().map(|point| point + 1));
        let ends = points
            .iter()
            .map(|point| point + 1)
            .chain(std::iter::once(self.blocks.len()));
        starts.zip(ends).map(|(start, end)| start..end).collect()
    }

    /// Number of modules.
    pub fn module_count(&self) -> usize {
        self.module_ranges().len()
    }

    /// Index of the module, from 0, that holds a block.
    pub fn module_of(&self, block: usize) -> usize {
        self.split_points()
            .iter()
            .filter(|&&point| point < block)
            .count()
    }

    /// Cuts the chain after a block, or joins the two modules that meet there. Settings of
    /// modules follow their modules; a new module starts with those of the one it came from.
    pub fn toggle_cut(&mut self, block: usize) {
        if block + 1 >= self.blocks.len() {
            return;
        }
        let mut points = self.split_points();
        let number = self.module_of(block) + 1;
        match points.binary_search(&block) {
            Ok(at) => {
                points.remove(at);
                self.modules
                    .retain(|settings| settings.number != number + 1);
                for settings in &mut self.modules {
                    if settings.number > number {
                        settings.number -= 1;
                    }
                }
            }
            Err(at) => {
                points.insert(at, block);
                let copy = self.settings_of(number).cloned();
                for settings in &mut self.modules {
                    if settings.number > number {
                        settings.number += 1;
                    }
                }
                if let Some(copy) = copy {
                    self.modules.push(super::ModuleSettings {
                        number: number + 1,
                        ..copy
                    });
                }
                self.modules.sort_by_key(|settings| settings.number);
            }
        }
        self.set_points(points);
    }

    /// Moves a cut from after one block to after another. Does nothing where there is no cut at
    /// `from`, one already at `to`, or another cut between them.
    pub fn move_cut(&mut self, from: usize, to: usize) {
        let mut points = self.split_points();
        let between = from.min(to)..=from.max(to);
        let crossed = points
            .iter()
            .any(|point| *point != from && between.contains(point));
        if crossed || to + 1 >= self.blocks.len() {
            return;
        }
        if let Some(point) = points.iter_mut().find(|point| **point == from) {
            *point = to;
            self.set_points(points);
        }
    }

    /// Splits into `count` modules, balanced.
    pub fn split_into(&mut self, count: usize, by: Balance) {
        self.set_points(self.balanced(count, by));
        let modules = self.module_count();
        self.modules.retain(|settings| settings.number <= modules);
    }

    pub(super) fn set_points(&mut self, points: Vec<usize>) {
        self.split = Split {
            after: Some(points),
            count: None,
            by: Balance::default(),
        };
        let points = self.split_points();
        self.split.after = Some(points);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ModuleSettings, kind, preset};

    fn digits() -> Experiment {
        preset("digits-mlp").unwrap().experiment().unwrap()
    }

    #[test]
    fn even_split_cuts_before_weights() {
        let mut experiment = digits();
        experiment.split_into(8, Balance::Blocks);
        assert_eq!(experiment.split_points(), [2, 4, 6, 8, 10, 12, 14]);
        experiment.split_into(3, Balance::Blocks);
        assert_eq!(experiment.split_points(), [6, 12]);
        assert_eq!(experiment.module_ranges(), [0..7, 7..13, 13..17]);
    }

    #[test]
    fn settings_follow_their_module() {
        let mut experiment = digits();
        experiment.split_into(4, Balance::Blocks);
        experiment.modules = vec![ModuleSettings {
            lambda: Some(0.7),
            ..ModuleSettings::new(3)
        }];
        experiment.toggle_cut(2);
        assert_eq!(experiment.modules[0].number, 4);
        experiment.toggle_cut(2);
        assert_eq!(experiment.modules[0].number, 3);
    }

    #[test]
    fn cuts_move_but_never_cross() {
        let mut experiment = digits();
        experiment.split_into(4, Balance::Blocks);
        assert_eq!(experiment.split_points(), [4, 8, 12]);
        experiment.move_cut(4, 6);
        assert_eq!(experiment.split_points(), [6, 8, 12]);
        experiment.move_cut(6, 10);
        assert_eq!(experiment.split_points(), [6, 8, 12]);
    }

    #[test]
    fn blocks_come_and_go_with_their_modules() {
        let mut experiment = digits();
        experiment.split = Split {
            after: Some(vec![2, 4]),
            count: None,
            ..Split::default()
        };
        experiment.insert_block(3, Block::Tanh(kind::Tanh {}));
        assert_eq!(experiment.split_points(), [3, 5]);
        experiment.remove_blocks(&[3].into());
        assert_eq!(experiment.split_points(), [2, 4]);
        experiment.insert_block(0, Block::Tanh(kind::Tanh {}));
        assert_eq!(experiment.split_points(), [3, 5]);
        experiment.remove_blocks(&[0].into());
        experiment.remove_blocks(&[3].into());
        assert_eq!(experiment.split_points(), [2, 3]);
        experiment.remove_blocks(&[3].into());
        assert_eq!(experiment.split_points(), [2]);
        assert_eq!(experiment.blocks.len(), 15);
    }

    #[test]
    fn a_moved_block_joins_the_module_it_is_put_into() {
        let moved = |after: &[usize], from: usize, to: usize| {
            let mut experiment = digits();
            experiment.split.after = Some(after.to_vec());
            experiment.split.count = None;
            let block = experiment.blocks[from].clone();
            let before = if to > from { to + 1 } else { to };
            experiment.move_blocks(&[from].into(), before);
            assert_eq!(experiment.blocks[to], block);
            assert_eq!(experiment.blocks.len(), 17);
            experiment.split_points()
        };
        assert_eq!(moved(&[2, 4], 0, 1), [2, 4]);
        assert_eq!(moved(&[2, 4], 2, 3), [1, 4]);
        assert_eq!(moved(&[2, 4], 3, 2), [3, 4]);
        assert_eq!(moved(&[2, 4], 16, 0), [3, 5]);
        assert_eq!(
            moved(&[2, 3], 3, 0),
            [3],
            "a module of one block goes with it"
        );
        assert_eq!(moved(&[2, 3], 3, 16), [2]);
    }

    #[test]
    fn balanced_splits_beat_even_ones() {
        for name in ["resnet18", "resnet110", "swin-32", "vit-32", "vgg11b"] {
            let mut experiment = preset(name).unwrap().experiment().unwrap();
            for count in [2, 3, 4, 6] {
                let mut most = |by| {
                    experiment.split_into(count, by);
                    assert_eq!(experiment.module_count(), count, "{name} {by:?}");
                    let costs = experiment.costs().modules;
                    let flops = costs.iter().map(|cost| cost.flops).max().unwrap();
                    let bytes = costs.iter().map(|cost| cost.bytes).max().unwrap();
                    (flops, bytes)
                };
                let even = most(Balance::Blocks);
                assert!(most(Balance::Flops).0 <= even.0, "{name} {count}");
                assert!(most(Balance::Memory).1 <= even.1, "{name} {count}");
                assert!(experiment.is_balanced(Balance::Memory));
            }
        }
    }

    #[test]
    fn a_split_by_operations_is_the_best_there_is() {
        let mut experiment = preset("resnet18").unwrap().experiment().unwrap();
        let mut best = u64::MAX;
        let most = |experiment: &Experiment| {
            let costs = experiment.costs().modules;
            costs.iter().map(|cost| cost.flops).max().unwrap()
        };
        let starts = layer_starts(&experiment.blocks);
        for (at, first) in starts.iter().enumerate().skip(1) {
            for second in &starts[at + 1..] {
                experiment.split.after = Some(vec![first - 1, second - 1]);
                best = best.min(most(&experiment));
            }
        }
        experiment.split_into(3, Balance::Flops);
        assert_eq!(most(&experiment), best);
    }

    #[test]
    fn lambda_does_not_move_a_split() {
        let mut experiment = preset("vit-32").unwrap().experiment().unwrap();
        experiment.split = Split {
            after: None,
            count: Some(3),
            by: Balance::Memory,
        };
        let points = experiment.split_points();
        experiment.method.lambda = 0.0;
        assert_eq!(experiment.split_points(), points);
        experiment.settle_split();
        assert_eq!(experiment.split.after, Some(points));
        assert_eq!(experiment.split.count, None);
    }

    #[test]
    fn every_number_of_modules_can_be_had() {
        for by in Balance::ALL {
            let mut experiment = preset("resnet32").unwrap().experiment().unwrap();
            for count in 1..=16 {
                experiment.split_into(count, by);
                assert_eq!(experiment.module_count(), count, "{by:?}");
            }
            experiment.split_into(99, by);
            assert_eq!(experiment.module_count(), 16);
            // Nothing is known of the costs of a broken chain.
            experiment.insert_block(0, Block::GlobalAvgPool(kind::GlobalAvgPool {}));
            experiment.split_into(4, by);
            assert_eq!(experiment.module_count(), 4);
        }
    }
}
