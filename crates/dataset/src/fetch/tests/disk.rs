//! What lies in the folder.

use std::time::Instant;

use super::{
    server::{cut, file},
    *,
};

fn good() -> (Case, Server) {
    Case::served(|_, request, content| vec![Act::Send(file(request, content))])
}

#[test]
fn what_is_there_is_kept() {
    let (case, server) = good();
    std::fs::write(case.path(), &case.content).unwrap();
    let mut last = None;
    let paths = fetch_with(
        &case.download,
        None,
        case.folder.path(),
        &options(),
        &mut |progress| {
            last = Some(progress);
            true
        },
    )
    .unwrap();
    assert_eq!(paths, [case.path()]);
    assert_eq!(last.unwrap().done_bytes, 300_000);
    assert!(server.requests().is_empty());
    case.assert_whole();
}

#[test]
fn what_is_wrong_is_replaced() {
    let (case, server) = good();
    for wrong in [b"short".to_vec(), vec![0; case.content.len()]] {
        std::fs::write(case.path(), wrong).unwrap();
        case.fetch().unwrap();
        case.assert_whole();
    }
    assert_eq!(server.ranges(), [None, None]);
}

#[test]
fn what_is_wrong_stays_where_nothing_better_comes() {
    let case = Case::new(&[]);
    std::fs::write(case.path(), "own").unwrap();
    case.fetch().unwrap_err();
    assert_eq!(std::fs::read(case.path()).unwrap(), b"own");
    case.assert_files(&["data.gz"]);
}

#[test]
fn a_cancelled_download_goes_on_later() {
    let (case, server) = Case::served(|_, request, content| {
        let answer = file(request, content);
        let rest = answer[150_000..].to_vec();
        vec![
            Act::Send(answer[..150_000].to_vec()),
            Act::Wait(Duration::from_millis(50)),
            Act::Send(rest),
        ]
    });
    let cancel = fetch_with(
        &case.download,
        None,
        case.folder.path(),
        &options(),
        &mut |progress| progress.done_bytes < 100_000,
    );
    assert_eq!(cancel.unwrap_err(), "Cancelled");
    case.assert_files(&["data.gz.part"]);
    let part = std::fs::read(case.part()).unwrap();
    assert!(part.len() >= 100_000 && part.len() < 300_000);
    assert!(case.content.starts_with(&part));
    let mut first = None;
    fetch_with(
        &case.download,
        None,
        case.folder.path(),
        &options(),
        &mut |progress| {
            if progress.bytes_per_second == 0.0 && progress.done_bytes == part.len() as u64 {
                first = Some(progress.done_bytes);
            }
            true
        },
    )
    .unwrap();
    case.assert_whole();
    assert_eq!(first, Some(part.len() as u64));
    assert_eq!(server.ranges(), [None, Some(part.len())]);
}

#[test]
fn a_stalled_download_is_cancelled_at_once() {
    let (case, _server) = Case::served(|_, _, _| vec![Act::Wait(Duration::from_secs(20))]);
    let patient = Options {
        stalled: Duration::from_secs(20),
        ..options()
    };
    let start = Instant::now();
    let result = fetch_with(
        &case.download,
        None,
        case.folder.path(),
        &patient,
        &mut |_| start.elapsed() < Duration::from_millis(300),
    );
    assert_eq!(result.unwrap_err(), "Cancelled");
    assert!(start.elapsed() < Duration::from_secs(5));
    case.assert_files(&[]);
}

#[test]
fn a_pause_is_cancelled_at_once() {
    let (case, _server) = Case::served(|_, _, _| Vec::new());
    let patient = Options {
        pause: Duration::from_secs(60),
        ..options()
    };
    let start = Instant::now();
    let result = fetch_with(
        &case.download,
        None,
        case.folder.path(),
        &patient,
        &mut |_| start.elapsed() < Duration::from_millis(500),
    );
    assert_eq!(result.unwrap_err(), "Cancelled");
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_check_of_what_is_there_is_cancelled() {
    let (case, _server) = good();
    std::fs::write(case.path(), &case.content).unwrap();
    let result = fetch_with(
        &case.download,
        None,
        case.folder.path(),
        &options(),
        &mut |progress| progress.done_bytes > 100_000,
    );
    assert_eq!(result.unwrap_err(), "Cancelled");
    case.assert_whole();
}

#[test]
fn a_whole_part_only_needs_its_name() {
    let (case, server) = good();
    std::fs::write(case.part(), &case.content).unwrap();
    case.fetch().unwrap();
    case.assert_whole();
    assert!(server.requests().is_empty());
}

#[test]
fn a_part_that_is_too_long_starts_again() {
    let (case, server) = good();
    std::fs::write(case.part(), [&case.content[..], b"more"].concat()).unwrap();
    case.fetch().unwrap();
    case.assert_whole();
    assert_eq!(server.ranges(), [None]);
}

#[test]
fn two_downloads_of_a_file_do_not_mix() {
    let (case, server) = Case::served(|_, request, content| {
        let answer = file(request, content);
        vec![
            Act::Send(cut(answer.clone(), 1000)),
            Act::Wait(Duration::from_millis(200)),
            Act::Send(answer[answer.len() - 299_000..].to_vec()),
        ]
    });
    let mut second = None;
    fetch_with(
        &case.download,
        None,
        case.folder.path(),
        &options(),
        &mut |progress| {
            if progress.done_bytes > 0 && second.is_none() {
                second = Some(case.fetch().unwrap_err());
            }
            true
        },
    )
    .unwrap();
    let error = second.unwrap();
    assert!(error.starts_with("Another download of "), "{error}");
    assert!(error.contains("is under way"), "{error}");
    case.assert_whole();
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_folder_that_cannot_be_made_is_told() {
    let (case, server) = good();
    let file = case.folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = case.fetch_into(&file.join("folder")).unwrap_err();
    assert!(
        error.contains("Cannot") && error.contains("file"),
        "{error}"
    );
    assert!(server.requests().is_empty());
}

#[test]
fn folders_in_the_way_are_told_and_kept() {
    let (case, server) = good();
    std::fs::create_dir(case.path()).unwrap();
    let error = case.fetch().unwrap_err();
    assert!(error.contains("data.gz is not a file"), "{error}");
    std::fs::remove_dir(case.path()).unwrap();
    std::fs::create_dir(case.part()).unwrap();
    let error = case.fetch().unwrap_err();
    assert!(
        error.starts_with("Cannot write ") && error.contains("data.gz.part"),
        "{error}"
    );
    case.assert_files(&["data.gz.part"]);
    assert!(server.requests().is_empty());
}

/// A device that is always full stands in for the disk.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let (case, server) = good();
    std::os::unix::fs::symlink("/dev/full", case.part()).unwrap();
    let error = case.fetch().unwrap_err();
    assert_eq!(
        error,
        format!(
            "The disk is full: make room for 300,000 bytes in {} and download again",
            case.folder.path().display()
        )
    );
    assert_eq!(server.requests().len(), 1);
    assert!(!case.path().exists());
}

#[cfg(target_os = "linux")]
#[test]
fn folders_need_not_be_utf8() {
    use std::os::unix::ffi::OsStrExt;
    let (case, _server) = good();
    let dir = case
        .folder
        .path()
        .join(std::ffi::OsStr::from_bytes(b"d\xffta"));
    let paths = case.fetch_into(&dir).unwrap();
    assert_eq!(paths, [dir.join("data.gz")]);
    assert!(std::fs::read(&paths[0]).unwrap() == case.content);
}
