//! A web server of a few lines that misbehaves as it is told to.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

/// What a client asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// Method and address, as in the first line.
    pub line: String,
    /// First byte of the range that was asked for.
    pub range: Option<usize>,
}

/// What is done on a connection, after which it is closed.
#[derive(Clone, Debug)]
pub enum Act {
    Send(Vec<u8>),
    Wait(Duration),
    /// Carries bytes to and from another server.
    Tunnel(String),
}

pub struct Server {
    pub address: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// A server that does what `script` says for the number of the request, from 0.
    pub fn new(script: impl Fn(usize, &Request) -> Vec<Act> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        let script = Arc::new(script);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (seen, script) = (seen.clone(), script.clone());
                thread::spawn(move || serve(stream.unwrap(), &seen, &*script));
            }
        });
        Self { address, requests }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// First byte of each range that was asked for, in turn.
    pub fn ranges(&self) -> Vec<Option<usize>> {
        self.requests()
            .iter()
            .map(|request| request.range)
            .collect()
    }
}

fn serve(
    mut stream: TcpStream,
    seen: &Mutex<Vec<Request>>,
    script: &dyn Fn(usize, &Request) -> Vec<Act>,
) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let mut request = Request {
        line: lines.next().unwrap().unwrap(),
        range: None,
    };
    for line in lines {
        let line = line.unwrap().to_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(range) = line.strip_prefix("range: bytes=") {
            request.range = Some(range.trim_end_matches('-').parse().unwrap());
        }
    }
    let number = {
        let mut seen = seen.lock().unwrap();
        seen.push(request.clone());
        seen.len() - 1
    };
    for act in script(number, &request) {
        match act {
            Act::Send(bytes) => {
                // The client may have gone away.
                if stream.write_all(&bytes).is_err() {
                    return;
                }
            }
            Act::Wait(time) => thread::sleep(time),
            Act::Tunnel(address) => tunnel(&stream, &address),
        }
    }
}

fn tunnel(stream: &TcpStream, address: &str) {
    let server = TcpStream::connect(address).unwrap();
    let (mut from, mut to) = (stream.try_clone().unwrap(), server.try_clone().unwrap());
    thread::spawn(move || std::io::copy(&mut from, &mut to));
    let (mut from, mut to) = (server, stream.try_clone().unwrap());
    let mut bytes = Vec::new();
    from.read_to_end(&mut bytes).unwrap();
    to.write_all(&bytes).unwrap();
}

/// An answer with a status line, further headers and a body.
pub fn answer(status: &str, headers: &[String], body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {status}\r\nConnection: close\r\n").into_bytes();
    for header in headers {
        bytes.extend_from_slice(format!("{header}\r\n").as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    bytes
}

/// The answer with a whole body, or its rest where a range is asked for.
pub fn file(request: &Request, body: &[u8]) -> Vec<u8> {
    match request.range {
        None => whole(body),
        Some(first) => answer(
            "206 Partial Content",
            &[
                format!("Content-Length: {}", body.len() - first),
                format!(
                    "Content-Range: bytes {first}-{}/{}",
                    body.len() - 1,
                    body.len()
                ),
            ],
            &body[first..],
        ),
    }
}

pub fn whole(body: &[u8]) -> Vec<u8> {
    answer("200 OK", &[format!("Content-Length: {}", body.len())], body)
}

/// A body without a length, in pieces.
pub fn chunked(pieces: &[&[u8]]) -> Vec<u8> {
    let mut body = Vec::new();
    for piece in pieces {
        body.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        body.extend_from_slice(piece);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"0\r\n\r\n");
    answer("200 OK", &["Transfer-Encoding: chunked".to_owned()], &body)
}

/// The answer up to `count` bytes of its body.
pub fn cut(mut answer: Vec<u8>, count: usize) -> Vec<u8> {
    let head = answer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap();
    answer.truncate(head + 4 + count);
    answer
}

pub fn redirect(to: &str) -> Vec<u8> {
    answer(
        "302 Found",
        &[format!("Location: {to}"), "Content-Length: 0".to_owned()],
        b"",
    )
}
