//! Batch normalisation.

use serde::{Deserialize, Serialize};

use crate::{
    block::{
        About, Group, Holds, Kind, Tokens,
        parts::Parts,
        setting::{field, norm_eps},
    },
    field::{Field, Fields, Real},
    shape::Shape,
};

/// Batch normalisation: per feature of vectors (1-D), per channel of images (2-D).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchNorm {
    /// Added to variances.
    #[serde(default = "norm_eps")]
    pub eps: f64,
    /// Share of the new batch in the running statistics.
    #[serde(default = "momentum")]
    pub momentum: f64,
}

fn momentum() -> f64 {
    0.1
}

impl Fields for BatchNorm {
    const FIELDS: &'static [Field<Self>] = &[
        field!(real momentum, "Momentum", Real::above_zero_to(1.0))
            .hint("Share of the new batch in the running statistics"),
        field!(eps),
    ];
}

impl Kind for BatchNorm {
    fn sample() -> Self {
        Self {
            eps: norm_eps(),
            momentum: momentum(),
        }
    }

    fn about(&self) -> About {
        About {
            title: "Batch norm",
            group: Group::Norm,
            holds: Holds::Values,
            has_closed_form: true,
            has_batch_norm: true,
            tokens: Tokens::Apart,
        }
    }

    fn add_parts(&self, _output: Shape, parts: &mut Parts) -> Option<()> {
        parts.batch_norm();
        Some(())
    }
}
