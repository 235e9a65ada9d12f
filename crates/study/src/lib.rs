//! What is known of runs: what they tell, what their records hold, and how they compare. Knows
//! neither Burn nor egui.

pub mod checkpoint;
pub mod compare;
mod epoch;
pub mod history;
mod inspection;
pub mod measure;
mod message;
mod nan;
mod origin;
mod read;

/// Version of Burn, as in `Cargo.toml`.
pub const BURN_VERSION: &str = "0.22.1";

pub use checkpoint::checkpoints;
pub use epoch::{EpochMeans, Mean};
pub use inspection::{
    ClassScores, InspectedBoundary, InspectedModule, InspectedUpdate, Inspection, Turn,
};
pub use message::{
    Change, Changed, DecisionRegions, Evaluation, Event, Isolation, MOST_PAIRED_CLASSES,
    ModuleEvaluation, Phase, Progress, Separability, StepRecord, Summary, Target, Truth,
};
pub use origin::Origin;
pub use read::{Recorded, told};
