//! Hyper-parameters that several kinds have: their ranges, usual values and descriptions.

use super::Init;
use crate::field::{Real, Whole};

/// Most features or channels a block may have.
pub const MAX_WIDTH: usize = 65_536;
/// Largest kernel, stride, padding or dilation, in pixels.
const MAX_KERNEL: usize = 64;

/// Numbers of features, channels, groups and heads.
pub const WIDTH: Whole = Whole::from_to(1, MAX_WIDTH);
/// Sides and distances in pixels or tokens.
pub const PIXELS: Whole = Whole::from_to(1, MAX_KERNEL);
/// Zeros added on every side, in pixels.
pub const PADDING: Whole = Whole::from_to(0, MAX_KERNEL);
/// Ratios of a hidden layer to what it receives.
pub const RATIO: Real = Real::above_zero_to(64.0);
/// What is added to a variance.
pub const EPS: Real = Real::from_to(1e-30, 1.0);

/// What serde takes where a file leaves a key out.
pub fn yes() -> bool {
    true
}

/// A stride or dilation.
pub fn one() -> usize {
    1
}

/// A hidden layer's ratio.
pub fn four() -> f64 {
    4.0
}

/// ε of normalisations, as PyTorch has it.
pub fn norm_eps() -> f64 {
    1e-5
}

/// ε of blocks on tokens, as the papers' code has it.
pub fn token_eps() -> f64 {
    1e-6
}

/// How blocks on tokens start.
pub fn xavier() -> Init {
    Init::XavierUniform
}

/// One setting, by the field of the kind that holds it; its key is the name of that field. Those
/// that several kinds have in the same sense are described here.
macro_rules! field {
    (bias) => {
        field!(flag bias, "Bias").hint("Adds a learnt number to each output")
    };
    (init) => {
        field!(choice init, "Initialisation", $crate::Init)
            .hint("How weights start; biases start at zero")
    };
    (eps) => {
        field!(real eps, "Epsilon", $crate::block::setting::EPS)
            .hint("Added to variances, so that nothing is divided by zero")
    };
    (mlp_ratio) => {
        field!(real mlp_ratio, "Hidden ratio", $crate::block::setting::RATIO)
            .hint("Width of the hidden layer relative to the features that it receives")
    };
    (dropout) => {
        field!(real dropout, "Dropout", $crate::field::Real::share())
            .hint("Probability that a value is set to zero while training")
    };
    (drop_path) => {
        field!(real drop_path, "Stochastic depth", $crate::field::Real::share())
            .hint("Probability that a sample skips the path beside the sum while training")
    };
    (channels) => {
        field!(whole out, "Channels", $crate::block::setting::WIDTH)
            .hint("Channels that it hands on")
    };
    (features) => {
        field!(whole out, "Features", $crate::block::setting::WIDTH)
            .hint("Features that it hands on")
    };
    (heads) => {
        field!(whole heads, "Heads", $crate::block::setting::WIDTH)
            .hint("Attention heads, which divide the features")
    };
    (kernel) => {
        field!(whole kernel, "Kernel", $crate::block::setting::PIXELS)
            .hint("Side of the window")
            .unit("pixels")
    };
    (odd_kernel) => {
        field!(whole kernel, "Kernel", $crate::block::setting::PIXELS.odd())
            .hint("Side of the window; the image is padded by half of it")
            .unit("pixels")
    };
    (stride) => {
        field!(whole stride, "Stride", $crate::block::setting::PIXELS)
            .hint("Distance from one window to the next")
            .unit("pixels")
    };
    (padding) => {
        field!(whole padding, "Padding", $crate::block::setting::PADDING)
            .hint("Zeros added on every side")
            .unit("pixels")
    };
    (shortcut) => {
        field!(choice shortcut, "Shortcut", $crate::Shortcut)
            .hint("What is added to the last convolution where the shapes differ")
    };
    (whole $name:ident, $title:literal, $range:expr) => {
        $crate::field::Field::whole(
            stringify!($name),
            $title,
            $range,
            |kind: &Self| kind.$name,
            |kind: &mut Self, value| kind.$name = value,
        )
    };
    (real $name:ident, $title:literal, $range:expr) => {
        $crate::field::Field::real(
            stringify!($name),
            $title,
            $range,
            |kind: &Self| kind.$name,
            |kind: &mut Self, value| kind.$name = value,
        )
    };
    (flag $name:ident, $title:literal) => {
        $crate::field::Field::flag(
            stringify!($name),
            $title,
            |kind: &Self| kind.$name,
            |kind: &mut Self, value| kind.$name = value,
        )
    };
    (choice $name:ident, $title:literal, $all:ty) => {
        $crate::field::Field::choice(
            stringify!($name),
            $title,
            <$all>::CHOICES,
            |kind: &Self| kind.$name.index(),
            |kind: &mut Self, at| kind.$name.pick(at),
        )
    };
}

pub(super) use field;
