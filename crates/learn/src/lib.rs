//! Modules that learn locally, in Burn: their blocks, how they learn, what is measured of them, and
//! their weights. Starts no thread and knows no record of a run.

pub mod block;
pub mod local;
pub mod metric;
pub mod weights;
