//! Which data an experiment learns from.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize};

use super::{
    field::{Choice, Field, Fields, Real, Whole, choices},
    shape::Shape,
};

/// The built-in sets, and the person's own files.
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
    /// What lies at `data.path`.
    Files,
}

/// What is known of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AboutData {
    /// Its key and its name on the screen.
    pub choice: Choice,
    /// Whether its samples are drawn, as many and as noisy as a person wants.
    pub is_drawn: bool,
}

choices! { DataKind is AboutData {
    Spirals {
        choice: Choice::new("spirals", "Two spirals").hint("Two interleaved spirals in the plane"),
        is_drawn: true,
    }
    Moons {
        choice: Choice::new("moons", "Moons").hint("Two interleaved half circles in the plane"),
        is_drawn: true,
    }
    Circles {
        choice: Choice::new("circles", "Circles").hint("One circle inside another"),
        is_drawn: true,
    }
    Blobs {
        choice: Choice::new("blobs", "Gaussian blobs").hint("Gaussian clouds in the plane"),
        is_drawn: true,
    }
    Checkerboard {
        choice: Choice::new("checkerboard", "Checkerboard").hint("A checkerboard of two classes"),
        is_drawn: true,
    }
    Digits {
        choice: Choice::new("digits", "Digits").hint("1,797 handwritten digits of 8×8 pixels"),
        is_drawn: false,
    }
    Shapes {
        choice: Choice::new("shapes", "Shapes").hint("Drawn RGB images of shapes"),
        is_drawn: true,
    }
    Files {
        choice: Choice::new("files", "Files")
            .hint("What lies at data.path, which sets this when it is set by --set"),
        is_drawn: false,
    }
} }

/// What files hold, looked up when they were chosen, so that a network can be checked without
/// them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// Shape of a sample; none of image files, which are brought to `data.size`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<Shape>,
    /// Samples to train on; all samples where `test` is 0.
    pub train: usize,
    /// Samples of the part for testing, 0 where there is none.
    pub test: usize,
    /// Name of each class.
    pub classes: Vec<String>,
}

/// The data of an experiment. Keys that a set does not use are ignored by it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Data {
    /// Which set.
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
    /// Side of the images of `shapes` and of image files, in pixels.
    pub size: usize,
    /// File or folder of `files`; a relative path starts at the working directory.
    #[serde(skip_serializing_if = "is_empty", deserialize_with = "path")]
    pub path: PathBuf,
    /// Column of a table with the classes, by name or by number from 1; recognised where empty.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "word")]
    pub label: String,
    /// Whether the first row of a table names its columns; recognised where not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<bool>,
    /// Channels, height and width of the image that each row of a table or vector of an array is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<[usize; 3]>,
    /// Channels of image files: 3, or 1 for shades of grey.
    #[serde(skip_serializing_if = "is_colour")]
    pub channels: usize,
    /// Whether classes are CIFAR-100's 20 coarse ones.
    #[serde(skip_serializing_if = "is_false")]
    pub coarse: bool,
    /// Names of the classes to take; all where empty.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "words")]
    pub only: Vec<String>,
    /// Most samples of each class in each part, the first ones; 0 for all.
    #[serde(skip_serializing_if = "is_zero")]
    pub per_class: usize,
    /// What the files hold; none before they were looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<Found>,
}

/// A word, for which a whole number stands too.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a text")]
enum Word {
    Text(String),
    Number(i64),
}

impl From<Word> for String {
    fn from(word: Word) -> Self {
        match word {
            Word::Text(text) => text,
            Word::Number(number) => number.to_string(),
        }
    }
}

fn word<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Word::deserialize(from).map(String::from)
}

fn words<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let words = Vec::<Word>::deserialize(from)?;
    Ok(words.into_iter().map(String::from).collect())
}

fn path<'de, D: Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
    word(from).map(PathBuf::from)
}

fn is_empty(path: &Path) -> bool {
    path.as_os_str().is_empty()
}

fn is_colour(channels: &usize) -> bool {
    *channels == COLOUR
}

