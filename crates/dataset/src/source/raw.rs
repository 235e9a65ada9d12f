//! Samples as they lie in a source, before anything is prepared.

use std::{path::PathBuf, sync::Arc};

use serde::Serialize;

use super::{array::in_file::InFile, table::column::Column};

/// What a source was recognised as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Images and labels in IDX files, the format of the MNIST family.
    Idx,
    /// The binary version of CIFAR-10.
    Cifar10,
    /// The binary version of CIFAR-100, which has fine and coarse labels.
    Cifar100,
    /// Image files in a folder for each class.
    Folder,
    /// Rows of values in a text file (CSV, TSV).
    Table,
    /// NumPy arrays `x` and `y` in an `.npz` file.
    Npz,
}

/// Where samples lie.
#[derive(Clone, Debug, PartialEq)]
pub enum Store {
    /// Pixels, sample after sample, channel by channel, row by row; 255 stands for 1.
    Bytes(Vec<u8>),
    /// Numbers, sample after sample, in the same order.
    Values(Vec<f32>),
    /// Bytes or numbers in a file of arrays, read when they are wanted.
    InFile(InFile),
    /// An image file for each sample, decoded when it is wanted.
    Files(Vec<PathBuf>),
}

impl Store {
    /// Whether samples are pixels from 0 to 255, in memory or in files.
    pub fn holds_pixels(&self) -> bool {
        match self {
            Self::Values(_) => false,
            Self::InFile(samples) => samples.holds_pixels(),
            Self::Bytes(_) | Self::Files(_) => true,
        }
    }
}

/// Samples with the class of each, from 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The samples.
    pub store: Store,
    /// Class of each sample, from 0.
    pub labels: Vec<u32>,
}

impl Part {
    /// Samples that several readers may look at.
    pub fn shared(store: Store, labels: Vec<u32>) -> Arc<Self> {
        Arc::new(Self { store, labels })
    }
}

/// Something in a source that is not used, or was replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// File, or row of a table.
    pub what: String,
    /// A phrase: why.
    pub why: String,
}

/// A source that could be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Raw {
    pub format: Format,
    /// Shape of every sample: channels, height, width; a vector of n values is `[n, 1, 1]` with
    /// `is_image` false. None for image files, which may differ in size.
    pub shape: Option<[usize; 3]>,
    pub is_image: bool,
    /// Name of each class.
    pub classes: Vec<String>,
    pub train: Arc<Part>,
    /// None where the source has no part for testing.
    pub test: Option<Arc<Part>>,
    pub notes: Vec<Note>,
    /// What the columns of a table were taken as; empty for other sources.
    pub columns: Vec<Column>,
}

impl Format {
    /// Name on the screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Idx => "IDX files, as of MNIST",
            Self::Cifar10 => "CIFAR-10, binary version",
            Self::Cifar100 => "CIFAR-100, binary version",
            Self::Folder => "Folders of image files",
            Self::Table => "Table",
            Self::Npz => "NumPy arrays",
        }
    }
}
