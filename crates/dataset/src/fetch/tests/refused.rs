//! What servers do that does not end well.

use std::io::{Read, Write};

use super::{
    server::{answer, chunked, cut, file, redirect, whole},
    *,
};

#[test]
fn a_range_that_nobody_asked_for_is_refused() {
    let (case, _server) = Case::served(|_, _, content| {
        vec![Act::Send(answer(
            "206 Partial Content",
            &["Content-Range: bytes 0-299999/300000".to_owned()],
            content,
        ))]
    });
    let error = case.fetch().unwrap_err();
    assert!(error.contains("answers 206"), "{error}");
}

#[test]
fn a_corrupted_file_is_not_kept() {
    let (case, server) = Case::served(|_, _, content| {
        let mut content = content.to_vec();
        content[150_000] ^= 1;
        vec![Act::Send(whole(&content))]
    });
    let error = case.fetch().unwrap_err();
    assert!(
        error.contains("is not what was published (SHA-256 "),
        "{error}"
    );
    assert!(error.contains(&sha256(&case.content)) && error.contains(PAGE));
    assert_eq!(server.requests().len(), 1);
    case.assert_files(&[]);
}

#[test]
fn a_server_that_spoils_what_it_goes_on_with_is_given_up() {
    let (case, server) = Case::served(|_, request, content| {
        let spoilt = vec![0; content.len()];
        vec![Act::Send(match request.range {
            Some(_) => file(request, &spoilt),
            None => cut(whole(content), 100_000),
        })]
    });
    let error = case.fetch().unwrap_err();
    assert!(
        error.contains("broke off") || error.contains("is not what"),
        "{error}"
    );
    assert!(server.requests().len() <= 8);
    assert!(!case.path().exists());
}

#[test]
fn redirects_in_a_circle_end() {
    let (case, server) = Case::served(|_, _, _| vec![Act::Send(redirect("/data.gz"))]);
    let error = case.fetch().unwrap_err();
    assert!(error.contains("more than 10 times"), "{error}");
    assert_eq!(server.requests().len(), 11);
    case.assert_files(&[]);
}

#[test]
fn more_than_was_published_is_stopped() {
    // Without end.
    let (case, _server) = Case::served(|_, _, content| {
        let pieces: Vec<&[u8]> = std::iter::repeat_n(content, 100).collect();
        vec![
            Act::Send(chunked(&pieces)),
            Act::Wait(Duration::from_secs(20)),
        ]
    });
    let error = case.fetch().unwrap_err();
    assert!(
        error.contains("sends more bytes instead of the 300,000"),
        "{error}"
    );
    case.assert_files(&[]);

    // Announced.
    let (case, _server) = Case::served(|_, _, content| {
        let more = [content, b"more"].concat();
        vec![
            Act::Send(cut(whole(&more), 10)),
            Act::Wait(Duration::from_secs(20)),
        ]
    });
    let error = case.fetch().unwrap_err();
    assert!(
        error.contains("sends 300,004 bytes instead of the 300,000"),
        "{error}"
    );
    case.assert_files(&[]);
}

#[test]
fn a_page_in_place_of_the_file_leaves_the_part() {
    let (case, server) = Case::served(|_, _, _| vec![Act::Send(whole(b"<html>Log in</html>"))]);
    std::fs::write(case.part(), &case.content[..1000]).unwrap();
    let error = case.fetch().unwrap_err();
    assert!(
        error.contains("sends 19 bytes instead of the 300,000"),
        "{error}"
    );
    assert_eq!(server.requests().len(), 1);
    assert_eq!(std::fs::read(case.part()).unwrap(), &case.content[..1000]);
}

#[test]
fn what_is_not_http_is_given_up() {
    let (case, _server) =
        Case::served(|_, _, _| vec![Act::Send(b"220 ftp ready\r\n\r\n".to_vec())]);
    let error = case.fetch().unwrap_err();
    assert!(error.contains("is not understood"), "{error}");
}

#[test]
fn without_a_server_the_page_is_told() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let case = Case::new(&[format!("http://{port}")]);
    let error = case.fetch().unwrap_err();
    let end = format!(
        "): try again later, or download data.gz by hand from {PAGE} and put it into {}",
        case.folder.path().display()
    );
    assert!(
        error.starts_with(&format!("http://{port}/data.gz cannot be reached (")),
        "{error}"
    );
    assert!(error.ends_with(&end), "{error}");
    case.assert_files(&[]);
}

#[test]
fn odd_addresses_are_refused() {
    let case = Case::new(&[]);
    for base in [
        "",
        "nonsense",
        "ftp://127.0.0.1",
        "/home",
        "http://",
        "http://a b",
    ] {
        let result = fetch_with(
            &case.download,
            Some(base),
            case.folder.path(),
            &options(),
            &mut |_| true,
        );
        let error = result.unwrap_err();
        assert!(
            error.contains("is not an address of the web"),
            "{base}: {error}"
        );
    }
    case.assert_files(&[]);
}

#[test]
fn a_server_without_encryption_is_told() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .unwrap();
        // Until the client leaves.
        stream.read_to_end(&mut Vec::new()).ok();
    });
    let error = Case::new(&[format!("https://{address}")])
        .fetch()
        .unwrap_err();
    assert!(error.contains("cannot be reached ("), "{error}");
    assert!(error.contains(PAGE));
}
