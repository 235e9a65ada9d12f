//! Group normalisation.

use burn::{module::Module, tensor::Device};
use layerwise_experiment::{Shape, kind};
use rand_chacha::ChaCha8Rng;

use super::{
    closed::Closed,
    draws::Draws,
    dual::Dual,
    norm::{Affine, Standard, standardize},
    operation::{Build, Operation},
    torch::{Line, Stored, Torch, number},
};

/// Group normalisation (Wu & He 2018).
#[derive(Module, Debug)]
pub struct GroupNorm {
    pub(crate) affine: Affine,
    #[module(skip)]
    groups: usize,
    #[module(skip)]
    eps: f64,
}

impl GroupNorm {
    /// Dimensions that statistics are taken over, of values in groups.
    pub(crate) const DIMS: [usize; 1] = [2];

    pub fn new(channels: usize, groups: usize, eps: f64, device: &Device) -> Self {
        Self {
            affine: Affine::new([1, channels, 1, 1], device),
            groups,
            eps,
        }
    }

    /// Shape kept.
    pub fn forward(&self, x: Dual) -> Dual {
        let shape = x.value.dims();
        let normal = self.standard(x).normal;
        self.affine.forward(normal.linear(|x| x.reshape(shape)))
    }

    /// In the shape `[batch, groups, values of a group, 1]`.
    pub(crate) fn standard(&self, x: Dual) -> Standard {
        let [batch, channels, height, width] = x.value.dims();
        let grouped = [
            batch,
            self.groups,
            channels / self.groups * height * width,
            1,
        ];
        standardize(x.linear(|x| x.reshape(grouped)), &Self::DIMS, self.eps)
    }
}

impl Operation for GroupNorm {
    fn apply(&self, x: Dual, _at: usize, _draws: Option<&mut Draws>) -> Dual {
        self.forward(x)
    }

    fn closed(&self) -> Option<&dyn Closed> {
        Some(self)
    }
}

impl Build for kind::GroupNorm {
    type Layer = GroupNorm;

    fn build(&self, input: Shape, _rng: &mut ChaCha8Rng, device: &Device) -> GroupNorm {
        GroupNorm::new(input.features(), self.groups, self.eps, device)
    }
}

impl Torch for kind::GroupNorm {
    fn lines(&self, input: Shape, _stored: Stored<'_>) -> Vec<Line> {
        let (groups, features, eps) = (self.groups, input.features(), number(self.eps));
        let layer = format!("nn.GroupNorm({groups}, {features}, {eps})");
        vec![Line::block(layer)]
    }
}
