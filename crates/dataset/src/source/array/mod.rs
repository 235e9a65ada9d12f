//! Data that lie in arrays: IDX, the binary CIFAR files and NumPy.

mod bytes;
pub(super) mod cifar;
pub(super) mod idx;
pub(super) mod in_file;
mod labels;
mod layout;
mod listing;
pub(super) mod npz;
mod number;
mod origin;
mod values;

use std::path::Path;

use super::raw::Format;
pub use bytes::LIMIT;

/// The format of a file or folder; none where it is not one of arrays. Reads a few KiB of each
/// file at most. A single NumPy array counts as [`Format::Npz`], whose reader tells what to do
/// with it.
pub fn recognise(path: &Path) -> Option<Format> {
    if npz::recognise(path) {
        Some(Format::Npz)
    } else if idx::recognise(path) {
        Some(Format::Idx)
    } else {
        cifar::recognise(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_files_are_not_recognised() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for other in [
            b"".as_slice(),
            b"\x1f\x8b",
            b"PK\x03\x04 and no more",
            b"x,y\n1,2\n",
            b"\0\0\0\x18ftypmp42",
            &[0; 3073 - 1],
            &[255; 3073],
        ] {
            std::fs::write(&path, other).unwrap();
            assert_eq!(recognise(&path), None, "{other:?}");
        }
        assert_eq!(recognise(folder.path()), None);
        assert_eq!(recognise(Path::new("absent")), None);
    }
}
