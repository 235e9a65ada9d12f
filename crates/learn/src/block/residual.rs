//! Residual blocks (He et al. 2016).

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use layerwise_experiment::{Init, Shape, Shortcut, kind};
use rand_chacha::ChaCha8Rng;

use super::{
    activation::Activation,
    batch_norm::BatchNorm,
    closed::Closed,
    conv::Window,
    conv_norm::{ConvNorm, Size},
    draws::Draws,
    dual::Dual,
    operation::{Build, Operation},
    pool::avg_pool,
    torch::{Class, Line, Parts, Stored, Torch, list},
};

/// ReLU(F(x) + shortcut(x)), with F two or three convolutions with batch norm and ReLU between.
#[derive(Module, Debug)]
pub struct Residual {
    first: ConvNorm,
    second: ConvNorm,
    /// Of a bottleneck.
    third: Option<ConvNorm>,
    projection: Option<ConvNorm>,
    /// Channels of zeros before and behind, and the stride, where there is no projection.
    #[module(skip)]
    padding: (usize, usize),
    #[module(skip)]
    stride: usize,
}

impl Residual {
    /// A basic block, or with `width` a bottleneck, which has the stride in its 3×3 convolution.
    #[expect(clippy::too_many_arguments, reason = "one for each hyper-parameter")]
    pub fn new(
        inputs: usize,
        out: usize,
        width: Option<usize>,
        stride: usize,
        shortcut: Shortcut,
        init: Init,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Self {
        let mut part = |inputs, out, kernel, stride| {
            let size = Size {
                inputs,
                out,
                kernel,
                stride,
                groups: 1,
            };
            ConvNorm::new(size, init, rng, device)
        };
        let (first, second, third) = match width {
            None => (part(inputs, out, 3, stride), part(out, out, 3, 1), None),
            Some(width) => (
                part(inputs, width, 1, 1),
                part(width, width, 3, stride),
                Some(part(width, out, 1, 1)),
            ),
        };
        let needed = Shortcut::is_needed(inputs, out, stride);
        let projects = needed && shortcut == Shortcut::Projection;
        let missing = out.saturating_sub(inputs);
        Self {
            first,
            second,
            third,
            projection: projects.then(|| part(inputs, out, 1, stride)),
            padding: (missing / 2, missing - missing / 2),
            stride,
        }
    }

    /// `[batch, inputs, height, width]` to `[batch, out, height', width']`. `at` is the index of
    /// the layer.
    pub fn forward(&self, x: Dual, at: usize, mut draws: Option<&mut Draws>) -> Dual {
        let relu = |x| Activation::Relu.forward(x);
        let mut y = self.first.forward(x.clone(), (at, 0), draws.as_deref_mut());
        y = self.second.forward(relu(y), (at, 1), draws.as_deref_mut());
        if let Some(third) = &self.third {
            y = third.forward(relu(y), (at, 2), draws.as_deref_mut());
        }
        let shortcut = match &self.projection {
            Some(projection) => projection.forward(x, (at, 3), draws),
            None => self.pad(x),
        };
        relu(y.plus(shortcut))
    }

    /// Every so manyth pixel with channels of zeros around.
    fn pad(&self, mut x: Dual) -> Dual {
        if self.stride > 1 {
            let window = Window {
                kernel: 1,
                stride: self.stride,
                padding: 0,
                dilation: 1,
            };
            x = avg_pool(window, x);
        }
        let (before, behind) = self.padding;
        if before + behind == 0 {
            return x;
        }
        x.linear(|x| {
            let [batch, _, height, width] = x.dims();
            let device = x.device();
            let zeros = |count| Tensor::zeros([batch, count, height, width], &device);
            let parts = [
                (before > 0).then(|| zeros(before)),
                Some(x),
                Some(zeros(behind)),
            ];
            Tensor::cat(parts.into_iter().flatten().collect(), 1)
        })
    }
}

impl Operation for Residual {
    fn apply(&self, x: Dual, at: usize, draws: Option<&mut Draws>) -> Dual {
        self.forward(x, at, draws)
    }

