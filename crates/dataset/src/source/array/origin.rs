//! Where an array lies in a file.

use std::path::PathBuf;

/// Bytes up to which samples are held in memory although they could stay in their file: 1 GiB.
pub const HELD: u64 = 1 << 30;

/// Where the bytes of an array lie in a file, as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub path: PathBuf,
    /// Byte of the file at which they begin, and the one before which they end.
    pub start: u64,
    pub end: u64,
    /// Bytes up to which samples are held in memory.
    pub held: u64,
}
