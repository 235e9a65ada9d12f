//! What a person may say about a table.

/// What a person may say about a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Name of the label column, or its number from 1. None: the first of label, class, target, y
    /// (but not beside a column x), labels, classes, targets, species, category, digit, outcome and diagnosis that names just
    /// one column, in any case; else the last column.
    pub label: Option<String>,
    /// Whether the table has a header. None: it has one if a column has text over numbers in the
    /// first rows, or if no column is numeric and the header's cells are all different and never
    /// come again below while others do.
    pub header: Option<bool>,
}
