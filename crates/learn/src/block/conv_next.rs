//! ConvNeXt blocks.

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor},
};
use layerwise_experiment::{Shape, hidden, kind};
use rand_chacha::ChaCha8Rng;

use super::{
    closed::Closed,
    conv::{Conv2d, Window},
    dense::{MLP, Mlp},
    draws::Draws,
    dropout::drop_path,
    dual::Dual,
    init::parameter,
    layer_norm::LayerNorm,
    layout::Layout,
    operation::{Build, Operation},
    token::{grid, rows},
    torch::{Class, Line, Parts, Stored, Torch, list, number},
};

/// A ConvNeXt block.
#[derive(Module, Debug)]
pub struct ConvNext {
    depthwise: Conv2d,
    norm: LayerNorm,
    mlp: Mlp,
    /// Of each channel, `[channels]`.
    scale: Param<Tensor<1>>,
    #[module(skip)]
    drop_path: f64,
}

impl ConvNext {
    /// Shape kept, `[batch, channels, height, width]`. `at` is the index of the layer.
    pub fn forward(&self, x: Dual, at: usize, mut draws: Option<&mut Draws>) -> Dual {
        let [_, _, height, width] = x.value.dims();
        let normal = self
            .norm
            .forward(self.depthwise.forward(x.clone()).linear(rows));
        let y = self.mlp.forward(normal, (at, 0), draws.as_deref_mut());
        let scale: Tensor<4> = self.scale.val().unsqueeze();
        let y = y.linear(|y| grid(y * scale.clone(), [height, width]));
        x.plus(drop_path(self.drop_path, y, (at, 2), draws))
    }
}

impl Operation for ConvNext {
    fn apply(&self, x: Dual, at: usize, draws: Option<&mut Draws>) -> Dual {
        self.forward(x, at, draws)
    }

    fn closed(&self) -> Option<&dyn Closed> {
        None
    }
}

impl Build for kind::ConvNext {
    type Layer = ConvNext;

    fn build(&self, input: Shape, rng: &mut ChaCha8Rng, device: &Device) -> ConvNext {
        let channels = input.features();
        let window = Window {
            kernel: self.kernel,
            stride: 1,
            padding: self.kernel / 2,
            dilation: 1,
        };
        let init = self.init;
        let hidden = hidden(channels, self.mlp_ratio);
        ConvNext {
            depthwise: Conv2d::new(
                channels, channels, window, channels, true, init, rng, device,
            ),
            norm: LayerNorm::of_last(channels, self.eps, device),
            mlp: Mlp::new(channels, hidden, 0.0, init, rng, device),
            scale: parameter(vec![self.layer_scale; channels], [channels], device),
            drop_path: self.drop_path,
        }
    }
}

const CLASS: Class = Class {
    rank: 80,
    text: include_str!("torch/conv_next.py"),
};

const PARTS: Parts = &[
    ("mlp.first", "mlp.fc1"),
    ("mlp.second", "mlp.fc2"),
    ("depthwise", "depthwise"),
    ("norm", "norm"),
    ("scale", "scale"),
];

impl Torch for kind::ConvNext {
    fn lines(&self, input: Shape, stored: Stored<'_>) -> Vec<Line> {
        let features = input.features();
        let numbers = list(&[features, self.kernel, hidden(features, self.mlp_ratio)]);
        let (eps, scale) = (number(self.eps), list(&stored("scale", &[features])));
        let line = Line::block(format!("ConvNext({numbers}, {eps}, ({scale},))"));
        vec![line.with(&[MLP, CLASS]).naming(PARTS)]
    }

    fn layout(&self, part: &str) -> Option<Layout> {
        (part == "scale").then_some(Layout::Scale)
    }
}
