//! What the columns of a table hold.

use serde::Serialize;

/// What a column was taken as.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// One feature. `missing` values are the mean; the others give `min`, `max` and `mean`.
    Numeric {
        /// The lowest value.
        min: f64,
        /// The highest value.
        max: f64,
        /// What missing values are replaced with.
        mean: f64,
        /// Number of missing values.
        missing: u64,
    },
    /// One feature for two categories, else one for each. The last category is "(missing)" where
    /// `missing` is above 0.
    Categorical {
        /// Each different text, sorted.
        categories: Vec<String>,
        /// Number of missing values.
        missing: u64,
    },
    /// The class of each row.
    Label,
    /// Not used: why.
    LeftOut(String),
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Column {
    /// Unlike the names of all other columns.
    pub name: String,
    /// What it was taken as.
    pub kind: Kind,
}
