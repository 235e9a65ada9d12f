//! Downloads of published data sets.

mod failure;
mod net;
mod part;
mod published;
mod report;
mod speed;
mod words;

use std::{
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::{Duration, Instant},
};

use ureq::{Agent, http::StatusCode};

use failure::Failure;
use net::{Event, Head, Options};
use part::Part;
use report::Report;
use words::grouped;

pub use published::{DOWNLOADS, Download, File};
pub use report::Progress;

/// Retries in a row that bring nothing, after which a server is given up.
const RETRIES: u32 = 3;

/// Longest time without a report of progress, and so until a download is cancelled.
const REPORT: Duration = Duration::from_millis(100);

/// Downloads the files of a data set that are not in the folder `dir` yet, and gives their paths
/// in the order of `download.files`.
///
/// `from` is the address of a folder on another server that has them, in place of the published
/// ones. What is downloaded lies in `NAME.part` until it is whole and known to be what was
/// published; a download that was cut off or cancelled goes on from there. `progress` is told
/// about ten times a second or more often; where it gives false, the download is cancelled.
///
/// # Errors
/// "Cancelled" where `progress` gave false. Otherwise a sentence that says what went wrong and
/// what to do: no server can be reached or has the file as it was published, the folder cannot be
/// written, the disk is full, or another download of the file is under way.
pub fn fetch(
    download: &Download,
    from: Option<&str>,
    dir: &Path,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<Vec<PathBuf>, String> {
    fetch_with(download, from, dir, &Options::usual(), progress)
}

fn fetch_with(
    download: &Download,
    from: Option<&str>,
    dir: &Path,
    options: &Options,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<Vec<PathBuf>, String> {
    let mut run = Run {
        agent: options.agent(),
        pause: options.pause,
        page: download.page,
        dir,
        report: Report::new(progress, download.bytes()),
    };
    let mut paths = Vec::new();
    for file in download.files {
        run.report.start(file.name);
        paths.push(run.file(file, from).map_err(Failure::sentence)?);
        run.report.end(file.bytes);
    }
    Ok(paths)
}

/// A download under way.
struct Run<'a> {
    agent: Agent,
    pause: Duration,
    page: &'static str,
    dir: &'a Path,
    report: Report<'a>,
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        // A request that nobody waits for any more ends.
        self.agent.clone().shutdown();
    }
}

