use std::{
    io::{Cursor, Write},
    sync::Arc,
};

use half::f16;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::*;
use crate::source::raw::Store;

fn npy(descr: &str, fortran: bool, dims: &[usize], data: &[u8]) -> Vec<u8> {
    let lengths: Vec<String> = dims.iter().map(|length| format!("{length},")).collect();
    let order = if fortran { "True" } else { "False" };
    let mut header = format!(
        "{{'descr': '{descr}', 'fortran_order': {order}, 'shape': ({}), }}",
        lengths.concat()
    );
    while !(header.len() + 11).is_multiple_of(64) {
        header.push(' ');
    }
    header.push('\n');
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    [
        b"\x93NUMPY\x01\x00",
        length.as_slice(),
        header.as_bytes(),
        data,
    ]
    .concat()
}

fn npz(arrays: &[(&str, Vec<u8>)], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, bytes) in arrays {
        writer.start_file(format!("{name}.npy"), options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Packed, not packed and read from the file sample by sample, they are the same.
fn read(arrays: &[(&str, Vec<u8>)]) -> Result<Raw, String> {
    let bytes = npz(arrays, CompressionMethod::Stored);
    let stored = decode(Cursor::new(&bytes), "d.npz", None);
    let packed = npz(arrays, CompressionMethod::Deflated);
    assert_eq!(stored, decode(Cursor::new(packed), "d.npz", None));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d.npz");
    std::fs::write(&path, &bytes).unwrap();
    let left = decode(Cursor::new(&bytes), "d.npz", Some((&path, 0)));
    match (&stored, left) {
        (Ok(stored), Ok(mut left)) => {
            left.train = held(&left.train);
            left.test = left.test.as_ref().map(held);
            assert_eq!(*stored, left);
        }
        (Err(_), Err(_)) => {}
        (stored, left) => panic!("{stored:?} {left:?}"),
    }
    stored
}

/// The samples of a part in memory.
fn held(part: &Arc<Part>) -> Arc<Part> {
    let Store::InFile(samples) = &part.store else {
        return Arc::clone(part);
    };
    let places = 0..part.labels.len();
    let store = if samples.holds_pixels() {
        Store::Bytes(places.flat_map(|at| samples.pixels(at).unwrap()).collect())
    } else {
        Store::Values(places.flat_map(|at| samples.values(at).unwrap()).collect())
    };
    Part::shared(store, part.labels.clone())
}

fn bytes<const SIZE: usize, T: Copy>(values: &[T], to: impl Fn(T) -> [u8; SIZE]) -> Vec<u8> {
    values.iter().flat_map(|value| to(*value)).collect()
}

fn labels(values: &[i64]) -> Vec<u8> {
    npy(
        "<i8",
        false,
        &[values.len()],
        &bytes(values, i64::to_le_bytes),
    )
}

/// Two vectors of two values.
fn vectors() -> Vec<u8> {
    npy(
        "<f4",
        false,
        &[2, 2],
        &bytes(&[0.5, -1.0, 2.0, 3.0], f32::to_le_bytes),
    )
}

#[track_caller]
fn refused(result: Result<Raw, String>, parts: &[&str]) {
    let error = result.unwrap_err();
    for part in parts {
        assert!(error.contains(part), "{error}");
    }
    assert!(!error.ends_with('.'), "{error}");
}

#[test]
fn vectors_are_read_exactly() {
    let raw = read(&[
        ("x", vectors()),
        ("y", labels(&[7, -1])),
        ("other", vectors()),
    ])
    .unwrap();
    assert_eq!(raw.format, Format::Npz);
    assert_eq!((raw.shape, raw.is_image), (Some([2, 1, 1]), false));
    assert_eq!(raw.classes, ["-1", "7"]);
    assert_eq!(raw.train.labels, [1, 0]);
    assert_eq!(raw.train.store, Store::Values(vec![0.5, -1.0, 2.0, 3.0]));
    assert_eq!(raw.test, None);
    assert_eq!((raw.notes.len(), raw.notes[0].what.as_str()), (1, "other"));
}

/// The values of an array whose value at each place is told.
fn array(dims: &[usize], fortran: bool, value: impl Fn(&[usize]) -> u8) -> Vec<u8> {
    let total = dims.iter().product();
    let mut values = vec![0; total];
    for at in 0..total {
        let mut rest = at;
        let mut place = vec![0; dims.len()];
        for axis in (0..dims.len()).rev() {
            place[axis] = rest % dims[axis];
            rest /= dims[axis];
        }
        let mut turned = 0;
        for axis in (0..dims.len()).rev() {
            turned = turned * dims[axis] + place[axis];
        }
        values[if fortran { turned } else { at }] = value(&place);
    }
    npy("|u1", fortran, dims, &values)
}

#[test]
fn images_of_bytes_are_read_exactly_in_every_layout() {
    // Two images of three channels and 2 × 5 pixels, counted up.
    let value = |n, c, h, w| u8::try_from(((n * 3 + c) * 2 + h) * 5 + w).unwrap();
    for fortran in [false, true] {
        let last = array(&[2, 2, 5, 3], fortran, |p| value(p[0], p[3], p[1], p[2]));
        let first = array(&[2, 3, 2, 5], fortran, |p| value(p[0], p[1], p[2], p[3]));
        for x in [last, first] {
            let raw = read(&[("x", x), ("y", labels(&[0, 1]))]).unwrap();
            assert_eq!((raw.shape, raw.is_image), (Some([3, 2, 5]), true));
            assert_eq!(raw.train.store, Store::Bytes((0..60).collect()));
        }
        let grey = array(&[2, 2, 5], fortran, |p| value(0, p[0], p[1], p[2]));
        let raw = read(&[("x", grey), ("y", labels(&[0, 1]))]).unwrap();
        assert_eq!(raw.shape, Some([1, 2, 5]));
        assert_eq!(raw.train.store, Store::Bytes((0..20).collect()));
        let vectors = array(&[2, 5], fortran, |p| value(0, 0, p[0], p[1]));
        let raw = read(&[("x", vectors), ("y", labels(&[0, 1]))]).unwrap();
        let values = (0..10_u8).map(f32::from).collect();
        assert_eq!(raw.train.store, Store::Values(values));
    }
}

#[test]
fn every_kind_of_number_is_read() {
    let one_two = |descr: &str, data: Vec<u8>| {
        let x = npy(descr, false, &[2, 1], &data);
        let y = npy(descr, false, &[2, 1], &data);
        let raw = read(&[("x", x), ("y", y)]).unwrap();
        assert_eq!(raw.train.store, Store::Values(vec![0.0, 1.0]), "{descr}");
        assert_eq!(raw.classes, ["0", "1"], "{descr}");
        assert_eq!(raw.train.labels, [0, 1], "{descr}");
    };
    for descr in ["|b1", "|u1", "|i1"] {
        one_two(descr, vec![0, 1]);
    }
    one_two("<i2", bytes(&[0, 1], i16::to_le_bytes));
    one_two(">i2", bytes(&[0, 1], i16::to_be_bytes));
    one_two("<u2", bytes(&[0, 1], u16::to_le_bytes));
    one_two(">i4", bytes(&[0, 1], i32::to_be_bytes));
    one_two("<u4", bytes(&[0, 1], u32::to_le_bytes));
    one_two("<i8", bytes(&[0, 1], i64::to_le_bytes));
    one_two(">u8", bytes(&[0, 1], u64::to_be_bytes));
    one_two(
        "<f2",
        bytes(
            &[f16::from_bits(0), f16::from_bits(0x3c00)],
            f16::to_le_bytes,
        ),
    );
    one_two(">f4", bytes(&[0.0, 1.0], f32::to_be_bytes));
    one_two("<f8", bytes(&[0.0, 1.0], f64::to_le_bytes));
}

#[test]
fn parts_for_testing_are_read() {
    let raw = read(&[
        ("train_images", array(&[2, 2, 2], false, |_| 1)),
        ("train_labels", labels(&[3, 4])),
        ("val_images", array(&[1, 2, 2], false, |_| 2)),
        ("test_images", array(&[1, 2, 2], false, |_| 3)),
        ("test_labels", labels(&[5])),
    ])
    .unwrap();
    assert_eq!(raw.classes, ["3", "4", "5"]);
    let test = raw.test.unwrap();
    assert_eq!(test.store, Store::Bytes(vec![3; 4]));
    assert_eq!(test.labels, [2]);
    assert_eq!(raw.notes[0].what, "val_images");
    let with = |test: Vec<u8>, y: Vec<u8>| {
        read(&[
            ("x_train", vectors()),
            ("y_train", labels(&[0, 1])),
            ("x_test", test),
            ("y_test", y),
        ])
    };
    let wide = npy("<f4", false, &[1, 3], &[0; 12]);
    refused(with(wide, labels(&[0])), &["2 × 1 × 1", "3 × 1 × 1"]);
    refused(
        with(vectors(), labels(&[0])),
        &["x_test holds 2 samples but y_test holds 1 labels"],
    );
    let texts = npy("|S1", false, &[2], b"ab");
    refused(with(vectors(), texts), &["differ in kind"]);
    let two = [
        ("x", vectors()),
        ("y", labels(&[0, 1])),
        ("x_test", vectors()),
    ];
    refused(read(&two), &["holds x_test but not both"]);
    let mixed = [
        ("x", array(&[2, 2, 2], false, |_| 1)),
        ("y", labels(&[0, 1])),
        ("x_test", npy("<f4", false, &[1, 2, 2], &[0; 16])),
        ("y_test", labels(&[0])),
    ];
    refused(read(&mixed), &["Only one of x and x_test holds bytes"]);
}

#[test]
fn texts_are_class_names() {
    let utf32 = |text: &str, to: fn(u32) -> [u8; 4]| -> Vec<u8> {
        text.chars()
            .flat_map(|letter| to(u32::from(letter)))
            .collect()
    };
    for y in [
        npy("<U3", false, &[2], &utf32("öl\0dog", u32::to_le_bytes)),
        npy(">U3", false, &[2, 1], &utf32("öl\0dog", u32::to_be_bytes)),
        npy("|S3", false, &[2], "öldog".as_bytes()),
    ] {
        let raw = read(&[("x", vectors()), ("y", y)]).unwrap();
        assert_eq!(raw.classes, ["dog", "öl"]);
        assert_eq!(raw.train.labels, [1, 0]);
    }
    for wrong in [
        npy("<U1", false, &[2], &bytes(&[0xd800, 65], u32::to_le_bytes)),
        npy("|S1", false, &[2], b"\xffa"),
    ] {
        refused(
            read(&[("x", vectors()), ("y", wrong)]),
            &["Label 0", "no Unicode text"],
        );
    }
}

#[test]
fn columns_are_classes() {
    let one_hot = |fortran, values: [f32; 6]| {
        let y = npy("<f4", fortran, &[2, 3], &bytes(&values, f32::to_le_bytes));
        read(&[("x", vectors()), ("y", y)])
    };
    for raw in [
        one_hot(false, [0.0, 0.0, 1.0, 1.0, 0.0, 0.0]),
        one_hot(true, [0.0, 1.0, 0.0, 0.0, 1.0, 0.0]),
    ] {
        let raw = raw.unwrap();
        assert_eq!(raw.classes, ["0", "1", "2"]);
        assert_eq!(raw.train.labels, [2, 0]);
    }
    refused(
        one_hot(false, [0.0, 0.0, 1.0, 1.0, 1.0, 0.0]),
        &["Row 1", "single 1"],
    );
    refused(one_hot(false, [0.0, 0.0, 0.0, 1.0, 0.0, 0.0]), &["Row 0"]);
    refused(one_hot(false, [0.0, 2.0, 1.0, 1.0, 0.0, 0.0]), &["Row 0"]);
    refused(
        one_hot(false, [0.0, 0.5, 0.5, 1.0, 0.0, 0.0]),
        &["is 0.5, which is no class"],
    );
    refused(
        one_hot(false, [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]),
        &["All samples are of class 0"],
    );
}

#[test]
fn wrong_arrays_are_refused_in_words() {
    let with = |x: Vec<u8>| read(&[("x", x), ("y", labels(&[0, 1]))]);
    let values = [1.0, f32::NAN, f32::INFINITY, 2.0];
    refused(
        with(npy(
            "<f4",
            false,
            &[2, 2],
            &bytes(&values, f32::to_le_bytes),
        )),
        &["x in d.npz holds 2 values", "first in sample 0"],
    );
    refused(
        with(npy("<f4", true, &[2, 2], &bytes(&values, f32::to_le_bytes))),
        &["first in sample 1"],
    );
    refused(
        with(npy(
            "<f8",
            false,
            &[2, 1],
            &bytes(&[1.0, 1e300], f64::to_le_bytes),
        )),
        &["holds 1 values", "in sample 1"],
    );
    refused(
        with(npy("|O", false, &[2, 2], b"\x80")),
        &["pickled Python objects"],
    );
    refused(
        with(npy("<c8", false, &[2, 1], &[0; 16])),
        &["type \"<c8\""],
    );
    refused(with(npy("<U1", false, &[2, 1], &[0; 8])), &["holds texts"]);
    refused(
        with(npy("|u1", false, &[2], &[0; 2])),
        &["has the shape (2)"],
    );
    refused(
        with(npy("|u1", false, &[2, 2, 2, 2], &[0; 16])),
        &["(2 × 2 × 2 × 2)"],
    );
    refused(with(npy("|u1", false, &[0, 2], &[])), &["no samples"]);
    refused(with(npy("|u1", false, &[2, 0], &[])), &["no values"]);
    refused(
        with(npy("|u1", false, &[3, 1], &[0; 3])),
        &["holds 3 samples", "2 labels"],
    );
    refused(with(npy("|u1", false, &[2, 3], &[0; 5])), &["ends after"]);
    refused(
        with(npy("|u1", false, &[2, 3], &[0; 7])),
        &["goes on after"],
    );
    refused(
        with(npy("|u1", false, &[1 << 40, 3], &[0; 7])),
        &["claims samples of"],
    );
    refused(
        with(npy("|u1", false, &[1 << 40, 1 << 40], &[0; 7])),
        &["claims the shape"],
    );
    refused(
        with(b"\x93NUMPY\x02\x00\xff\xff\xff\xff".to_vec()),
        &["damaged header"],
    );
    refused(with(b"words".to_vec()), &["ends after 5 bytes"]);
    refused(with(b"words and more words".to_vec()), &["no NumPy array"]);
    let y = |y: Vec<u8>| read(&[("x", vectors()), ("y", y)]);
    refused(y(labels(&[3, 3])), &["All samples are of class 3"]);
    refused(y(labels(&[])), &["no labels"]);
    refused(
        y(npy("<i8", false, &[], &[0; 8])),
        &["labels are N or N × 1"],
    );
    refused(
        y(npy("<u8", false, &[2], &[255; 16])),
        &["is 18446744073709551615"],
    );
    refused(
        y(npy("|S9", false, &[1 << 40], b"")),
        &["claims 1,099,511,627,776 texts"],
    );
    refused(
        y(npy("|u1", false, &[1 << 40], b"")),
        &["claims 1,099,511,627,776 labels"],
    );
}

#[test]
fn wrong_files_are_refused_in_words() {
    let decode = |bytes: &[u8]| decode(Cursor::new(bytes), "d.npz", None);
    refused(
        decode(&vectors()),
        &["single NumPy array", "np.savez('data.npz', x=x, y=y)"],
    );
    refused(decode(&[]), &["d.npz is empty"]);
    refused(decode(b"words"), &["d.npz cannot be unpacked"]);
    refused(read(&[]), &["holds no arrays"]);
    refused(read(&[("arr_0", vectors())]), &["holds arr_0, but x and y"]);
    let both = [("x", vectors()), ("X", vectors()), ("y", labels(&[0, 1]))];
    refused(read(&both), &["holds both x and X"]);
    let mut damaged = npz(
        &[("x", vectors()), ("y", labels(&[0, 1]))],
        CompressionMethod::Stored,
    );
    let at = damaged
        .windows(4)
        .position(|bytes| bytes == 3.0_f32.to_le_bytes())
        .unwrap();
    damaged[at] ^= 1;
    refused(decode(&damaged), &["x in d.npz is damaged"]);
}

#[test]
fn files_are_recognised_and_tell_progress() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    let bytes = npz(
        &[("x", vectors()), ("y", labels(&[0, 1]))],
        CompressionMethod::Deflated,
    );
    std::fs::write(&path, &bytes).unwrap();
    assert!(recognise(&path));
    let mut last = (0, 0);
    read_npz(&path, &mut |done, total| {
        last = (done, total);
        true
    })
    .unwrap();
    assert_eq!(last, (bytes.len() as u64, bytes.len() as u64));
    assert_eq!(read_npz(&path, &mut |_, _| false).unwrap_err(), "Cancelled");
    refused(read_npz(folder.path(), &mut |_, _| true), &["is no file"]);
    assert!(looks_like(&vectors()));
    assert!(!looks_like(b"PK\x03\x04"));
    assert!(!looks_like(b""));
    assert!(!recognise(folder.path()));
}
