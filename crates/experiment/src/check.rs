//! What is wrong with an experiment, said where it is wrong.

mod data;
mod range;
mod token;

use super::{Experiment, ModulePlan, Shape, shape_after};

/// Where a problem lies.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// A setting, by its key path in the file.
    Key(String),
    /// A block, by its index from 0.
    Block(usize),
    /// A module, by its number from 1.
    Module(usize),
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Key(key) => f.write_str(key),
            Self::Block(index) => write!(f, "block {index}"),
            Self::Module(number) => write!(f, "module {number}"),
        }
    }
}

/// Something that keeps an experiment from running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it is.
    pub place: Place,
    /// A sentence without a full stop: what is wrong and what would be right.
    pub message: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

impl Experiment {
    /// Everything that keeps the experiment from running: values out of range, blocks that
    /// cannot follow the one before, heads that do not fit. A file with the latter two opens in
    /// the window and shows them on its cards.
    pub fn problems(&self) -> Vec<Problem> {
        let problems = self.range_problems();
        // Shapes follow from these, so there is no sense in going on.
        let shapes_unknown = problems.iter().any(|problem| {
            let Place::Key(key) = &problem.place else {
                return false;
            };
            ["block", "split", "module", "data"]
                .iter()
                .any(|part| key.starts_with(part))
        });
        if shapes_unknown {
            return problems;
        }
        self.settled().problems_of_settled(problems)
    }

    fn problems_of_settled(&self, mut problems: Vec<Problem>) -> Vec<Problem> {
        problems.extend(self.data_problem());
        if !self.data.is_known() {
            return problems;
        }
        if self.blocks.is_empty() {
            problems.push(Problem {
                place: Place::Key("block".to_owned()),
                message: "the network has no block yet: add one".to_owned(),
            });
            return problems;
        }
        let mut shape = self.data.shape();
        let mut shapes = vec![shape];
        for (index, block) in self.blocks.iter().enumerate() {
            match shape_after(block, shape) {
                Ok(next) => shape = next,
                Err(message) => {
                    problems.push(Problem {
                        place: Place::Block(index),
                        message,
                    });
                    break;
                }
            }
            shapes.push(shape);
        }
        if problems.is_empty() && !self.blocks.iter().any(super::Block::has_weights) {
            problems.push(Problem {
                place: Place::Key("block".to_owned()),
                message: "the network has nothing to learn yet: add a linear or convolution block"
                    .to_owned(),
            });
        }
        let classes = self.data.class_count();
        let ranges = self.module_ranges();
        let last = ranges.len();
        let batch = self.train.batch_size.min(self.data.train_count());
        let biggest = self.widest();
        for (at, range) in ranges.into_iter().enumerate() {
            let number = at + 1;
            let Some(output) = shapes.get(range.end).copied() else {
                break;
            };
            if !self.has_loss(number) {
                continue;
            }
            let (head, loss) = (self.head_of(number), self.loss_of(number));
            let mut wrong = |message: String| {
                problems.push(Problem {
                    place: Place::Module(number),
                    message,
                });
            };
            let features = output.features();
            if loss.kind.uses_head() && head.kind.about().is_frame && features < classes {
                wrong(format!(
                    "An ETF head for {classes} classes needs at least {classes} features, but the module ends with {features}: widen its last block or choose a random or linear head"
                ));
            }
            if number == last && !loss.kind.scores_classes() {
                wrong(format!(
                    "The last module has to tell the classes apart, which a {} loss alone does not: choose cross-entropy or pred-sim for it",
                    loss.kind.title().to_lowercase()
                ));
            }
            if loss.kind.compares_samples() && batch.saturating_mul(batch) > MAX_BATCH_LEN {
                wrong(format!(
                    "A {} loss compares each of the {batch} samples of a batch with every other: choose a smaller batch or cross-entropy",
                    loss.kind.title().to_lowercase()
                ));
            }
            if loss.reconstructs() {
                let part = match (self.data.shape(), output) {
                    (Shape::Image(_), Shape::Image(_)) => None,
                    (Shape::Image(_), _) => Some("the module does not hand on an image"),
                    _ => Some("the data are no images"),
                };
                if let Some(part) = part {
                    wrong(format!(
                        "A decoder draws images from images, but {part}: set the weight of the reconstruction to 0"
                    ));
                }
            }
        }
        problems.extend(self.token_problems(&shapes));
        problems.extend(self.bp_free_problems());
        if (1..=last).all(|number| self.is_frozen(number)) {
            problems.push(Problem {
                place: Place::Key("module".to_owned()),
                message: "every module is frozen, so that nothing would learn: let one learn"
                    .to_owned(),
            });
        }
        if biggest.saturating_mul(batch) > MAX_BATCH_LEN {
            problems.push(Problem {
                place: Place::Key("train.batch_size".to_owned()),
                message: format!(
                    "a batch of {batch} samples would have {} values in one tensor, more than {MAX_BATCH_LEN}: choose a smaller batch, a narrower network or fewer tokens",
                    biggest.saturating_mul(batch)
                ),
            });
        }
        let parameters = self.plan().map_or(0, |plan| {
            let own = plan.iter().map(|module: &ModulePlan| {
                let head = if self.has_loss(module.number) {
                    module.head_parameters
                } else {
                    0
                };
                module.parameters.saturating_add(head)
            });
            own.fold(0usize, usize::saturating_add)
        });
        if parameters > MAX_PARAMETERS {
            problems.push(Problem {
                place: Place::Key("block".to_owned()),
                message: format!(
                    "the network has {parameters} parameters, more than {MAX_PARAMETERS}: choose narrower blocks"
                ),
            });
        }
        problems
    }
}

