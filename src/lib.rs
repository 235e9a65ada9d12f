//! Layerwise: a desktop studio for local learning. The window and the command line; what they work
//! on lies in crates of its own, each of which knows only those before it:
//!
//! 1. `layerwise-experiment`: what a person assembles,
//! 2. `layerwise-dataset`: the samples, on the host,
//! 3. `layerwise-study`: what is known of runs,
//! 4. `layerwise-learn`: blocks, local learning and weights, in Burn,
//! 5. `layerwise-run`: the trainer on its own thread.

pub mod cli;
pub mod gui;
