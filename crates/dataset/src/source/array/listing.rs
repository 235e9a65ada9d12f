//! The files of a folder, and what their names tell.

use std::path::{Path, PathBuf};

/// Files that a folder may hold to be read as a data set of a few files.
pub const MOST_FILES: usize = 256;

/// Which part a file belongs to by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Train,
    Test,
    Unknown,
}

const TRAIN: [&str; 3] = ["training", "train", "trn"];
const TEST: [&str; 3] = ["testing", "test", "t10k"];
const CONTENT: [&str; 4] = ["images", "image", "labels", "label"];
const TYPE: [&str; 9] = [
    "ubyte", "byte", "short", "int", "float", "double", "idx", "bin", "gz",
];

/// The files in a folder, in the order of their names, without hidden ones and what lies in
/// folders.
///
/// # Errors
/// Where the folder cannot be read or holds more than [`MOST_FILES`].
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let error = |error| format!("{} cannot be read: {error}", folder.display());
    let mut files = Vec::new();
    for entry in folder.read_dir().map_err(error)? {
        let entry = entry.map_err(error)?;
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        // What a link leads to counts, and a device or pipe would never end.
        if hidden || !entry.path().is_file() {
            continue;
        }
        if files.len() == MOST_FILES {
            return Err(format!(
                "{} holds more than {MOST_FILES} files: put the files of the data set into a folder of their own",
                folder.display()
            ));
        }
        files.push(entry.path());
    }
    files.sort();
    Ok(files)
}

/// What a file's name tells: its part, and the words that name the data set.
pub fn words(name: &str) -> (Role, Vec<String>) {
    let mut role = Role::Unknown;
    let mut words = Vec::new();
    for token in name
        .to_lowercase()
        .split(|letter: char| !letter.is_alphanumeric())
    {
        let mut rest = token;
        for (prefixes, meaning) in [(TRAIN, Role::Train), (TEST, Role::Test)] {
            if let Some(after) = prefixes.iter().find_map(|start| rest.strip_prefix(start)) {
                role = meaning;
                rest = after;
            }
        }
        rest = CONTENT
            .iter()
            .find_map(|start| rest.strip_prefix(start))
            .unwrap_or(rest);
        let kind = rest.trim_end_matches(|letter: char| letter.is_ascii_digit());
        if !rest.is_empty() && !TYPE.contains(&kind) {
            words.push(rest.to_owned());
        }
    }
    (role, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_part_and_data_set() {
        for (name, role, rest) in [
            ("train-images-idx3-ubyte.gz", Role::Train, ""),
            ("t10k-labels-idx1-ubyte", Role::Test, ""),
            ("train-images.idx3-ubyte", Role::Train, ""),
            (
                "emnist-letters-train-images-idx3-ubyte.gz",
                Role::Train,
                "emnist letters",
            ),
            ("qmnist-test-labels-idx2-int.gz", Role::Test, "qmnist"),
            ("TrainingImages.idx", Role::Train, ""),
            ("latest-images.idx", Role::Unknown, "latest"),
            ("data_batch_1.bin", Role::Unknown, "data batch 1"),
            ("test_batch.bin", Role::Test, "batch"),
        ] {
            let (found, words) = super::words(name);
            assert_eq!((found, words.join(" ").as_str()), (role, rest), "{name}");
        }
    }

    #[test]
    fn only_visible_files_are_listed() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b", "a", ".c"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        std::fs::create_dir(folder.path().join("d")).unwrap();
        let names: Vec<_> = files(folder.path()).unwrap();
        assert_eq!(names, ["a", "b"].map(|name| folder.path().join(name)));
        for number in 0..MOST_FILES {
            std::fs::write(folder.path().join(number.to_string()), "").unwrap();
        }
        assert!(files(folder.path()).unwrap_err().contains("more than 256"));
    }
}
