//! Panels around the tiles.

pub mod data;
pub mod field;
pub mod log;
pub mod loss;
pub mod network;
mod normalised;
pub mod pace;
pub mod prepare;
pub mod settings;
pub mod transport;
mod weights;
