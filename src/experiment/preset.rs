//! Experiments that come with the program.

use super::Experiment;

/// A built-in experiment.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    pub name: &'static str,
    /// The TOML file as it is in `assets/presets`.
    pub text: &'static str,
    /// Where its network comes from, and whether its recipe follows that publication.
    pub source: &'static str,
}

const OWN: &str = "Layerwise's own, for teaching";
const RESNET_18: &str = "ResNet-18 of He et al. 2016 (arXiv 1512.03385), with the 3×3 stem that is usual for images of 32×32; the recipe is shortened";
const RESNET_CIFAR: &str = "He et al. 2016 (arXiv 1512.03385), section 4.2, split into K = 4 as InfoPro does (Wang et al. 2021, arXiv 2101.10832); the recipe is shortened";
const DGL: &str = "heads of DGL (Belilovsky et al. 2020, arXiv 1901.08164) on a small network; the recipe is shortened";
const INFOPRO: &str = "heads and losses of InfoPro (Wang et al. 2021, arXiv 2101.10832) on a small network; the recipe is shortened";
const PREDSIM: &str = "losses of PredSim (Nøkland & Eidnes 2019, arXiv 1901.06656) on its VGG8b with an eighth of the channels; the recipe is shortened";

const PRESETS: [Preset; 10] = [
    Preset {
        name: "digits-mlp",
        text: include_str!("../../assets/presets/digits-mlp.toml"),
        source: OWN,
    },
    Preset {
        name: "digits-cnn",
        text: include_str!("../../assets/presets/digits-cnn.toml"),
        source: OWN,
    },
    Preset {
        name: "spirals-mlp",
        text: include_str!("../../assets/presets/spirals-mlp.toml"),
        source: OWN,
    },
    Preset {
        name: "shapes-cnn",
        text: include_str!("../../assets/presets/shapes-cnn.toml"),
        source: OWN,
    },
    Preset {
        name: "resnet18",
        text: include_str!("../../assets/presets/resnet18.toml"),
        source: RESNET_18,
    },
    Preset {
        name: "resnet32",
        text: include_str!("../../assets/presets/resnet32.toml"),
        source: RESNET_CIFAR,
    },
    Preset {
        name: "resnet110",
        text: include_str!("../../assets/presets/resnet110.toml"),
        source: RESNET_CIFAR,
    },
    Preset {
        name: "dgl-cnn",
        text: include_str!("../../assets/presets/dgl-cnn.toml"),
        source: DGL,
    },
    Preset {
        name: "infopro-cnn",
        text: include_str!("../../assets/presets/infopro-cnn.toml"),
        source: INFOPRO,
    },
    Preset {
        name: "predsim-vgg",
        text: include_str!("../../assets/presets/predsim-vgg.toml"),
        source: PREDSIM,
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Learnt values of the blocks and the last head.
    fn parameters(name: &str) -> usize {
        let plan = preset(name).unwrap().experiment().unwrap().plan().unwrap();
        let head = plan.last().unwrap().head_parameters;
        plan.iter().map(|module| module.parameters).sum::<usize>() + head
    }

    #[test]
    fn networks_have_as_many_parameters_as_published() {
        // With 10 classes, as in the usual implementations for CIFAR-10.
        for (name, published) in [
            ("resnet18", 11_173_962),
            ("resnet32", 464_154),
            ("resnet110", 1_727_962),
        ] {
            assert_eq!(parameters(name), published, "{name}");
        }
    }
}