    fn closed(&self) -> Option<&dyn Closed> {
        None
    }

    fn batch_norms(&self) -> Vec<(String, &BatchNorm)> {
        let parts = [
            Some(("first", &self.first)),
            Some(("second", &self.second)),
            self.third.as_ref().map(|part| ("third", part)),
            self.projection.as_ref().map(|part| ("projection", part)),
        ];
        let parts = parts.into_iter().flatten();
        parts.map(|(name, part)| part.norm(name)).collect()
    }

    fn batch_norms_mut(&mut self) -> Vec<(String, usize, &mut BatchNorm)> {
        let parts = [
            Some((0, "first", &mut self.first)),
            Some((1, "second", &mut self.second)),
            self.third.as_mut().map(|part| (2, "third", part)),
            self.projection.as_mut().map(|part| (3, "projection", part)),
        ];
        let parts = parts.into_iter().flatten();
        parts
            .map(|(index, name, part)| {
                let (name, norm) = part.batch_norm(name);
                (name, index, norm)
            })
            .collect()
    }
}

impl Build for kind::ResidualBasic {
    type Layer = Residual;

    fn build(&self, input: Shape, rng: &mut ChaCha8Rng, device: &Device) -> Residual {
        Residual::new(
            input.features(),
            self.out,
            None,
            self.stride,
            self.shortcut,
            self.init,
            rng,
            device,
        )
    }
}

impl Build for kind::ResidualBottleneck {
    type Layer = Residual;

    fn build(&self, input: Shape, rng: &mut ChaCha8Rng, device: &Device) -> Residual {
        Residual::new(
            input.features(),
            self.out,
            Some(self.width),
            self.stride,
            self.shortcut,
            self.init,
            rng,
            device,
        )
    }
}

/// Of either kind.
const CLASS: Class = Class {
    rank: 0,
    text: include_str!("torch/residual.py"),
};

const PARTS: Parts = &[
    ("first.conv", "conv1"),
    ("first.norm", "bn1"),
    ("second.conv", "conv2"),
    ("second.norm", "bn2"),
    ("third.conv", "conv3"),
    ("third.norm", "bn3"),
    ("projection.conv", "downsample.0"),
    ("projection.norm", "downsample.1"),
];

/// The line of a block with convolutions of these inputs, outputs, kernels and strides.
fn line(convs: &[[usize; 4]], [inputs, out, stride]: [usize; 3], shortcut: Shortcut) -> Vec<Line> {
    let mut arguments: Vec<String> = convs
        .iter()
        .map(|conv| format!("({})", list(conv)))
        .collect();
    if Shortcut::is_needed(inputs, out, stride) {
        arguments.push(match shortcut {
            Shortcut::Projection => format!("projection=({})", list(&[inputs, out, stride])),
            Shortcut::ZeroPad => {
                let more = out.saturating_sub(inputs);
                format!("padding=({})", list(&[stride, more / 2, more - more / 2]))
            }
        });
    }
    let layer = format!("Residual({})", arguments.join(", "));
    vec![Line::block(layer).with(&[CLASS]).naming(PARTS)]
}

impl Torch for kind::ResidualBasic {
    fn lines(&self, input: Shape, _stored: Stored<'_>) -> Vec<Line> {
        let (features, out, stride) = (input.features(), self.out, self.stride);
        let convs = [[features, out, 3, stride], [out, out, 3, 1]];
        line(&convs, [features, out, stride], self.shortcut)
    }
}

impl Torch for kind::ResidualBottleneck {
    fn lines(&self, input: Shape, _stored: Stored<'_>) -> Vec<Line> {
        let (features, out, stride) = (input.features(), self.out, self.stride);
        let width = self.width;
        let convs = [
            [features, width, 1, 1],
            [width, width, 3, stride],
            [width, out, 1, 1],
        ];
        line(&convs, [features, out, stride], self.shortcut)
    }
}
