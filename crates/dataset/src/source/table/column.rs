//! What the columns of a table hold.

use serde::Serialize;

/// What a column was taken as.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// One feature. `missing` values are the mean; the others give `min`, `max` and `mean`.
    Numeric {
        min: f64,
        max: f64,
        mean: f64,
        missing: u64,
    },
    /// One feature for two categories, else one for each. The last category is "(missing)" where
    /// `missing` is above 0.
    Categorical {
        categories: Vec<String>,
        missing: u64,
    },
    Label,
    /// Not used: why.
    LeftOut(String),
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Column {
    /// Unlike the names of all other columns.
    pub name: String,
    pub kind: Kind,
}
