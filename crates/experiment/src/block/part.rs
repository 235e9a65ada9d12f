//! One layer inside a block, and what it costs.

use crate::shape::Shape;

/// One layer inside a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is, in a few words.
    pub title: String,
    /// Shape after it.
    pub output: Shape,
    /// Learnt values.
    pub parameters: u64,
    /// Floating-point operations of one sample's forward pass in matrix products and
    /// convolutions; a multiplication and an addition count as two.
    pub flops: u64,
    /// Bytes of one sample that wait for the backward pass.
    pub kept_bytes: u64,
    /// The same of a pass that carries a tangent.
    pub kept_with_tangent_bytes: u64,
    /// Bytes of one sample that wait for the backward pass of global BP with gradient
    /// checkpointing, those that it computes again and holds until then included.
    pub checkpointed_bytes: u64,
    /// Bytes of one sample that computing again on the way back needs for itself.
    pub recomputing_bytes: u64,
    /// Bytes of one sample that BP-free keeps for its way back.
    pub closed_bytes: u64,
    /// The same with a tangent.
    pub closed_with_tangent_bytes: u64,
    /// Bytes of one sample that the part's backward pass needs for itself.
    pub scratch_bytes: u64,
    /// The same of a pass that carries a tangent.
    pub scratch_with_tangent_bytes: u64,
    /// Values of one sample in the largest tensor that its forward pass makes.
    pub largest: u64,
}

/// Bytes of an `f32`.
pub(crate) const VALUE: u64 = 4;
/// Tensors as large as its output that the backward pass of a part holds at once: gradients on
/// their way and copies in another order. Measured on the CPU, as are all numbers of kept values
/// and of scratch (`benches/memory.rs`).
pub(crate) const GRADIENTS: u64 = 3;
