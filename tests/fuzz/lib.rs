//! What is tried on the layers of Layerwise that read a person's files. They know neither Burn nor
//! egui, and compile in a minute.

pub mod targets;

use layerwise_dataset as dataset;
use layerwise_experiment as experiment;
