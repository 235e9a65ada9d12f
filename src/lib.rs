//! Layerwise: a desktop studio for local learning.
//!
//! One direction of flow: [`experiment`] → trainer → events → window and command line.

pub mod block;
pub mod cli;
pub mod dataset;
pub mod experiment;
pub mod gui;
pub mod local;
pub mod metric;
pub mod rng;
pub mod run;
pub mod weights;
mod words;
