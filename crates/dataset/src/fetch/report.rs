//! Progress of a download.

use std::time::Instant;

use super::{failure::Failure, speed::Speed};

/// How far a download is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Name of the file that is being checked or downloaded.
    pub file: &'static str,
    /// Bytes of all files that are here. Fewer than before where a file has to start again.
    pub done_bytes: u64,
    /// Bytes of all files together.
    pub total_bytes: u64,
    /// Bytes that came in a second, over the last few seconds; 0 where it is too early to tell.
    pub bytes_per_second: f64,
    /// Time left at that speed; None where there is none.
    pub seconds_left: Option<f64>,
}

/// Whom progress is told to.
pub struct Report<'a> {
    progress: &'a mut dyn FnMut(Progress) -> bool,
    file: &'static str,
    /// Bytes of the files before this one.
    before: u64,
    total: u64,
    speed: Speed,
}

impl<'a> Report<'a> {
    /// Tells `progress` of files of `total` bytes.
    pub fn new(progress: &'a mut dyn FnMut(Progress) -> bool, total: u64) -> Self {
        Self {
            progress,
            file: "",
            before: 0,
            total,
            speed: Speed::default(),
        }
    }

    /// Goes on to a file.
    pub fn start(&mut self, file: &'static str) {
        self.file = file;
    }

    /// Counts all the `bytes` of a file.
    pub fn end(&mut self, bytes: u64) {
        self.before = self.before.saturating_add(bytes);
    }

    /// Tells that `done` bytes of this file are here, of which `came` came over the net just now.
    ///
    /// # Errors
    /// Where it is to be cancelled.
    pub fn tell(&mut self, done: u64, came: u64) -> Result<(), Failure> {
        let now = Instant::now();
        self.speed.count(now, came);
        let done_bytes = self.before.saturating_add(done);
        let bytes_per_second = self.speed.per_second(now);
        let left = self.total.saturating_sub(done_bytes);
        let keep_on = (self.progress)(Progress {
            file: self.file,
            done_bytes,
            total_bytes: self.total,
            bytes_per_second,
            seconds_left: (bytes_per_second > 0.0).then(|| left as f64 / bytes_per_second),
        });
        if keep_on {
            Ok(())
        } else {
            Err(Failure::Stop("Cancelled".to_owned()))
        }
    }
}
