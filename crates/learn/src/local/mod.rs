//! Local learning: modules with heads, their losses, reconciliation, and the step that trains
//! them (arXiv 2406.05222); the heads and losses of InfoPro (arXiv 2101.10832), DGL (arXiv
//! 1901.08164) and PredSim (arXiv 1901.06656) beside its own.

mod batch;
mod closed;
mod decoder;
mod gradients;
mod head;
mod inspect;
mod isolation;
mod keep;
mod learner;
mod loss;
mod module;
mod numbers;
mod objective;
mod optimizer;
mod rows;
mod similarity;
mod step;
mod truth;
mod weights;

pub use batch::{Batch, Resident, images, int_tensor, one_hot};
pub use closed::closed_step;
pub use gradients::{Named, named_parameters};
pub use head::{Head, etf_weights};
pub use isolation::isolation_matrix;
pub use keep::Kept;
pub use learner::{Learner, Observed, StepWay};
pub use loss::{LossValue, accuracy, contrastive, cross_entropy, reconstruction, similarity};
pub use module::LocalModule;
pub use numbers::{StepNumbers, TruthNumbers};
pub use objective::{Objective, Sight};
pub use rows::Rows;
pub use step::{ModuleStep, step_module};
pub use weights::{parameter_shapes, replace_parameters};
