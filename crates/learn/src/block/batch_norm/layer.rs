//! Batch normalisation as a layer.

use burn::tensor::Device;
use layerwise_experiment::{Shape, kind};
use rand_chacha::ChaCha8Rng;

use super::BatchNorm;
use crate::block::{
    closed::Closed,
    draws::Draws,
    dual::Dual,
    operation::{Build, Operation},
    torch::{Line, Stored, Torch, number},
};

impl Operation for BatchNorm {
    fn apply(&self, x: Dual, at: usize, draws: Option<&mut Draws>) -> Dual {
        self.forward(x, (at, 0), draws)
    }

    fn closed(&self) -> Option<&dyn Closed> {
        Some(self)
    }

    fn batch_norms(&self) -> Vec<(String, &BatchNorm)> {
        vec![(String::new(), self)]
    }

    fn batch_norms_mut(&mut self) -> Vec<(String, usize, &mut BatchNorm)> {
        vec![(String::new(), 0, self)]
    }
}

impl Build for kind::BatchNorm {
    type Layer = BatchNorm;

    fn build(&self, input: Shape, _rng: &mut ChaCha8Rng, device: &Device) -> BatchNorm {
        BatchNorm::new(input.features(), self.eps, self.momentum, device)
    }
}

impl Torch for kind::BatchNorm {
    fn lines(&self, input: Shape, _stored: Stored<'_>) -> Vec<Line> {
        let sides = match input {
            Shape::Flat(_) => 1,
            Shape::Image(_) | Shape::Tokens(_) => 2,
        };
        let (eps, momentum) = (number(self.eps), number(self.momentum));
        let features = input.features();
        let layer = format!("nn.BatchNorm{sides}d({features}, {eps}, {momentum})");
        vec![Line::block(layer)]
    }
}
