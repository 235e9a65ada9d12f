//! What is asked of every kind of block.

use super::parts::Parts;
use crate::{field::Form, shape::Shape};

/// Kinds that stand together in the palette, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// One layer with weights.
    Layer,
    /// A function of each value by itself.
    Activation,
    /// Normalisation.
    Norm,
    /// Pooling, and what else learns nothing.
    Pooling,
    /// Several layers, as papers have them.
    Composite,
}

/// What a block may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// No values.
    Nothing,
    /// Values, but no weight matrix or kernel.
    Values,
    /// A weight matrix or kernel: what an even split counts as a layer.
    Weights,
}

/// What a block does to the tokens of a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tokens {
    /// What comes out of a token follows from that token alone.
    Apart,
    /// What comes out of a token follows from the other tokens of its sample.
    Mixed,
    /// Puts a class token first, which has seen no other.
    Begun,
}

/// What is known of a block besides its hyper-parameters.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Name on the screen.
    pub title: &'static str,
    /// Where it stands in the palette.
    pub group: Group,
    /// What it may hold.
    pub holds: Holds,
    /// Whether BP-free has gradients for it in closed form.
    pub has_closed_form: bool,
    /// Whether there is a batch norm in it.
    pub has_batch_norm: bool,
    /// What it does to tokens.
    pub tokens: Tokens,
}

/// A kind of block: its hyper-parameters and what follows from them. Their keys, titles and
/// ranges are its [`Fields`](crate::field::Fields).
pub trait Kind: Form {
    /// One with its usual hyper-parameters, as the palette adds it.
    fn sample() -> Self
    where
        Self: Sized;

    /// What is known of it.
    fn about(&self) -> About;

    /// The hyper-parameters in a few words, empty where there are none to tell.
    fn words(&self) -> String {
        String::new()
    }

    /// The shape after it, of hyper-parameters within their ranges: as before it unless a kind says
    /// otherwise.
    ///
    /// # Errors
    /// A sentence on why it cannot follow `input`.
    fn shape_after(&self, input: Shape) -> Result<Shape, String> {
        Ok(input)
    }

    /// Adds the layers inside it, from its input to `output`. None where one of them does not fit.
    fn add_parts(&self, output: Shape, parts: &mut Parts) -> Option<()>;
}
