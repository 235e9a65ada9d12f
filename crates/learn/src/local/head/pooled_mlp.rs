//! DGL's head.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use layerwise_experiment::{
    Init, POOLED_MLP_CONVS, POOLED_MLP_HIDDEN, Shape, pooled_first, pooled_last,
};
use rand_chacha::ChaCha8Rng;

use crate::{
    block::{Activation, BatchNorm, ConvNorm, Draws, Dual, Linear, Size, adaptive_avg_pool},
    local::rows::Rows,
};

/// Pooling to a quarter of each side, three 1×1 convolutions, pooling to at most 2×2, and three
/// linear layers, with batch norm and ReLU behind all but the last (DGL, arXiv 1901.08164).
#[derive(Module, Debug)]
pub struct PooledMlp {
    convs: Vec<ConvNorm>,
    /// Linear layers, as 1×1 convolutions of vectors.
    hidden: Vec<ConvNorm>,
    output: Linear,
    #[module(skip)]
    first: [usize; 2],
    #[module(skip)]
    last: [usize; 2],
}

impl PooledMlp {
    pub fn new(shape: Shape, outputs: usize, rng: &mut ChaCha8Rng, device: &Device) -> Self {
        let features = shape.features();
        let last = pooled_last(shape);
        let pooled = features * last.iter().product::<usize>();
        let mut layers = |count: usize, width: usize| -> Vec<ConvNorm> {
            let size = Size {
                inputs: width,
                out: width,
                kernel: 1,
                stride: 1,
                groups: 1,
            };
            (0..count)
                .map(|_| ConvNorm::new(size, Init::default(), rng, device))
                .collect()
        };
        Self {
            convs: layers(POOLED_MLP_CONVS, features),
            hidden: layers(POOLED_MLP_HIDDEN, pooled),
            output: Linear::new(pooled, outputs, true, Init::LecunNormal, rng, device),
            first: pooled_first(shape),
            last,
        }
    }

    /// `[batch, channels, height, width]` to `[batch, outputs]`.
    pub fn forward(&self, x: Dual, at: usize, mut draws: Option<&mut Draws>) -> Rows {
        let mut x = adaptive_avg_pool(x, self.first);
        for (part, layer) in self.convs.iter().enumerate() {
            x = Activation::Relu.forward(layer.forward(x, (at, part), draws.as_deref_mut()));
        }
        x = adaptive_avg_pool(x, self.last).linear(|x| {
            let [batch, channels, height, width] = x.dims();
            x.reshape([batch, channels * height * width, 1, 1])
        });
        for (part, layer) in self.hidden.iter().enumerate() {
            let place = (at, self.convs.len() + part);
            x = Activation::Relu.forward(layer.forward(x, place, draws.as_deref_mut()));
        }
        Rows::of(self.output.forward(x))
    }

    pub fn absorb(&mut self, at: usize, draws: &mut Draws) {
        let layers = self.convs.iter_mut().chain(&mut self.hidden);
        for (part, layer) in layers.enumerate() {
            layer.absorb((at, part), draws);
        }
    }

    pub fn batch_norms(&mut self) -> Vec<(String, &mut BatchNorm)> {
        [("convs", &mut self.convs), ("hidden", &mut self.hidden)]
            .into_iter()
            .flat_map(|(name, layers)| {
                let numbered = layers.iter_mut().enumerate();
                numbered.map(move |(at, layer)| layer.batch_norm(&format!("{name}.{at}")))
            })
            .collect()
    }

    pub fn running_statistics(&self) -> Vec<(String, Tensor<1>, Tensor<1>)> {
        let of = |name: &'static str, layers: &[ConvNorm]| -> Vec<_> {
            let numbered = layers.iter().enumerate();
            numbered
                .map(|(at, layer)| layer.running_statistics(&format!("{name}.{at}")))
                .collect()
        };
        let mut found = of("convs", &self.convs);
        found.extend(of("hidden", &self.hidden));
        found
    }
}
