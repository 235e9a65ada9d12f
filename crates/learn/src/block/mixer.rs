//! MLP-Mixer blocks.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use layerwise_experiment::{Shape, kind};
use rand_chacha::ChaCha8Rng;

use super::{
    closed::Closed,
    dense::{MLP, Mlp},
    draws::Draws,
    dropout::drop_path,
    dual::Dual,
    layer_norm::LayerNorm,
    operation::{Build, Operation},
    token::{grid, rows},
    torch::{Class, Line, Parts, Stored, Torch, list, number},
};

/// An MLP-Mixer block.
#[derive(Module, Debug)]
pub struct Mixer {
    norm_1: LayerNorm,
    tokens: Mlp,
    norm_2: LayerNorm,
    channels: Mlp,
    #[module(skip)]
    drop_path: f64,
}

impl Mixer {
    /// Shape kept, `[batch, features, height, width]`. `at` is the index of the layer.
    pub fn forward(&self, x: Dual, at: usize, mut draws: Option<&mut Draws>) -> Dual {
        let [_, _, height, width] = x.value.dims();
        let turn = |x: Tensor<4>| x.swap_dims(2, 3);
        let tokens = x.linear(rows);
        let normal = self.norm_1.forward(tokens.clone()).linear(turn);
        let mixed = self.tokens.forward(normal, (at, 0), draws.as_deref_mut());
        let mixed = mixed.linear(turn);
        let tokens = tokens.plus(drop_path(
            self.drop_path,
            mixed,
            (at, 2),
            draws.as_deref_mut(),
        ));

        let normal = self.norm_2.forward(tokens.clone());
        let mixed = self.channels.forward(normal, (at, 3), draws.as_deref_mut());
        tokens
            .plus(drop_path(self.drop_path, mixed, (at, 5), draws))
            .linear(|x| grid(x, [height, width]))
    }
}

impl Operation for Mixer {
    fn apply(&self, x: Dual, at: usize, draws: Option<&mut Draws>) -> Dual {
        self.forward(x, at, draws)
    }

    fn closed(&self) -> Option<&dyn Closed> {
        None
    }
}

impl Build for kind::MlpMixer {
    type Layer = Mixer;

    fn build(&self, input: Shape, rng: &mut ChaCha8Rng, device: &Device) -> Mixer {
        let features = input.features();
        let mut mlp =
            |inputs, hidden| Mlp::new(inputs, hidden, self.dropout, self.init, rng, device);
        Mixer {
            norm_1: LayerNorm::of_last(features, self.eps, device),
            tokens: mlp(input.tokens(), self.tokens_hidden),
            norm_2: LayerNorm::of_last(features, self.eps, device),
            channels: mlp(features, self.channels_hidden),
            drop_path: self.drop_path,
        }
    }
}

const CLASS: Class = Class {
    rank: 90,
    text: include_str!("torch/mixer.py"),
};

const PARTS: Parts = &[
    ("norm_1", "norm1"),
    ("norm_2", "norm2"),
    ("tokens.first", "tokens.fc1"),
    ("tokens.second", "tokens.fc2"),
    ("channels.first", "channels.fc1"),
    ("channels.second", "channels.fc2"),
];

impl Torch for kind::MlpMixer {
    fn lines(&self, input: Shape, _stored: Stored<'_>) -> Vec<Line> {
        let numbers = list(&[
            input.features(),
            input.tokens(),
            self.tokens_hidden,
            self.channels_hidden,
        ]);
        let line = Line::block(format!("Mixer({numbers}, {})", number(self.eps)));
        vec![line.with(&[MLP, CLASS]).naming(PARTS)]
    }
}
