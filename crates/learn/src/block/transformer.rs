//! Transformer blocks: encoder and Swin.

use burn::{module::Module, tensor::Device};
use layerwise_experiment::{Init, Shape, hidden, kind, window_shift};
use rand_chacha::ChaCha8Rng;

use super::{
    attention::Attention,
    closed::Closed,
    dense::{MLP, Mlp},
    draws::Draws,
    dropout::{drop_path, dropout},
    dual::Dual,
    layer_norm::LayerNorm,
    operation::{Build, Operation},
    token::{grid, rows},
    torch::{Buffer, Class, Line, Parts, Stored, Torch, list, number},
    windows::Windows,
};

/// What both kinds have in common.
#[derive(Clone, Copy)]
struct Recipe {
    /// Width of the hidden layer.
    hidden: usize,
    dropout: f64,
    drop_path: f64,
    eps: f64,
    init: Init,
}

/// A transformer encoder block with layer norm first, or a Swin block.
#[derive(Module, Debug)]
pub struct Transformer {
    norm_1: LayerNorm,
    attention: Attention,
    norm_2: LayerNorm,
    mlp: Mlp,
    windows: Option<Windows>,
    #[module(skip)]
    dropout: f64,
    #[module(skip)]
    drop_path: f64,
}

impl Transformer {
    /// For tokens of shape `input`. `windows` has the side of a window and whether windows are
    /// shifted.
    fn new(
        input: Shape,
        heads: usize,
        windows: Option<(usize, bool)>,
        recipe: Recipe,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Self {
        let [features, height, width] = input.sizes();
        let side = windows.map(|(side, _)| side);
        Self {
            norm_1: LayerNorm::of_last(features, recipe.eps, device),
            attention: Attention::new(features, heads, side, recipe.init, rng, device),
            norm_2: LayerNorm::of_last(features, recipe.eps, device),
            mlp: Mlp::new(
                features,
                recipe.hidden,
                recipe.dropout,
                recipe.init,
                rng,
                device,
            ),
            windows: windows
                .map(|(side, shift)| Windows::new([height, width], side, shift, device)),
            dropout: recipe.dropout,
            drop_path: recipe.drop_path,
        }
    }

    /// Shape kept, `[batch, features, height, width]`. `at` is the index of the layer.
    pub fn forward(&self, x: Dual, at: usize, mut draws: Option<&mut Draws>) -> Dual {
        let [batch, _, height, width] = x.value.dims();
        let size = [height, width];
        let tokens = x.linear(rows);
        let normal = self.norm_1.forward(tokens.clone());
        let mixed = match &self.windows {
            None => self.attention.forward(normal, None),
            Some(windows) => self
                .attention
                .forward(
                    normal.linear(|x| windows.split(grid(x, size))),
                    windows.mask_of(batch),
                )
                .linear(|x| rows(windows.join(x, size))),
        };
        let mixed = dropout(self.dropout, mixed, (at, 0), draws.as_deref_mut());
        let tokens = tokens.plus(drop_path(
            self.drop_path,
            mixed,
            (at, 1),
            draws.as_deref_mut(),
        ));

        let normal = self.norm_2.forward(tokens.clone());
        let mixed = self.mlp.forward(normal, (at, 2), draws.as_deref_mut());
        tokens
            .plus(drop_path(self.drop_path, mixed, (at, 4), draws))
            .linear(|x| grid(x, size))
    }
}

impl Operation for Transformer {
    fn apply(&self, x: Dual, at: usize, draws: Option<&mut Draws>) -> Dual {
        self.forward(x, at, draws)
    }

    fn closed(&self) -> Option<&dyn Closed> {
        None
    }
}

impl Build for kind::TransformerEncoder {
    type Layer = Transformer;

    fn build(&self, input: Shape, rng: &mut ChaCha8Rng, device: &Device) -> Transformer {
        let recipe = Recipe {
            hidden: hidden(input.features(), self.mlp_ratio),
            dropout: self.dropout,
            drop_path: self.drop_path,
            eps: self.eps,
            init: self.init,
        };
        Transformer::new(input, self.heads, None, recipe, rng, device)
    }
}

impl Build for kind::Swin {
    type Layer = Transformer;

    fn build(&self, input: Shape, rng: &mut ChaCha8Rng, device: &Device) -> Transformer {
        let recipe = Recipe {
            hidden: hidden(input.features(), self.mlp_ratio),
            dropout: self.dropout,
            drop_path: self.drop_path,
            eps: self.eps,
            init: self.init,
        };
        let windows = Some((self.window, self.shift));
        Transformer::new(input, self.heads, windows, recipe, rng, device)
    }
}

/// Of either kind.
const CLASS: Class = Class {
    rank: 60,
    text: include_str!("torch/attention.py"),
};

const PARTS: Parts = &[
    ("norm_1", "norm1"),
    ("norm_2", "norm2"),
    ("attention.qkv", "attn.qkv"),
    ("attention.out", "attn.proj"),
    ("attention.bias_table", "attn.relative_position_bias_table"),
    ("mlp.first", "mlp.fc1"),
    ("mlp.second", "mlp.fc2"),
];

impl Torch for kind::TransformerEncoder {
    fn lines(&self, input: Shape, _stored: Stored<'_>) -> Vec<Line> {
        let features = input.features();
        let numbers = list(&[features, self.heads, hidden(features, self.mlp_ratio)]);
        let line = Line::block(format!("Encoder({numbers}, {})", number(self.eps)));
        vec![line.with(&[MLP, CLASS]).naming(PARTS)]
    }
}

impl Torch for kind::Swin {
    fn lines(&self, input: Shape, _stored: Stored<'_>) -> Vec<Line> {
        let [features, height, width] = input.sizes();
        let numbers = list(&[features, self.heads, hidden(features, self.mlp_ratio)]);
        let shift = if self.shift {
            window_shift([height, width], self.window)
        } else {
            [0, 0]
        };
        let (eps, window, shift) = (number(self.eps), self.window, list(&shift));
        let line = Line::block(format!("Encoder({numbers}, {eps}, {window}, ({shift}))"));
        vec![line.with(&[MLP, CLASS]).naming(PARTS)]
    }

    /// For each pair of tokens of a window the row of the bias table.
    fn buffers(&self) -> Vec<Buffer> {
        let window = self.window;
        let tokens = window * window;
        let values = (0..tokens * tokens)
            .map(|pair| (pair / tokens, pair % tokens))
            .map(|(one, other)| {
                let rows = one / window + window - 1 - other / window;
                let columns = one % window + window - 1 - other % window;
                (rows * (2 * window - 1) + columns) as i64
            })
            .collect();
        vec![Buffer {
            beside: "attention.bias_table",
            end: "bias_table",
            instead: "index",
            values,
        }]
    }
}
