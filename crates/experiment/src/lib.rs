//! What a person assembles: one [`Experiment`] holds everything that a run needs. The window
//! edits it, the command line overrides it, and the TOML file holds it. Knows neither Burn nor
//! egui.

mod batch_norm;
mod block;
mod bp_free;
mod chain;
mod check;
mod clip;
mod cost;
mod data;
mod device;
pub mod field;
mod file;
mod head;
pub mod keys;
mod kinship;
mod loss;
mod method;
mod module;
mod optimizer;
mod prepare;
mod preset;
pub mod rng;
mod shape;
mod split;
mod train;
mod weights;
pub mod words;

use serde::{Deserialize, Serialize};

pub use block::{About, Group, Holds, Kind, Tokens, kind};
pub use block::{Block, Init, MAX_WIDTH, NormOver, Part, Position, Shortcut};
pub use block::{hidden, shape_after, window_shift};
pub use chain::{Change, MAX_BLOCKS, REPEATS, room_for};
pub use check::{Place, Problem};
pub use clip::{blocks_from_toml, blocks_to_toml};
pub use cost::{BlockCost, Costs, ModuleCost, Pass, StepMemory};
pub use data::{AboutData, Data, DataKind, Found, MAX_CLASSES, RESIDENT_BYTES};
pub use device::DeviceChoice;
pub use file::{FileError, VERSION, write_whole};
pub use head::{AboutHead, Head, HeadKind};
pub use head::{
    CONV_HEAD_HIDDEN, POOLED_MLP_CONVS, POOLED_MLP_HIDDEN, kernel as local_kernel, pooled_first,
    pooled_last,
};
pub use loss::DECODER_WIDTH;
pub use loss::{AboutLoss, Loss, LossKind};
pub use method::{AboutMethod, MAX_LAMBDA, Measure, Method, MethodKind};
pub use module::{ModulePlan, ModuleSettings};
pub use optimizer::{Optimizer, OptimizerKind, Schedule, ScheduleKind};
pub use prepare::{Fill, Normalize, Prepare, Resize};
pub use preset::{Family, Preset, preset, presets};
pub use shape::Shape;
pub use split::{Balance, Split};
pub use train::{Checkpoints, Train};
pub use weights::{HeadSource, Weights};

/// A whole experiment. Key paths of the TOML file are the field names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// Version of the file format.
    pub version: u32,
    /// A short name; run folders carry it.
    #[serde(default)]
    pub name: String,
    /// What it is for, in a sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Decides initial weights, data splits, batch order and dropout masks.
    #[serde(default)]
    pub seed: u64,
    /// Where it trains.
    #[serde(default)]
    pub device: DeviceChoice,
    /// What it learns from.
    pub data: Data,
    /// What is done to samples on their way to the network.
    #[serde(default, skip_serializing_if = "Prepare::is_default")]
    pub prepare: Prepare,
    /// How the network learns.
    #[serde(default)]
    pub method: Method,
    /// The head of every module, unless a module has its own.
    #[serde(default)]
    pub head: Head,
    /// The local loss of every module but the last, unless a module has its own. The last one
    /// learns from cross-entropy, smoothed as this, unless it has its own.
    #[serde(default)]
    pub loss: Loss,
    /// Where the chain is cut into modules.
    #[serde(default)]
    pub split: Split,
    /// How each module follows its gradient.
    #[serde(default)]
    pub optimizer: Optimizer,
    /// The learning rate over time.
    #[serde(default)]
    pub schedule: Schedule,
    /// How long, and in which batches.
    #[serde(default)]
    pub train: Train,
    /// How often something is measured.
    #[serde(default)]
    pub measure: Measure,
    /// How often the state of a run is kept.
    #[serde(default)]
    pub checkpoints: Checkpoints,
    /// What the weights start from; drawn by the seed where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<Weights>,
    /// Settings of single modules that differ from the experiment's.
    #[serde(rename = "module", default, skip_serializing_if = "Vec::is_empty")]
    pub modules: Vec<ModuleSettings>,
    /// The network: blocks from input to output.
    #[serde(rename = "block", default)]
    pub blocks: Vec<Block>,
}

impl Default for Experiment {
    /// An empty network on the digits.
    fn default() -> Self {
        Self {
            version: VERSION,
            name: "untitled".to_owned(),
            description: String::new(),
            seed: 0,
            device: DeviceChoice::default(),
            data: Data::default(),
            prepare: Prepare::default(),
            method: Method::default(),
            head: Head::default(),
            loss: Loss::default(),
            split: Split::default(),
            optimizer: Optimizer::default(),
            schedule: Schedule::default(),
            train: Train::default(),
            measure: Measure::default(),
            checkpoints: Checkpoints::default(),
            weights: None,
            modules: Vec::new(),
            blocks: Vec::new(),
        }
    }
}
