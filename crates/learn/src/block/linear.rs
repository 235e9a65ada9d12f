//! Fully connected layer.

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor},
};
use layerwise_experiment::{Init, Shape, kind};
use rand_chacha::ChaCha8Rng;

use super::{
    closed::Closed,
    draws::Draws,
    dual::Dual,
    init::{parameter, weights},
    operation::{Build, Operation},
    torch::{Line, Stored, Torch, yes},
};

/// y = x·W + b.
#[derive(Module, Debug)]
pub struct Linear {
    /// `[inputs, outputs]`
    pub(crate) weight: Param<Tensor<2>>,
    /// `[outputs]`
    pub(crate) bias: Option<Param<Tensor<1>>>,
}

impl Linear {
    pub fn new(
        inputs: usize,
        outputs: usize,
        bias: bool,
        init: Init,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Self {
        let values = weights(init, inputs * outputs, inputs, outputs, rng);
        Self {
            weight: parameter(values, [inputs, outputs], device),
            bias: bias.then(|| parameter(vec![0.0; outputs], [outputs], device)),
        }
    }

    /// `[batch, inputs, 1, 1]` to `[batch, outputs, 1, 1]`.
    pub fn forward(&self, x: Dual) -> Dual {
        let weight = self.weight.val();
        let [_, outputs] = weight.dims();
        let mut y = x.linear(|x| {
            let [batch, inputs, _, _] = x.dims();
            x.reshape([batch, inputs])
                .matmul(weight.clone())
                .reshape([batch, outputs, 1, 1])
        });
        if let Some(bias) = &self.bias {
            y.value = y.value + bias.val().reshape([1, outputs, 1, 1]);
        }
        y
    }
}

impl Operation for Linear {
    fn apply(&self, x: Dual, _at: usize, _draws: Option<&mut Draws>) -> Dual {
        self.forward(x)
    }

    fn closed(&self) -> Option<&dyn Closed> {
        Some(self)
    }
}

impl Build for kind::Linear {
    type Layer = Linear;

    fn build(&self, input: Shape, rng: &mut ChaCha8Rng, device: &Device) -> Linear {
        Linear::new(input.len(), self.out, self.bias, self.init, rng, device)
    }
}

impl Torch for kind::Linear {
    fn lines(&self, input: Shape, _stored: Stored<'_>) -> Vec<Line> {
        let (inputs, out) = (input.len(), self.out);
        let bias = yes(self.bias);
        vec![Line::block(format!(
            "nn.Linear({inputs}, {out}, bias={bias})"
        ))]
    }
}
