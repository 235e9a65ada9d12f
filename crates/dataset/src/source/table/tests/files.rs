use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::tempdir;

use super::*;

const TEXT: &str = "name,x,y\né,1,a\nß,2,b\né,3,b\n";

pub(super) fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(bytes).collect()
}

#[test]
fn encodings_give_the_same_table() {
    let expected = table(TEXT);
    let latin = b"name,x,y\n\xe9,1,a\n\xdf,2,b\n\xe9,3,b\n";
    let mut two_members = packed(&TEXT.as_bytes()[..10]);
    two_members.extend(packed(&TEXT.as_bytes()[10..]));
    for bytes in [
        format!("\u{feff}{TEXT}").into_bytes(),
        utf16(TEXT, u16::to_le_bytes),
        utf16(TEXT, u16::to_be_bytes),
        packed(TEXT.as_bytes()),
        packed(&utf16(TEXT, u16::to_le_bytes)),
        two_members,
    ] {
        let found = table_with(&bytes, &Options::default()).unwrap();
        assert_eq!(found, expected);
        assert!(looks_like(&bytes));
    }
    let mut found = table_with(latin, &Options::default()).unwrap();
    let note = found.notes.remove(0);
    assert_eq!(note.what, "Encoding of row 2");
    assert_eq!(found, expected);
}

#[test]
fn files_are_read_by_any_name() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("größe, 1");
    fs::write(&path, packed(TEXT.as_bytes())).unwrap();
    assert!(recognise(&path));
    let mut calls = Vec::new();
    let table = read(&path, &Options::default(), &mut |done, total| {
        calls.push((done, total));
        true
    });
    assert_eq!(table.unwrap(), super::table(TEXT));
    let len = fs::metadata(&path).unwrap().len();
    assert!(calls.is_sorted() && calls.iter().all(|call| call.1 == 2 * len));
    assert_eq!(calls.last(), Some(&(2 * len, 2 * len)));
}

#[cfg(unix)]
#[test]
fn names_need_not_be_utf8() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempdir().unwrap();
    let path = folder
        .path()
        .join(std::ffi::OsStr::from_bytes(b"a\xff.csv"));
    fs::write(&path, TEXT).unwrap();
    assert_eq!(
        read(&path, &Options::default(), &mut |_, _| true).unwrap(),
        table(TEXT)
    );
}

#[test]
fn every_report_can_cancel() {
    let long = "z".repeat(100_000);
    let text = format!("{long},1,x\n{long},2,y\n{long},3,y\n").repeat(12);
    let open = || Ok(Box::new(text.as_bytes()) as Box<dyn Read>);
    let run = |most: usize| {
        let mut calls = 0;
        let result = decode(&open, 0, &Options::default(), &mut |_, _| {
            calls += 1;
            calls < most
        });
        (calls, result.map(|_| ()))
    };
    let (calls, result) = run(usize::MAX);
    assert!(calls > 6 && result.is_ok(), "{calls}");
    for most in 1..=calls {
        assert_eq!(run(most), (most, Err("Cancelled".to_owned())));
    }
}

#[test]
fn other_files_are_refused_by_name() {
    let folder = tempdir().unwrap();
    let read = |path: &Path| read(path, &Options::default(), &mut |_, _| true);
    assert!(read(folder.path()).unwrap_err().contains("is not a file"));
    assert!(!recognise(folder.path()));
    let path = folder.path().join("none.csv");
    assert!(
        read(&path)
            .unwrap_err()
            .starts_with("none.csv cannot be read")
    );
    assert!(!recognise(&path));
    fs::write(&path, b"PK\x03\x04\0\0,\n\0,1\n").unwrap();
    assert!(
        read(&path)
            .unwrap_err()
            .starts_with("none.csv: the file is not text")
    );
    fs::write(&path, "1,x\n2,y\n3,y\n").unwrap();
    assert_eq!(
        super::read(&path, &Options::default(), &mut |_, _| false),
        Err("Cancelled".to_owned())
    );
}

#[test]
fn damaged_gzip_is_noticed() {
    let text: String = (0..9000)
        .map(|row| format!("{row},{}\n", row % 7))
        .collect();
    let whole = packed(text.as_bytes());
    for end in [1, 2, 9, 100, whole.len() / 2, whole.len() - 1] {
        let found = table_with(&whole[..end], &Options::default()).unwrap_err();
        assert!(
            found.contains("cannot be read") || end == 1,
            "{end}: {found}"
        );
    }
    assert!(
        looks_like(&whole[..whole.len() / 2]),
        "the beginning is enough"
    );
}

#[test]
fn tables_are_told_from_other_files() {
    for table in [
        "a,b\n1,2",
        "1;2\n3;4\n5;6\n7",
        "x\ty\n1\t2\n",
        "caf\u{e9}|2\n1|2\n",
    ] {
        assert!(looks_like(table.as_bytes()), "{table:?}");
    }
    assert!(looks_like(b"caf\xe9,2\n1,2\n"));
    for other in [
        &b""[..],
        b"\n\n",
        b"a,b",
        b"one\ntwo\n",
        b"\0,1\n\0,2\n",
        b"\x01,1\n\x02,2\n",
        b"{\"a\": 1,\n\"b\": 2,\n\"c\": 3}\n",
        b"[1,2,\n3,4,\n",
        b"<a>x, y</a>\n<b>x, y</b>\n",
        b"\x1f\x8b",
        b"Some words, and more.\nThen, as before, others\nfollow. No end,\nnone at all, of them, in sight\nbut here\n",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    ] {
        assert!(!looks_like(other), "{:?}", String::from_utf8_lossy(other));
    }
}
