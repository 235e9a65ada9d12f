//! Tokens of patches.

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor},
};
use layerwise_experiment::{Shape, kind};
use rand_chacha::ChaCha8Rng;

use super::{
    closed::Closed,
    conv::{Conv2d, Window},
    draws::Draws,
    dual::Dual,
    init::{normal, parameter},
    layout::Layout,
    operation::{Build, Operation},
    token::{DEVIATION, TOKEN},
    torch::{Line, Stored, Torch, list},
};

/// Square patches, each mapped to a token.
#[derive(Module, Debug)]
pub struct PatchEmbedding {
    conv: Conv2d,
    /// `[features]`
    class_token: Option<Param<Tensor<1>>>,
}

impl PatchEmbedding {
    /// `[batch, channels, height, width]` to `[batch, out, height/patch, width/patch]`, or with a
    /// class token to `[batch, out, tokens, 1]`.
    pub fn forward(&self, x: Dual) -> Dual {
        let y = self.conv.forward(x);
        let Some(class_token) = &self.class_token else {
            return y;
        };
        let [batch, features, height, width] = y.value.dims();
        let y = y.linear(|y| y.reshape([batch, features, height * width, 1]));
        let token = class_token
            .val()
            .reshape([1, features, 1, 1])
            .expand([batch, features, 1, 1]);
        Dual {
            tangent: y
                .tangent
                .map(|tangent| Tensor::cat(vec![token.zeros_like(), tangent], 2)),
            value: Tensor::cat(vec![token, y.value], 2),
        }
    }
}

impl Operation for PatchEmbedding {
    fn apply(&self, x: Dual, _at: usize, _draws: Option<&mut Draws>) -> Dual {
        self.forward(x)
    }

    fn closed(&self) -> Option<&dyn Closed> {
        None
    }
}

impl Build for kind::PatchEmbedding {
    type Layer = PatchEmbedding;

    fn build(&self, input: Shape, rng: &mut ChaCha8Rng, device: &Device) -> PatchEmbedding {
        let Self { out, patch, .. } = *self;
        let window = Window {
            kernel: patch,
            stride: patch,
            padding: 0,
            dilation: 1,
        };
        PatchEmbedding {
            conv: Conv2d::new(
                input.features(),
                out,
                window,
                1,
                true,
                self.init,
                rng,
                device,
            ),
            class_token: self
                .class_token
                .then(|| parameter(normal(out, DEVIATION, rng), [out], device)),
        }
    }
}

impl Torch for kind::PatchEmbedding {
    fn lines(&self, input: Shape, stored: Stored<'_>) -> Vec<Line> {
        let Self { out, patch, .. } = *self;
        let numbers = list(&[input.features(), out, patch, patch]);
        let mut lines = vec![Line::part("conv", format!("nn.Conv2d({numbers})"))];
        if self.class_token {
            let shape = list(&stored("class_token", &[out]));
            let line = Line::part("class_token", format!("ClassToken({shape})"));
            lines.push(line.with(&[TOKEN]));
        }
        lines
    }

    fn layout(&self, part: &str) -> Option<Layout> {
        (part == "class_token").then_some(Layout::Token)
    }
}
