//! Every key of the experiment file, from the descriptions of the settings.

use serde::Deserialize;
use toml::Table;

use super::{
    Block, Experiment, ModuleSettings, Weights,
    field::{Choice, Field, Fields, Form, Info, Scalar, Type},
};

/// What a seed may be: TOML's whole numbers end there.
pub(crate) const SEEDS: &str = "a whole number from 0 to 9223372036854775807";

impl Fields for Experiment {
    const FIELDS: &'static [Field<Self>] = &[
        Field::<Self>::written("version", "Version", "1")
            .hint("Version of the file format")
            .left_out("must be there"),
        Field::<Self>::written("name", "Name", "a text")
            .hint("A short name; run folders carry it")
            .left_out("empty"),
        Field::<Self>::written("description", "Description", "a text")
            .hint("What it is for, in a sentence")
            .left_out("empty"),
        Field::<Self>::written("seed", "Seed", SEEDS)
            .hint("Decides initial weights, data splits, batch order and dropout")
            .left_out("0"),
        Field::<Self>::written("device", "Train on", "auto, cpu, gpu or gpu:N")
            .hint(
                "Where it trains; auto takes a discrete GPU, else an integrated one, else the CPU",
            )
            .left_out("auto"),
    ];
}

impl Experiment {
    /// The settings of each table of the file, named by it.
    pub(crate) fn sections(&self) -> [(&'static str, &dyn Form); 11] {
        [
            ("data", &self.data),
            ("prepare", &self.prepare),
            ("method", &self.method),
            ("head", &self.head),
            ("loss", &self.loss),
            ("split", &self.split),
            ("optimizer", &self.optimizer),
            ("schedule", &self.schedule),
            ("train", &self.train),
            ("measure", &self.measure),
            ("checkpoints", &self.checkpoints),
        ]
    }
}

/// A key of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Its path: `optimizer.lr`, `module.N.head.scale`, with N for any place of a list.
    pub path: String,
    /// Name on the screen.
    pub title: &'static str,
    /// What it does, without a full stop.
    pub hint: &'static str,
    /// What a number counts; empty where it has no unit.
    pub unit: &'static str,
    /// Of what type it is: `whole`, `real`, `flag`, `choice` or `written`.
    pub kind: &'static str,
    /// What it may be, in words.
    pub values: String,
    /// The list that it is chosen from; empty where it is no choice.
    pub choices: Vec<Choice>,
    /// What is the case where it is left out.
    pub default: String,
    /// Of what it is a setting, in words; empty where it applies at all times.
    pub of: String,
}

/// What stands for a value that has no default.
const REQUIRED: &str = "must be there";

/// Every key of the file, in its order.
pub fn keys() -> Vec<Key> {
    let experiment = Experiment::default();
    let mut keys = of_form("", &experiment);
    for (section, form) in experiment.sections() {
        keys.extend(of_form(section, form));
    }
    keys.extend(of_form("weights", &Weights::default()));
    keys.extend(of_form("module.N", &ModuleSettings::new(1)));
    keys.extend(of_form("module.N.head", &experiment.head));
    keys.extend(of_form("module.N.loss", &experiment.loss));
    let blocks = Block::palette();
    let kinds: Vec<Choice> = blocks
        .iter()
        .map(|block| Choice::new(block.key(), block.title()))
        .collect();
    keys.push(Key {
        path: "block.N.kind".to_owned(),
        title: "Kind",
        hint: "What the block is; blocks stand from input to output",
        unit: "",
        kind: "choice",
        values: Choice::keys(&kinds),
        choices: kinds,
        default: REQUIRED.to_owned(),
        of: String::new(),
    });
    for block in &blocks {
        keys.extend(of_block(block));
    }
    keys
}

fn of_form(section: &str, form: &dyn Form) -> Vec<Key> {
    (0..form.count())
        .filter_map(|at| {
            let info = form.info(at)?;
            let default = match form.get(at) {
                Some(value) if info.left_out.is_empty() => written(info.kind, value),
                Some(_) | None => info.left_out.to_owned(),
            };
            Some(key(section, info, default))
        })
        .collect()
}

/// The settings of one kind of block. What a file has to say of it is what it cannot be read
/// without.
fn of_block(block: &Block) -> Vec<Key> {
    let table = Table::try_from(block).unwrap_or_default();
    let keys = (0..block.count()).filter_map(|at| {
        let info = block.info(at)?;
        let mut less = table.clone();
        less.remove(info.key);
        let read = Block::deserialize(less).ok();
        let default = read.and_then(|read| read.get(at));
        let default = default.map_or(REQUIRED.to_owned(), |value| written(info.kind, value));
        Some(Key {
            of: block.key().to_owned(),
            ..key("block.N", info, default)
        })
    });
    keys.collect()
}

