//! A run: the trainer on its own thread, what it is told and what it tells.

mod checkpoint;
mod device;
mod evaluation;
mod feed;
mod fork;
mod goal;
mod gpu;
mod handle;
mod lone;
mod message;
mod outbox;
mod read;
mod record;
mod regions;
mod supply;
mod timetable;
mod trace;
mod trainer;
mod trouble;
mod watch;

/// Version of Burn, as in `Cargo.toml`.
const BURN_VERSION: &str = "0.22.1";

pub use crate::local::{
    ClassScores, InspectedBoundary, InspectedModule, InspectedUpdate, Inspection, Turn,
};
pub use checkpoint::checkpoints;
pub use device::{Adapter, AdapterKind, adapters, choose};
pub use fork::{Origin, fork};
pub use goal::Goal;
pub(crate) use handle::panic_text;
pub use handle::{Run, RunOptions};
pub use message::{
    Change, Changed, Command, DecisionRegions, Evaluation, Event, Isolation, ModuleEvaluation,
    Phase, Progress, Separability, StepRecord, Summary, Target, Truth,
};
pub use read::{Recorded, told};
pub use record::is_in_use;
pub use trace::trace;
pub use trainer::probe_size;