/// Most values of one batch after any block (4 GiB in f32).
const MAX_BATCH_LEN: usize = 1 << 30;
/// Most parameters of a network (2 GiB in f32).
const MAX_PARAMETERS: usize = 1 << 29;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Block, Loss, LossKind, kind, preset};

    #[test]
    fn presets_have_no_problems() {
        for preset in crate::presets() {
            assert_eq!(
                preset.experiment().unwrap().problems(),
                [],
                "{}",
                preset.name
            );
        }
    }

    #[test]
    fn values_out_of_range_are_said_whatever_the_split() {
        for by in crate::Balance::ALL {
            for text in [
                "kind = \"conv2d\"\nout = 8\nkernel = 3\nstride = 0",
                "kind = \"conv2d\"\nout = 8\nkernel = 0",
                "kind = \"conv2d\"\nout = 8\nkernel = 3\ndilation = 9223372036854775807",
                "kind = \"max-pool\"\nkernel = 2\nstride = 0",
                "kind = \"residual-basic\"\nout = 8\nstride = 0",
                "kind = \"patch-embedding\"\nout = 8\npatch = 0",
                "kind = \"swin\"\nheads = 0\nwindow = 0",
                "kind = \"separable-conv\"\nout = 8\nkernel = 4",
            ] {
                let mut experiment = preset("shapes-cnn").unwrap().experiment().unwrap();
                experiment.blocks.insert(0, toml::from_str(text).unwrap());
                experiment.split = crate::Split {
                    after: None,
                    count: Some(3),
                    by,
                };
                let problems = experiment.problems();
                let place = &problems.first().unwrap().place;
                assert!(place.to_string().starts_with("block.0."), "{text}: {place}");
            }
        }
    }

    #[test]
    fn what_is_inside_blocks_counts() {
        let mut experiment = preset("vit-32").unwrap().experiment().unwrap();
        experiment.data.size = 512;
        experiment.data.samples = 200;
        let problems = experiment.problems();
        assert!(
            problems
                .iter()
                .any(|problem| problem.message.contains("in one tensor")),
            "{problems:?}"
        );
    }

    #[test]
    fn a_linear_block_on_an_image_says_to_flatten() {
        let mut experiment = preset("digits-mlp").unwrap().experiment().unwrap();
        experiment
            .blocks
            .retain(|block| *block != Block::Flatten(kind::Flatten {}));
        let problems = experiment.problems();
        assert_eq!(problems.first().unwrap().place, Place::Block(0));
        assert_eq!(
            problems.first().unwrap().message,
            "Flatten this 1×8×8 image first"
        );
    }

    #[test]
    fn a_narrow_module_cannot_hold_an_etf_head() {
        let mut experiment = preset("digits-mlp").unwrap().experiment().unwrap();
        if let Some(Block::Linear(kind::Linear { out, .. })) = experiment.blocks.get_mut(1) {
            *out = 9;
        }
        let problems = experiment.problems();
        assert_eq!(problems.first().unwrap().place, Place::Module(1));
    }

    /// Problems of the four modules of digits-cnn after a change.
    fn problems(change: impl FnOnce(&mut Experiment)) -> Vec<(Place, String)> {
        let mut experiment = preset("digits-cnn").unwrap().experiment().unwrap();
        change(&mut experiment);
        let problems = experiment.problems().into_iter();
        problems
            .map(|problem| (problem.place, problem.message))
            .collect()
    }

    #[test]
    fn the_last_module_has_to_score_classes() {
        let contrastive = Loss {
            kind: LossKind::Contrastive,
            ..Loss::default()
        };
        assert_eq!(problems(|experiment| experiment.loss = contrastive), []);
        let found = problems(|experiment| experiment.set_loss_of(4, Some(contrastive)));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, Place::Module(4));
        assert!(found[0].1.contains("contrastive loss"), "{}", found[0].1);
    }

    #[test]
    fn a_decoder_needs_images() {
        let drawing = Loss {
            reconstruction: 1.0,
            ..Loss::default()
        };
        assert_eq!(problems(|experiment| experiment.loss = drawing), []);
        let found = problems(|experiment| {
            experiment.loss = drawing;
            experiment.insert_block(0, Block::Flatten(kind::Flatten {}));
            experiment
                .blocks
                .retain(|block| *block == Block::Flatten(kind::Flatten {}));
            experiment.blocks.push(Block::Linear(kind::Linear {
                out: 16,
                bias: true,
                init: crate::Init::default(),
            }));
            experiment.split = crate::Split {
                after: Some(vec![0]),
                count: None,
                ..Default::default()
            };
        });
        assert_eq!(found.first().unwrap().0, Place::Module(1));
        assert!(found[0].1.contains("does not hand on an image"));
    }

    #[test]
    fn something_has_to_learn() {
        let freeze = |experiment: &mut Experiment, last: usize| {
            for number in 1..=last {
                experiment.set_frozen(number, true);
            }
        };
        assert_eq!(problems(|experiment| freeze(experiment, 3)), []);
        let found = problems(|experiment| freeze(experiment, 4));
        assert_eq!(found.first().unwrap().0, Place::Key("module".to_owned()));
    }

    #[test]
    fn losses_and_factors_have_ranges() {
        for (assignment, key) in [
            ("loss.temperature=0", "loss.temperature"),
            ("loss.beta=1.5", "loss.beta"),
            ("loss.reconstruction=-1", "loss.reconstruction"),
            ("loss.smoothing=1", "loss.smoothing"),
        ] {
            let assignments = [assignment.to_owned()];
            let error = preset("digits-cnn").unwrap().with(&assignments);
            assert!(error.unwrap_err().to_string().contains(key));
        }
        let found = problems(|experiment| experiment.set_lr_factor_of(2, 0.0));
        assert_eq!(
            found.first().unwrap().0,
            Place::Key("module.0.lr_factor".to_owned())
        );
    }
}
