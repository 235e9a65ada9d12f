//! 2-D convolution.

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor, module::conv2d, ops::ConvOptions},
};
use layerwise_experiment::{Init, Shape, kind};
use rand_chacha::ChaCha8Rng;

use super::{
    closed::Closed,
    draws::Draws,
    dual::Dual,
    init::{parameter, weights},
    operation::{Build, Operation},
    torch::{Line, Stored, Torch, list, yes},
};

/// Size and stride of a window that slides over an image.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    pub kernel: usize,
    pub stride: usize,
    pub padding: usize,
    pub dilation: usize,
}

/// Convolution with a square kernel and zero padding.
#[derive(Module, Debug)]
pub struct Conv2d {
    /// `[outputs, inputs / groups, kernel, kernel]`
    pub(crate) weight: Param<Tensor<4>>,
    /// `[outputs]`
    pub(crate) bias: Option<Param<Tensor<1>>>,
    #[module(skip)]
    pub(crate) window: Window,
    #[module(skip)]
    pub(crate) groups: usize,
}

impl Conv2d {
    #[expect(clippy::too_many_arguments, reason = "one for each hyper-parameter")]
    pub fn new(
        inputs: usize,
        outputs: usize,
        window: Window,
        groups: usize,
        bias: bool,
        init: Init,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Self {
        let area = window.kernel * window.kernel;
        let shape = [outputs, inputs / groups, window.kernel, window.kernel];
        let values = weights(
            init,
            shape.iter().product(),
            inputs / groups * area,
            outputs / groups * area,
            rng,
        );
        Self {
            weight: parameter(values, shape, device),
            bias: bias.then(|| parameter(vec![0.0; outputs], [outputs], device)),
            window,
            groups,
        }
    }

    pub(crate) fn options(&self) -> ConvOptions<2> {
        let Window {
            stride,
            padding,
            dilation,
            ..
        } = self.window;
        ConvOptions::new([stride; 2], [padding; 2], [dilation; 2], self.groups)
    }

    /// `[batch, inputs, height, width]` to `[batch, outputs, height', width']`.
    pub fn forward(&self, x: Dual) -> Dual {
        let options = self.options();
        Dual {
            value: conv2d(
                x.value,
                self.weight.val(),
                self.bias.as_ref().map(Param::val),
                options.clone(),
            ),
            tangent: x
                .tangent
                .map(|tangent| conv2d(tangent, self.weight.val(), None, options)),
        }
    }
}

impl Operation for Conv2d {
    fn apply(&self, x: Dual, _at: usize, _draws: Option<&mut Draws>) -> Dual {
        self.forward(x)
    }

    fn closed(&self) -> Option<&dyn Closed> {
        Some(self)
    }
}

impl Build for kind::Conv2d {
    type Layer = Conv2d;

    fn build(&self, input: Shape, rng: &mut ChaCha8Rng, device: &Device) -> Conv2d {
        let window = Window {
            kernel: self.kernel,
            stride: self.stride,
            padding: self.padding,
            dilation: self.dilation,
        };
        Conv2d::new(
            input.features(),
            self.out,
            window,
            self.groups,
            self.bias,
            self.init,
            rng,
            device,
        )
    }
}

impl Torch for kind::Conv2d {
    fn lines(&self, input: Shape, _stored: Stored<'_>) -> Vec<Line> {
        let numbers = list(&[
            input.features(),
            self.out,
            self.kernel,
            self.stride,
            self.padding,
            self.dilation,
            self.groups,
        ]);
        let bias = yes(self.bias);
        vec![Line::block(format!("nn.Conv2d({numbers}, bias={bias})"))]
    }
}
