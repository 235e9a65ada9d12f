//! What is measured: alignment of neighbouring modules, separability of features, memory.

mod alignment;
mod memory;
mod separability;

pub use alignment::{Alignment, mean_cosine};
pub use memory::{PeakMemory, available_memory};
pub use separability::{Seen, separability};
