//! Panels around the tiles.

pub mod data;
pub mod log;
pub mod network;
pub mod settings;
pub mod transport;