fn is_false(flag: &bool) -> bool {
    !flag
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// Red, green and blue.
const COLOUR: usize = 3;

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
            path: PathBuf::new(),
            label: String::new(),
            header: None,
            image: None,
            channels: COLOUR,
            coarse: false,
            only: Vec::new(),
            per_class: 0,
            found: None,
        }
    }
}

/// Most classes: the geometry of all pairs of their means is measured.
pub const MAX_CLASSES: usize = 2_000;

/// Most bytes of the samples of one part that are kept as numbers on the device; larger parts are
/// read while training.
pub const RESIDENT_BYTES: usize = 256 << 20;

/// Most values a set may hold, over all samples: 1 GiB of `f32`.
const MAX_VALUES: usize = 1 << 28;

/// Most samples that are drawn.
const MAX_SAMPLES: usize = 1_000_000;

impl Fields for Data {
    const FIELDS: &'static [Field<Self>] = &[
        Field::<Self>::choice(
            "kind",
            "Data",
            DataKind::CHOICES,
            |data| data.kind.index(),
            |data, at| data.kind.pick(at),
        )
        .hint("Which set"),
        Field::<Self>::real(
            "test_fraction",
            "Test share (%)",
            Self::TEST_FRACTION,
            |data| data.test_fraction,
            |data, share| data.test_fraction = share,
        )
        .hint("Kept for testing"),
        Field::<Self>::whole(
            "samples",
            "Samples",
            Whole::from_to(20, MAX_SAMPLES),
            |data| data.samples,
            |data, samples| data.samples = samples,
        )
        .hint("Training and test together; of images as many as fit into 1 GiB")
        .narrowed(|data, range| {
            if data.kind == DataKind::Files {
                Whole::any()
            } else {
                range.at_most(data.max_samples())
            }
        })
        .shown(
            |data| data.kind.about().is_drawn,
            "all but digits and files",
        ),
        Field::<Self>::real(
            "noise",
            "Noise",
            Real::from_to(0.0, 10.0),
            |data| data.noise,
            |data, noise| data.noise = noise,
        )
        .hint("Standard deviation")
        .shown(
            |data| data.kind.about().is_drawn,
            "all but digits and files",
        ),
        Field::<Self>::whole(
            "classes",
            "Classes",
            Whole::from_to(2, 10),
            |data| data.classes,
            |data, classes| data.classes = classes,
        )
        .hint("Number of clouds")
        .shown(|data| data.kind == DataKind::Blobs, "blobs"),
        Field::<Self>::whole(
            "shape_classes",
            "Classes",
            Whole::from_to(2, 1000),
            |data| data.shape_classes,
            |data, classes| data.shape_classes = classes,
        )
        .hint("Up to 10 shapes, up to 100 in ten colours, up to 1000 on ten backgrounds")
        .shown(|data| data.kind == DataKind::Shapes, "shapes"),
        Field::<Self>::whole(
            "size",
            "Size",
            Whole::from_to(16, 512),
            |data| data.size,
            |data, size| data.size = size,
        )
        .hint("Side of an image, to which image files are brought, in pixels")
        .unit("pixels")
        .shown(
            |data| matches!(data.shape(), Shape::Image([_, side, _]) if side == data.size),
            "shapes, image files",
        ),
        Field::<Self>::written("path", "Path", "a file or folder")
            .hint("Where the files lie; a relative path starts at the working directory")
            .left_out("none")
            .shown(|data| data.kind == DataKind::Files, "files"),
        Field::<Self>::written("label", "Class column", "a name, or a number from 1")
            .hint("Column of a table with the classes")
            .left_out("recognised")
            .shown(|data| data.kind == DataKind::Files, "files"),
        Field::<Self>::written("header", "First row", "true or false")
            .hint("Whether the first row of a table names its columns")
            .left_out("recognised")
            .shown(|data| data.kind == DataKind::Files, "files"),
        Field::<Self>::written(
            "image",
            "Sample",
            "[channels, height, width], each at least 1",
        )
        .hint("The image that each row of a table or vector of an array is")
        .left_out("a vector")
        .shown(|data| data.kind == DataKind::Files, "files"),
        Field::<Self>::choice(
            "channels",
            "Colours",
            &[
                Choice::new("3", "Red, green, blue"),
                Choice::new("1", "Grey"),
            ],
            |data| usize::from(data.channels != COLOUR),
            |data, at| data.channels = if at == 0 { COLOUR } else { 1 },
        )
        .hint("Channels of image files")
        .shown(|data| data.kind == DataKind::Files, "files"),
        Field::<Self>::flag(
            "coarse",
            "Labels",
            |data| data.coarse,
            |data, coarse| data.coarse = coarse,
        )
        .beside("20 coarse ones")
        .hint("Whether classes are CIFAR-100's 20 coarse ones")
        .shown(|data| data.kind == DataKind::Files, "files"),
        Field::<Self>::written("only", "Classes", "a list of names")
            .hint("The classes to take")
            .left_out("all")
            .shown(|data| data.kind == DataKind::Files, "files"),
        Field::<Self>::whole(
            "per_class",
            "Per class",
            Whole::any(),
            |data| data.per_class,
            |data, samples| data.per_class = samples,
        )
        .hint("Most samples of each class in each part, the first ones; 0 for all")
        .unit("samples")
        .shown(|data| data.kind == DataKind::Files, "files"),
        Field::<Self>::written("found", "Found", "shape, train, test and classes")
            .hint("What the files hold, which Layerwise finds and writes itself")
            .left_out("none")
            .shown(|data| data.kind == DataKind::Files, "files"),
    ];
}

