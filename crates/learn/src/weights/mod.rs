//! Weights from and for other programs: checkpoints in, under the names of torchvision and timm,
//! and out again, with a PyTorch script of the same network.

mod apply;
mod compare;
mod export;
mod inputs;
mod names;
mod read;
mod report;
mod script;
mod slot;
mod words;

pub use apply::{check, import, learner};
pub use export::{Exported, export, export_start};
pub use inputs::{NORMALIZATION, normalization_json};
pub use names::Naming;
pub use read::{Checkpoint, Format, Kind, Stored};
pub use report::{OtherShape, Report};
pub use script::script;
pub use words::{name as shown, shape as shape_words};

#[cfg(test)]
mod tests;
