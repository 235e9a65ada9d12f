//! Where the folders of the classes lie.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

use super::image::has_image_name;

/// Folders for testing; the first that there is is used.
const TEST: [&str; 4] = ["val", "valid", "validation", "test"];
/// Folders within each other that hold one folder and no images.
const MAX_WRAPPERS: usize = 8;

/// The folders of a source.
pub(super) struct Layout {
    /// Folder of each class, for training.
    pub(super) classes: Vec<PathBuf>,
    /// Folder of the classes' folders, for testing.
    pub(super) test: Option<PathBuf>,
    /// Folders beside those for training and testing, and why they are not used.
    pub(super) unused: Vec<(PathBuf, &'static str)>,
    /// Files that lie beside folders of classes.
    pub(super) strays: Vec<PathBuf>,
}

impl Layout {
    pub(super) fn of(path: &Path) -> Result<Self, String> {
        let (mut folders, mut strays) = list(path)?;
        for _ in 0..MAX_WRAPPERS {
            let [only] = folders.as_slice() else {
                break;
            };
            match list(only) {
                Ok((inner, files))
                    if !inner.is_empty() && !files.iter().any(|file| has_image_name(file)) =>
                {
                    folders = inner;
                    strays.extend(files);
                }
                _ => break,
            }
        }

        let named = |name: &str| folders.iter().find(|folder| is_named(folder, name));
        let test = TEST.iter().find_map(|name| named(name));
        let train = named("train").map(|train| (train, list(train)));
        let (train, classes, files) = match train {
            Some((train, Ok((classes, files)))) if !classes.is_empty() => (train, classes, files),
            Some((train, inner)) if test.is_some() => {
                inner?;
                return Err(format!(
                    "{} holds no folders: put the images of each class into one",
                    train.display()
                ));
            }
            // A class may be called "train".
            _ => {
                return Ok(Self {
                    classes: folders,
                    test: None,
                    unused: Vec::new(),
                    strays,
                });
            }
        };
        strays.extend(files);
        let others = folders
            .iter()
            .filter(|&folder| folder != train && Some(folder) != test);
        let unused = others.map(|folder| {
            let is_test = TEST.iter().any(|name| is_named(folder, name));
            let why = if is_test {
                "another folder is used for testing"
            } else {
                "neither for training nor for testing"
            };
            (folder.clone(), why)
        });
        Ok(Self {
            classes,
            test: test.cloned(),
            unused: unused.collect(),
            strays,
        })
    }
}

fn is_named(folder: &Path, name: &str) -> bool {
    folder
        .file_name()
        .is_some_and(|own| own.eq_ignore_ascii_case(name))
}

/// The folders and the other entries directly in a folder but what is hidden, sorted by name.
pub(super) fn list(folder: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>), String> {
    let unreadable = |error| format!("{} cannot be read: {error}", folder.display());
    let (mut folders, mut others) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        if is_hidden(&entry.file_name()) {
            continue;
        }
        let path = entry.path();
        let kind = entry.file_type().map_err(unreadable)?;
        if kind.is_dir() || kind.is_symlink() && path.is_dir() {
            folders.push(path);
        } else {
            others.push(path);
        }
    }
    folders.sort_by(|a, b| a.file_name().cmp(&b.file_name()));
    others.sort_by(|a, b| a.file_name().cmp(&b.file_name()));
    Ok((folders, others))
}

/// Files and folders that systems leave behind.
pub fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
        || ["Thumbs.db", "desktop.ini", "__MACOSX"]
            .iter()
            .any(|other| name.eq_ignore_ascii_case(other))
}
