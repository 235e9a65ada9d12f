//! What servers do that ends well.

use std::time::Instant;

use super::{
    server::{answer, chunked, cut, file, redirect, whole},
    *,
};

#[test]
fn a_file_comes_whole() {
    let (case, server) =
        Case::served(|_, request, content| vec![Act::Send(file(request, content))]);
    assert_eq!(case.fetch().unwrap(), [case.path()]);
    case.assert_whole();
    assert_eq!(server.ranges(), [None]);
}

#[test]
fn a_file_without_a_length_comes_whole() {
    let (case, _server) = Case::served(|_, _, content| {
        vec![Act::Send(chunked(&content.chunks(777).collect::<Vec<_>>()))]
    });
    case.fetch().unwrap();
    case.assert_whole();
    let (case, _server) =
        Case::served(|_, _, content| vec![Act::Send(answer("200 OK", &[], content))]);
    case.fetch().unwrap();
    case.assert_whole();
}

#[test]
fn a_cut_connection_goes_on_from_there() {
    let (case, server) = Case::served(|number, request, content| {
        let answer = file(request, content);
        vec![Act::Send(match number {
            0 => cut(answer, 120_000),
            1 => cut(answer, 80_000),
            _ => answer,
        })]
    });
    case.fetch().unwrap();
    case.assert_whole();
    assert_eq!(server.ranges(), [None, Some(120_000), Some(200_000)]);
}

#[test]
fn a_connection_that_is_always_cut_is_given_up() {
    let (case, server) = Case::served(|_, _, content| vec![Act::Send(cut(whole(content), 50_000))]);
    let error = case.fetch().unwrap_err();
    assert!(error.contains("broke off the connection"), "{error}");
    assert!(error.contains(PAGE) && error.contains(case.folder.path().to_str().unwrap()));
    assert_eq!(server.requests().len(), 4);
    // It goes on from there the next time.
    case.assert_files(&["data.gz.part"]);
    assert_eq!(std::fs::metadata(case.part()).unwrap().len(), 50_000);
}

#[test]
fn getting_on_counts_more_than_retries() {
    let (case, server) =
        Case::served(|_, request, content| vec![Act::Send(cut(file(request, content), 40_000))]);
    case.fetch().unwrap();
    case.assert_whole();
    assert_eq!(server.requests().len(), 8);
}

#[test]
fn a_stalled_connection_is_tried_again() {
    let (case, server) = Case::served(|number, request, content| {
        let answer = file(request, content);
        match number {
            0 => vec![
                Act::Send(cut(answer, 100_000)),
                Act::Wait(Duration::from_secs(20)),
            ],
            _ => vec![Act::Send(answer)],
        }
    });
    case.fetch().unwrap();
    case.assert_whole();
    assert_eq!(server.ranges(), [None, Some(100_000)]);
}

#[test]
fn a_server_that_never_answers_is_given_up() {
    let (case, server) = Case::served(|_, _, _| vec![Act::Wait(Duration::from_secs(20))]);
    let start = Instant::now();
    let error = case.fetch().unwrap_err();
    assert!(error.contains("stalled"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(10));
    assert_eq!(server.requests().len(), 4);
    case.assert_files(&[]);
}

#[test]
fn a_server_that_ignores_ranges_starts_again() {
    let (case, server) = Case::served(|number, _, content| {
        let answer = whole(content);
        vec![Act::Send(if number == 0 {
            cut(answer, 120_000)
        } else {
            answer
        })]
    });
    case.fetch().unwrap();
    case.assert_whole();
    assert_eq!(server.ranges(), [None, Some(120_000)]);
}

#[test]
fn a_range_that_is_refused_or_odd_starts_again() {
    let odd = |range: &'static str| {
        move |content: &[u8], first: usize| {
            answer(
                "206 Partial Content",
                &[range.to_owned()],
                &content[first..],
            )
        }
    };
    type Answer = Box<dyn Fn(&[u8], usize) -> Vec<u8> + Send + Sync>;
    let answers: [Answer; 4] = [
        Box::new(|_, _| {
            answer(
                "416 Range Not Satisfiable",
                &["Content-Length: 0".to_owned()],
                b"",
            )
        }),
        Box::new(odd("Content-Range: bytes 0-299999/300000")),
        Box::new(odd("Content-Range: bytes 1000-300001/300002")),
        Box::new(odd("X-Odd: yes")),
    ];
    for odd in answers {
        let (case, server) = Case::served(move |_, request, content| {
            vec![Act::Send(match request.range {
                Some(first) => odd(content, first),
                None => whole(content),
            })]
        });
        std::fs::write(case.part(), &case.content[..1000]).unwrap();
        case.fetch().unwrap();
        case.assert_whole();
        assert_eq!(server.ranges(), [Some(1000), None]);
    }
}

