use std::io::Write;
use std::path::PathBuf;

use flate2::{Compression, write::GzEncoder};
use tempfile::TempDir;

use super::*;

type Files = Vec<(&'static str, Vec<u8>)>;

fn pixels(seed: usize) -> Vec<u8> {
    (0..3072)
        .map(|at| ((at * 3 + seed * 11) % 251) as u8)
        .collect()
}

/// Records of these labels, and their pixels.
fn batch(labels: &[&[u8]], seed: usize) -> (Vec<u8>, Vec<u8>) {
    let all: Vec<Vec<u8>> = (0..labels.len()).map(|at| pixels(seed + at)).collect();
    let records = (labels.iter().zip(&all))
        .flat_map(|(labels, pixels)| [*labels, pixels].concat())
        .collect();
    (records, all.concat())
}

const CLASSES: &str = "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n";

/// CIFAR-10 in small, and the pixels for training and testing.
fn cifar_10() -> (Files, Vec<u8>, Vec<u8>) {
    let (second, two) = batch(&[&[1]], 20);
    let (tenth, ten) = batch(&[&[9], &[0]], 30);
    let (test, test_pixels) = batch(&[&[2], &[3]], 40);
    let files = vec![
        ("data_batch_10.bin", tenth),
        ("batches.meta.txt", CLASSES.into()),
        ("data_batch_2.bin", second),
        ("test_batch.bin", test),
        ("readme.html", b"words".to_vec()),
    ];
    (files, [two, ten].concat(), test_pixels)
}

fn cifar_100() -> Files {
    let lines = |word: &str, count: usize| -> Vec<u8> {
        let lines: Vec<String> = (0..count).map(|at| format!("{word}{at}\n")).collect();
        lines.concat().into_bytes()
    };
    vec![
        ("train.bin", batch(&[&[19, 99], &[0, 4]], 1).0),
        ("test.bin", batch(&[&[3, 5]], 2).0),
        ("fine_label_names.txt", lines("fine", 100)),
        ("coarse_label_names.txt", lines("coarse", 20)),
    ]
}

fn folder(files: &Files) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn archive(files: &Files, inside: &str) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        // Unlike `set_path`, this takes paths that lead out of the archive.
        let path = format!("{inside}{name}");
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, bytes.as_slice()).unwrap();
    }
    builder.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn read(path: &Path, coarse: bool) -> Result<Raw, String> {
    read_cifar(path, coarse, &mut |_, _| true)
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
fn a_folder_is_read_exactly() {
    let (files, train_pixels, test_pixels) = cifar_10();
    let folder = folder(&files);
    let raw = read(folder.path(), true).unwrap();
    assert_eq!(raw.format, Format::Cifar10);
    assert_eq!((raw.shape, raw.is_image), (Some([3, 32, 32]), true));
    assert_eq!(raw.classes.len(), 10);
    assert_eq!(raw.classes[9], "truck");
    // Batch 2 comes before batch 10.
    assert_eq!(raw.train.labels, [1, 9, 0]);
    assert_eq!(raw.train.store, Store::Bytes(train_pixels));
    let test = raw.test.unwrap();
    assert_eq!(test.labels, [2, 3]);
    assert_eq!(test.store, Store::Bytes(test_pixels));
    assert_eq!(raw.notes[0].what, "readme.html");
    assert_eq!(recognise(folder.path()), Some(Format::Cifar10));
}

#[test]
fn archives_equal_folders_wherever_files_lie() {
    let (files, ..) = cifar_10();
    let plain = folder(&files);
    let expected = read(plain.path(), false).unwrap();
    for inside in ["cifar-10-batches-bin/", "", "../../", "/etc/", "a/b\\"] {
        for packed in [false, true] {
            let bytes = archive(&files, inside);
            let bytes = if packed { gzip(&bytes) } else { bytes };
            let folder = folder(&vec![("data", bytes)]);
            let path = folder.path().join("data");
            let mut raw = read(&path, false).unwrap();
            raw.notes.clone_from(&expected.notes);
            assert_eq!(raw, expected, "{inside}");
            assert_eq!(recognise(&path), Some(Format::Cifar10));
            let beside = std::fs::read_dir(folder.path()).unwrap().count();
            assert_eq!(beside, 1, "nothing is written");
        }
    }
}

#[test]
fn labels_are_fine_or_coarse() {
    let folder = folder(&cifar_100());
    assert_eq!(recognise(folder.path()), Some(Format::Cifar100));
    let fine = read(folder.path(), false).unwrap();
    assert_eq!(fine.format, Format::Cifar100);
    assert_eq!(
        (fine.classes.len(), fine.classes[99].as_str()),
        (100, "fine99")
    );
    assert_eq!(fine.train.labels, [99, 4]);
    assert_eq!(
        fine.train.store,
        Store::Bytes([pixels(1), pixels(2)].concat())
    );
    assert_eq!(fine.test.unwrap().labels, [5]);
    let coarse = read(folder.path(), true).unwrap();
    assert_eq!(
        (coarse.classes.len(), coarse.classes[19].as_str()),
        (20, "coarse19")
    );
    assert_eq!(coarse.train.labels, [19, 0]);
    assert_eq!(coarse.train.store, fine.train.store);
}

#[test]
fn a_single_batch_is_for_training() {
    let (files, ..) = cifar_10();
    let folder = folder(&files);
    let raw = read(&folder.path().join("test_batch.bin"), false).unwrap();
    assert_eq!((raw.train.labels.clone(), raw.test), (vec![2, 3], None));
    assert_eq!(raw.classes[0], "airplane");
    let alone = tempfile::tempdir().unwrap();
    let path: PathBuf = alone.path().join("samples");
    std::fs::write(&path, batch(&[&[2], &[3]], 0).0).unwrap();
    assert_eq!(recognise(&path), Some(Format::Cifar10));
    let raw = read(&path, false).unwrap();
    assert_eq!(raw.classes.concat(), "0123456789");
}

#[test]
fn a_list_of_other_length_gives_way_to_numbers() {
    let (mut files, ..) = cifar_10();
    files[1].1 = b"one\ntwo\n".to_vec();
    let raw = read(folder(&files).path(), false).unwrap();
    assert_eq!(raw.classes[1], "1");
    assert!((raw.notes.iter()).any(|left| left.why == "it has 2 names, not 10"));
}

#[test]
fn damage_is_told_exactly() {
    let with = |name: &'static str, bytes: &[u8]| {
        let (mut files, ..) = cifar_10();
        files.push((name, bytes.to_vec()));
        read(folder(&files).path(), false)
    };
    refused(
        with("data_batch_3.bin", &[0; 4000]),
        &["data_batch_3.bin has 4,000 bytes", "3,073", "3,074"],
    );
    refused(
        with("data_batch_3.bin", &[]),
        &["data_batch_3.bin is empty"],
    );
    let (wrong, _) = batch(&[&[3], &[10]], 0);
    refused(
        with("data_batch_3.bin", &wrong),
        &["Sample 1 (counted from 0) in data_batch_3.bin is of class 10 of 10"],
    );
    let (wrong, _) = batch(&[&[3, 4], &[20, 99]], 0);
    refused(with("train.bin", &wrong), &["class 20 of 20 and 99 of 100"]);
    let (other, _) = batch(&[&[3, 4]], 0);
    refused(
        with("train.bin", &other),
        &["both CIFAR-10 and CIFAR-100", "train.bin"],
    );
    let (one, _) = batch(&[&[3], &[3]], 0);
    refused(
        read(folder(&vec![("a.bin", one)]).path(), false),
        &["of class 3"],
    );
    refused(read(folder(&vec![]).path(), false), &["holds no batches"]);
    refused(read(Path::new("absent"), false), &["does not exist"]);
    assert_eq!(
        recognise(folder(&vec![("a.bin", vec![0; 3000])]).path()),
        None
    );
}

