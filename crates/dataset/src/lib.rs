//! The samples that an experiment learns from, on the host. Knows neither Burn nor egui.

mod augment;
mod batch;
mod dataset;
mod digits;
mod error;
pub mod export;
pub mod fetch;
mod files;
mod histogram;
mod images;
mod load;
mod mix;
mod normalize;
mod picture;
mod planar;
mod plane;
mod progress;
mod request;
mod rows;
mod samples;
mod shapes;
mod source;
mod split;
mod stream;
mod summary;
mod versions;

pub use batch::epoch_order;
pub use dataset::{Dataset, Source};
pub use error::Error;
pub use files::{ClassCount, Contents, Inspection, inspect, look};
pub use histogram::{Histogram, class_counts};
pub use images::Images;
pub use load::{load, load_now};
pub use mix::{Kind as MixKind, Mixing};
pub use normalize::Normalization;
pub use plane::Plane;
pub use progress::{Loading, Progress};
pub use request::Request;
pub use samples::Samples;
pub use source::{Column, ColumnKind, Format, Note, Part, Store, forget};
pub use stream::{HostBatch, Schedule, Stream};
pub use summary::{Summary, summarise};
pub use versions::{Version, Versions};

#[cfg(test)]
mod tests;