#[test]
fn a_corrupted_part_starts_again() {
    let (case, server) =
        Case::served(|_, request, content| vec![Act::Send(file(request, content))]);
    std::fs::write(case.part(), vec![0; 1000]).unwrap();
    case.fetch().unwrap();
    case.assert_whole();
    assert_eq!(server.ranges(), [Some(1000), None]);
}

#[test]
fn the_next_server_is_asked() {
    let (_, missing) = Case::served(|_, _, _| {
        vec![Act::Send(answer(
            "404 Not Found",
            &["Content-Length: 4".to_owned()],
            b"gone",
        ))]
    });
    let (_, good) = Case::served(|_, request, content| vec![Act::Send(file(request, content))]);
    let case = Case::new(&[missing.url(), good.url()]);
    case.fetch().unwrap();
    case.assert_whole();
    assert_eq!((missing.requests().len(), good.requests().len()), (1, 1));

    let case = Case::new(&[missing.url(), missing.url()]);
    let error = case.fetch().unwrap_err();
    assert_eq!(error.matches("answers 404 Not Found").count(), 2, "{error}");
    case.assert_files(&[]);
}

#[test]
fn errors_of_the_server_are_tried_again() {
    let (case, server) = Case::served(|number, request, content| {
        vec![Act::Send(if number < 2 {
            answer(
                "500 Internal Server Error",
                &["Content-Length: 0".to_owned()],
                b"",
            )
        } else {
            file(request, content)
        })]
    });
    case.fetch().unwrap();
    case.assert_whole();
    assert_eq!(server.requests().len(), 3);

    let (case, server) = Case::served(|_, _, _| {
        vec![Act::Send(answer(
            "503 Service Unavailable",
            &["Content-Length: 0".to_owned()],
            b"",
        ))]
    });
    let error = case.fetch().unwrap_err();
    assert!(error.contains("answers 503 Service Unavailable"), "{error}");
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn redirects_are_followed_with_the_range() {
    let (_, good) = Case::served(|_, request, content| vec![Act::Send(file(request, content))]);
    let to = format!("{}/moved", good.url());
    let (case, _server) = Case::served(move |_, _, _| vec![Act::Send(redirect(&to))]);
    std::fs::write(case.part(), &case.content[..1000]).unwrap();
    case.fetch().unwrap();
    case.assert_whole();
    assert_eq!(good.ranges(), [Some(1000)]);
}

#[test]
fn what_follows_the_announced_length_is_left() {
    let (case, _server) =
        Case::served(|_, _, content| vec![Act::Send([whole(content), b"more".to_vec()].concat())]);
    case.fetch().unwrap();
    case.assert_whole();
}

#[test]
fn a_proxy_is_used() {
    let (case, server) =
        Case::served(|_, request, content| vec![Act::Send(file(request, content))]);
    let to = server.address.clone();
    let proxy = Server::new(move |_, _| {
        vec![
            Act::Send(b"HTTP/1.1 200 Connection established\r\n\r\n".to_vec()),
            Act::Tunnel(to.clone()),
        ]
    });
    let through = |proxy: &Server| Options {
        proxy: Some(ureq::Proxy::new(&proxy.url()).unwrap()),
        ..options()
    };
    // A name that only the proxy knows.
    let base = Some("http://data.invalid");
    let dir = case.folder.path();
    fetch_with(&case.download, base, dir, &through(&proxy), &mut |_| true).unwrap();
    case.assert_whole();
    assert_eq!(proxy.requests()[0].line, "CONNECT data.invalid:80 HTTP/1.1");
    assert_eq!(server.requests()[0].line, "GET /data.gz HTTP/1.1");

    std::fs::remove_file(case.path()).unwrap();
    let proxy = Server::new(|_, _| {
        vec![Act::Send(answer(
            "407 Proxy Authentication Required",
            &[],
            b"",
        ))]
    });
    let error = fetch_with(&case.download, base, dir, &through(&proxy), &mut |_| true).unwrap_err();
    let words = format!("cannot be reached through the proxy {} (", proxy.address);
    assert!(error.contains(&words) && error.contains("407"), "{error}");
}
