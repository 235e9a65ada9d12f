//! Local learning: modules with heads, their losses, reconciliation, and the step that trains
//! them (arXiv 2406.05222).

mod batch;
mod gradients;
mod head;
mod isolation;
mod learner;
mod loss;
mod module;
mod step;
mod weights;

pub use batch::{Batch, Resident};
pub use gradients::{Named, named_parameters};
pub use head::{Head, etf_weights};
pub use isolation::isolation_matrix;
pub use learner::{Learner, Observed, StepNumbers};
pub use loss::{accuracy, cross_entropy, directional_derivative};
pub use module::LocalModule;
pub use step::{ModuleStep, step_module};
pub use weights::{parameter_shapes, replace_parameters};
