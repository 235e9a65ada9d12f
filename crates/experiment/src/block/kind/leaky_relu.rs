//! Leaky rectifier.

use serde::{Deserialize, Serialize};

use crate::{
    block::{About, Group, Holds, Kind, Tokens, parts::Parts, setting::field},
    field::{Field, Fields, Real},
    shape::Shape,
};

/// x for x > 0, slope·x otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeakyRelu {
    /// Below 0.
    #[serde(default = "slope")]
    pub slope: f64,
}

fn slope() -> f64 {
    0.01
}

impl Fields for LeakyRelu {
    const FIELDS: &'static [Field<Self>] =
        &[field!(real slope, "Slope", Real::from_to(0.0, 1.0)).hint("Slope below 0")];
}

impl Kind for LeakyRelu {
    fn sample() -> Self {
        Self { slope: slope() }
    }

    fn about(&self) -> About {
        About {
            title: "Leaky ReLU",
            group: Group::Activation,
            holds: Holds::Nothing,
            has_closed_form: true,
            has_batch_norm: false,
            tokens: Tokens::Apart,
        }
    }

    fn words(&self) -> String {
        format!("slope {}", self.slope)
    }

    fn add_parts(&self, output: Shape, parts: &mut Parts) -> Option<()> {
        parts.push(self.about().title, output, 0, 0);
        let values = parts.len();
        parts.keep(values.saturating_mul(2));
        parts.keep_checkpointed(values);
        parts.keep_closed(values, 0);
        Some(())
    }
}