impl Data {
    /// What the share of samples kept for testing may be.
    pub const TEST_FRACTION: Real = Real::above_zero_to(0.9);

    /// Shape of one sample; an empty vector where files were not looked at yet.
    pub fn shape(&self) -> Shape {
        match self.kind {
            DataKind::Files => match &self.found {
                Some(found) => {
                    found
                        .shape
                        .unwrap_or(Shape::Image([self.channels, self.size, self.size]))
                }
                None => Shape::Flat(0),
            },
            DataKind::Digits => Shape::Image([1, 8, 8]),
            DataKind::Shapes => Shape::Image([3, self.size, self.size]),
            DataKind::Spirals
            | DataKind::Moons
            | DataKind::Circles
            | DataKind::Blobs
            | DataKind::Checkerboard => Shape::Flat(2),
        }
    }

    /// What files hold, where they are the data and were looked at.
    pub fn found(&self) -> Option<&Found> {
        self.found.as_ref().filter(|_| self.kind == DataKind::Files)
    }

    /// Whether the shape of a sample is known, as it is but for files that nobody looked at.
    pub fn is_known(&self) -> bool {
        self.kind != DataKind::Files || self.found.is_some()
    }

    /// Whether samples are points in the plane, so that decision regions can be drawn.
    pub fn is_planar(&self) -> bool {
        self.shape() == Shape::Flat(2)
    }

    /// Number of classes.
    pub fn class_count(&self) -> usize {
        match self.kind {
            DataKind::Files => self.found().map_or(0, |found| found.classes.len()),
            DataKind::Digits => 10,
            DataKind::Shapes => self.shape_classes,
            DataKind::Blobs => self.classes,
            DataKind::Spirals | DataKind::Moons | DataKind::Circles | DataKind::Checkerboard => 2,
        }
    }

    /// Number of samples, training and test together.
    pub fn sample_count(&self) -> usize {
        match self.kind {
            DataKind::Digits => 1797,
            DataKind::Files => self
                .found()
                .map_or(0, |found| found.train.saturating_add(found.test)),
            DataKind::Spirals
            | DataKind::Moons
            | DataKind::Circles
            | DataKind::Blobs
            | DataKind::Checkerboard
            | DataKind::Shapes => self.samples,
        }
    }

    /// Most samples of this set: a million, or what fits into 1 GiB.
    pub fn max_samples(&self) -> usize {
        (MAX_VALUES / self.shape().len().max(1)).min(MAX_SAMPLES)
    }

    /// Number of samples kept for testing: those of the part for it, or else the share of all,
    /// rounded up.
    pub fn test_count(&self) -> usize {
        if let Some(found) = self.found()
            && found.test > 0
        {
            return found.test;
        }
        (self.sample_count() as f64 * self.test_fraction).ceil() as usize
    }

    /// Number of samples to train on.
    pub fn train_count(&self) -> usize {
        self.sample_count().saturating_sub(self.test_count())
    }
}
