//! The layers of Layerwise that read a person's files, alone, so that they compile in a minute
//! without Burn and egui, and what is tried on them.
#![allow(dead_code, unused_imports)]

#[path = "../../src/dataset/mod.rs"]
pub mod dataset;
#[path = "../../src/experiment/mod.rs"]
pub mod experiment;
#[path = "../../src/rng.rs"]
pub mod rng;
pub mod targets;
#[path = "../../src/words.rs"]
mod words;
