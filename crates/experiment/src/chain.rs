//! Blocks that come, go, move and repeat, several at once, and what becomes of the cuts and of
//! the settings of modules.

use std::collections::BTreeSet;

use super::{Block, Experiment, ModuleSettings};

/// Most blocks of a chain, and most modules with settings of their own.
pub const MAX_BLOCKS: usize = 1000;

/// How often blocks can be there after they were repeated.
pub const REPEATS: std::ops::RangeInclusive<usize> = 2..=64;

/// What a change of the chain did to its blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// For each block of the new chain, its index in the old one; none for a new block.
    pub origins: Vec<Option<usize>>,
    /// Where the blocks in question are now: the new ones, or those that moved.
    pub places: BTreeSet<usize>,
}

/// The module that a block belongs to while the chain is put together anew.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Owner {
    /// Number, from 1, of the module whose settings hold.
    module: usize,
    /// Tells parts of one module apart that become modules of their own.
    part: usize,
}

/// A block on its way into a new chain.
#[derive(Clone)]
struct Link {
    block: Block,
    owner: Owner,
    from: Option<usize>,
}

impl Experiment {
    /// Inserts a block at `index`; it joins the module of the block before it.
    pub fn insert_block(&mut self, index: usize, block: Block) -> Change {
        self.insert_blocks(index, vec![block])
    }

    /// Inserts blocks at `index`; they join the module of the block before them.
    pub fn insert_blocks(&mut self, index: usize, blocks: Vec<Block>) -> Change {
        let mut links = self.links();
        let index = index.min(links.len());
        let owner = links
            .get(index.saturating_sub(1))
            .map_or(Owner { module: 1, part: 0 }, |link| link.owner);
        let places = (index..index + blocks.len()).collect();
        let new = blocks.into_iter().map(|block| Link {
            block,
            owner,
            from: None,
        });
        links.splice(index..index, new);
        self.relink(links, places)
    }

    /// Removes blocks; modules that lose their last block go with them.
    pub fn remove_blocks(&mut self, blocks: &BTreeSet<usize>) -> Change {
        let mut links = self.links();
        links.retain(|link| link.from.is_none_or(|from| !blocks.contains(&from)));
        self.relink(links, BTreeSet::new())
    }

    /// Moves blocks, one after the other, in front of the block that is now at `before`, or to
    /// the end. They join the module of the block whose place the first one takes when it comes
    /// from behind, the last one when it comes from the front; a module that loses its last block
    /// goes with it.
    pub fn move_blocks(&mut self, blocks: &BTreeSet<usize>, before: usize) -> Change {
        let links = self.links();
        let before = before.min(links.len());
        let forward = blocks.first().is_some_and(|first| *first < before);
        let passed = if forward {
            before.saturating_sub(1)
        } else {
            before.min(links.len().saturating_sub(1))
        };
        let joined = links.get(passed).map(|link| link.owner);
        let is_moved = |link: &Link| link.from.is_some_and(|from| blocks.contains(&from));
        let (mut moved, mut rest): (Vec<_>, Vec<_>) = links.into_iter().partition(is_moved);
        for link in &mut moved {
            link.owner = joined.unwrap_or(link.owner);
        }
        let at = before - blocks.range(..before).count().min(before);
        let at = at.min(rest.len());
        let places = (at..at + moved.len()).collect();
        rest.splice(at..at, moved);
        self.relink(rest, places)
    }

    /// Moves blocks one place towards the input or towards the output, each group of neighbours
    /// past the block that it meets. A part of a module joins the module of that block; whole
    /// modules stay together, and the block joins the one at their far end. A group at the end
    /// of the chain stays.
    pub fn shift_blocks(&mut self, blocks: &BTreeSet<usize>, to_input: bool) -> Change {
        let mut links = self.links();
        let mut groups = groups(blocks, links.len());
        if !to_input {
            groups.reverse();
        }
        let mut places = BTreeSet::new();
        for group in groups {
            let room = if to_input {
                group.start > 0
            } else {
                group.end < links.len()
            };
            if !room {
                places.extend(group);
                continue;
            }
            let (span, far, met) = if to_input {
                (group.start - 1..group.end, group.end - 1, group.start - 1)
            } else {
                (group.start..group.end + 1, group.start, group.end)
            };
            let keeps_modules = group.len() > 1 && holds_whole_module(&links, &group);
            let owner = |links: &[Link], at: usize| links.get(at).map(|link| link.owner);
            let (met_owner, far_owner) = (owner(&links, met), owner(&links, far));
            if let Some(span) = links.get_mut(span) {
                for link in span.iter_mut() {
                    let is_met = link.from == Some(met);
                    let joined = match (keeps_modules, is_met) {
                        (true, true) => far_owner,
                        (false, false) => met_owner,
                        _ => None,
                    };
                    link.owner = joined.unwrap_or(link.owner);
                }
                if to_input {
                    span.rotate_left(1);
                    places.extend(group.start - 1..group.end - 1);
                } else {
                    span.rotate_right(1);
                    places.extend(group.start + 1..group.end + 1);
                }
            }
        }
        self.relink(links, places)
    }

