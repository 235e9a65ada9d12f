//! The blocks a network is assembled from: a file for each kind in `kind`, and what several of
//! them share.

mod about;
pub mod kind;
mod option;
mod part;
mod parts;
mod pooling;
mod residual;
mod setting;
mod transformer;
mod words;

use serde::{Deserialize, Serialize};

use crate::{
    field::{Form, Info, Scalar, out_of_range},
    shape::{MAX_SAMPLE_LEN, Shape},
};

pub use about::{About, Group, Holds, Kind, Tokens};
pub use option::{Init, NormOver, Position, Shortcut};
pub use part::Part;
pub(super) use part::{GRADIENTS, VALUE};
use parts::Parts;
pub use setting::MAX_WIDTH;
pub use transformer::{hidden, window_shift};

macro_rules! block {
    ($($key:literal => $file:ident::$Kind:ident,)+) => {
        /// One block of the chain, with its hyper-parameters.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind")]
        pub enum Block {
            $(
                #[doc = concat!("`", $key, "` in files.")]
                #[serde(rename = $key)]
                $Kind(kind::$Kind),
            )+
        }

        impl Block {
            /// One block of every kind with its usual hyper-parameters, in the order of the
            /// palette.
            pub fn palette() -> Vec<Self> {
                let mut all = vec![$(Self::$Kind(kind::$Kind::sample()),)+];
                all.sort_by_key(|block| block.about().group);
                all
            }

            /// Its kind as a file names it.
            pub fn key(&self) -> &'static str {
                match self {
                    $(Self::$Kind(_) => $key,)+
                }
            }

            fn kind(&self) -> &dyn Kind {
                match self {
                    $(Self::$Kind(kind) => kind,)+
                }
            }

            fn kind_mut(&mut self) -> &mut dyn Kind {
                match self {
                    $(Self::$Kind(kind) => kind,)+
                }
            }
        }

        $(
            impl From<kind::$Kind> for Block {
                fn from(kind: kind::$Kind) -> Self {
                    Self::$Kind(kind)
                }
            }
        )+
    };
}
crate::kinds!(block);

impl Form for Block {
    fn count(&self) -> usize {
        self.kind().count()
    }

    fn info(&self, at: usize) -> Option<Info> {
        self.kind().info(at)
    }

    fn get(&self, at: usize) -> Option<Scalar> {
        self.kind().get(at)
    }

    fn set(&mut self, at: usize, value: Scalar) {
        self.kind_mut().set(at, value);
    }
}

impl Block {
    /// What is known of it besides its hyper-parameters.
    pub fn about(&self) -> About {
        self.kind().about()
    }

    /// Name on the screen.
    pub fn title(&self) -> &'static str {
        self.about().title
    }

    /// The hyper-parameters in a few words, empty where there are none to tell.
    pub fn summary(&self) -> String {
        self.kind().words()
    }

    /// Whether the block holds a weight matrix or kernel: what an even split counts as a layer.
    pub fn has_weights(&self) -> bool {
        self.about().holds == Holds::Weights
    }

    /// Whether the block may hold values, learnt or fixed.
    pub fn has_values(&self) -> bool {
        self.about().holds != Holds::Nothing
    }

    /// Whether BP-free has gradients for the block in closed form.
    pub fn has_closed_form(&self) -> bool {
        self.about().has_closed_form
    }

    /// Whether there is a batch norm in the block.
    pub fn has_batch_norm(&self) -> bool {
        self.about().has_batch_norm
    }

    /// The layers inside the block, from input to output, or none where it cannot follow `input`.
    pub fn parts(&self, input: Shape) -> Option<Vec<Part>> {
        let output = shape_after(self, input).ok()?;
        let mut parts = Parts::new(input);
        self.kind().add_parts(output, &mut parts)?;
        Some(parts.finish(output))
    }

    /// Number of learnt values, given the shape the block receives.
    pub fn parameters(&self, input: Shape) -> usize {
        let parts = self.parts(input).unwrap_or_default();
        let sum = parts
            .iter()
            .fold(0u64, |sum, part| sum.saturating_add(part.parameters));
        usize::try_from(sum).unwrap_or(usize::MAX)
    }
}

/// The shape after `block`, or a sentence on why it cannot follow `input`.
pub fn shape_after(block: &Block, input: Shape) -> Result<Shape, String> {
    if let Some(wrong) = out_of_range(block).into_iter().next() {
        let (key, value, range) = (wrong.key, wrong.value, wrong.range);
        return Err(format!("{key} {value} is out of range: choose {range}"));
    }
    let output = block.kind().shape_after(input)?;
    if output.len() > MAX_SAMPLE_LEN {
        return Err(format!(
            "Output {output} has more than {MAX_SAMPLE_LEN} values for each sample"
        ));
    }
    Ok(output)
}

#[cfg(test)]
mod tests;
