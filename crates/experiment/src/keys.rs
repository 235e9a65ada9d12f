//! Every key of the experiment file, from the descriptions of the settings.

use super::{
    Experiment, ModuleSettings, Weights,
    field::{Field, Fields, Form, Info, Scalar, Type},
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
    /// What it is.
    pub info: Info,
    /// What is the case where it is left out.
    pub default: String,
    /// Of what it is a setting; empty where it applies at all times.
    pub of: String,
}

/// Every key of the file, in its order.
pub fn keys() -> Vec<Key> {
    let experiment = Experiment::default();
    let weights = Weights::default();
    let module = ModuleSettings::new(1);
    let mut keys = of_form("", &experiment);
    for (section, form) in experiment.sections() {
        keys.extend(of_form(section, form));
    }
    keys.extend(of_form("weights", &weights));
    keys.extend(of_form("module.N", &module));
    keys.extend(of_form("module.N.head", &experiment.head));
    keys.extend(of_form("module.N.loss", &experiment.loss));
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
            Some(Key {
                path: match section {
                    "" => info.key.to_owned(),
                    section => format!("{section}.{}", info.key),
                },
                info,
                default,
                of: info.of.to_owned(),
            })
        })
        .collect()
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
