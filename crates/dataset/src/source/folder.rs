//! Image files in a folder for each class.

use std::{
    collections::HashMap,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    sync::Arc,
};

use walkdir::{DirEntry, WalkDir};

use super::raw::{Format, Part, Raw, Store};
use crate::error::CANCELLED;

mod image;
mod layout;
mod left;

use image::{has_image_content, has_image_name};
pub use layout::is_hidden as is_ignored;
use layout::{Layout, is_hidden, list};
use left::Left;

/// Entries looked at to recognise a folder.
const MAX_LOOK: usize = 2_000;
/// Entries between two reports of progress.
const STEP: u64 = 256;

/// Whether the folder seems to hold images in a folder for each class. Looks at few files.
pub fn recognise(path: &Path) -> bool {
    let Ok(layout) = Layout::of(path) else {
        return false;
    };
    layout
        .classes
        .iter()
        .flat_map(|class| entries(class))
        .take(MAX_LOOK)
        .flatten()
        .any(|entry| entry.file_type().is_file() && has_image_name(entry.path()))
}

/// Finds the images of a folder laid out as `train/CLASS/…` with `val/CLASS/…` (or `valid`,
/// `validation`, `test`; the first of them that there is) or as `CLASS/…`, where these folders
/// may lie together in another folder. Images may lie at any depth below the folder of their class;
/// links are followed. Files are sorted by name, byte by byte, so that their order is the same on
/// every machine, and classes too.
///
/// An image is told by the extension of its name (PNG, JPEG, WebP, BMP, GIF) without opening it;
/// only where the extension is none of these, by its first bytes. So a file that is damaged, or
/// no image in spite of its name, shows up when it is decoded. Hidden files are ignored; what else
/// is not used is told, at most 100 files by name. A class without images is left out, and one
/// that `train` lacks is left out of testing.
///
/// `progress` gets the number of entries seen so far and 0, as their total is not known; where it
/// returns false, the work stops.
///
/// # Errors
/// Where the folder cannot be read or holds no images to train on, or the work was cancelled
/// ("Cancelled").
pub fn scan(path: &Path, progress: &mut dyn FnMut(u64, u64) -> bool) -> Result<Raw, String> {
    let layout = Layout::of(path)?;
    let mut scan = Scan {
        left: Left::new(path),
        seen: 0,
        progress,
    };
    for stray in &layout.strays {
        scan.left.file(stray, "not in the folder of a class");
    }
    for (unused, why) in &layout.unused {
        scan.left.folder(unused, why);
    }
    let (classes, train) = scan.train(&layout.classes)?;
    if classes.is_empty() {
        let reason = scan.left.first().map_or_else(String::new, |left| {
            format!(" ({}: {})", left.what, left.why)
        });
        return Err(format!(
            "{} holds no images to train on{reason}: choose a folder with a folder of images for each class",
            path.display()
        ));
    }
    let test = match &layout.test {
        Some(folder) => scan.test(folder, &layout.classes, &classes)?,
        None => None,
    };
    Ok(Raw {
        format: Format::Folder,
        shape: None,
        is_image: true,
        classes: classes.iter().map(|class| shown(class)).collect(),
        train,
        test,
        notes: scan.left.into_list(),
        columns: Vec::new(),
    })
}

/// The work in progress.
struct Scan<'a> {
    left: Left<'a>,
    seen: u64,
    progress: &'a mut dyn FnMut(u64, u64) -> bool,
}

impl Scan<'_> {
    /// The classes that have images, by folder name, and their images.
    fn train(&mut self, folders: &[PathBuf]) -> Result<(Vec<OsString>, Arc<Part>), String> {
        let (mut files, mut labels, mut classes) = (Vec::new(), Vec::new(), Vec::new());
        for folder in folders {
            let found = self.images(folder)?;
            if found.is_empty() {
                self.left.folder(folder, "no images");
                continue;
            }
            labels.extend(std::iter::repeat_n(label(classes.len())?, found.len()));
            files.extend(found);
            classes.push(name(folder).to_owned());
        }
        let store = Store::Files(files);
        Ok((classes, Part::shared(store, labels)))
    }

    /// The images for testing; None where there are none.
    fn test(
        &mut self,
        folder: &Path,
        trained: &[PathBuf],
        classes: &[OsString],
    ) -> Result<Option<Arc<Part>>, String> {
        let (folders, strays) = match list(folder) {
            Ok(lists) => lists,
            Err(error) => {
                self.left.folder(folder, &error);
                return Ok(None);
            }
        };
        for stray in &strays {
            self.left.file(stray, "not in the folder of a class");
        }
        let known: HashMap<&OsStr, usize> = classes
            .iter()
            .enumerate()
            .map(|(index, class)| (class.as_os_str(), index))
            .collect();
        let (mut files, mut labels) = (Vec::new(), Vec::new());
        for folder in &folders {
            let Some(&class) = known.get(name(folder)) else {
                if !trained.iter().any(|other| name(other) == name(folder)) {
                    self.left
                        .folder(folder, "there is no class of this name to train on");
                }
                continue;
            };
            let found = self.images(folder)?;
            if found.is_empty() {
                self.left.folder(folder, "no images");
            }
            labels.extend(std::iter::repeat_n(label(class)?, found.len()));
            files.extend(found);
        }
        let store = Store::Files(files);
        Ok((!labels.is_empty()).then(|| Part::shared(store, labels)))
    }

    /// The first images below a folder.
    fn images(&mut self, folder: &Path) -> Result<Vec<PathBuf>, String> {
        let mut found = Vec::new();
        for entry in entries(folder) {
            if self.seen.is_multiple_of(STEP) && !(self.progress)(self.seen, 0) {
                return Err(CANCELLED.to_owned());
            }
            self.seen += 1;
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(folder).to_owned();
                    self.left.file(&path, &reason(&error));
                    continue;
                }
            };
            let kind = entry.file_type();
            if kind.is_dir() {
                continue;
            }
            let path = entry.into_path();
            if !kind.is_file() {
                self.left.file(&path, "not a file");
            } else if has_image_name(&path) {
                found.push(path);
            } else {
                match has_image_content(&path) {
                    Ok(true) => found.push(path),
                    Ok(false) => self.left.file(&path, "not an image"),
                    Err(error) => self.left.file(&path, &format!("cannot be read: {error}")),
                }
            }
        }
        Ok(found)
    }
}

/// Everything below a folder but what is hidden, sorted by name, links followed.
fn entries(folder: &Path) -> impl Iterator<Item = walkdir::Result<DirEntry>> {
    WalkDir::new(folder)
        .follow_links(true)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry.file_name()))
}

/// Why an entry of a folder cannot be read, in a phrase.
pub fn reason(error: &walkdir::Error) -> String {
    match (error.loop_ancestor(), error.io_error()) {
        (Some(_), _) => "a link to a folder that it lies in".to_owned(),
        (None, Some(error)) => format!("cannot be read: {error}"),
        (None, None) => "cannot be read".to_owned(),
    }
}

fn name(folder: &Path) -> &OsStr {
    folder.file_name().unwrap_or(folder.as_os_str())
}

fn shown(name: &OsStr) -> String {
    name.to_string_lossy().into_owned()
}

fn label(class: usize) -> Result<u32, String> {
    u32::try_from(class).map_err(|_| "There are too many classes: use fewer".to_owned())
}

#[cfg(test)]
mod tests;
