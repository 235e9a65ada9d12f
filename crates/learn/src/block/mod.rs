//! The blocks in Burn, each written once over the dual value.
//!
//! Everything that flows has rank 4, `[batch, channels, height, width]`; a vector of d features
//! is `[batch, d, 1, 1]`, and a sequence of n tokens `[batch, d, n, 1]`.

mod activation;
mod attention;
mod batch_norm;
mod closed;
mod conv;
mod conv_next;
mod conv_norm;
mod dense;
mod draws;
mod dropout;
mod dual;
mod group_norm;
mod init;
mod layer;
mod layer_norm;
mod layout;
mod linear;
mod mixer;
mod norm;
mod operation;
mod patch_embedding;
mod patch_merging;
mod pool;
mod position_embedding;
mod residual;
mod resize;
mod separable;
mod token;
mod torch;
mod transformer;
mod windows;

pub(crate) use activation::{
    Activated, Activation, gate, gelu_slope, normal_density, silu_slope, tanh_slope,
};
pub(crate) use batch_norm::BatchNorm;
pub(crate) use closed::{Closed, Seen};
pub(crate) use conv::{Conv2d, Window};
pub(crate) use conv_norm::{ConvNorm, Size};
pub use draws::Draws;
pub(crate) use draws::Place;
pub(crate) use dropout::Dropout;
pub use dual::Dual;
pub(crate) use group_norm::GroupNorm;
pub use init::parameter;
pub use layer::Layer;
pub(crate) use layer::{layout, torch};
pub(crate) use layer_norm::LayerNorm;
pub(crate) use layout::Layout;
pub(crate) use linear::Linear;
pub(crate) use norm::{Affine, Standard};
pub(crate) use operation::Operation;
pub(crate) use pool::{Pool, Pooling, avg_pool, flatten, global_avg_pool, max_pool_options, pick};
pub(crate) use resize::{adaptive_avg_pool, bilinear};
pub(crate) use torch::{Class, Name, list, number, yes};
