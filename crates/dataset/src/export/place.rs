//! New files and folders that are there whole or not at all.

use std::{
    fs::{self, File},
    io,
    path::Path,
};

/// Why something is not written.
#[derive(Debug)]
pub(super) enum Fault {
    /// A sentence.
    Told(String),
    /// The disk does not take it.
    Disk(io::Error),
}

impl From<String> for Fault {
    fn from(sentence: String) -> Self {
        Self::Told(sentence)
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

impl Fault {
    fn sentence(self, out: &Path) -> String {
        let error = match self {
            Self::Told(sentence) => return sentence,
            Self::Disk(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return exists(out);
            }
            Self::Disk(error) => error.to_string(),
        };
        // The name of what is written first means nothing to a person.
        let cause = error.split(" at path").next().unwrap_or_default();
        format!(
            "{} cannot be written: {cause}: make room or choose another place",
            out.display()
        )
    }
}

fn exists(out: &Path) -> String {
    format!(
        "{} exists already and is not replaced: choose another name",
        out.display()
    )
}

/// Writes a file under a temporary name beside `out`, then names it `out`.
///
/// # Errors
/// Those of `write`, and where `out` exists or cannot be written.
pub(super) fn file<T>(
    out: &Path,
    write: impl FnOnce(&mut File) -> Result<T, Fault>,
) -> Result<T, String> {
    let work = || {
        must_be_new(out)?;
        let mut file = builder(0o666).tempfile_in(parent(out))?;
        let told = write(file.as_file_mut())?;
        file.as_file().sync_all()?;
        file.persist_noclobber(out).map_err(|error| error.error)?;
        Ok(told)
    };
    work().map_err(|fault: Fault| fault.sentence(out))
}

/// Fills a folder under a temporary name beside `out`, then names it `out`.
///
/// # Errors
/// As [`file()`].
pub(super) fn folder<T>(
    out: &Path,
    write: impl FnOnce(&Path) -> Result<T, Fault>,
) -> Result<T, String> {
    let work = || {
        must_be_new(out)?;
        let mut folder = builder(0o777).tempdir_in(parent(out))?;
        let told = write(folder.path())?;
        // An empty folder would be replaced.
        must_be_new(out)?;
        fs::rename(folder.path(), out)?;
        folder.disable_cleanup(true);
        Ok(told)
    };
    work().map_err(|fault: Fault| fault.sentence(out))
}

fn must_be_new(out: &Path) -> Result<(), Fault> {
    match out.symlink_metadata() {
        Ok(_) => Err(exists(out).into()),
        Err(_) => Ok(()),
    }
}

fn parent(out: &Path) -> &Path {
    match out.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Makes temporary files and folders with the rights that others of the user have.
fn builder(mode: u32) -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    let _ = mode;
    builder
}
