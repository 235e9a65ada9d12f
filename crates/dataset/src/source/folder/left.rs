//! What a folder holds that is not used.

use std::path::Path;

use layerwise_experiment::words::one_line;

use crate::source::{notes::Notes, raw::Note};

/// Lists of folders and of files.
pub(super) struct Left<'a> {
    root: &'a Path,
    folders: Notes,
    files: Notes,
}

impl<'a> Left<'a> {
    /// `root`: the folder that names start from.
    pub(super) fn new(root: &'a Path) -> Self {
        Self {
            root,
            folders: Notes::default(),
            files: Notes::default(),
        }
    }

    pub(super) fn folder(&mut self, path: &Path, why: &str) {
        self.folders.push(|| note(self.root, path, why));
    }

    pub(super) fn file(&mut self, path: &Path, why: &str) {
        self.files.push(|| note(self.root, path, why));
    }

    pub(super) fn first(&self) -> Option<&Note> {
        self.files.first().or(self.folders.first())
    }

    /// Folders, then files, each with the number of those that are not listed.
    pub(super) fn into_list(self) -> Vec<Note> {
        let mut list = self.folders.into_list("folders");
        list.extend(self.files.into_list("files"));
        list
    }
}

fn note(root: &Path, path: &Path, why: &str) -> Note {
    let name = path.strip_prefix(root).unwrap_or(path);
    Note {
        what: one_line(&name.display().to_string()),
        why: why.to_owned(),
    }
}
