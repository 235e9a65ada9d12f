//! Weights from and for other programs: checkpoints in, under the names of torchvision and timm,
//! and out again, with a PyTorch script of the same network.

mod apply;
mod compare;
mod export;
mod layout;
mod names;
mod read;
mod script;
mod slot;
mod words;

pub use apply::{check, import, learner};
pub use compare::{OtherShape, Report};
pub use export::{export, export_start};
pub use names::Naming;
pub use read::{Checkpoint, Format, Kind, Stored};
pub use script::script;
pub use words::{name as shown, shape as shape_words};

#[cfg(test)]
mod tests;
