//! Fewer tokens.

use burn::{module::Module, tensor::Device};
use layerwise_experiment::{Shape, kind};
use rand_chacha::ChaCha8Rng;

use super::{
    closed::Closed,
    dense::Dense,
    draws::Draws,
    dual::Dual,
    layer_norm::LayerNorm,
    operation::{Build, Operation},
    torch::{Class, Line, Stored, Torch, number},
};

/// Joins each 2×2 tokens to one with twice the channels (Liu et al. 2021, arXiv 2103.14030).
#[derive(Module, Debug)]
pub struct PatchMerging {
    norm: LayerNorm,
    reduction: Dense,
}

impl PatchMerging {
    /// `[batch, channels, height, width]` to `[batch, 2·channels, height/2, width/2]`. Of the four
    /// tokens, the lower left comes second and the upper right third.
    pub fn forward(&self, x: Dual) -> Dual {
        let joined = x.linear(|x| {
            let [batch, channels, height, width] = x.dims();
            x.reshape([batch, channels, height / 2, 2, width / 2, 2])
                .permute([0, 2, 4, 5, 3, 1])
                .reshape([batch, height / 2, width / 2, 4 * channels])
        });
        self.reduction
            .forward(self.norm.forward(joined))
            .linear(|x| x.permute([0, 3, 1, 2]))
    }
}

impl Operation for PatchMerging {
    fn apply(&self, x: Dual, _at: usize, _draws: Option<&mut Draws>) -> Dual {
        self.forward(x)
    }

    fn closed(&self) -> Option<&dyn Closed> {
        None
    }
}

impl Build for kind::PatchMerging {
    type Layer = PatchMerging;

    fn build(&self, input: Shape, rng: &mut ChaCha8Rng, device: &Device) -> PatchMerging {
        let channels = input.features();
        PatchMerging {
            norm: LayerNorm::of_last(4 * channels, self.eps, device),
            reduction: Dense::new(4 * channels, 2 * channels, false, self.init, rng, device),
        }
    }
}

const CLASS: Class = Class {
    rank: 70,
    text: include_str!("torch/merging.py"),
};

impl Torch for kind::PatchMerging {
    fn lines(&self, input: Shape, _stored: Stored<'_>) -> Vec<Line> {
        let (features, eps) = (input.features(), number(self.eps));
        let line = Line::block(format!("PatchMerging({features}, {eps})"));
        vec![line.with(&[CLASS])]
    }
}
