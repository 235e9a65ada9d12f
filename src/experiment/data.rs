//! Which data an experiment learns from.

use serde::{Deserialize, Serialize};

use super::shape::Shape;

/// The built-in sets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataKind {
    /// Two interleaved spirals in the plane.
    Spirals,
    /// Two interleaved half circles in the plane.
    Moons,
    /// One circle inside another.
    Circles,
    /// Gaussian clouds in the plane.
    Blobs,
    /// A checkerboard of two classes.
    Checkerboard,
    /// 1,797 handwritten digits of 8×8 pixels (UCI; Alpaydin & Kaynak 1998).
    #[default]
    Digits,
    /// Drawn RGB images of shapes.
    Shapes,
}

impl DataKind {
    /// Every set, in the order shown to a person.
    pub const ALL: [Self; 7] = [
        Self::Spirals,
        Self::Moons,
        Self::Circles,
        Self::Blobs,
        Self::Checkerboard,
        Self::Digits,
        Self::Shapes,
    ];

    /// Name on the screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Spirals => "Two spirals",
            Self::Moons => "Moons",
            Self::Circles => "Circles",
            Self::Blobs => "Gaussian blobs",
            Self::Checkerboard => "Checkerboard",
            Self::Digits => "Digits",
            Self::Shapes => "Shapes",
        }
    }

    /// Whether samples are points in the plane, so that decision regions can be drawn.
    pub fn is_planar(self) -> bool {
        !matches!(self, Self::Digits | Self::Shapes)
    }
}

/// The data of an experiment. Keys that a set does not use are ignored by it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Data {
    pub kind: DataKind,
    /// Share of the samples kept for testing.
    pub test_fraction: f64,
    /// Number of samples drawn, training and test together. `digits` has 1,797.
    pub samples: usize,
    /// Standard deviation of the noise, relative to the set's size of about 1 (`shapes`: of the
    /// pixel values in [0, 1]).
    pub noise: f64,
    /// Number of classes of `blobs`.
    pub classes: usize,
    /// Number of classes of `shapes`: up to 10 shapes, up to 100 in ten colours, up to 1000 on ten
    /// backgrounds.
    pub shape_classes: usize,
    /// Side of the images of `shapes`, in pixels.
    pub size: usize,
}

impl Default for Data {
    fn default() -> Self {
        Self {
            kind: DataKind::default(),
            test_fraction: 0.2,
            samples: 2000,
            noise: 0.05,
            classes: 4,
            shape_classes: 10,
            size: 32,
        }
    }
}

/// Most values a set may hold, over all samples: 1 GiB of `f32`.
const MAX_VALUES: usize = 1 << 28;

impl Data {
    /// Shape of one sample.
    pub fn shape(&self) -> Shape {
        match self.kind {
            DataKind::Digits => Shape::Image([1, 8, 8]),
            DataKind::Shapes => Shape::Image([3, self.size, self.size]),
            _ => Shape::Flat(2),
        }
    }

    /// Number of classes.
    pub fn class_count(&self) -> usize {
        match self.kind {
            DataKind::Digits => 10,
            DataKind::Shapes => self.shape_classes,
            DataKind::Blobs => self.classes,
            _ => 2,
        }
    }

    /// Number of samples, training and test together.
    pub fn sample_count(&self) -> usize {
        match self.kind {
            DataKind::Digits => 1797,
            _ => self.samples,
        }
    }

    /// Most samples of this set: a million, or what fits into 1 GiB.
    pub fn max_samples(&self) -> usize {
        (MAX_VALUES / self.shape().len().max(1)).min(1_000_000)
    }

    /// Number of samples kept for testing: the share of all, rounded up.
    pub fn test_count(&self) -> usize {
        (self.sample_count() as f64 * self.test_fraction).ceil() as usize
    }

    /// Number of samples to train on.
    pub fn train_count(&self) -> usize {
        self.sample_count().saturating_sub(self.test_count())
    }
}
