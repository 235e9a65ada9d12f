//! What is wrong with an experiment, said where it is wrong.

mod data;
mod token;

use super::{
    DataKind, Experiment, HeadKind, Loss, MAX_BLOCKS, MAX_LAMBDA, ModulePlan, Schedule, Shape,
    shape_after, split,
};
use crate::{field::out_of_range, words::short};

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
    pub place: Place,
    /// A sentence without a full stop: what is wrong and what would be right.
    pub message: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// Collects values that are out of range.
struct Ranges(Vec<Problem>);

impl Ranges {
    fn require(&mut self, ok: bool, key: &str, value: impl std::fmt::Display, range: &str) {
        if !ok {
            self.0.push(Problem {
                place: Place::Key(key.to_owned()),
                message: format!(
                    "{} is out of range: choose {range}",
                    short(&value.to_string())
                ),
            });
        }
    }

    fn schedule(&mut self, key: &str, schedule: &Schedule) {
        let warmup = schedule.warmup_epochs;
        self.real(&format!("{key}.warmup_epochs"), warmup, 0.0, 1e5);
        self.whole(&format!("{key}.every"), schedule.every, 1, 100_000);
        self.positive(&format!("{key}.gamma"), schedule.gamma, 1.0);
    }

    fn whole(&mut self, key: &str, value: usize, low: usize, high: usize) {
        self.require(
            (low..=high).contains(&value),
            key,
            value,
            &format!("a whole number from {low} to {high}"),
        );
    }

    fn real(&mut self, key: &str, value: f64, low: f64, high: f64) {
        self.require(
            (low..=high).contains(&value),
            key,
            value,
            &format!("a number from {low} to {high}"),
        );
    }

    fn positive(&mut self, key: &str, value: f64, high: f64) {
        self.require(
            value > 0.0 && value <= high,
            key,
            value,
            &format!("a number above 0 and at most {high}"),
        );
    }

    /// A number from 0 to below 1, in `f32` too.
    fn share(&mut self, key: &str, value: f64) {
        self.require(
            value >= 0.0 && (value as f32) < 1.0,
            key,
            value,
            "a number from 0 to below 1",
        );
    }

    fn loss(&mut self, key: &str, loss: &Loss) {
        let Loss {
            temperature,
            beta,
            reconstruction,
            smoothing,
            kind: _,
        } = *loss;
        self.real(&format!("{key}.temperature"), temperature, 1e-3, 1e3);
        self.real(&format!("{key}.beta"), beta, 0.0, 1.0);
        self.real(&format!("{key}.reconstruction"), reconstruction, 0.0, 1e4);
        self.share(&format!("{key}.smoothing"), smoothing);
    }
}

