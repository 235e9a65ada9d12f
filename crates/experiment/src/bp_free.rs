//! Which modules are fit for BP-free, and the split that makes them so.

use super::{Block, Experiment, MethodKind, Place, Problem};

/// Block indices in words, as many as fit into a sentence.
fn listed(indices: &[usize]) -> String {
    match indices {
        [] => "no block".to_owned(),
        [only] => format!("block {only}"),
        [first, last] => format!("blocks {first} and {last}"),
        [first, second, third] => format!("blocks {first}, {second} and {third}"),
        [first, second, ..] => format!("blocks {first}, {second} and {} more", indices.len() - 2),
    }
}

impl Experiment {
    /// Which of these blocks hold a weight layer.
    fn weight_layers(&self, blocks: std::ops::Range<usize>) -> Vec<usize> {
        let holds = |at: &usize| self.blocks.get(*at).is_some_and(Block::has_weights);
        blocks.filter(holds).collect()
    }

    /// What keeps BP-free from training this, where it is the method. Frozen modules, which have
    /// no gradients, may be anything.
    pub(super) fn bp_free_problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.method.kind != MethodKind::BpFree {
            return problems;
        }
        for (at, range) in self.module_ranges().into_iter().enumerate() {
            let number = at + 1;
            if self.is_frozen(number) {
                continue;
            }
            for index in range.clone() {
                let block = self.blocks.get(index);
                if let Some(block) = block.filter(|block| !block.has_closed_form()) {
                    problems.push(Problem {
                        place: Place::Block(index),
                        message: format!(
                            "BP-free has no closed form for this kind of block ({}), however the chain is cut: freeze its module, replace it or choose local BP",
                            block.title()
                        ),
                    });
                }
            }
            let mut wrong = |message: String| {
                problems.push(Problem {
                    place: Place::Module(number),
                    message,
                });
            };
            let layers = self.weight_layers(range);
            match layers.as_slice() {
                [] => wrong(
                    "BP-free needs one weight layer in each module, but this one holds none: join it with a neighbour".to_owned(),
                ),
                [_] => {}
                [_, second, ..] => wrong(format!(
                    "BP-free needs one weight layer in each module, but this one holds {} ({}): split after block {}",
                    layers.len(),
                    listed(&layers),
                    second.saturating_sub(1)
                )),
            }
            let (head, loss) = (self.head_of(number), self.loss_of(number));
            if !loss.is_plain() {
                wrong(
                    "BP-free has a closed form for cross-entropy alone: choose it for this module, without a reconstruction".to_owned(),
                );
            } else if !head.kind.is_matrix() {
                wrong(format!(
                    "BP-free has no closed form for a head of this kind ({}): choose an ETF, random or linear head",
                    head.kind.title()
                ));
            }
        }
        problems
    }

    /// Cuts the chain so that every module which learns has one weight layer. Cuts that are right
    /// stay where they are, as do frozen modules; settings follow their modules. Does nothing for
    /// a chain without weights.
    pub fn split_for_bp_free(&mut self) {
        let ranges = self.module_ranges();
        let is_frozen: Vec<bool> = (1..=ranges.len()).map(|at| self.is_frozen(at)).collect();
        let learns = |at: usize| is_frozen.get(at) == Some(&false);
        // From the output, so that what is still to come keeps its place.
        for (at, range) in ranges.iter().enumerate().rev() {
            if !learns(at) {
                continue;
            }
            let layers = self.weight_layers(range.clone());
            for &layer in layers.iter().skip(1).rev() {
                self.toggle_cut(layer.saturating_sub(1));
            }
            if layers.is_empty() {
                let behind = at.checked_sub(1);
                if behind.is_some_and(learns) || at + 1 == ranges.len() {
                    if let Some(end) = range.start.checked_sub(1) {
                        self.toggle_cut(end);
                    }
                } else {
                    self.toggle_cut(range.end.saturating_sub(1));
                }
            }
        }
    }

    /// Whether [`Self::split_for_bp_free`] has something to do.
    pub fn can_split_for_bp_free(&self) -> bool {
        let right = |(at, range): (usize, std::ops::Range<usize>)| {
            self.is_frozen(at + 1) || self.weight_layers(range).len() == 1
        };
        let mut ranges = self.module_ranges().into_iter().enumerate();
        self.blocks.iter().any(Block::has_weights) && !ranges.all(right)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Balance, HeadKind, preset, presets};

    fn bp_free(name: &str) -> Experiment {
        let mut experiment = preset(name).unwrap().experiment().unwrap();
        experiment.method.kind = MethodKind::BpFree;
        experiment
    }

    fn told(experiment: &Experiment) -> Vec<String> {
        let problems = experiment.problems().into_iter();
        problems.map(|problem| problem.to_string()).collect()
    }

    #[test]
    fn a_module_of_two_weight_layers_says_where_to_split() {
        let mut experiment = bp_free("digits-mlp");
        assert_eq!(experiment.problems(), []);
        // Blocks 3 to 6.
        experiment.toggle_cut(4);
        assert_eq!(
            told(&experiment),
            [
                "module 2: BP-free needs one weight layer in each module, but this one holds 2 (blocks 3 and 5): split after block 4"
            ]
        );
        experiment.toggle_cut(4);
        experiment.toggle_cut(1);
        assert_eq!(
            told(&experiment),
            [
                "module 2: BP-free needs one weight layer in each module, but this one holds none: join it with a neighbour"
            ]
        );
        experiment.method.kind = MethodKind::LocalBp;
        assert_eq!(experiment.problems(), []);
    }

    #[test]
    fn heads_losses_and_blocks_without_closed_form_are_refused() {
        let mut experiment = bp_free("digits-mlp");
        experiment.head.kind = HeadKind::Conv;
        assert_eq!(told(&experiment).len(), 8);
        assert!(told(&experiment)[0].contains("Conv (InfoPro)"));
        experiment.head.kind = HeadKind::Etf;
        experiment.loss.kind = crate::LossKind::PredSim;
        assert_eq!(told(&experiment).len(), 7);
        assert!(told(&experiment)[0].contains("cross-entropy alone"));

        let mut residual = bp_free("resnet32");
        residual.split_for_bp_free();
        let problems = residual.problems();
        assert!(!problems.is_empty());
        for problem in problems {
            assert!(matches!(problem.place, Place::Block(_)), "{problem}");
            assert!(problem.message.contains("Residual basic"), "{problem}");
        }
    }

    #[test]
    fn frozen_modules_may_be_anything() {
        let mut experiment = bp_free("digits-mlp");
        experiment.toggle_cut(4);
        experiment.set_frozen(2, true);
        experiment.set_head_of(
            2,
            Some(crate::Head {
                kind: HeadKind::Conv,
                ..Default::default()
            }),
        );
        assert_eq!(experiment.problems(), []);
        assert!(!experiment.can_split_for_bp_free());
    }

    #[test]
    fn a_split_gives_every_module_one_weight_layer() {
        for preset in presets() {
            let Some(whole) = preset.experiment().ok() else {
                continue;
            };
            let layers = whole.blocks.iter().filter(|block| block.has_weights());
            let layers = layers.count();
            for modules in [1, 2, layers] {
                let mut experiment = whole.clone();
                experiment.split_into(modules, Balance::Blocks);
                experiment.split_for_bp_free();
                assert_eq!(experiment.module_count(), layers, "{}", preset.name);
                for range in experiment.module_ranges() {
                    assert_eq!(experiment.weight_layers(range).len(), 1);
                }
                assert!(!experiment.can_split_for_bp_free());
            }
        }
    }

    #[test]
    fn right_cuts_and_settings_of_modules_stay() {
        let mut experiment = bp_free("digits-mlp");
        experiment.split_into(3, Balance::Blocks);
        // One behind a linear block instead of behind its ReLU.
        experiment.move_cut(6, 5);
        experiment.toggle_cut(15);
        experiment.set_lambda_of(2, Some(0.7));
        experiment.split_for_bp_free();
        assert_eq!(experiment.split_points(), [2, 4, 5, 8, 10, 12, 14]);
        let lambdas: Vec<f64> = (1..=8).map(|number| experiment.lambda_of(number)).collect();
        assert_eq!(lambdas, [0.0, 0.1, 0.1, 0.7, 0.7, 0.7, 0.1, 0.1]);
        assert_eq!(experiment.problems(), []);
    }
}
