//! One request, answered through a channel, so that who waits for it can stop at any time.

use std::{
    io::{ErrorKind, Read},
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    time::Duration,
};

use ureq::{
    Agent, Body, Error, Proxy, Timeout,
    http::{HeaderMap, Response, StatusCode, Uri, header},
};

use super::failure::Failure;

/// Redirects that are followed.
const MAX_REDIRECTS: u32 = 10;

/// Largest piece of a body that is handed on at once, in bytes.
const PIECE: usize = 64 << 10;

/// Pieces that wait to be written.
const WAITING: usize = 16;

/// How servers are reached and how patiently.
#[derive(Clone, Debug)]
pub struct Options {
    /// Longest time to find a server and to connect to it.
    pub connect: Duration,
    /// Longest time without a byte.
    pub stalled: Duration,
    /// Time before the first retry; it doubles for each further one.
    pub pause: Duration,
    pub proxy: Option<Proxy>,
}

impl Options {
    /// As the environment has it.
    pub fn usual() -> Self {
        Self {
            connect: Duration::from_secs(15),
            stalled: Duration::from_secs(30),
            pause: Duration::from_secs(1),
            proxy: Proxy::try_from_env(),
        }
    }

    pub fn agent(&self) -> Agent {
        Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(MAX_REDIRECTS)
            // Files count as they lie on the server.
            .accept_encoding("identity")
            .user_agent(concat!("layerwise/", env!("CARGO_PKG_VERSION")))
            .proxy(self.proxy.clone())
            .timeout_resolve(Some(self.connect))
            .timeout_connect(Some(self.connect))
            .timeout_per_read(Some(self.stalled))
            .timeout_per_write(Some(self.stalled))
            .build()
            .into()
    }
}

/// What comes for a request, in this order; nothing follows a failure.
#[derive(Debug)]
pub enum Event {
    Head(Head),
    Piece(Vec<u8>),
    End,
    Failed(Failure),
}

/// The start of an answer.
#[derive(Debug, PartialEq, Eq)]
pub struct Head {
    pub status: StatusCode,
    /// Length of what follows, where the server tells.
    pub length: Option<u64>,
    /// First byte, and length of the whole file where the server tells, of a part of a file.
    pub range: Option<(u64, Option<u64>)>,
}

/// Asks for a file from byte `from` on.
///
/// # Errors
/// Where the system gives no thread.
pub fn get(agent: &Agent, url: &str, from: u64) -> Result<Receiver<Event>, Failure> {
    let (sender, receiver) = sync_channel(WAITING);
    let agent = agent.clone();
    let url = url.to_owned();
    std::thread::Builder::new()
        .name("download".to_owned())
        .spawn(move || {
            if let Err(failure) = answer(&agent, &url, from, &sender) {
                // Nobody may be waiting any more.
                sender.send(Event::Failed(failure)).ok();
            }
        })
        .map_err(|error| Failure::Stop(format!("No download can be started: {error}")))?;
    Ok(receiver)
}

/// Sends what comes until it ends or nobody waits for it.
fn answer(agent: &Agent, url: &str, from: u64, sender: &SyncSender<Event>) -> Result<(), Failure> {
    let mut request = agent.get(url);
    if from > 0 {
        request = request.header(header::RANGE, format!("bytes={from}-"));
    }
    let response = request.call().map_err(|error| failure(agent, url, error))?;
    if sender.send(Event::Head(head(&response))).is_err() {
        return Ok(());
    }
    let mut body = response.into_body().into_reader();
    loop {
        let mut piece = vec![0; PIECE];
        let count = match body.read(&mut piece) {
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(failure(agent, url, error.into())),
        };
        piece.truncate(count);
        let event = if count == 0 {
            Event::End
        } else {
            Event::Piece(piece)
        };
        if sender.send(event).is_err() || count == 0 {
            return Ok(());
        }
    }
}

fn head(response: &Response<Body>) -> Head {
    Head {
        status: response.status(),
        length: response.body().content_length(),
        range: content_range(response.headers()),
    }
}

/// Reads `bytes 3-9/10` or `bytes 3-9/*`.
fn content_range(headers: &HeaderMap) -> Option<(u64, Option<u64>)> {
    let text = headers.get(header::CONTENT_RANGE)?.to_str().ok()?;
    let (range, total) = text.trim().strip_prefix("bytes")?.trim().split_once('/')?;
    let (first, _) = range.split_once('-')?;
    let total = match total.trim() {
        "*" => None,
        total => Some(total.parse().ok()?),
    };
    Some((first.trim().parse().ok()?, total))
}

/// What an error of the library means for the download.
fn failure(agent: &Agent, url: &str, error: Error) -> Failure {
    let unreachable = |why: &str| {
        Failure::Source(format!(
            "{url} cannot be reached{} ({why})",
            via(agent, url)
        ))
    };
    match error {
        Error::Timeout(Timeout::Resolve | Timeout::Connect) => unreachable("it does not answer"),
        Error::Timeout(_) => Failure::Broken(format!("{url} stalled")),
        Error::Protocol(error) => {
            Failure::Broken(format!("{url} answered what is not understood ({error})"))
        }
        Error::Io(error) if is_cut(error.kind()) => {
            Failure::Broken(format!("{url} broke off the connection"))
        }
        Error::Io(error) => unreachable(&error.to_string()),
        Error::HostNotFound => unreachable("its server is unknown"),
        Error::ConnectProxyFailed(why) => unreachable(why.trim()),
        Error::TooManyRedirects => Failure::Source(format!(
            "{url} leads on to another address more than {MAX_REDIRECTS} times"
        )),
        Error::BadUri(_) | Error::Http(_) => {
            Failure::Source(format!("{url} is not an address of the web"))
        }
        error => unreachable(&error.to_string()),
    }
}

/// The proxy that is used for an address, in words.
fn via(agent: &Agent, url: &str) -> String {
    let url: Result<Uri, _> = url.parse();
    match (agent.config().proxy(), url) {
        (Some(proxy), Ok(url)) if !proxy.is_no_proxy(&url) => {
            format!(" through the proxy {}:{}", proxy.host(), proxy.port())
        }
        _ => String::new(),
    }
}

/// Whether a connection was there and is no more.
fn is_cut(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::UnexpectedEof
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::NotConnected
            | ErrorKind::TimedOut
            | ErrorKind::WouldBlock
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read() {
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_RANGE, text.parse().unwrap());
            content_range(&headers)
        };
        assert_eq!(read("bytes 3-9/10"), Some((3, Some(10))));
        assert_eq!(read("bytes 3-9/*"), Some((3, None)));
        for odd in [
            "bytes */10",
            "3-9/10",
            "bytes 3-9",
            "bytes -/10",
            "bytes x-9/10",
            "bytes 3-9/x",
        ] {
            assert_eq!(read(odd), None, "{odd}");
        }
        assert_eq!(content_range(&HeaderMap::new()), None);
    }

    #[test]
    fn a_failed_look_up_is_no_cut_connection() {
        let agent = Agent::config_builder().proxy(None).build().into();
        let error = Error::Io(std::io::Error::other(
            "failed to lookup address information",
        ));
        let Failure::Source(sentence) = failure(&agent, "https://example.org/x", error) else {
            panic!("it would be tried again");
        };
        assert!(sentence.contains("cannot be reached (failed to lookup"));
        assert!(matches!(
            failure(&agent, "https://example.org/x", Error::HostNotFound),
            Failure::Source(_)
        ));
    }
}
