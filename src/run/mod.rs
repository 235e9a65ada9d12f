//! A run: the trainer on its own thread, what it is told and what it tells.

mod device;
mod handle;
mod message;

pub use device::{Adapter, AdapterKind, adapters};
pub use handle::{Run, RunOptions};
pub use message::{
    Command, DecisionRegions, Evaluation, Event, LambdaChange, ModuleEvaluation, Phase, Progress,
    Separability, StepRecord, Summary, Target,
};
