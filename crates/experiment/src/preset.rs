//! Experiments that come with the program.

use super::Experiment;

/// What a preset is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Trains in seconds, to teach.
    Lesson,
    /// A network for images of 32×32.
    Small,
    /// A network for images of 224×224.
    Large,
}

impl Family {
    /// Every family, in the order of the menu.
    pub const ALL: [Self; 3] = [Self::Lesson, Self::Small, Self::Large];

    /// Name on the screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Lesson => "To teach",
            Self::Small => "Images of 32×32",
            Self::Large => "Images of 224×224",
        }
    }
}

/// A built-in experiment.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// What it is asked for by.
    pub name: &'static str,
    /// What it stands among in lists.
    pub family: Family,
    /// A TOML file in `assets/presets`.
    text: &'static str,
    /// Assignments that make this preset of the file, such as another split.
    changes: &'static [&'static str],
    /// Where its network comes from, and whether its recipe follows that publication.
    pub source: &'static str,
}

const OWN: &str = "Layerwise's own, for teaching";
const RESNET_18: &str = "ResNet-18 of He et al. 2016 (arXiv 1512.03385), with the 3×3 stem that is usual for images of 32×32; the recipe is shortened";
const RESNET_CIFAR: &str = "He et al. 2016 (arXiv 1512.03385), section 4.2, split as InfoPro does (Wang et al. 2021, arXiv 2101.10832); the recipe is shortened";
const RESNET_IMAGENET: &str = "He et al. 2016 (arXiv 1512.03385), with the stride of a bottleneck in its 3×3 convolution as torchvision has it; the recipe is shortened";
const VGG: &str =
    "Nøkland and Eidnes 2019 (arXiv 1901.06656); their losses are not set, the recipe is shortened";
const VIT: &str = "Dosovitskiy et al. 2021 (arXiv 2010.11929), sizes of Touvron et al. 2021 (DeiT, arXiv 2012.12877); the recipe is shortened";
const VIT_SMALL: &str = "Layerwise's own, after Dosovitskiy et al. 2021 (arXiv 2010.11929)";
const SWIN: &str = "Liu et al. 2021 (arXiv 2103.14030); the recipe is shortened";
const SWIN_SMALL: &str = "Layerwise's own, after Liu et al. 2021 (arXiv 2103.14030)";

const DGL: &str = "heads of DGL (Belilovsky et al. 2020, arXiv 1901.08164) on a small network; the recipe is shortened";
const INFOPRO: &str = "heads and losses of InfoPro (Wang et al. 2021, arXiv 2101.10832) on a small network; the recipe is shortened";
const PREDSIM: &str = "losses of PredSim (Nøkland and Eidnes 2019, arXiv 1901.06656) on its VGG8b with an eighth of the channels; the recipe is shortened";

