//! What a folder holds that is not used.

use std::path::Path;

use super::Note;

/// Most folders that are listed, and most files.
pub(super) const MOST: usize = 100;

/// A list that counts what it does not show.
pub(super) struct Left<'a> {
    root: &'a Path,
    folders: Short,
    files: Short,
}

#[derive(Default)]
struct Short {
    listed: Vec<Note>,
    more: u64,
}

impl<'a> Left<'a> {
    /// `root`: the folder that names start from.
    pub(super) fn new(root: &'a Path) -> Self {
        Self {
            root,
            folders: Short::default(),
            files: Short::default(),
        }
    }

    pub(super) fn folder(&mut self, path: &Path, why: &str) {
        self.folders.push(self.root, path, why);
    }

    pub(super) fn file(&mut self, path: &Path, why: &str) {
        self.files.push(self.root, path, why);
    }

    pub(super) fn first(&self) -> Option<&Note> {
        self.files.listed.first().or(self.folders.listed.first())
    }

    /// Folders, then files, each with the number of those that are not listed.
    pub(super) fn into_list(self) -> Vec<Note> {
        let mut list = self.folders.into_list("folders");
        list.extend(self.files.into_list("files"));
        list
    }
}

impl Short {
    fn push(&mut self, root: &Path, path: &Path, why: &str) {
        if self.listed.len() < MOST {
            self.listed.push(Note {
                what: path
                    .strip_prefix(root)
                    .unwrap_or(path)
                    .display()
                    .to_string(),
                why: why.to_owned(),
            });
        } else {
            self.more += 1;
        }
    }

    fn into_list(mut self, plural: &str) -> Vec<Note> {
        if self.more > 0 {
            self.listed.push(Note {
                what: format!("{} more {plural}", self.more),
                why: "for reasons like those above".to_owned(),
            });
        }
        self.listed
    }
}
