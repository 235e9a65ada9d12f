//! Transformer blocks: encoder, Swin, MLP-Mixer and ConvNeXt.

use burn::{
    module::{Module, Param},
    tensor::{Device, Tensor, TensorData},
};
use layerwise_experiment::{Init, Shape, window_shift};
use rand_chacha::ChaCha8Rng;

use super::{
    attention::Attention,
    conv::{Conv2d, Window},
    dense::Mlp,
    draws::Draws,
    dropout::{drop_path, dropout},
    dual::Dual,
    init::parameter,
    norm::LayerNorm,
    token::{grid, rows},
};

/// What transformer blocks have in common.
#[derive(Clone, Copy)]
pub struct Recipe {
    /// Width of the hidden layer.
    pub hidden: usize,
    pub dropout: f64,
    pub drop_path: f64,
    pub eps: f64,
    pub init: Init,
}

/// Windows of a Swin block.
#[derive(Module, Debug)]
struct Windows {
    #[module(skip)]
    side: usize,
    /// Tokens by which the windows are shifted, down and right.
    #[module(skip)]
    shift: [usize; 2],
    /// Keeps apart what only the shift has brought together, `[windows, 1, tokens, tokens]`.
    mask: Option<Tensor<4>>,
}

/// A weight that attention before the softmax gets where tokens must not see each other.
const APART: f32 = -100.0;

impl Windows {
    fn new(size: [usize; 2], side: usize, shift: bool, device: &Device) -> Self {
        let shift = if shift {
            window_shift(size, side)
        } else {
            [0, 0]
        };
        let mask = (shift != [0, 0]).then(|| Self::mask(size, side, shift, device));
        Self { side, shift, mask }
    }

    /// Tokens see each other where no edge of the image lies between them.
    fn mask(
        [height, width]: [usize; 2],
        side: usize,
        [down, right]: [usize; 2],
        device: &Device,
    ) -> Tensor<4> {
        let part = |place: usize, shift: usize, size: usize| usize::from(place + shift >= size);
        let tokens = side * side;
        let regions: Vec<Vec<(usize, usize)>> = (0..height / side)
            .flat_map(|row| (0..width / side).map(move |column| (row * side, column * side)))
            .map(|(top, left)| {
                (0..tokens)
                    .map(|token| {
                        (
                            part(top + token / side, down, height),
                            part(left + token % side, right, width),
                        )
                    })
                    .collect()
            })
            .collect();
        let count = regions.len();
        let values: Vec<f32> = regions
            .iter()
            .flat_map(|window| {
                window.iter().flat_map(|one| {
                    window
                        .iter()
                        .map(move |other| if one == other { 0.0 } else { APART })
                })
            })
            .collect();
        Tensor::from_data(TensorData::new(values, [count, 1, tokens, tokens]), device)
    }

    /// `[batch, features, height, width]` to `[batch·windows, 1, side², features]`.
    fn split(&self, x: Tensor<4>) -> Tensor<4> {
        let [batch, features, height, width] = x.dims();
        let side = self.side;
        let (rows, columns) = (height / side, width / side);
        roll(x, self.shift)
            .reshape([batch, features, rows, side, columns, side])
            .permute([0, 2, 4, 3, 5, 1])
            .reshape([batch * rows * columns, 1, side * side, features])
    }

    /// Back from [`Self::split`].
    fn join(&self, x: Tensor<4>, [height, width]: [usize; 2]) -> Tensor<4> {
        let [groups, _, _, features] = x.dims();
        let side = self.side;
        let (rows, columns) = (height / side, width / side);
        let batch = groups / (rows * columns).max(1);
        let x = x
            .reshape([batch, rows, columns, side, side, features])
            .permute([0, 5, 1, 3, 2, 4])
            .reshape([batch, features, height, width]);
        // A full turn less the shift brings every token home.
        let [down, right] = self.shift;
        roll(x, [(height - down) % height, (width - right) % width])
    }