fn key(section: &str, info: Info, default: String) -> Key {
    let (kind, choices) = match info.kind {
        Type::Whole(_) => ("whole", Vec::new()),
        Type::Real(_) => ("real", Vec::new()),
        Type::Flag => ("flag", Vec::new()),
        Type::Choice(all) => ("choice", all.to_vec()),
        Type::Written(_) => ("written", Vec::new()),
    };
    Key {
        path: if section.is_empty() {
            info.key.to_owned()
        } else {
            format!("{section}.{}", info.key)
        },
        title: info.title,
        hint: info.hint,
        unit: info.unit,
        kind,
        values: info.kind.words(),
        choices,
        default,
        of: info.of.to_owned(),
    }
}

/// A value as it is written in the file, without the quotes of a text.
fn written(kind: Type, value: Scalar) -> String {
    match (kind, value) {
        (Type::Choice(all), Scalar::Choice(at)) => {
            all.get(at).map_or("", |choice| choice.key).to_owned()
        }
        (_, Scalar::Choice(at)) => at.to_string(),
        (_, Scalar::Whole(value)) => value.to_string(),
        (_, Scalar::Real(value)) if value != 0.0 && value.abs() < 1e-4 => format!("{value:e}"),
        (_, Scalar::Real(value)) => value.to_string(),
        (_, Scalar::Flag(value)) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{Head, Loss, Prepare};

    /// Every key path of a table that is no table itself, with N for places of lists.
    fn paths(at: &str, value: &toml::Value, all: &mut BTreeSet<String>) {
        match value {
            toml::Value::Table(table) => {
                for (key, inner) in table {
                    let path = if at.is_empty() {
                        key.clone()
                    } else {
                        format!("{at}.{key}")
                    };
                    paths(&path, inner, all);
                }
            }
            toml::Value::Array(items) if ["module", "block"].contains(&at) => {
                for item in items {
                    paths(&format!("{at}.N"), item, all);
                }
            }
            _ => {
                all.insert(at.to_owned());
            }
        }
    }

    #[test]
    fn whatever_a_file_can_hold_is_in_the_table() {
        let mut experiment = Experiment {
            description: "x".to_owned(),
            weights: Some(Weights::default()),
            blocks: Block::palette(),
            prepare: Prepare {
                mean: vec![0.0],
                std: vec![1.0],
                ..Prepare::default()
            },
            modules: vec![ModuleSettings {
                lambda: Some(0.0),
                head: Some(Head {
                    normalize: Some(true),
                    ..Head::default()
                }),
                loss: Some(Loss::default()),
                frozen: true,
                lr_factor: Some(2.0),
                ..ModuleSettings::new(1)
            }],
            ..Experiment::default()
        };
        experiment.head.normalize = Some(true);
        experiment.split.after = Some(vec![0]);
        experiment.split.count = Some(1);
        experiment.split.by = crate::Balance::Memory;
        experiment.data.path = "x".into();
        experiment.data.label = "x".to_owned();
        experiment.data.header = Some(true);
        experiment.data.image = Some([1, 1, 1]);
        experiment.data.channels = 1;
        experiment.data.coarse = true;
        experiment.data.only = vec!["x".to_owned()];
        experiment.data.per_class = 1;
        let mut held = BTreeSet::new();
        let table = Table::try_from(&experiment).unwrap();
        paths("", &toml::Value::Table(table), &mut held);
        // Layerwise writes it itself.
        held.insert("data.found".to_owned());
        let told: BTreeSet<String> = keys().into_iter().map(|key| key.path).collect();
        assert_eq!(told, held);
    }

    #[test]
    fn choices_are_written_as_files_have_them() {
        // A choice with another key than that of the file would not be read.
        for (section, form) in Experiment::default().sections() {
            for info in (0..form.count()).filter_map(|at| form.info(at)) {
                let Type::Choice(all) = info.kind else {
                    continue;
                };
                for choice in all {
                    let value = match choice.key.parse::<i64>() {
                        Ok(number) => number.to_string(),
                        Err(_) => format!("\"{}\"", choice.key),
                    };
                    let mut lines = format!("version = 1\n[data]\n{section}.{}={value}", info.key);
                    if info.key == "by" {
                        lines.push_str("\nsplit.count=1");
                    }
                    let (text, set) = lines.split_at("version = 1\n[data]\n".len());
                    let set: Vec<String> = set.lines().map(str::to_owned).collect();
                    let read = Experiment::from_toml(text, "one", &set);
                    assert!(read.is_ok(), "{lines}: {read:?}");
                }
            }
        }
    }

    #[test]
    fn defaults_are_told() {
        let keys = keys();
        let of = |path: &str, of: &str| {
            let key = keys.iter().find(|key| key.path == path && key.of == of);
            key.unwrap().default.clone()
        };
        assert_eq!(of("optimizer.eps", "adam, adamw"), "1e-8");
        assert_eq!(of("train.epochs", ""), "20");
        assert_eq!(of("data.kind", ""), "digits");
        assert_eq!(of("block.N.out", "conv2d"), REQUIRED);
        assert_eq!(of("block.N.stride", "conv2d"), "1");
        assert_eq!(of("block.N.init", "linear"), "kaiming-normal");
    }
}
