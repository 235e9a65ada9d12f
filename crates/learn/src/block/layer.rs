//! A block of the experiment as a layer in Burn.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use layerwise_experiment::{Block, Shape, kind};
use rand_chacha::ChaCha8Rng;

use super::{
    batch_norm::BatchNorm,
    closed::Closed,
    draws::Draws,
    dual::Dual,
    layout::Layout,
    operation::{Build, Operation},
    torch::Torch,
};

macro_rules! layer {
    ($($key:literal => $file:ident::$Kind:ident,)+) => {
        /// One layer of a module.
        #[derive(Module, Debug)]
        pub enum Layer {
            $(
                #[doc = concat!("Of a block `", $key, "`.")]
                $Kind(<kind::$Kind as Build>::Layer),
            )+
        }

        impl Layer {
            /// The layer of a block that receives `input`, with its initial weights.
            pub fn new(
                block: &Block,
                input: Shape,
                rng: &mut ChaCha8Rng,
                device: &Device,
            ) -> Self {
                match block {
                    $(Block::$Kind(kind) => Self::$Kind(kind.build(input, rng, device)),)+
                }
            }

            fn operation(&self) -> &dyn Operation {
                match self {
                    $(Self::$Kind(layer) => layer,)+
                }
            }

            fn operation_mut(&mut self) -> &mut dyn Operation {
                match self {
                    $(Self::$Kind(layer) => layer,)+
                }
            }
        }

        /// What a block is in PyTorch.
        pub(crate) fn torch(block: &Block) -> &dyn Torch {
            match block {
                $(Block::$Kind(kind) => kind,)+
            }
        }
    };
}
layerwise_experiment::kinds!(layer);

impl Layer {
    /// The layer on a dual value. `at` is its index in the module; without `draws` it evaluates.
    pub fn forward(&self, x: Dual, at: usize, draws: Option<&mut Draws>) -> Dual {
        self.operation().apply(x, at, draws)
    }

    /// Its gradients in closed form, where it has them.
    pub(crate) fn closed(&self) -> Option<&dyn Closed> {
        self.operation().closed()
    }

    /// Running mean and variance of every batch norm, without autodiff, with the start of its
    /// name in the layer.
    pub fn running_statistics(&self) -> Vec<(String, Tensor<1>, Tensor<1>)> {
        let norms = self.operation().batch_norms().into_iter();
        norms
            .map(|(name, norm)| {
                let (mean, variance) = norm.running_statistics();
                (name, mean, variance)
            })
            .collect()
    }

    /// Every batch norm, with the start of its name in the layer.
    pub fn batch_norms(&mut self) -> Vec<(String, &mut BatchNorm)> {
        let norms = self.operation_mut().batch_norms_mut().into_iter();
        norms.map(|(name, _, norm)| (name, norm)).collect()
    }

    /// Moves running statistics by what the step left in `draws`.
    pub fn absorb(&mut self, at: usize, draws: &mut Draws) {
        for (_, part, norm) in self.operation_mut().batch_norms_mut() {
            norm.absorb((at, part), draws);
        }
    }
}

/// How the parameter `part` of a block lies in files of PyTorch.
pub(crate) fn layout(block: &Block, part: &str, shape: &[usize]) -> Layout {
    let special = torch(block).layout(part);
    special.unwrap_or_else(|| Layout::usual(part, shape))
}