#[test]
fn damaged_archives_are_refused() {
    let (files, ..) = cifar_10();
    let twice = vec![files[0].clone(), files[0].clone()];
    let decode = |bytes: &[u8]| decode_archive(bytes, "x.tar", false);
    refused(
        decode(&archive(&twice, "a/")),
        &["two files named data_batch_10.bin"],
    );
    refused(decode(b""), &["x.tar holds no batches"]);
    refused(
        decode(&archive(&files, "")[..700]),
        &["ends after 188 of 6,146 bytes"],
    );
    let packed = gzip(&archive(&files, ""));
    refused(decode(&packed[..packed.len() / 2]), &["again"]);
    let mut wrong_sum = packed.clone();
    let at = packed.len() - 6;
    wrong_sum[at] ^= 1;
    refused(decode(&wrong_sum), &["x.tar is damaged"]);
}

#[test]
fn progress_cancels() {
    let (files, ..) = cifar_10();
    let folder = folder(&files);
    let total: u64 = files.iter().map(|(_, bytes)| bytes.len() as u64).sum();
    let mut last = (0, 0);
    read_cifar(folder.path(), false, &mut |done, total| {
        last = (done, total);
        true
    })
    .unwrap();
    // What is left out is not read.
    assert_eq!(last, (total - 5, total));
    let path = folder.path().join("all.tar.gz");
    std::fs::write(&path, gzip(&archive(&files, ""))).unwrap();
    let result = read_cifar(&path, false, &mut |_, _| false);
    assert_eq!(result.unwrap_err(), "Cancelled");
}
