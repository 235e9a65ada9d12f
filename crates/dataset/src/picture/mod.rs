//! Image files, decoded and brought to one size.

pub mod decode;
pub mod fit;
pub mod planes;
