//! Places of tokens.

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor},
};
use layerwise_experiment::{Position, Shape, kind};
use rand_chacha::ChaCha8Rng;

use super::{
    closed::Closed,
    draws::Draws,
    dual::Dual,
    init::{normal, parameter},
    layout::Layout,
    operation::{Build, Operation},
    token::{DEVIATION, TOKEN},
    torch::{Line, Stored, Torch, list},
};

/// What is added to each token for its place.
#[derive(Module, Debug)]
pub struct PositionEmbedding {
    /// `[features, height, width]`, or `[features, tokens, 1]`.
    weight: Param<Tensor<3>>,
}

impl PositionEmbedding {
    /// Shape kept.
    pub fn forward(&self, mut x: Dual) -> Dual {
        x.value = x.value + self.weight.val().unsqueeze();
        x
    }
}

/// sin(p/10000^(2i/d)) in even and cos(p/10000^(2i/d)) in odd features (Vaswani et al. 2017,
/// arXiv 1706.03762), with p the place in a sequence; of images the first half of the features
/// has the row and the second half the column. `features × height × width`.
fn sinusoids(input: Shape) -> Vec<f64> {
    let [features, height, width] = input.sizes();
    let is_image = matches!(input, Shape::Image(_));
    let span = if is_image { features / 2 } else { features };
    let mut values = Vec::with_capacity(input.len());
    for feature in 0..features {
        for row in 0..height {
            for column in 0..width {
                let place = if is_image && feature >= span {
                    column
                } else {
                    row
                };
                let within = feature % span.max(1);
                let exponent = (within / 2 * 2) as f64 / span as f64;
                let angle = place as f64 / 10_000_f64.powf(exponent);
                values.push(if within % 2 == 0 {
                    angle.sin()
                } else {
                    angle.cos()
                });
            }
        }
    }
    values
}

impl Operation for PositionEmbedding {
    fn apply(&self, x: Dual, _at: usize, _draws: Option<&mut Draws>) -> Dual {
        self.forward(x)
    }

    fn closed(&self) -> Option<&dyn Closed> {
        None
    }
}

impl Build for kind::PositionEmbedding {
    type Layer = PositionEmbedding;

    fn build(&self, input: Shape, rng: &mut ChaCha8Rng, device: &Device) -> PositionEmbedding {
        let values = match self.position {
            Position::Learnt => normal(input.len(), DEVIATION, rng),
            Position::Sinusoidal => sinusoids(input),
        };
        let learnt = self.position == Position::Learnt;
        PositionEmbedding {
            weight: parameter(values, input.sizes(), device).set_require_grad(learnt),
        }
    }
}

impl Torch for kind::PositionEmbedding {
    fn lines(&self, input: Shape, stored: Stored<'_>) -> Vec<Line> {
        // Fixed places are stored too.
        let shape = list(&stored("weight", &input.sizes()));
        let line = Line::part("weight", format!("Places({shape})"));
        vec![line.with(&[TOKEN])]
    }

    fn layout(&self, _part: &str) -> Option<Layout> {
        Some(Layout::Tokens)
    }
}
