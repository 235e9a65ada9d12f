//! The blocks in Burn, each written once over the dual value.
//!
//! Everything that flows has rank 4, `[batch, channels, height, width]`; a vector of d features
//! is `[batch, d, 1, 1]`, and a sequence of n tokens `[batch, d, n, 1]`.

mod activation;
mod attention;
mod conv;
mod conv_norm;
mod dense;
mod draws;
mod dropout;
mod dual;
mod init;
mod layer;
mod linear;
mod norm;
mod pool;
mod residual;
mod resize;
mod separable;
mod token;
mod transformer;

pub(crate) use activation::{Activation, gate, gelu_slope, normal_density, silu_slope, tanh_slope};
pub(crate) use conv::{Conv2d, Window};
pub(crate) use conv_norm::{ConvNorm, Size};
pub use draws::Draws;
pub use dual::Dual;
pub use init::parameter;
pub use layer::Layer;
pub(crate) use layer::{Fixed, Plain};
pub(crate) use linear::Linear;
pub(crate) use norm::{Affine, BatchNorm, GroupNorm, Standard};
pub(crate) use pool::{avg_pool, global_avg_pool, max_pool_options, pick};
pub(crate) use resize::{adaptive_avg_pool, bilinear};
