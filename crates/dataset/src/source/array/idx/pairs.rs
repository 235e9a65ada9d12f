//! Which labels belong to which images.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use super::decode::{Content, Header};
use crate::source::array::bytes::{Named, first_bytes, grouped, name_of, unpacked};
use crate::source::array::labels::check_counts;
use crate::source::array::listing::{self, Role};
use crate::source::raw::Note;

/// Bytes of the longest header.
const HEADER: u64 = 20;

/// An IDX file as its header and name describe it.
#[derive(Clone, Debug)]
pub(super) struct IdxFile {
    pub path: PathBuf,
    pub name: String,
    /// Size on disk.
    pub bytes: u64,
    header: Header,
    content: Content,
    role: Role,
    words: Vec<String>,
}

impl IdxFile {
    pub fn is_images(&self) -> bool {
        self.content == Content::Images
    }
}

/// Images and their labels.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub images: IdxFile,
    pub labels: IdxFile,
}

impl Pair {
    pub fn files(&self) -> [&IdxFile; 2] {
        [&self.images, &self.labels]
    }

    fn role(&self) -> Role {
        self.images.role.min(self.labels.role)
    }
}

/// The files of one data set.
pub(super) struct Chosen {
    pub train: Pair,
    pub test: Option<Pair>,
    pub notes: Vec<Note>,
}

