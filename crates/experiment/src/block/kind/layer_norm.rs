//! Layer normalisation.

use serde::{Deserialize, Serialize};

use crate::{
    block::{
        About, Group, Holds, Kind, NormOver, Tokens,
        parts::Parts,
        setting::{field, norm_eps},
    },
    field::{Field, Fields},
    shape::Shape,
};

/// Layer normalisation (Ba et al. 2016, arXiv 1607.06450).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerNorm {
    /// Added to variances.
    #[serde(default = "norm_eps")]
    pub eps: f64,
    /// What has a mean and a variance of its own.
    #[serde(default)]
    pub over: NormOver,
}

impl Fields for LayerNorm {
    const FIELDS: &'static [Field<Self>] = &[
        field!(choice over, "Over", NormOver).hint("What mean and variance are taken over"),
        field!(eps),
    ];
}

impl Kind for LayerNorm {
    fn sample() -> Self {
        Self {
            eps: norm_eps(),
            over: NormOver::default(),
        }
    }

    fn about(&self) -> About {
        About {
            title: "Layer norm",
            group: Group::Norm,
            holds: Holds::Values,
            has_closed_form: true,
            has_batch_norm: false,
            tokens: match self.over {
                NormOver::Sample => Tokens::Mixed,
                NormOver::Channels => Tokens::Apart,
            },
        }
    }

    fn words(&self) -> String {
        match self.over {
            NormOver::Sample => String::new(),
            NormOver::Channels => "over channels".to_owned(),
        }
    }

    fn shape_after(&self, input: Shape) -> Result<Shape, String> {
        match (self.over, input) {
            (NormOver::Channels, Shape::Flat(_)) => {
                Err("A vector has no pixels or tokens: normalise over the whole sample".to_owned())
            }
            (NormOver::Sample | NormOver::Channels, _) => Ok(input),
        }
    }

    fn add_parts(&self, _output: Shape, parts: &mut Parts) -> Option<()> {
        let scaled = match self.over {
            NormOver::Sample => parts.len(),
            NormOver::Channels => parts.shape().features() as u64,
        };
        parts.norm(self.about().title, 2 * scaled);
        Some(())
    }
}
