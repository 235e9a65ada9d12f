//! Pooling, and the vector of all values.

use burn::{
    module::Module,
    tensor::{
        Device, Int, Tensor,
        module::{avg_pool2d, max_pool2d, max_pool2d_with_indices},
        ops::{AvgPoolOptions, MaxPoolOptions},
    },
};
use layerwise_experiment::{Shape, kind};
use rand_chacha::ChaCha8Rng;

use super::{
    closed::Closed,
    conv::Window,
    draws::Draws,
    dual::Dual,
    operation::{Build, Operation},
    torch::{Line, Stored, Torch, list},
};

pub(crate) fn max_pool_options(window: Window) -> MaxPoolOptions<2> {
    MaxPoolOptions::new([window.kernel; 2])
        .with_stride([window.stride; 2])
        .with_padding([window.padding; 2])
}

/// Largest value of each window. The tangent is that of the largest value.
pub fn max_pool(window: Window, x: Dual) -> Dual {
    let options = max_pool_options(window);
    match x.tangent {
        None => Dual::plain(max_pool2d(x.value, options)),
        Some(tangent) => {
            let (value, indices) = max_pool2d_with_indices(x.value, options);
            Dual::along(value, pick(tangent, indices))
        }
    }
}

/// The values of each channel at `indices`, which count the pixels of an image row by row:
/// `[batch, channels, height, width]` to the shape of the indices.
pub(crate) fn pick(x: Tensor<4>, indices: Tensor<4, Int>) -> Tensor<4> {
    let [batch, channels, height, width] = x.dims();
    let shape = indices.dims();
    let [_, _, rows, columns] = shape;
    x.reshape([batch, channels, height * width])
        .gather(2, indices.reshape([batch, channels, rows * columns]))
        .reshape(shape)
}

/// Mean of each window, padding counted.
pub fn avg_pool(window: Window, x: Dual) -> Dual {
    let options = AvgPoolOptions::new([window.kernel; 2])
        .with_stride([window.stride; 2])
        .with_padding([window.padding; 2]);
    x.linear(|x| avg_pool2d(x, options.clone()))
}

/// Mean of each channel: `[batch, channels, height, width]` to `[batch, channels, 1, 1]`.
pub fn global_avg_pool(x: Dual) -> Dual {
    x.linear(|x| x.mean_dims(&[2, 3]))
}

/// All values of a sample as a vector.
pub(crate) fn flatten(x: Tensor<4>) -> Tensor<4> {
    let [batch, channels, height, width] = x.dims();
    x.reshape([batch, channels * height * width, 1, 1])
}

/// What becomes of the values of an image.
#[derive(Clone, Copy, Debug)]
pub enum Pool {
    /// Largest values of windows.
    Max(Window),
    /// Means of windows.
    Mean(Window),
    /// The mean of each channel.
    Whole,
    /// A vector of all of them.
    Vector,
}

/// The same as a layer.
#[derive(Module, Debug)]
pub struct Pooling {
    #[module(skip)]
    pub(crate) pool: Pool,
}

impl Operation for Pooling {
    fn apply(&self, x: Dual, _at: usize, _draws: Option<&mut Draws>) -> Dual {
        match self.pool {
            Pool::Max(window) => max_pool(window, x),
            Pool::Mean(window) => avg_pool(window, x),
            Pool::Whole => global_avg_pool(x),
            Pool::Vector => x.linear(flatten),
        }
    }

    fn closed(&self) -> Option<&dyn Closed> {
        Some(self)
    }
}

fn window(kernel: usize, stride: usize, padding: usize) -> Window {
    Window {
        kernel,
        stride,
        padding,
        dilation: 1,
    }
}

impl Build for kind::MaxPool {
    type Layer = Pooling;

    fn build(&self, _input: Shape, _rng: &mut ChaCha8Rng, _device: &Device) -> Pooling {
        Pooling {
            pool: Pool::Max(window(self.kernel, self.stride, self.padding)),
        }
    }
}

impl Torch for kind::MaxPool {
    fn lines(&self, _input: Shape, _stored: Stored<'_>) -> Vec<Line> {
        let numbers = list(&[self.kernel, self.stride, self.padding]);
        vec![Line::plain(format!("nn.MaxPool2d({numbers})"))]
    }
}

impl Build for kind::AvgPool {
    type Layer = Pooling;

    fn build(&self, _input: Shape, _rng: &mut ChaCha8Rng, _device: &Device) -> Pooling {
        Pooling {
            pool: Pool::Mean(window(self.kernel, self.stride, self.padding)),
        }
    }
}

impl Torch for kind::AvgPool {
    fn lines(&self, _input: Shape, _stored: Stored<'_>) -> Vec<Line> {
        let numbers = list(&[self.kernel, self.stride, self.padding]);
        vec![Line::plain(format!("nn.AvgPool2d({numbers})"))]
    }
}

impl Build for kind::GlobalAvgPool {
    type Layer = Pooling;

    fn build(&self, _input: Shape, _rng: &mut ChaCha8Rng, _device: &Device) -> Pooling {
        Pooling { pool: Pool::Whole }
    }
}

impl Torch for kind::GlobalAvgPool {
    fn lines(&self, _input: Shape, _stored: Stored<'_>) -> Vec<Line> {
        vec![
            Line::plain("nn.AdaptiveAvgPool2d(1)"),
            Line::plain("nn.Flatten()"),
        ]
    }
}

impl Build for kind::Flatten {
    type Layer = Pooling;

    fn build(&self, _input: Shape, _rng: &mut ChaCha8Rng, _device: &Device) -> Pooling {
        Pooling { pool: Pool::Vector }
    }
}

impl Torch for kind::Flatten {
    fn lines(&self, _input: Shape, _stored: Stored<'_>) -> Vec<Line> {
        vec![Line::plain("nn.Flatten()")]
    }
}
