//! What each layer of a module saw on the way forward.

use burn::{optim::GradientsParams, tensor::Tensor};

use super::{activation, conv, linear, norm, pool, rows, vectors};
use crate::{
    block::{BatchNorm, Draws, Dual, Fixed, GroupNorm, Layer, Plain},
    local::rows::Rows,
};

/// A layer with what it saw.
#[expect(
    clippy::large_enum_variant,
    reason = "a module has few layers, and they live for one step"
)]
pub enum Seen<'a> {
    Linear(linear::Seen<'a>),
    Conv(conv::Seen<'a>),
    Norm(norm::Seen<'a>),
    Activation(activation::Seen),
    Pool(pool::Seen),
    /// Shape of the images.
    GlobalAvgPool([usize; 4]),
    /// Shape of what came in.
    Flatten([usize; 4]),
    /// The mask, unless nothing is dropped.
    Dropout(Option<Tensor<4>>),
}

/// Whether there are formulas for a layer.
pub fn has_closed_form(layer: &Layer) -> bool {
    matches!(
        layer,
        Layer::Linear(_)
            | Layer::Conv2d(_)
            | Layer::BatchNorm(_)
            | Layer::LayerNorm(_)
            | Layer::GroupNorm(_)
            | Layer::Plain(_)
    )
}

impl<'a> Seen<'a> {
    /// The output of a layer, `at` its place in the module, for an input. None for a layer
    /// without a closed form.
    pub fn forward(
        layer: &'a Layer,
        x: Tensor<4>,
        at: usize,
        draws: &mut Draws,
    ) -> Option<(Self, Tensor<4>)> {
        let shape = x.dims();
        let place = (at, 0);
        let of_norm = |(seen, y)| (Self::Norm(seen), y);
        Some(match layer {
            Layer::Linear(layer) => {
                let (seen, y) = linear::Seen::forward(&layer.weight, layer.bias.as_ref(), rows(x));
                (Self::Linear(seen), vectors(y))
            }
            Layer::Conv2d(layer) => {
                let (seen, y) = conv::Seen::forward(layer, x);
                (Self::Conv(seen), y)
            }
            Layer::BatchNorm(layer) => {
                let standard = layer.standard(Dual::plain(x), place, draws);
                of_norm(norm::Seen::forward(
                    &layer.affine,
                    standard,
                    &BatchNorm::DIMS,
                    shape,
                ))
            }
            Layer::LayerNorm(layer) => {
                let standard = layer.standard(Dual::plain(x));
                of_norm(norm::Seen::forward(
                    &layer.affine,
                    standard,
                    &layer.dims,
                    shape,
                ))
            }
            Layer::GroupNorm(layer) => {
                let standard = layer.standard(Dual::plain(x));
                of_norm(norm::Seen::forward(
                    &layer.affine,
                    standard,
                    &GroupNorm::DIMS,
                    shape,
                ))
            }
            Layer::Plain(Plain { layer: fixed }) => match *fixed {
                Fixed::Activation(activation) => {
                    let (seen, y) = activation::Seen::forward(activation, x);
                    (Self::Activation(seen), y)
                }
                Fixed::MaxPool(window) => {
                    let (seen, y) = pool::Seen::of_max(window, x);
                    (Self::Pool(seen), y)
                }
                Fixed::AvgPool(window) => {
                    let (seen, y) = pool::Seen::of_mean(window, x);
                    (Self::Pool(seen), y)
                }
                Fixed::GlobalAvgPool => (Self::GlobalAvgPool(shape), x.mean_dims(&[2, 3])),
                Fixed::Flatten => (Self::Flatten(shape), flattened(x)),
                Fixed::Dropout(_) => {
                    let y = layer.forward(Dual::plain(x), at, Some(&mut *draws)).value;
                    (Self::Dropout(draws.mask(place).cloned()), y)
                }
            },
            _ => return None,
        })
    }

    /// Whether the layer holds parameters.
    pub fn learns(&self) -> bool {
        matches!(self, Self::Linear(_) | Self::Conv(_) | Self::Norm(_))
    }

    /// The tangent of the output for that of the input, which the layer keeps as far as its way
    /// back needs it.
    pub fn along(&mut self, tangent: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Linear(seen) => vectors(seen.along(rows(tangent))),
            Self::Conv(seen) => seen.along(tangent),
            Self::Norm(seen) => seen.along(tangent),
            Self::Activation(seen) => seen.along(tangent),
            Self::Pool(seen) => seen.along(tangent),
            Self::GlobalAvgPool(_) => tangent.mean_dims(&[2, 3]),
            Self::Flatten(_) => flattened(tangent),
            Self::Dropout(mask) => masked(tangent, mask.as_ref()),
        }
    }

    /// Leaves the gradients of the layer's parameters in `into`, for errors at its output.
    pub fn learn(&self, errors: &Dual, into: &mut GradientsParams) {
        match self {
            Self::Linear(seen) => seen.learn(&Rows::of(errors.clone()), into),
            Self::Conv(seen) => seen.learn(errors, into),
            Self::Norm(seen) => seen.learn(errors, into),
            Self::Activation(_)
            | Self::Pool(_)
            | Self::GlobalAvgPool(_)
            | Self::Flatten(_)
            | Self::Dropout(_) => {}
        }
    }

    /// The errors at the input for those at the output.
    pub fn reverse(&self, errors: Dual) -> Dual {
        match self {
            Self::Linear(seen) => {
                let Rows { value, tangent } = seen.reverse(Rows::of(errors));
                Dual {
                    value: vectors(value),
                    tangent: tangent.map(vectors),
                }
            }
            Self::Conv(seen) => seen.reverse(errors),
            Self::Norm(seen) => seen.reverse(errors),
            Self::Activation(seen) => seen.reverse(errors),
            Self::Pool(seen) => seen.reverse(errors),
            Self::GlobalAvgPool(shape) => {
                let [_, _, height, width] = *shape;
                let pixels = (height * width) as f64;
                errors.linear(|errors| (errors / pixels).expand(*shape))
            }
            Self::Flatten(shape) => errors.linear(|errors| errors.reshape(*shape)),
            Self::Dropout(mask) => errors.linear(|errors| masked(errors, mask.as_ref())),
        }
    }
}

/// All values of a sample as a vector.
fn flattened(x: Tensor<4>) -> Tensor<4> {
    vectors(rows(x))
}

fn masked(x: Tensor<4>, mask: Option<&Tensor<4>>) -> Tensor<4> {
    match mask {
        Some(mask) => x * mask.clone(),
        None => x,
    }
}