/// The data set in the folder `path`, or that to which the images in the file `path` belong.
///
/// # Errors
/// Where there is none, or more than one.
pub(super) fn choose(path: &Path) -> Result<Chosen, String> {
    let mut notes = Vec::new();
    if path.is_dir() {
        let files = without_copies(scan(path, &mut notes)?, None, &mut notes);
        if !files.iter().any(IdxFile::is_images) {
            return Err(format!(
                "{} holds no images in IDX files: choose the folder that holds such files",
                path.display()
            ));
        }
        let (pairs, lone) = pair(files)?;
        if let Some(file) = lone.first() {
            return Err(no_partner(file));
        }
        let (train, test) = parts(pairs)?;
        return Ok(Chosen { train, test, notes });
    }
    let name = name_of(path);
    // A pipe would never end.
    if path.exists() && !path.is_file() {
        return Err(no_images(&name));
    }
    if !describe(path)?.ok_or_else(|| no_images(&name))?.is_images() {
        return Err(no_images(&name));
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let is_chosen = |file: &IdxFile| file.path.file_name() == path.file_name();
    let files = scan(folder, &mut Vec::new())?;
    let files = without_copies(files, Some(&is_chosen), &mut Vec::new());
    let (mut pairs, lone) = pair(files)?;
    if let Some(file) = lone.iter().find(|file| is_chosen(file)) {
        return Err(no_partner(file));
    }
    let train = (pairs.iter().position(|pair| is_chosen(&pair.images)))
        .map(|at| pairs.swap_remove(at))
        .ok_or_else(|| format!("{name} is hidden: rename it"))?;
    pairs.retain(|pair| {
        train.role() != Role::Test
            && pair.role() == Role::Test
            && pair.images.words == train.images.words
    });
    let test = match pairs.len() {
        0 | 1 => pairs.pop(),
        _ => {
            return Err(ambiguous(
                "parts for testing",
                pairs.iter().map(|pair| &pair.images),
            ));
        }
    };
    Ok(Chosen { train, test, notes })
}

/// The IDX files of images and labels in a folder.
///
/// # Errors
/// Where the folder cannot be read or holds too many files.
pub(super) fn scan(folder: &Path, notes: &mut Vec<Note>) -> Result<Vec<IdxFile>, String> {
    let mut found = Vec::new();
    for path in listing::files(folder)? {
        match describe(&path) {
            Ok(Some(file)) => found.push(file),
            Ok(None) => notes.push(Note {
                what: name_of(&path),
                why: "it is no IDX file of images or labels".to_owned(),
            }),
            Err(why) => notes.push(Note {
                what: name_of(&path),
                why,
            }),
        }
    }
    Ok(found)
}

/// The first bytes of a file, unpacked; as many as the longest header has.
///
/// # Errors
/// Where it cannot be read.
pub(super) fn first_of(path: &Path) -> Result<Vec<u8>, String> {
    File::open(path)
        .and_then(unpacked)
        .and_then(|reader| first_bytes(reader, HEADER))
        .map_err(|error| format!("{} cannot be read: {error}", name_of(path)))
}

fn describe(path: &Path) -> Result<Option<IdxFile>, String> {
    let first = first_of(path)?;
    let name = name_of(path);
    let Ok(header) = Header::read(&mut Named::new(&name, first.as_slice())) else {
        return Ok(None);
    };
    let bytes = path.metadata().map_or(0, |about| about.len());
    let (role, words) = listing::words(&name);
    Ok(header.content().map(|content| IdxFile {
        path: path.to_owned(),
        name,
        bytes,
        header,
        content,
        role,
        words,
    }))
}

/// Leaves out one of a file and its gzipped copy: the copy, unless it `is_chosen`.
fn without_copies(
    files: Vec<IdxFile>,
    is_chosen: Option<&dyn Fn(&IdxFile) -> bool>,
    notes: &mut Vec<Note>,
) -> Vec<IdxFile> {
    let is_copy = |copy: &IdxFile, file: &IdxFile| {
        copy.path.extension().is_some_and(|end| end == "gz")
            && copy.path.with_extension("") == file.path
            && copy.header == file.header
    };
    let is_chosen = |file: &IdxFile| is_chosen.is_some_and(|is_chosen| is_chosen(file));
    let better = |file: &IdxFile| {
        files.iter().find(|other| {
            is_copy(file, other) && !is_chosen(file) || is_copy(other, file) && is_chosen(other)
        })
    };
    let mut kept = Vec::new();
    for file in &files {
        match better(file) {
            None => kept.push(file.clone()),
            Some(other) => notes.push(Note {
                what: file.name.clone(),
                why: format!("{} is read instead", other.name),
            }),
        }
    }
    kept
}

/// Pairs of images and labels, and the files without a partner.
fn pair(files: Vec<IdxFile>) -> Result<(Vec<Pair>, Vec<IdxFile>), String> {
    let mut named = BTreeMap::<_, Vec<IdxFile>>::new();
    for file in files {
        let key = (file.words.clone(), file.role);
        named.entry(key).or_default().push(file);
    }
    let mut pairs = Vec::new();
    let mut rest = Vec::new();
    for files in named.into_values() {
        match files.as_slice() {
            [a, b] if a.content != b.content => {
                let (images, labels) = if a.is_images() { (a, b) } else { (b, a) };
                let counts = [images, labels].map(|file| file.header.count());
                check_counts(&images.name, counts[0], &labels.name, counts[1])?;
                pairs.push(Pair {
                    images: images.clone(),
                    labels: labels.clone(),
                });
            }
            _ => {
                let lone = pair_by_count(files, &mut pairs)?;
                rest.extend(lone);
            }
        }
    }
    let lone = pair_by_count(rest, &mut pairs)?;
    Ok((pairs, lone))
}

/// Pairs images with labels of the same number, and gives back those without a partner.
fn pair_by_count(files: Vec<IdxFile>, pairs: &mut Vec<Pair>) -> Result<Vec<IdxFile>, String> {
    let fits = |a: &IdxFile, b: &IdxFile| {
        a.content != b.content
            && a.header.count() == b.header.count()
            && (a.role == b.role || a.role.max(b.role) == Role::Unknown)
    };
    let mut lone = Vec::new();
    for file in &files {
        let partners: Vec<&IdxFile> = files.iter().filter(|other| fits(file, other)).collect();
        match partners.as_slice() {
            [] => lone.push(file.clone()),
            [labels] if file.is_images() => pairs.push(Pair {
                images: file.clone(),
                labels: (*labels).clone(),
            }),
            [_] => {}
            _ => return Err(ambiguous(&format!("partners for {}", file.name), partners)),
        }
    }
    Ok(lone)
}

/// The parts for training and testing.
fn parts(mut pairs: Vec<Pair>) -> Result<(Pair, Option<Pair>), String> {
    pairs.sort_by_key(|pair| pair.role() == Role::Test);
    let several = ambiguous("data sets or parts", pairs.iter().map(|pair| &pair.images));
    let of_one_set = match pairs.as_slice() {
        [_] => true,
        [train, test] => {
            train.images.words == test.images.words
                && train.role() != Role::Test
                && test.role() == Role::Test
        }
        _ => false,
    };
    let mut pairs = pairs.into_iter();
    match pairs.next() {
        Some(train) if of_one_set => Ok((train, pairs.next())),
        _ => Err(several),
    }
}

fn ambiguous<'a>(what: &str, files: impl IntoIterator<Item = &'a IdxFile>) -> String {
    let names: Vec<&str> = files.into_iter().map(|file| file.name.as_str()).collect();
    format!(
        "There are several {what} ({}): choose one file of images, or put the files of one data set into a folder of their own",
        names.join(", ")
    )
}

fn no_partner(file: &IdxFile) -> String {
    let count = grouped(file.header.count() as u64);
    if file.is_images() {
        format!(
            "No file of labels for the {count} images in {} lies beside it: add it",
            file.name
        )
    } else {
        format!(
            "No file of images for the {count} labels in {} lies beside it: add it",
            file.name
        )
    }
}

fn no_images(name: &str) -> String {
    format!("{name} is no IDX file of images: choose the file of images")
}
