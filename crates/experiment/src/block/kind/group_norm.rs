//! Group normalisation.

use serde::{Deserialize, Serialize};

use crate::{
    block::{
        About, Group, Holds, Kind, Tokens,
        parts::Parts,
        setting::{WIDTH, field, norm_eps},
    },
    field::{Field, Fields},
    shape::Shape,
};

/// Group normalisation: channels in so many groups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupNorm {
    /// Of channels.
    pub groups: usize,
    /// Added to variances.
    #[serde(default = "norm_eps")]
    pub eps: f64,
}

impl Fields for GroupNorm {
    const FIELDS: &'static [Field<Self>] = &[
        field!(whole groups, "Groups", WIDTH)
            .hint("Groups of channels with a mean and a variance each"),
        field!(eps),
    ];
}

impl Kind for GroupNorm {
    fn sample() -> Self {
        Self {
            groups: 4,
            eps: norm_eps(),
        }
    }

    fn about(&self) -> About {
        About {
            title: "Group norm",
            group: Group::Norm,
            holds: Holds::Values,
            has_closed_form: true,
            has_batch_norm: false,
            tokens: Tokens::Mixed,
        }
    }

    fn words(&self) -> String {
        format!("{} groups", self.groups)
    }

    fn shape_after(&self, input: Shape) -> Result<Shape, String> {
        let (groups, features) = (self.groups, input.features());
        if !features.is_multiple_of(groups) {
            return Err(format!("{groups} groups do not divide {features} channels"));
        }
        Ok(input)
    }

    fn add_parts(&self, _output: Shape, parts: &mut Parts) -> Option<()> {
        let features = parts.shape().features() as u64;
        parts.norm(self.about().title, 2 * features);
        Some(())
    }
}