impl Run<'_> {
    /// Sees to it that a file is there.
    fn file(&mut self, file: &File, from: Option<&str>) -> Result<PathBuf, Failure> {
        let target = self.dir.join(file.name);
        let there = part::sha256(&target, file.bytes, &mut |done| self.report.tell(done, 0))?;
        if there.is_some_and(|sha256| sha256 == file.sha256) {
            self.report.tell(file.bytes, 0)?;
            return Ok(target);
        }
        std::fs::create_dir_all(self.dir).map_err(|error| {
            Failure::Stop(format!(
                "Cannot make the folder {}: {error}",
                self.dir.display()
            ))
        })?;
        let mut part = Part::open(&target, file.bytes, &mut |done| self.report.tell(done, 0))?;
        let urls = match from {
            Some(base) => vec![format!(
                "{}/{}",
                base.trim().trim_end_matches('/'),
                file.name
            )],
            None => file.urls.iter().map(|url| (*url).to_owned()).collect(),
        };
        let mut troubles = Vec::new();
        for url in &urls {
            match self.patiently(url, file, &mut part) {
                Ok(()) => {
                    part.finish(&target)?;
                    self.report.tell(file.bytes, 0)?;
                    return Ok(target);
                }
                Err(stop @ Failure::Stop(_)) => return Err(stop),
                Err(other) => troubles.push(other.sentence()),
            }
        }
        Err(Failure::Source(format!(
            "{}: try again later, or download {} by hand from {} and put it into {}",
            troubles.join("; "),
            file.name,
            self.page,
            self.dir.display()
        )))
    }

    /// Downloads from one server, again where the connection breaks.
    fn patiently(&mut self, url: &str, file: &File, part: &mut Part) -> Result<(), Failure> {
        let mut furthest = part.len();
        let mut retries = 0;
        loop {
            let failure = match self.once(url, file, part) {
                Ok(()) => return Ok(()),
                Err(failure) => failure,
            };
            // Where it got on, it is worth going on.
            if part.len() > furthest {
                furthest = part.len();
                retries = 0;
            }
            match failure {
                Failure::Anew(_) if retries < RETRIES => {}
                Failure::Broken(_) if retries < RETRIES => {
                    self.wait(self.pause.saturating_mul(1 << retries), part)?;
                }
                other => return Err(other),
            }
            retries = retries.saturating_add(1);
        }
    }

    /// Waits before a retry.
    fn wait(&mut self, pause: Duration, part: &Part) -> Result<(), Failure> {
        let start = Instant::now();
        loop {
            self.report.tell(part.len(), 0)?;
            match pause.saturating_sub(start.elapsed()) {
                Duration::ZERO => return Ok(()),
                left => std::thread::sleep(left.min(REPORT)),
            }
        }
    }

    /// Downloads what is missing with one request, and checks the whole.
    fn once(&mut self, url: &str, file: &File, part: &mut Part) -> Result<(), Failure> {
        let start = part.len();
        if start < file.bytes {
            let events = net::get(&self.agent, url, start)?;
            if let Event::Head(head) = self.next(&events, url, part)? {
                check(&head, url, file, part)?;
            }
            while let Event::Piece(piece) = self.next(&events, url, part)? {
                let came = piece.len() as u64;
                if came > file.bytes.saturating_sub(part.len()) {
                    part.empty()?;
                    return Err(wrong_length(url, file, None));
                }
                part.append(&piece)?;
                self.report.tell(part.len(), came)?;
            }
        }
        if part.len() < file.bytes {
            return Err(Failure::Broken(format!(
                "{url} ends after {} of {} bytes",
                grouped(part.len()),
                grouped(file.bytes)
            )));
        }
        let sha256 = part.sha256();
        if sha256 == file.sha256 {
            return Ok(());
        }
        part.empty()?;
        let sentence = format!(
            "{} from {url} is not what was published (SHA-256 {sha256} instead of {})",
            file.name, file.sha256
        );
        // What was there before may have been wrong.
        Err(if start > 0 {
            Failure::Anew(sentence)
        } else {
            Failure::Source(sentence)
        })
    }

    /// Waits for what comes next, and tells progress meanwhile.
    fn next(&mut self, events: &Receiver<Event>, url: &str, part: &Part) -> Result<Event, Failure> {
        loop {
            match events.recv_timeout(REPORT) {
                Ok(Event::Failed(failure)) => return Err(failure),
                Ok(event) => return Ok(event),
                Err(RecvTimeoutError::Timeout) => self.report.tell(part.len(), 0)?,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Failure::Broken(format!("{url} gave up")));
                }
            }
        }
    }
}

/// Whether what follows the head of an answer belongs at the end of `part`, which is emptied where
/// it is the whole file.
fn check(head: &Head, url: &str, file: &File, part: &mut Part) -> Result<(), Failure> {
    let start = part.len();
    let fits = |(first, whole): (u64, Option<u64>)| {
        first == start && whole.is_none_or(|whole| whole == file.bytes)
    };
    let first = match head.status {
        StatusCode::OK => 0,
        StatusCode::PARTIAL_CONTENT if start > 0 && head.range.is_some_and(fits) => start,
        StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE if start > 0 => {
            part.empty()?;
            return Err(Failure::Anew(format!(
                "{url} cannot go on from where it was"
            )));
        }
        status => {
            let sentence = format!("{url} answers {status}");
            let passes = status.is_server_error()
                || status == StatusCode::REQUEST_TIMEOUT
                || status == StatusCode::TOO_MANY_REQUESTS;
            return Err(if passes {
                Failure::Broken(sentence)
            } else {
                Failure::Source(sentence)
            });
        }
    };
    if let Some(length) = head.length
        && length != file.bytes.saturating_sub(first)
    {
        return Err(wrong_length(url, file, Some(first.saturating_add(length))));
    }
    if first == 0 {
        part.empty()?;
    }
    Ok(())
}

/// The failure of a server that sends `length` bytes, or too many to count.
fn wrong_length(url: &str, file: &File, length: Option<u64>) -> Failure {
    let length = length.map_or_else(
        || "more bytes".to_owned(),
        |length| format!("{} bytes", grouped(length)),
    );
    Failure::Source(format!(
        "{url} sends {length} instead of the {} of what was published",
        grouped(file.bytes)
    ))
}

#[cfg(test)]
mod tests;
