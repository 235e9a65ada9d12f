//! The blocks in Burn, each written once over the dual value.
//!
//! Everything that flows has rank 4, `[batch, channels, height, width]`; a vector of d features
//! is `[batch, d, 1, 1]`.

mod activation;
mod conv;
mod draws;
mod dropout;
mod dual;
mod init;
mod layer;
mod linear;
mod norm;
mod pool;
mod residual;

pub use draws::Draws;
pub use dual::Dual;
pub use init::parameter;
pub use layer::Layer;