const PRESETS: [Preset; 24] = [
    Preset {
        name: "digits-mlp",
        family: Family::Lesson,
        text: include_str!("../../../assets/presets/digits-mlp.toml"),
        changes: &[],
        source: OWN,
    },
    Preset {
        name: "digits-cnn",
        family: Family::Lesson,
        text: include_str!("../../../assets/presets/digits-cnn.toml"),
        changes: &[],
        source: OWN,
    },
    Preset {
        name: "spirals-mlp",
        family: Family::Lesson,
        text: include_str!("../../../assets/presets/spirals-mlp.toml"),
        changes: &[],
        source: OWN,
    },
    Preset {
        name: "shapes-cnn",
        family: Family::Lesson,
        text: include_str!("../../../assets/presets/shapes-cnn.toml"),
        changes: &[],
        source: OWN,
    },
    Preset {
        name: "resnet18",
        family: Family::Small,
        text: include_str!("../../../assets/presets/resnet18.toml"),
        changes: &[],
        source: RESNET_18,
    },
    Preset {
        name: "resnet32-k2",
        family: Family::Small,
        text: include_str!("../../../assets/presets/resnet32.toml"),
        changes: &[
            "split.after=[9]",
            "name=\"resnet32-k2\"",
            "description=\"ResNet-32 for images of 32×32 (He et al. 2016), split into two modules as InfoPro does, on drawn shapes\"",
        ],
        source: RESNET_CIFAR,
    },
    Preset {
        name: "resnet32",
        family: Family::Small,
        text: include_str!("../../../assets/presets/resnet32.toml"),
        changes: &[],
        source: RESNET_CIFAR,
    },
    Preset {
        name: "resnet32-k8",
        family: Family::Small,
        text: include_str!("../../../assets/presets/resnet32.toml"),
        changes: &[
            "split.after=[3, 5, 7, 9, 11, 13, 15]",
            "name=\"resnet32-k8\"",
            "description=\"ResNet-32 for images of 32×32 (He et al. 2016), split into eight modules as InfoPro does, on drawn shapes\"",
        ],
        source: RESNET_CIFAR,
    },
    Preset {
        name: "resnet110-k2",
        family: Family::Small,
        text: include_str!("../../../assets/presets/resnet110.toml"),
        changes: &[
            "split.after=[29]",
            "name=\"resnet110-k2\"",
            "description=\"ResNet-110 for images of 32×32 (He et al. 2016), split into two modules as InfoPro does, on drawn shapes\"",
        ],
        source: RESNET_CIFAR,
    },
    Preset {
        name: "resnet110",
        family: Family::Small,
        text: include_str!("../../../assets/presets/resnet110.toml"),
        changes: &[],
        source: RESNET_CIFAR,
    },
    Preset {
        name: "resnet110-k8",
        family: Family::Small,
        text: include_str!("../../../assets/presets/resnet110.toml"),
        changes: &[
            "split.after=[7, 14, 21, 28, 35, 42, 49]",
            "name=\"resnet110-k8\"",
            "description=\"ResNet-110 for images of 32×32 (He et al. 2016), split into eight modules as InfoPro does, on drawn shapes\"",
        ],
        source: RESNET_CIFAR,
    },
    Preset {
        name: "vgg8b",
        family: Family::Small,
        text: include_str!("../../../assets/presets/vgg8b.toml"),
        changes: &[],
        source: VGG,
    },
    Preset {
        name: "vgg11b",
        family: Family::Small,
        text: include_str!("../../../assets/presets/vgg11b.toml"),
        changes: &[],
        source: VGG,
    },
    Preset {
        name: "vit-32",
        family: Family::Small,
        text: include_str!("../../../assets/presets/vit-32.toml"),
        changes: &[],
        source: VIT_SMALL,
    },
    Preset {
        name: "swin-32",
        family: Family::Small,
        text: include_str!("../../../assets/presets/swin-32.toml"),
        changes: &[],
        source: SWIN_SMALL,
    },
    Preset {
        name: "resnet18-imagenet",
        family: Family::Large,
        text: include_str!("../../../assets/presets/resnet18-imagenet.toml"),
        changes: &[],
        source: RESNET_IMAGENET,
    },
    Preset {
        name: "resnet50-imagenet",
        family: Family::Large,
        text: include_str!("../../../assets/presets/resnet50-imagenet.toml"),
        changes: &[],
        source: RESNET_IMAGENET,
    },
    Preset {
        name: "resnet101-imagenet",
        family: Family::Large,
        text: include_str!("../../../assets/presets/resnet101-imagenet.toml"),
        changes: &[],
        source: RESNET_IMAGENET,
    },
    Preset {
        name: "vit-ti-16",
        family: Family::Large,
        text: include_str!("../../../assets/presets/vit-ti-16.toml"),
        changes: &[],
        source: VIT,
    },
    Preset {
        name: "vit-s-16",
        family: Family::Large,
        text: include_str!("../../../assets/presets/vit-s-16.toml"),
        changes: &[],
        source: VIT,
    },
    Preset {
        name: "swin-t",
        family: Family::Large,
        text: include_str!("../../../assets/presets/swin-t.toml"),
        changes: &[],
        source: SWIN,
    },
    Preset {
        name: "dgl-cnn",
        family: Family::Small,
        text: include_str!("../../../assets/presets/dgl-cnn.toml"),
        changes: &[],
        source: DGL,
    },
    Preset {
        name: "infopro-cnn",
        family: Family::Small,
        text: include_str!("../../../assets/presets/infopro-cnn.toml"),
        changes: &[],
        source: INFOPRO,
    },
    Preset {
        name: "predsim-vgg",
        family: Family::Small,
        text: include_str!("../../../assets/presets/predsim-vgg.toml"),
        changes: &[],
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

    /// The preset as TOML text.
    ///
    /// # Errors
    /// As [`Self::experiment`].
    pub fn toml(self) -> Result<String, super::FileError> {
        if self.changes.is_empty() {
            return Ok(self.text.to_owned());
        }
        let experiment = self.experiment()?;
        experiment
            .to_toml()
            .map_err(|message| super::FileError::Content {
                origin: format!("preset {}", self.name),
                message,
            })
    }

    /// The preset with some keys replaced.
    ///
    /// # Errors
    /// Where an assignment cannot be applied.
    pub fn with(self, assignments: &[String]) -> Result<Experiment, super::FileError> {
        let changes = self.changes.iter().map(|change| (*change).to_owned());
        let all: Vec<String> = changes.chain(assignments.iter().cloned()).collect();
        Experiment::from_toml(self.text, &format!("preset {}", self.name), &all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(name: &str) -> usize {
        preset(name)
            .unwrap()
            .experiment()
            .unwrap()
            .network_parameters()
            .unwrap()
    }

    #[test]
    fn networks_have_as_many_parameters_as_published() {
        // With 10 classes for images of 32×32 and 1000 for those of 224×224.
        for (name, published) in [
            ("resnet18", 11_173_962),
            ("resnet32-k2", 464_154),
            ("resnet32", 464_154),
            ("resnet32-k8", 464_154),
            ("resnet110", 1_727_962),
            ("resnet18-imagenet", 11_689_512),
            ("resnet50-imagenet", 25_557_032),
            ("resnet101-imagenet", 44_549_160),
            ("vit-ti-16", 5_717_416),
            ("vit-s-16", 22_050_664),
            ("swin-t", 28_288_354),
        ] {
            assert_eq!(parameters(name), published, "{name}");
        }
    }

    #[test]
    fn vggs_are_of_the_published_size() {
        // In millions to one digit, as Nøkland and Eidnes give them for CIFAR-10.
        for (name, published) in [("vgg8b", 8.9), ("vgg11b", 11.6)] {
            let millions = parameters(name) as f64 / 1e6;
            assert!((millions - published).abs() < 0.05, "{name}: {millions}");
        }
    }

    #[test]
    fn presets_are_named_after_themselves_and_split_as_they_say() {
        for preset in presets() {
            assert_eq!(preset.experiment().unwrap().name, preset.name);
        }
        for (name, modules) in [
            ("resnet32-k2", 2),
            ("resnet32", 4),
            ("resnet32-k8", 8),
            ("resnet110-k2", 2),
            ("resnet110", 4),
            ("resnet110-k8", 8),
        ] {
            let experiment = preset(name).unwrap().experiment().unwrap();
            assert_eq!(experiment.module_count(), modules, "{name}");
        }
    }
}
