//! How large a table may be.

/// Most features that a table can have.
pub const MAX_FEATURES: usize = 65_536;
/// Most values, rows × features, that a table can have: 4 GiB of them.
pub const MAX_VALUES: usize = 1 << 30;
/// Most classes that a label column can have.
pub const MAX_CLASSES: usize = 1000;
