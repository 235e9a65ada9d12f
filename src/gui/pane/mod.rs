//! Panels around the tiles.

pub mod network;
