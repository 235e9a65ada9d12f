//! Windows of Swin blocks.

use burn::{
    module::Module,
    tensor::{Device, Tensor, TensorData},
};
use layerwise_experiment::window_shift;

/// Windows of a Swin block.
#[derive(Module, Debug)]
pub(super) struct Windows {
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
    /// Of an image of this height and width.
    pub fn new(size: [usize; 2], side: usize, shift: bool, device: &Device) -> Self {
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
    pub fn split(&self, x: Tensor<4>) -> Tensor<4> {
        let [batch, features, height, width] = x.dims();
        let side = self.side;
        let (rows, columns) = (height / side, width / side);
        roll(x, self.shift)
            .reshape([batch, features, rows, side, columns, side])
            .permute([0, 2, 4, 3, 5, 1])
            .reshape([batch * rows * columns, 1, side * side, features])
    }

    /// Back from [`Self::split`].
    pub fn join(&self, x: Tensor<4>, [height, width]: [usize; 2]) -> Tensor<4> {
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

    /// For so many samples.
    pub fn mask_of(&self, batch: usize) -> Option<Tensor<4>> {
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