    fn mask_of(&self, batch: usize) -> Option<Tensor<4>> {
        self.mask.clone().map(|mask| mask.repeat_dim(0, batch))
    }
}

/// Moves an image up and left by so many pixels; what leaves comes in on the other side.
fn roll(x: Tensor<4>, [up, left]: [usize; 2]) -> Tensor<4> {
    let [_, _, height, width] = x.dims();
    let along = |x: Tensor<4>, dim: usize, by: usize, size: usize| {
        if by == 0 {
            return x;
        }
        let behind = x.clone().narrow(dim, by, size - by);
        Tensor::cat(vec![behind, x.narrow(dim, 0, by)], dim)
    };
    along(along(x, 2, up, height), 3, left, width)
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
    pub fn new(
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
    /// For tokens of shape `input`; the recipe's hidden width is that along the features.
    pub fn new(
        input: Shape,
        tokens_hidden: usize,
        recipe: Recipe,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Self {
        let features = input.features();
        let mut mlp =
            |inputs, hidden| Mlp::new(inputs, hidden, recipe.dropout, recipe.init, rng, device);
        Self {
            norm_1: LayerNorm::of_last(features, recipe.eps, device),
            tokens: mlp(input.tokens(), tokens_hidden),
            norm_2: LayerNorm::of_last(features, recipe.eps, device),
            channels: mlp(features, recipe.hidden),
            drop_path: recipe.drop_path,
        }
    }

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
    pub fn new(
        channels: usize,
        kernel: usize,
        layer_scale: f64,
        recipe: Recipe,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Self {
        let window = Window {
            kernel,
            stride: 1,
            padding: kernel / 2,
            dilation: 1,
        };
        let init = recipe.init;
        Self {
            depthwise: Conv2d::new(
                channels, channels, window, channels, true, init, rng, device,
            ),
            norm: LayerNorm::of_last(channels, recipe.eps, device),
            mlp: Mlp::new(channels, recipe.hidden, 0.0, init, rng, device),
            scale: parameter(vec![layer_scale; channels], [channels], device),
            drop_path: recipe.drop_path,
        }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    /// Two windows beside each other, of which each covers the height.
    #[test]
    fn windows_are_not_shifted_along_a_side_that_one_covers() {
        let device = Device::flex();
        let windows = Windows::new([2, 4], 2, true, &device);
        assert_eq!(windows.shift, [0, 1]);
        // 0 1 2 3
        // 4 5 6 7
        let image = Tensor::<1>::from_floats([0., 1., 2., 3., 4., 5., 6., 7.], &device);
        let image: Tensor<4> = image.reshape([1, 1, 2, 4]);
        let split = windows.split(image.clone());
        let values = |x: Tensor<4>| x.into_data().iter::<f32>().collect::<Vec<_>>();
        assert_eq!(values(split.clone()), [1., 2., 5., 6., 3., 0., 7., 4.]);
        assert_eq!(values(windows.join(split, [2, 4])), values(image));
        // The edge lies between 3 and 0, and between 7 and 4.
        let apart = [
            [0., APART, 0., APART],
            [APART, 0., APART, 0.],
            [0., APART, 0., APART],
            [APART, 0., APART, 0.],
        ];
        let mask = windows.mask_of(1).unwrap();
        assert_eq!(mask.dims(), [2, 1, 4, 4]);
        assert_eq!(
            values(mask),
            [[0.; 16].as_slice(), apart.as_flattened()].concat()
        );

        let turned = Windows::new([4, 2], 2, true, &device);
        assert_eq!(turned.shift, [1, 0]);
        assert_eq!(Windows::new([4, 4], 2, true, &device).shift, [1, 1]);
        assert!(Windows::new([2, 2], 2, true, &device).mask.is_none());
        assert!(Windows::new([4, 4], 2, false, &device).mask.is_none());
    }
}
