use std::io::Write;
use std::path::PathBuf;

use flate2::{Compression, write::GzEncoder};
use tempfile::TempDir;

use super::*;

fn idx(code: u8, dims: &[u32], data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, code, u8::try_from(dims.len()).unwrap()];
    bytes.extend(dims.iter().flat_map(|length| length.to_be_bytes()));
    bytes.extend(data);
    bytes
}

fn images(count: u32) -> Vec<u8> {
    idx(8, &[count, 2, 3], &pixels(count))
}

fn pixels(count: u32) -> Vec<u8> {
    (0..count * 6)
        .map(|value| (value * 7 % 256) as u8)
        .collect()
}

fn labels(labels: &[u8]) -> Vec<u8> {
    idx(8, &[u32::try_from(labels.len()).unwrap()], labels)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

struct Folder(TempDir);

impl Folder {
    fn with(files: &[(&str, Vec<u8>)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn read(&self) -> Result<Raw, String> {
        read_idx(self.0.path(), &mut |_, _| true)
    }

    fn read_file(&self, name: &str) -> Result<Raw, String> {
        read_idx(&self.path(name), &mut |_, _| true)
    }
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
fn a_set_as_published_is_read_exactly() {
    let ten: Vec<u8> = (0..10).collect();
    let folder = Folder::with(&[
        ("train-images-idx3-ubyte.gz", gzip(&images(10))),
        ("train-labels-idx1-ubyte.gz", gzip(&labels(&ten))),
        ("t10k-images-idx3-ubyte", images(2)),
        ("t10k-labels-idx1-ubyte", labels(&[3, 0])),
        ("readme.txt", b"words".to_vec()),
    ]);
    let raw = folder.read().unwrap();
    assert_eq!(raw.format, Format::Idx);
    assert_eq!((raw.shape, raw.is_image), (Some([1, 2, 3]), true));
    assert_eq!(raw.classes.join(""), "0123456789");
    assert_eq!(raw.train.store, Store::Bytes(pixels(10)));
    assert_eq!(raw.train.labels, (0..10).collect::<Vec<u32>>());
    let test = raw.test.unwrap();
    assert_eq!(test.store, Store::Bytes(pixels(2)));
    assert_eq!(test.labels, [3, 0]);
    assert_eq!(raw.notes.len(), 1);
    assert_eq!(raw.notes[0].what, "readme.txt");
    assert!(recognise(folder.0.path()));
    assert!(recognise(&folder.path("train-images-idx3-ubyte.gz")));
    assert!(!recognise(&folder.path("readme.txt")));
    // The images for testing come along.
    let chosen = folder.read_file("train-images-idx3-ubyte.gz").unwrap();
    assert_eq!((chosen.train, chosen.test), (raw.train, Some(test.clone())));
    let chosen = folder.read_file("t10k-images-idx3-ubyte").unwrap();
    assert_eq!((&chosen.train.store, &chosen.test), (&test.store, &None));
    refused(
        folder.read_file("t10k-labels-idx1-ubyte"),
        &["t10k-labels-idx1-ubyte is no IDX file of images"],
    );
    refused(folder.read_file("absent"), &["absent cannot be read"]);
}

#[test]
fn several_sets_are_told_apart() {
    let set = |name: &str, first: u8| {
        [
            (format!("emnist-{name}-train-images-idx3-ubyte"), images(3)),
            (
                format!("emnist-{name}-train-labels-idx1-ubyte"),
                labels(&[first, first + 2, first]),
            ),
            (format!("emnist-{name}-test-images-idx3-ubyte"), images(3)),
            (
                format!("emnist-{name}-test-labels-idx1-ubyte"),
                labels(&[first; 3]),
            ),
        ]
    };
    let files = [set("letters", 1), set("balanced", 5)].concat();
    let files: Vec<_> = (files.iter())
        .map(|(name, bytes)| (name.as_str(), bytes.clone()))
        .collect();
    let folder = Folder::with(&files);
    refused(
        folder.read(),
        &[
            "several",
            "emnist-letters-train-images-idx3-ubyte",
            "emnist-balanced-test-images",
        ],
    );
    let raw = folder
        .read_file("emnist-letters-train-images-idx3-ubyte")
        .unwrap();
    assert_eq!(raw.classes, ["1", "3"]);
    assert_eq!(raw.train.labels, [0, 1, 0]);
    assert_eq!(raw.test.unwrap().labels, [0, 0, 0]);
}

#[test]
fn other_names_pair_by_count() {
    let folder = Folder::with(&[
        ("digits.idx", images(4)),
        ("what-they-are.idx", labels(&[1, 2, 1, 2])),
    ]);
    let raw = folder.read().unwrap();
    assert_eq!(
        (raw.train.labels.clone(), raw.test),
        (vec![0, 1, 0, 1], None)
    );
    std::fs::write(folder.path("what-else.idx"), labels(&[1, 1, 2, 2])).unwrap();
    refused(
        folder.read(),
        &[
            "partners for digits.idx",
            "what-else.idx, what-they-are.idx",
        ],
    );
}

#[test]
fn missing_and_wrong_partners_are_named() {
    let folder = Folder::with(&[("train-images", images(4))]);
    refused(
        folder.read(),
        &["No file of labels for the 4 images in train-images"],
    );
    refused(folder.read_file("train-images"), &["No file of labels"]);
    std::fs::write(folder.path("train-labels"), labels(&[0, 1, 2])).unwrap();
    refused(
        folder.read(),
        &["train-images holds 4 samples but train-labels holds 3 labels"],
    );
    std::fs::write(folder.path("train-labels"), labels(&[0, 1, 2, 3])).unwrap();
    std::fs::write(folder.path("t10k-labels"), labels(&[0, 1])).unwrap();
    refused(
        folder.read(),
        &["No file of images for the 2 labels in t10k-labels"],
    );
    std::fs::write(folder.path("t10k-images"), idx(8, &[2, 3, 2], &pixels(2))).unwrap();
    refused(folder.read(), &["1 × 2 × 3", "1 × 3 × 2"]);
    std::fs::write(folder.path("t10k-images"), idx(9, &[2, 2, 3], &pixels(2))).unwrap();
    refused(
        folder.read(),
        &["Only one of train-images and t10k-images holds bytes"],
    );
    let folder = Folder::with(&[("labels", labels(&[0, 1]))]);
    refused(folder.read(), &["holds no images"]);
    assert!(!recognise(folder.0.path()));
}

#[test]
fn an_unpacked_copy_is_read_instead() {
    let folder = Folder::with(&[
        ("train-images", images(2)),
        ("train-images.gz", gzip(&images(2))),
        ("train-labels.gz", gzip(&labels(&[0, 1]))),
    ]);
    let raw = folder.read().unwrap();
    assert_eq!(raw.notes[0].what, "train-images.gz");
    assert_eq!(raw.notes[0].why, "train-images is read instead");
    assert_eq!(
        folder.read_file("train-images.gz").unwrap().train,
        raw.train
    );
}

#[test]
fn colour_comes_channel_by_channel() {
    let colour = idx(8, &[2, 1, 2, 3], &(0..12).collect::<Vec<u8>>());
    let folder = Folder::with(&[("images", colour), ("labels", labels(&[0, 1]))]);
    let raw = folder.read().unwrap();
    assert_eq!(raw.shape, Some([3, 1, 2]));
    let pixels = vec![0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11];
    assert_eq!(raw.train.store, Store::Bytes(pixels));
    let error = decode(idx(8, &[1, 2, 2, 2], &[0; 8]).as_slice(), "x", None).unwrap_err();
    assert!(error.contains("1, 3 or 4 channels"), "{error}");
}

#[test]
fn other_numbers_stay_as_they_are() {
    let read = |code, data: &[u8]| match decode(idx(code, &[1, 1, 2], data).as_slice(), "x", None)?
    {
        Array::Images { store, .. } => Ok::<_, String>(store),
        Array::Labels(_) => panic!("images are wanted"),
    };
    let bytes = |values: [f64; 2], code| -> Vec<u8> {
        (values.iter())
            .flat_map(|value| match code {
                0x09 => (*value as i8).to_be_bytes().to_vec(),
                0x0b => (*value as i16).to_be_bytes().to_vec(),
                0x0c => (*value as i32).to_be_bytes().to_vec(),
                0x0d => (*value as f32).to_be_bytes().to_vec(),
                _ => value.to_be_bytes().to_vec(),
            })
            .collect()
    };
    for code in [0x09, 0x0b, 0x0c, 0x0d, 0x0e] {
        let store = read(code, &bytes([-2.0, 100.0], code)).unwrap();
        assert_eq!(store, Store::Values(vec![-2.0, 100.0]), "{code}");
    }
    for wrong in [f64::NAN, f64::INFINITY, 1e300] {
        let error = read(0x0e, &bytes([1.0, wrong], 0x0e)).unwrap_err();
        assert!(
            error.contains("x holds 1 values that are not finite"),
            "{error}"
        );
        assert!(error.contains("in sample 0"), "{error}");
    }
}

#[test]
fn the_table_of_qmnist_gives_its_first_column() {
    let rows: Vec<u8> = [[5_i32, 9, 9, 9, 9, 9, 9, 9], [7, 8, 8, 8, 8, 8, 8, 8]]
        .iter()
        .flatten()
        .flat_map(|value| value.to_be_bytes())
        .collect();
    let folder = Folder::with(&[
        ("qmnist-train-images-idx3-ubyte", images(2)),
        ("qmnist-train-labels-idx2-int", idx(0x0c, &[2, 8], &rows)),
    ]);
    let raw = folder.read().unwrap();
    assert_eq!(
        (raw.classes.join(" "), raw.train.labels.clone()),
        ("5 7".to_owned(), vec![0, 1])
    );
}

#[test]
fn damage_is_told_exactly() {
    let error = |bytes: &[u8]| decode(bytes, "x", None).unwrap_err();
    let whole = images(2);
    assert_eq!(
        error(&whole[..20]),
        "x ends after 20 of 28 bytes: download or save it again"
    );
    assert!(error(&whole[..6]).contains("within its header"));
    assert!(error(&[]).contains("is empty"));
    assert!(error(&[whole.clone(), vec![0]].concat()).contains("goes on after the 28 bytes"));
    assert!(error(&idx(8, &[0, 2, 3], &[])).contains("no samples"));
    assert!(error(&idx(8, &[2, 0, 3], &[])).contains("no values"));
    assert!(error(&idx(8, &[u32::MAX; 4], &[])).contains("1, 3 or 4"));
    assert!(error(&idx(8, &[u32::MAX; 3], &[])).contains("claims"));
    assert!(error(&idx(8, &[u32::MAX], &[])).contains("claims"));
    assert!(error(&idx(8, &[60_000, 28, 28], &[1; 9])).contains("ends after 25 of 47,040,016"));
    assert!(error(&idx(7, &[1], &[0])).contains("no IDX file"));
    assert!(error(&idx(0x0d, &[1], &0.5_f32.to_be_bytes())).contains("is 0.5"));
    let packed = gzip(&whole);
    assert!(error(&packed[..packed.len() - 1]).contains("ends too early"));
    assert!(error(&packed[..12]).contains("ends after"));
    let mut wrong_sum = packed.clone();
    let at = packed.len() - 6;
    wrong_sum[at] ^= 1;
    assert!(error(&wrong_sum).contains("is damaged"));
}

#[test]
fn one_class_is_refused() {
    let folder = Folder::with(&[("images", images(2)), ("labels", labels(&[4, 4]))]);
    refused(folder.read(), &["All samples are of class 4"]);
}

#[test]
fn progress_is_told_and_cancels() {
    let folder = Folder::with(&[("images", images(2)), ("labels", labels(&[4, 5]))]);
    let mut seen = Vec::new();
    read_idx(folder.0.path(), &mut |done, total| {
        seen.push((done, total));
        true
    })
    .unwrap();
    assert_eq!(seen.last(), Some(&(38, 38)));
    assert!(seen.is_sorted());
    for stop in 0..seen.len() {
        let mut calls = 0;
        let result = read_idx(folder.0.path(), &mut |_, _| {
            calls += 1;
            calls <= stop
        });
        assert_eq!(result.unwrap_err(), "Cancelled");
        assert_eq!(calls, stop + 1);
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_refused() {
    refused(
        read_idx(Path::new("/dev/zero"), &mut |_, _| true),
        &["zero is no IDX file"],
    );
    assert!(!recognise(Path::new("/dev/zero")));
}

#[cfg(unix)]
#[test]
fn names_need_not_be_text() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &[u8]| folder.path().join(std::ffi::OsStr::from_bytes(name));
    std::fs::write(path(b"\xff-images"), images(2)).unwrap();
    std::fs::write(path(b"\xff-labels"), labels(&[0, 1])).unwrap();
    let raw = read_idx(&path(b"\xff-images"), &mut |_, _| true).unwrap();
    assert_eq!(raw.train.labels, [0, 1]);
}