    /// Repeats blocks as a group, so that it is there `times` in all; the copies follow the last
    /// of them. Cuts inside the group are repeated with it. With `own_modules` every repetition
    /// becomes a module of its own, with the settings of the module that it came from; without,
    /// there is no cut between repetitions.
    ///
    /// # Errors
    /// Where the chain would have more than [`MAX_BLOCKS`] blocks; nothing changes then.
    pub fn repeat_blocks(
        &mut self,
        blocks: &BTreeSet<usize>,
        times: usize,
        own_modules: bool,
    ) -> Result<Change, String> {
        let mut links = self.links();
        let group: Vec<Link> = blocks
            .iter()
            .filter_map(|&index| links.get(index).cloned())
            .collect();
        let Some(last) = group.last().and_then(|link| link.from) else {
            return Ok(Change::default());
        };
        let copies = times.saturating_sub(1);
        room_for(links.len(), group.len().saturating_mul(copies))?;

        let joined = last + 1 - blocks.first().copied().unwrap_or(last) == group.len();
        if own_modules {
            // What follows in the module of the last one becomes a module too; so does the group,
            // where it lies in one piece.
            let after = group.last().map(|link| link.owner);
            for link in links.iter_mut().skip(last + 1) {
                if Some(link.owner) == after {
                    link.owner.part = copies + 2;
                }
            }
            if joined {
                for link in links.iter_mut().take(last + 1).skip(last + 1 - group.len()) {
                    link.owner.part = 1;
                }
            }
        }
        let end = links.get(last).map(|link| link.owner);
        let mut new = Vec::with_capacity(group.len() * copies);
        for copy in 0..copies {
            let first = group.first().map(|link| link.owner);
            for link in &group {
                let owner = if own_modules {
                    Owner {
                        module: link.owner.module,
                        part: copy + 2,
                    }
                } else if Some(link.owner) == first {
                    // Goes on in the module that the repetition before ends with.
                    let ends = if first == end { 0 } else { copy };
                    Owner {
                        part: ends,
                        ..end.unwrap_or(link.owner)
                    }
                } else {
                    Owner {
                        module: link.owner.module,
                        part: copy + 1,
                    }
                };
                new.push(Link {
                    block: link.block.clone(),
                    owner,
                    from: None,
                });
            }
        }
        if !own_modules && end != group.first().map(|link| link.owner) {
            // The rest of the last module goes on in the last repetition's.
            for link in links.iter_mut().skip(last + 1) {
                if Some(link.owner) == end {
                    link.owner.part = copies;
                }
            }
        }
        let copied = last + 1..last + 1 + new.len();
        links.splice(last + 1..last + 1, new);
        Ok(self.relink(links, copied.collect()))
    }

    fn links(&self) -> Vec<Link> {
        let points = self.split_points();
        self.blocks
            .iter()
            .enumerate()
            .map(|(index, block)| Link {
                block: block.clone(),
                owner: Owner {
                    module: 1 + points.partition_point(|point| *point < index),
                    part: 0,
                },
                from: Some(index),
            })
            .collect()
    }

    /// Makes the chain of these blocks: neighbours of one owner are a module.
    fn relink(&mut self, links: Vec<Link>, places: BTreeSet<usize>) -> Change {
        let mut points = Vec::new();
        let mut settings = Vec::new();
        let mut number = 0;
        let mut before = None;
        for (index, link) in links.iter().enumerate() {
            if before == Some(link.owner) {
                continue;
            }
            if index > 0 {
                points.push(index - 1);
            }
            before = Some(link.owner);
            number += 1;
            if let Some(own) = self.settings_of(link.owner.module) {
                settings.push(ModuleSettings {
                    number,
                    ..own.clone()
                });
            }
        }
        let origins = links.iter().map(|link| link.from).collect();
        self.modules = settings;
        self.blocks = links.into_iter().map(|link| link.block).collect();
        self.set_points(points);
        Change { origins, places }
    }
}

/// Whether so many more blocks may join so many.
///
/// # Errors
/// A sentence on why not.
pub fn room_for(blocks: usize, more: usize) -> Result<(), String> {
    let all = blocks.saturating_add(more);
    if all > MAX_BLOCKS {
        return Err(format!(
            "The network would have {all} blocks, more than {MAX_BLOCKS}: add fewer"
        ));
    }
    Ok(())
}

