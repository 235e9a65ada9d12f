//! What is known of runs: what they tell, what their records hold, and how they compare. Knows
//! neither Burn nor egui.

pub mod checkpoint;
pub mod compare;
mod epoch;
mod fact;
pub mod history;
mod inspection;
mod live;
mod message;
mod nan;
mod origin;
mod read;

/// Version of Burn, which writes the states of optimisers into checkpoints.
pub const BURN_VERSION: &str = env!("BURN_VERSION");

pub use checkpoint::checkpoints;
pub use epoch::{EpochMeans, Mean};
pub use fact::{Fact, Said};
pub use inspection::{
    ClassScores, InspectedBoundary, InspectedModule, InspectedUpdate, Inspection, Turn,
};
pub use live::{Live, follow};
pub use message::{
    Change, Changed, DecisionRegions, Evaluation, Isolation, MOST_PAIRED_CLASSES, ModuleEvaluation,
    Phase, Progress, Separability, StepRecord, Summary, Target, Truth,
};
pub use origin::Origin;
pub use read::{Recorded, told};
