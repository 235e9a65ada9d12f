mod disk;
mod net;
mod refused;
mod server;

use std::{path::Path, time::Duration};

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::*;
use server::{Act, Request, Server};

const PAGE: &str = "https://example.org/page";

/// Bytes that look like a packed file.
fn content() -> Vec<u8> {
    let mut state: u32 = 7;
    (0..300_000)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn leak<T: ?Sized>(thing: Box<T>) -> &'static T {
    Box::leak(thing)
}

fn file(name: &'static str, bytes: &[u8], urls: &[String]) -> File {
    File {
        name,
        urls: leak(
            urls.iter()
                .map(|url| leak(format!("{url}/{name}").into_boxed_str()))
                .collect(),
        ),
        bytes: bytes.len() as u64,
        sha256: leak(sha256(bytes).into_boxed_str()),
    }
}

fn download(files: Vec<File>) -> Download {
    Download {
        name: "test",
        title: "Test",
        page: PAGE,
        licence: "",
        credit: "",
        files: leak(files.into_boxed_slice()),
    }
}

fn options() -> Options {
    Options {
        connect: Duration::from_secs(5),
        stalled: Duration::from_millis(400),
        pause: Duration::from_millis(1),
        proxy: None,
    }
}

/// A download of one file, `data.gz`, into a new folder.
struct Case {
    download: Download,
    content: Vec<u8>,
    folder: TempDir,
}

impl Case {
    fn new(urls: &[String]) -> Self {
        let content = content();
        Self {
            download: download(vec![file("data.gz", &content, urls)]),
            content,
            folder: TempDir::new().unwrap(),
        }
    }

    /// With a server that does what the script says for the number of the request.
    fn served(
        script: impl Fn(usize, &Request, &[u8]) -> Vec<Act> + Send + Sync + 'static,
    ) -> (Self, Server) {
        let content = content();
        let server = Server::new(move |number, request| script(number, request, &content));
        (Self::new(&[server.url()]), server)
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("data.gz")
    }

    fn part(&self) -> PathBuf {
        self.folder.path().join("data.gz.part")
    }

    fn fetch(&self) -> Result<Vec<PathBuf>, String> {
        self.fetch_into(self.folder.path())
    }

    fn fetch_into(&self, dir: &Path) -> Result<Vec<PathBuf>, String> {
        fetch_with(&self.download, None, dir, &options(), &mut |_| true)
    }

    /// The file is there as it was published, and nothing else is.
    fn assert_whole(&self) {
        assert!(std::fs::read(self.path()).unwrap() == self.content);
        self.assert_files(&["data.gz"]);
    }

    fn assert_files(&self, names: &[&str]) {
        let mut there: Vec<_> = std::fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        there.sort();
        assert_eq!(there, names);
    }
}

#[test]
fn numbers_are_grouped() {
    let texts = [0, 12, 999, 1_000, 28_881, 170_052_171].map(grouped);
    assert_eq!(texts, ["0", "12", "999", "1,000", "28,881", "170,052,171"]);
}

#[test]
fn progress_is_told_over_all_files() {
    let content = content();
    let (first, second) = (content[..100_000].to_vec(), content[100_000..].to_vec());
    let bodies = (first.clone(), second.clone());
    let server = Server::new(move |_, request| {
        let body = if request.line.contains("/first ") {
            &bodies.0
        } else {
            &bodies.1
        };
        vec![Act::Send(server::file(request, body))]
    });
    let download = download(vec![
        file("first", &first, &[]),
        file("second", &second, &[]),
    ]);
    let folder = TempDir::new().unwrap();
    let mut told = Vec::new();
    // A folder that is not there yet, and an address with a slash at its end.
    let dir = folder.path().join("new/folder");
    let base = format!("{}/some/", server.url());
    let paths = fetch_with(&download, Some(&base), &dir, &options(), &mut |progress| {
        told.push(progress);
        true
    })
    .unwrap();
    assert_eq!(paths, [dir.join("first"), dir.join("second")]);
    assert!(std::fs::read(&paths[1]).unwrap() == second);
    assert_eq!(server.requests()[0].line, "GET /some/first HTTP/1.1");
    assert!(told.iter().all(|progress| progress.total_bytes == 300_000));
    assert!(told.is_sorted_by_key(|progress| progress.done_bytes));
    let last = told.last().unwrap();
    assert_eq!((last.file, last.done_bytes), ("second", 300_000));
    assert!(told.iter().any(|progress| progress.file == "first"
        && progress.done_bytes > 0
        && progress.done_bytes <= 100_000));
}

#[test]
fn speed_and_time_left_are_told() {
    // 30 pieces, one each 50 ms.
    let (case, _server) = Case::served(|_, _, content| {
        let bytes = server::whole(content);
        let size = bytes.len().div_ceil(30);
        bytes
            .chunks(size)
            .flat_map(|piece| {
                [
                    Act::Send(piece.to_vec()),
                    Act::Wait(Duration::from_millis(50)),
                ]
            })
            .collect()
    });
    let mut told = Vec::new();
    fetch_with(
        &case.download,
        None,
        case.folder.path(),
        &options(),
        &mut |progress| {
            told.push(progress);
            true
        },
    )
    .unwrap();
    case.assert_whole();
    assert_eq!(told[0].bytes_per_second, 0.0);
    assert_eq!(told[0].seconds_left, None);
    let middle = told
        .iter()
        .find(|progress| progress.done_bytes >= 200_000)
        .unwrap();
    // 200 kB a second at most, less on a busy machine.
    assert!(
        middle.bytes_per_second > 20_000.0 && middle.bytes_per_second < 250_000.0,
        "{middle:?}"
    );
    let left = middle.seconds_left.unwrap();
    assert!((left * middle.bytes_per_second - (300_000 - middle.done_bytes) as f64).abs() < 1.0);
}
