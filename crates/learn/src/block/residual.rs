//! Residual blocks (He et al. 2016).

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use layerwise_experiment::{Init, Shortcut};
use rand_chacha::ChaCha8Rng;

use super::{
    activation::Activation,
    conv::Window,
    conv_norm::{ConvNorm, Size},
    draws::Draws,
    dual::Dual,
    norm::BatchNorm,
    pool::avg_pool,
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

    fn parts(&self) -> [Option<(&'static str, &ConvNorm)>; 4] {
        [
            Some(("first", &self.first)),
            Some(("second", &self.second)),
            self.third.as_ref().map(|part| ("third", part)),
            self.projection.as_ref().map(|part| ("projection", part)),
        ]
    }

    /// Every batch norm, with its name.
    pub fn batch_norms(&mut self) -> Vec<(String, &mut BatchNorm)> {
        [
            Some(("first", &mut self.first)),
            Some(("second", &mut self.second)),
            self.third.as_mut().map(|part| ("third", part)),
            self.projection.as_mut().map(|part| ("projection", part)),
        ]
        .into_iter()
        .flatten()
        .map(|(name, part)| part.batch_norm(name))
        .collect()
    }

    /// Moves running statistics by what the step left in `draws`.
    pub fn absorb(&mut self, at: usize, draws: &mut Draws) {
        let parts = [
            Some(&mut self.first),
            Some(&mut self.second),
            self.third.as_mut(),
            self.projection.as_mut(),
        ];
        for (index, part) in parts.into_iter().enumerate() {
            if let Some(part) = part {
                part.absorb((at, index), draws);
            }
        }
    }

    /// Running mean and variance of every batch norm, without autodiff, with its name.
    pub fn running_statistics(&self) -> Vec<(String, Tensor<1>, Tensor<1>)> {
        self.parts()
            .into_iter()
            .flatten()
            .map(|(name, part)| part.running_statistics(name))
            .collect()
    }
}
