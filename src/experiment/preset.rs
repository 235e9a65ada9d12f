//! Experiments that come with the program.

use super::Experiment;

/// A built-in experiment.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    pub name: &'static str,
    /// The TOML file as it is in `assets/presets`.
    pub text: &'static str,
}

const PRESETS: [Preset; 4] = [
    Preset {
        name: "digits-mlp",
        text: include_str!("../../assets/presets/digits-mlp.toml"),
    },
    Preset {
        name: "digits-cnn",
        text: include_str!("../../assets/presets/digits-cnn.toml"),
    },
    Preset {
        name: "spirals-mlp",
        text: include_str!("../../assets/presets/spirals-mlp.toml"),
    },
    Preset {
        name: "shapes-cnn",
        text: include_str!("../../assets/presets/shapes-cnn.toml"),
    },
];

/// Every preset; the first opens on the first launch.
pub fn presets() -> &'static [Preset] {
    &PRESETS
}

/// The preset of this name.
pub fn preset(name: &str) -> Option<Preset> {
    PRESETS.into_iter().find(|preset| preset.name == name)
}

impl Preset {
    /// The preset as it is.
    ///
    /// # Errors
    /// Never for the presets that come with the program, as a test makes sure.
    pub fn experiment(self) -> Result<Experiment, super::FileError> {
        self.with(&[])
    }

    /// The preset with some keys replaced.
    ///
    /// # Errors
    /// Where an assignment cannot be applied.
    pub fn with(self, assignments: &[String]) -> Result<Experiment, super::FileError> {
        Experiment::from_toml(self.text, &format!("preset {}", self.name), assignments)
    }
}