impl Experiment {
    /// Settings with values out of range, in the order of the file. A file that has one is not
    /// opened.
    pub fn range_problems(&self) -> Vec<Problem> {
        let mut ranges = Ranges(Vec::new());
        let r = &mut ranges;
        for (key, count) in [("block", self.blocks.len()), ("module", self.modules.len())] {
            r.require(
                count <= MAX_BLOCKS,
                key,
                format!("their number, {count},"),
                &format!("at most {MAX_BLOCKS}"),
            );
        }
        // What follows looks at every pair of modules.
        if !r.0.is_empty() {
            return ranges.0;
        }
        r.require(
            i64::try_from(self.seed).is_ok(),
            "seed",
            self.seed,
            "a whole number from 0 to 9223372036854775807",
        );

        r.positive("data.test_fraction", self.data.test_fraction, 0.9);
        if self.data.kind != DataKind::Files {
            r.whole(
                "data.samples",
                self.data.samples,
                20,
                self.data.max_samples(),
            );
        }
        r.real("data.noise", self.data.noise, 0.0, 10.0);
        r.whole("data.classes", self.data.classes, 2, 10);
        r.whole("data.shape_classes", self.data.shape_classes, 2, 1000);
        r.whole("data.size", self.data.size, 16, 512);
        self.files_in_range(r);
        self.prepare_in_range(r);

        r.real("method.lambda", self.method.lambda, 0.0, MAX_LAMBDA);
        r.schedule("method.lambda_schedule", &self.method.lambda_schedule);
        r.whole(
            "method.reconcile_every",
            self.method.reconcile_every,
            1,
            1_000_000,
        );
        r.positive("head.scale", self.head.scale, 1e4);
        r.loss("loss", &self.loss);
        // A network without blocks has a problem of its own.
        if let Some(count) = self.split.count
            && !self.blocks.is_empty()
        {
            let layers = split::layer_count(&self.blocks).max(1);
            r.require(
                (1..=layers).contains(&count),
                "split.count",
                count,
                &format!("a whole number from 1 to {layers}, the number of layers with weights"),
            );
            r.require(
                self.split.after.is_none(),
                "split.count",
                count,
                "either split.after or split.count, not both",
            );
        }
        r.require(
            self.split.count.is_some() || self.split.by == super::Balance::default(),
            "split.by",
            self.split.by.title(),
            "a number of modules in split.count, which it is for",
        );
        if let Some(after) = &self.split.after {
            let ascending = after.windows(2).all(|pair| pair.first() < pair.last());
            let inside = after.iter().all(|point| point + 1 < self.blocks.len());
            r.require(
                ascending && inside,
                "split.after",
                format!("{after:?}"),
                &format!(
                    "ascending block indices from 0 to {}",
                    self.blocks.len().saturating_sub(2)
                ),
            );
        }

        r.positive("optimizer.lr", self.optimizer.lr, 1e3);
        r.share("optimizer.momentum", self.optimizer.momentum);
        r.real(
            "optimizer.weight_decay",
            self.optimizer.weight_decay,
            0.0,
            10.0,
        );
        r.share("optimizer.beta1", self.optimizer.beta1);
        r.share("optimizer.beta2", self.optimizer.beta2);
        r.real("optimizer.eps", self.optimizer.eps, 1e-30, 1.0);
        r.real("optimizer.clip_norm", self.optimizer.clip_norm, 0.0, 1e9);
        r.schedule("schedule", &self.schedule);
        r.whole("train.epochs", self.train.epochs, 1, 100_000);
        r.whole("train.batch_size", self.train.batch_size, 1, 65_536);
        r.whole(
            "measure.alignment_every",
            self.measure.alignment_every,
            1,
            1_000_000,
        );
        r.whole(
            "measure.truth_every",
            self.measure.truth_every,
            0,
            1_000_000,
        );
        r.whole(
            "measure.evaluate_every",
            self.measure.evaluate_every,
            1,
            100_000,
        );

        r.whole("checkpoints.every", self.checkpoints.every, 0, 100_000);
        r.whole("checkpoints.keep", self.checkpoints.keep, 1, 100_000);
        let modules = self.module_count();
        let mut seen = Vec::new();
        for (at, settings) in self.modules.iter().enumerate() {
            let number = settings.number;
            r.require(
                self.blocks.is_empty() || (1..=modules).contains(&number),
                &format!("module.{at}.number"),
                number,
                &format!("a whole number from 1 to {modules}, the number of modules"),
            );
            r.require(
                !seen.contains(&number),
                &format!("module.{at}.number"),
                number,
                "each module once",
            );
            seen.push(number);
            if let Some(lambda) = settings.lambda {
                r.real(&format!("module.{at}.lambda"), lambda, 0.0, MAX_LAMBDA);
            }
            if let Some(head) = settings.head {
                r.positive(&format!("module.{at}.head.scale"), head.scale, 1e4);
            }
            if let Some(loss) = &settings.loss {
                r.loss(&format!("module.{at}.loss"), loss);
            }
            if let Some(factor) = settings.lr_factor {
                r.positive(&format!("module.{at}.lr_factor"), factor, 100.0);
            }
        }
        for (at, block) in self.blocks.iter().enumerate() {
            for wrong in out_of_range(block) {
                let key = format!("block.{at}.{}", wrong.key);
                r.require(false, &key, wrong.value, &wrong.range);
            }
        }
        ranges.0
    }

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
            if loss.kind.uses_head() && head.kind == HeadKind::Etf && features < classes {
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
                let head = match self.has_loss(module.number) {
                    true => module.head_parameters,
                    false => 0,
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
    use crate::{Block, LossKind, kind, preset};

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
