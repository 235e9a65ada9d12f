//! The beginning of a file, while the rest is still to come.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{ErrorKind, Read, Seek, Write},
    path::{Path, PathBuf},
};

use same_file::Handle;
use sha2::{Digest, Sha256};

use super::{failure::Failure, words::grouped};

/// Bytes that are read at once.
const PIECE: usize = 64 << 10;

/// `NAME.part`, locked for this process. It goes away where nothing is in it.
pub struct Part {
    path: PathBuf,
    file: File,
    hash: Sha256,
    len: u64,
    /// Length of the whole file.
    whole: u64,
    is_done: bool,
}

impl Part {
    /// Opens or makes the part of `target`, a file of `whole` bytes, with what a former download
    /// left; `progress` gets the number of bytes read of that.
    ///
    /// # Errors
    /// Where another download has it, it cannot be read or written, or `progress` fails.
    pub fn open(
        target: &Path,
        whole: u64,
        progress: &mut dyn FnMut(u64) -> Result<(), Failure>,
    ) -> Result<Self, Failure> {
        let mut path = target.as_os_str().to_owned();
        path.push(".part");
        let path = PathBuf::from(path);
        let file = lock(&path, target)?;
        let mut part = Self {
            path,
            file,
            hash: Sha256::new(),
            len: 0,
            whole,
            is_done: false,
        };
        let len = part
            .file
            .metadata()
            .map_err(|error| part.unreadable(&error))?
            .len();
        if len > 0 && len <= whole {
            part.hash = hash(&mut part.file, progress).map_err(|trouble| match trouble {
                Trouble::Read(error) => part.unreadable(&error),
                Trouble::Progress(failure) => failure,
            })?;
            part.len = len;
        } else if len > 0 {
            part.len = len;
            part.empty()?;
        }
        Ok(part)
    }

    /// Number of bytes in it.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// SHA-256 of what is in it.
    pub fn sha256(&self) -> String {
        hex(self.hash.clone())
    }

    /// Puts bytes at its end.
    ///
    /// # Errors
    /// Where they cannot be written; what was written before stays.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        if let Err(error) = self.file.write_all(bytes) {
            return Err(Failure::Stop(if error.kind() == ErrorKind::StorageFull {
                format!(
                    "The disk is full: make room for {} bytes in {} and download again",
                    grouped(self.whole.saturating_sub(self.len)),
                    self.path.parent().unwrap_or(&self.path).display()
                )
            } else {
                format!("Cannot write {}: {error}", self.path.display())
            }));
        }
        self.hash.update(bytes);
        self.len = self.len.saturating_add(bytes.len() as u64);
        Ok(())
    }

    /// Takes everything out of it.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn empty(&mut self) -> Result<(), Failure> {
        if self.len > 0 {
            self.file
                .set_len(0)
                .and_then(|()| self.file.rewind())
                .map_err(|error| {
                    Failure::Stop(format!("Cannot write {}: {error}", self.path.display()))
                })?;
            self.hash = Sha256::new();
            self.len = 0;
        }
        Ok(())
    }

    /// Makes it the whole file.
    ///
    /// # Errors
    /// Where it cannot be stored or renamed.
    pub fn finish(mut self, target: &Path) -> Result<(), Failure> {
        self.file
            .sync_all()
            .and_then(|()| std::fs::rename(&self.path, target))
            .map_err(|error| {
                Failure::Stop(format!("Cannot write {}: {error}", target.display()))
            })?;
        self.is_done = true;
        Ok(())
    }

    fn unreadable(&self, error: &std::io::Error) -> Failure {
        Failure::Stop(format!("Cannot read {}: {error}", self.path.display()))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.is_done && self.len == 0 {
            // An empty file left behind does no harm.
            std::fs::remove_file(&self.path).ok();
        }
    }
}

/// Opens or makes the file at `path`, for nobody else to have.
fn lock(path: &Path, target: &Path) -> Result<File, Failure> {
    let open = || {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Ok(None),
            // Some network folders know no locks.
            Err(TryLockError::Error(_)) | Ok(()) => {}
        }
        // Whoever had it may have renamed or removed it since it was opened here.
        let own = Handle::from_file(file.try_clone()?)?;
        let is_there = Handle::from_path(path).is_ok_and(|there| there == own);
        Ok(is_there.then_some(file))
    };
    open()
        .map_err(|error: std::io::Error| {
            Failure::Stop(format!("Cannot write {}: {error}", path.display()))
        })?
        .ok_or_else(|| {
            Failure::Stop(format!(
                "Another download of {} is under way: wait for it or stop it",
                target.display()
            ))
        })
}

/// SHA-256 of the file at `path`, where it has `bytes` bytes; `progress` gets the number of bytes
/// read. None where it is missing or has another length.
///
/// # Errors
/// Where something else is there, it cannot be read, or `progress` fails.
pub fn sha256(
    path: &Path,
    bytes: u64,
    progress: &mut dyn FnMut(u64) -> Result<(), Failure>,
) -> Result<Option<String>, Failure> {
    let unreadable = |error| Failure::Stop(format!("Cannot read {}: {error}", path.display()));
    match std::fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
        Ok(there) if !there.is_file() => {
            return Err(Failure::Stop(format!(
                "{} is not a file: move it away or choose another folder",
                path.display()
            )));
        }
        Ok(there) if there.len() != bytes => return Ok(None),
        Ok(_) => {}
    }
    let mut file = File::open(path).map_err(unreadable)?;
    match hash(&mut file, progress) {
        Ok(hash) => Ok(Some(hex(hash))),
        Err(Trouble::Read(error)) => Err(unreadable(error)),
        Err(Trouble::Progress(failure)) => Err(failure),
    }
}

enum Trouble {
    Read(std::io::Error),
    Progress(Failure),
}

/// Reads a file to its end.
fn hash(
    file: &mut File,
    progress: &mut dyn FnMut(u64) -> Result<(), Failure>,
) -> Result<Sha256, Trouble> {
    let mut hash = Sha256::new();
    let mut piece = vec![0; PIECE];
    let mut done: u64 = 0;
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Ok(hash),
            Ok(count) => {
                hash.update(piece.get(..count).unwrap_or_default());
                done = done.saturating_add(count as u64);
                progress(done).map_err(Trouble::Progress)?;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(Trouble::Read(error)),
        }
    }
}

fn hex(hash: Sha256) -> String {
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