/// Ranges of neighbours among indices below `end`, in ascending order.
fn groups(blocks: &BTreeSet<usize>, end: usize) -> Vec<std::ops::Range<usize>> {
    let mut groups: Vec<std::ops::Range<usize>> = Vec::new();
    for &index in blocks.range(..end) {
        match groups.last_mut() {
            Some(group) if group.end == index => group.end += 1,
            _ => groups.push(index..index + 1),
        }
    }
    groups
}

/// Whether a group of neighbours holds all blocks of a module, or blocks of several.
fn holds_whole_module(links: &[Link], group: &std::ops::Range<usize>) -> bool {
    let owner = |at: usize| links.get(at).map(|link| link.owner);
    let first = owner(group.start);
    let before = group.start.checked_sub(1).and_then(owner);
    first != owner(group.end - 1) || (first != before && first != owner(group.end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{kind, preset};

    /// Six linear blocks of 10 to 15 features, cut after those given.
    fn chain(after: &[usize]) -> Experiment {
        let mut experiment = preset("digits-mlp").unwrap().experiment().unwrap();
        experiment.blocks = (10..16).map(linear).collect();
        experiment.split.after = Some(after.to_vec());
        experiment.split.count = None;
        experiment.modules = Vec::new();
        for number in 1..=after.len() + 1 {
            experiment.set_lambda_of(number, Some(number as f64));
        }
        experiment
    }

    fn linear(out: usize) -> Block {
        Block::Linear(kind::Linear {
            out,
            bias: true,
            init: crate::Init::default(),
        })
    }

    /// Widths of the blocks, with a bar at every cut.
    fn text(experiment: &Experiment) -> String {
        let modules = experiment.module_ranges().into_iter().map(|range| {
            let widths = experiment.blocks[range].iter().map(|block| match block {
                Block::Linear(kind::Linear { out, .. }) => out.to_string(),
                other => other.title().to_owned(),
            });
            widths.collect::<Vec<_>>().join(" ")
        });
        modules.collect::<Vec<_>>().join(" | ")
    }

    /// λ of each module's own, which tells the modules apart.
    fn lambdas(experiment: &Experiment) -> Vec<f64> {
        (1..=experiment.module_count())
            .map(|number| experiment.settings_of(number).unwrap().lambda.unwrap())
            .collect()
    }

    fn set(blocks: &[usize]) -> BTreeSet<usize> {
        blocks.iter().copied().collect()
    }

    #[test]
    fn inserted_blocks_join_the_module_before_them() {
        let mut experiment = chain(&[1, 3]);
        let change = experiment.insert_blocks(2, vec![linear(1), linear(2)]);
        assert_eq!(text(&experiment), "10 11 1 2 | 12 13 | 14 15");
        assert_eq!(change.places, set(&[2, 3]));
        assert_eq!(
            change.origins,
            [0, 1, 9, 9, 2, 3, 4, 5].map(|from| (from < 9).then_some(from))
        );
        experiment.insert_blocks(0, vec![linear(3)]);
        assert_eq!(text(&experiment), "3 10 11 1 2 | 12 13 | 14 15");
        experiment.blocks.clear();
        experiment.insert_blocks(7, vec![linear(4)]);
        assert_eq!(text(&experiment), "4");
    }

    #[test]
    fn removed_blocks_take_empty_modules_and_their_settings_with_them() {
        let mut experiment = chain(&[1, 3]);
        let change = experiment.remove_blocks(&set(&[0, 2, 3, 99]));
        assert_eq!(text(&experiment), "11 | 14 15");
        assert_eq!(lambdas(&experiment), [1.0, 3.0]);
        assert_eq!(change.origins, [Some(1), Some(4), Some(5)]);
        experiment.remove_blocks(&set(&[0, 1, 2]));
        assert_eq!(experiment.blocks, []);
        assert_eq!(experiment.modules, []);
        assert!(experiment.split_points().is_empty());
    }

    #[test]
    fn moved_blocks_come_together_in_one_module() {
        let mut experiment = chain(&[1, 3]);
        let change = experiment.move_blocks(&set(&[0, 2]), 5);
        assert_eq!(text(&experiment), "11 | 13 | 14 10 12 15");
        assert_eq!(change.places, set(&[3, 4]));
        assert_eq!(lambdas(&experiment), [1.0, 2.0, 3.0]);
        let mut experiment = chain(&[1, 3]);
        experiment.move_blocks(&set(&[4, 5]), 0);
        assert_eq!(text(&experiment), "14 15 10 11 | 12 13");
        assert_eq!(lambdas(&experiment), [1.0, 2.0]);
        let mut experiment = chain(&[1, 3]);
        let change = experiment.move_blocks(&set(&[1, 2]), 99);
        assert_eq!(text(&experiment), "10 | 13 | 14 15 11 12");
        assert_eq!(change.places, set(&[4, 5]));
    }

    #[test]
    fn shifted_blocks_pass_one_block() {
        let shifted = |after: &[usize], blocks: &[usize], to_input| {
            let mut experiment = chain(after);
            let change = experiment.shift_blocks(&set(blocks), to_input);
            (text(&experiment), change.places)
        };
        let (text, places) = shifted(&[2], &[0, 1], false);
        assert_eq!(text, "12 10 11 | 13 14 15");
        assert_eq!(places, set(&[1, 2]));
        assert_eq!(
            shifted(&[2], &[1, 2], false).0,
            "10 | 13 11 12 14 15",
            "a part of a module joins the next one"
        );
        assert_eq!(
            shifted(&[1, 3], &[2, 3], true).0,
            "10 | 12 13 11 | 14 15",
            "a whole module stays one"
        );
        assert_eq!(
            shifted(&[1, 3], &[1, 2, 3], false).0,
            "10 14 11 | 12 13 | 15",
            "a cut inside goes with the blocks"
        );
        let (text, places) = shifted(&[], &[0, 2, 5], true);
        assert_eq!(text, "10 12 11 13 15 14");
        assert_eq!(places, set(&[0, 1, 4]));
        let (text, places) = shifted(&[], &[1, 3, 5], false);
        assert_eq!(text, "10 12 11 14 13 15");
        assert_eq!(places, set(&[2, 4, 5]));
    }

    #[test]
    fn repeated_blocks_follow_the_last_of_them() {
        let mut experiment = chain(&[2]);
        let change = experiment.repeat_blocks(&set(&[1, 2]), 3, false).unwrap();
        assert_eq!(text(&experiment), "10 11 12 11 12 11 12 | 13 14 15");
        assert_eq!(change.places, set(&[3, 4, 5, 6]));
        assert_eq!(lambdas(&experiment), [1.0, 2.0]);
        let mut experiment = chain(&[]);
        experiment.repeat_blocks(&set(&[0, 3]), 2, false).unwrap();
        assert_eq!(text(&experiment), "10 11 12 13 10 13 14 15");
    }

    #[test]
    fn repetitions_can_be_modules_with_the_settings_they_came_from() {
        let mut experiment = chain(&[3]);
        experiment.repeat_blocks(&set(&[1, 2]), 3, true).unwrap();
        assert_eq!(text(&experiment), "10 | 11 12 | 11 12 | 11 12 | 13 | 14 15");
        assert_eq!(lambdas(&experiment), [1.0, 1.0, 1.0, 1.0, 1.0, 2.0]);
        let mut experiment = chain(&[1]);
        experiment
            .repeat_blocks(&set(&[2, 3, 4, 5]), 2, true)
            .unwrap();
        assert_eq!(text(&experiment), "10 11 | 12 13 14 15 | 12 13 14 15");
        assert_eq!(lambdas(&experiment), [1.0, 2.0, 2.0]);
        let mut experiment = chain(&[]);
        experiment.repeat_blocks(&set(&[0, 2]), 2, true).unwrap();
        assert_eq!(text(&experiment), "10 11 12 | 10 12 | 13 14 15");
    }

    #[test]
    fn cuts_inside_a_group_are_repeated_with_it() {
        let mut experiment = chain(&[1, 3]);
        experiment.repeat_blocks(&set(&[1, 2, 3]), 2, true).unwrap();
        assert_eq!(text(&experiment), "10 | 11 | 12 13 | 11 | 12 13 | 14 15");
        assert_eq!(lambdas(&experiment), [1.0, 1.0, 2.0, 1.0, 2.0, 3.0]);
        let mut experiment = chain(&[1]);
        experiment
            .repeat_blocks(&set(&[0, 1, 2]), 3, false)
            .unwrap();
        assert_eq!(
            text(&experiment),
            "10 11 | 12 10 11 | 12 10 11 | 12 13 14 15"
        );
        assert_eq!(lambdas(&experiment), [1.0, 2.0, 2.0, 2.0]);
    }

    #[test]
    fn too_many_blocks_are_refused_and_nothing_changes() {
        let mut experiment = chain(&[1]);
        let all = set(&[0, 1, 2, 3, 4, 5]);
        experiment.repeat_blocks(&all, 64, false).unwrap();
        let before = experiment.clone();
        let all = (0..384).collect();
        assert_eq!(
            experiment.repeat_blocks(&all, 3, false).unwrap_err(),
            "The network would have 1152 blocks, more than 1000: add fewer"
        );
        assert_eq!(experiment, before);
    }

    #[test]
    fn nothing_is_repeated_where_nothing_is_meant() {
        let mut experiment = chain(&[1]);
        let before = experiment.clone();
        experiment.repeat_blocks(&set(&[]), 3, true).unwrap();
        experiment.repeat_blocks(&set(&[77]), 3, true).unwrap();
        assert_eq!(experiment, before);
    }
}
