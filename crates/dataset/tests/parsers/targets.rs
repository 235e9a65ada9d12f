//! What is tried on each parser of files: any bytes are read, or refused in a sentence. Fuzzing
//! calls these functions with inputs that it makes up, the tests with those that are kept.

use std::{
    fs,
    io::{Cursor, Write},
    path::Path,
};

use flate2::{Compression, write::GzEncoder};
use tempfile::TempDir;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use layerwise_dataset::{self as dataset, Note, Samples};
use layerwise_experiment::{
    Balance, Data, DataKind, Experiment, FileError, Prepare, Resize, Shape, blocks_from_toml,
    blocks_to_toml,
};

/// What is tried on an input.
pub type Target = fn(&[u8]);

/// Every target by its name, which is also that of the folder with its kept inputs.
pub const ALL: [(&str, Target); 6] = [
    ("idx", idx),
    ("cifar", cifar),
    ("npz", npz),
    ("table", table),
    ("picture", picture),
    ("experiment", experiment),
];

/// IDX files, gzipped or not: a byte of flags, then files, each with its length in front.
pub fn idx(input: &[u8]) {
    let mut input = Input(input);
    let flags = input.byte();
    let folder = folder();
    let names = ["images-idx3-ubyte", "labels-idx1-ubyte"];
    let parts: &[&str] = match flags & 1 {
        0 => &["train"],
        _ => &["train", "t10k"],
    };
    for (at, part) in parts.iter().enumerate() {
        for (which, name) in names.iter().enumerate() {
            let bytes = input.piece();
            let path = folder.path().join(format!("{part}-{name}"));
            let gzipped = flags >> (1 + 2 * at + which) & 1 == 1;
            write(&path, &if gzipped { gzip(bytes) } else { bytes.to_vec() });
        }
    }
    fs::write(folder.path().join("about.txt"), input.0).unwrap();
    check(&files(folder.path()), &Prepare::default());
    let images = folder.path().join("train-images-idx3-ubyte");
    check(&files(&images), &Prepare::default());
}

/// Batches of CIFAR, alone or in an archive: a byte of flags, then what they tell.
pub fn cifar(input: &[u8]) {
    const NAMES: [&str; 8] = [
        "cifar-10-batches-bin/data_batch_1.bin",
        "cifar-10-batches-bin/test_batch.bin",
        "cifar-10-batches-bin/batches.meta.txt",
        "cifar-100-binary/train.bin",
        "cifar-100-binary/fine_label_names.txt",
        "cifar-100-binary/coarse_label_names.txt",
        "../../data_batch_1.bin",
        "two\nlines.html",
    ];
    let mut input = Input(input);
    let flags = input.byte();
    let folder = folder();
    let path = folder.path().join("data.bin");
    let bytes = match flags & 3 {
        // As they are.
        0 => input.0.to_vec(),
        // A batch.
        1 => records(input.0, flags & 8 != 0),
        // An archive.
        _ => {
            let mut archive = tar::Builder::new(Vec::new());
            for _ in 0..8 {
                let kind = input.byte();
                let name = NAMES[usize::from(kind) % NAMES.len()];
                let bytes = input.piece();
                let bytes = if name.ends_with(".bin") {
                    records(bytes, kind & 64 != 0)
                } else {
                    bytes.to_vec()
                };
                let mut header = tar::Header::new_gnu();
                header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
                let claimed = if kind & 128 != 0 { 1 << 40 } else { 0 };
                header.set_size(bytes.len() as u64 + claimed);
                header.set_cksum();
                archive.append(&header, bytes.as_slice()).unwrap();
                if input.0.is_empty() {
                    break;
                }
            }
            archive.into_inner().unwrap()
        }
    };
    write(&path, &if flags & 16 != 0 { gzip(&bytes) } else { bytes });
    for coarse in [false, true] {
        let data = Data {
            coarse,
            ..files(&path)
        };
        check(&data, &Prepare::default());
    }
}

/// NumPy arrays: as they are, or a byte of flags for each array put into a `.npz` file, with its
/// header and values.
pub fn npz(input: &[u8]) {
    const NAMES: [&str; 10] = [
        "x.npy",
        "y.npy",
        "x_test.npy",
        "y_test.npy",
        "X.npy",
        "images",
        "labels.npy",
        "more.npy",
        "two\nlines.npy",
        "",
    ];
    let mut input = Input(input);
    let is_whole = input.byte() == 0;
    let bytes = if is_whole {
        input.0.to_vec()
    } else {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for _ in 0..8 {
            let flags = input.byte();
            let name = NAMES[usize::from(flags & 15) % NAMES.len()];
            let method = match flags & 16 {
                0 => CompressionMethod::Stored,
                _ => CompressionMethod::Deflated,
            };
            let options = SimpleFileOptions::default().compression_method(method);
            // A name that is there already.
            if archive.start_file(name, options).is_err() {
                break;
            }
            if flags & 32 == 0 {
                let header = input.piece();
                archive.write_all(b"\x93NUMPY\x01\0").unwrap();
                archive
                    .write_all(&(header.len() as u16).to_le_bytes())
                    .unwrap();
                archive.write_all(header).unwrap();
            }
            archive.write_all(input.piece()).unwrap();
            if input.0.is_empty() {
                break;
            }
        }
        archive.finish().unwrap().into_inner()
    };
    let folder = folder();
    let path = folder.path().join("data.npz");
    write(&path, &bytes);
    check(&files(&path), &Prepare::default());
}

/// A table: two bytes of flags, then its text.
pub fn table(input: &[u8]) {
    let mut input = Input(input);
    let (flags, more) = (input.byte(), input.byte());
    // Some more rows.
    let text = input.0.repeat(1 << (more & 7).saturating_sub(3));
    let units = |order: fn(u16) -> [u8; 2]| {
        let units = String::from_utf8_lossy(&text)
            .encode_utf16()
            .collect::<Vec<_>>();
        std::iter::once(0xfeff)
            .chain(units)
            .flat_map(order)
            .collect()
    };
    let bytes = match flags & 3 {
        0 | 1 => text,
        2 => units(u16::to_le_bytes),
        _ => units(u16::to_be_bytes),
    };
    let folder = folder();
    let path = folder.path().join("data.csv");
    write(&path, &if flags & 4 != 0 { gzip(&bytes) } else { bytes });
    let data = Data {
        header: [None, None, Some(true), Some(false)][usize::from(flags >> 3 & 3)],
        label: ["", "1", "y", "99"][usize::from(flags >> 5 & 3)].to_owned(),
        image: (more & 8 != 0).then_some([1, 2, 1]),
        per_class: usize::from(more >> 6),
        ..files(&path)
    };
    check(&data, &Prepare::default());
}

/// An image file among others that can be read: a byte of flags, then the file.
pub fn picture(input: &[u8]) {
    /// One white pixel.
    const GOOD: &[u8] = b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\x18\0\0\0\0\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff\xff\0";
    let mut input = Input(input);
    let flags = input.byte();
    let folder = folder();
    for class in ["one", "other"] {
        fs::create_dir(folder.path().join(class)).unwrap();
        for at in 0..3 {
            fs::write(folder.path().join(format!("{class}/{at}.bmp")), GOOD).unwrap();
        }
    }
    let name = if flags & 1 == 0 {
        "one/it.png"
    } else {
        "one/it"
    };
    fs::write(folder.path().join(name), input.0).unwrap();
    let data = Data {
        channels: if flags & 2 == 0 { 3 } else { 1 },
        size: if flags & 4 == 0 { 16 } else { 33 },
        ..files(folder.path())
    };
    let prepare = Prepare {
        resize: [Resize::Crop, Resize::Pad, Resize::Stretch][usize::from(flags >> 3) % 3],
        ..Prepare::default()
    };
    check(&data, &prepare);
}

/// An experiment as TOML: text, or a byte 1 before bytes of which those above 127 stand for words.
pub fn experiment(input: &[u8]) {
    let text = match input {
        [1, rest @ ..] => spelled_out(rest),
        _ => String::from_utf8_lossy(input).into_owned(),
    };
    if let Err(error) = blocks_from_toml(&text) {
        check_sentence(&error);
    }
    let read = match Experiment::from_toml(&text, "it.toml", &[]) {
        Ok(read) => read,
        Err(error @ FileError::Content { .. }) => return check_sentence(&error.to_string()),
        Err(other) => panic!("{other}"),
    };
    let written = read.to_toml().unwrap();
    assert_eq!(
        Experiment::from_toml(&written, "it.toml", &[]).unwrap(),
        read
    );
    for problem in read.problems() {
        check_sentence(&problem.to_string());
    }
    let blocks = blocks_to_toml(read.blocks.iter());
    if !read.blocks.is_empty() {
        assert_eq!(blocks_from_toml(&blocks.unwrap()).unwrap(), read.blocks);
    }
    let costs = read.costs();
    assert!(costs.blocks.len() <= read.blocks.len());
    let plan = read.plan();
    assert_eq!(plan.as_ref().map_or(0, Vec::len), costs.modules.len());
    assert_eq!(costs.step.is_some(), plan.is_some());
    assert_eq!(read.least_memory_bytes().is_some(), plan.is_some());
    assert!(read.shapes().len() <= read.blocks.len() + 1);
    read.network_parameters();
    read.widest();
    // Modules are the whole chain in order.
    let mut next = 0;
    for range in read.module_ranges() {
        assert!(range.start == next && range.end > next, "{range:?}");
        next = range.end;
    }
    assert_eq!(next, read.blocks.len());
    for by in Balance::ALL {
        read.is_balanced(by);
    }
    // Drawn sets are made too where they are small.
    let is_drawn = read.data.kind != DataKind::Files;
    if is_drawn && read.data.sample_count() * read.data.shape().len() < 1 << 16 {
        check_loaded(&read);
    }
}

/// What bytes of an input above 127 stand for in a text.
fn spelled_out(bytes: &[u8]) -> String {
    const WORDS: [&str; 95] = [
        "version = 1\n",
        "[data]\n",
        "[prepare]\n",
        "[method]\n",
        "[head]\n",
        "[loss]\n",
        "[split]\n",
        "[optimizer]\n",
        "[schedule]\n",
        "[train]\n",
        "[measure]\n",
        "[weights]\n",
        "[data.found]\n",
        "[[module]]\nnumber = ",
        "[module.head]\n",
        "[module.loss]\n",
        "[[block]]\n",
        "kind = ",
        "\"files\"\n",
        "\"moons\"\n",
        "\"shapes\"\n",
        "\"blobs\"\n",
        "path = \"x\"\n",
        "classes = ",
        "shape_classes = ",
        "size = ",
        "samples = ",
        "channels = ",
        "test_fraction = ",
        "noise = ",
        "image = [",
        "only = [\"a\"]\n",
        "per_class = ",
        "train = ",
        "test = ",
        "shape = { image = [",
        "shape = { flat = ",
        "shape = { tokens = [",
        "after = [",
        "count = ",
        "by = \"memory\"\n",
        "by = \"flops\"\n",
        "[\"a\", \"b\"]\n",
        "0\n",
        "1\n",
        "2\n",
        "3\n",
        "8\n",
        "9223372036854775807",
        "nan\n",
        "inf\n",
        "-1\n",
        "1e308\n",
        "1e-300\n",
        "4294967296",
        "]\n",
        "] }\n",
        " }\n",
        ", ",
        "65536\n",
        "\"linear\"\nout = ",
        "\"conv2d\"\nout = ",
        "\"max-pool\"\n",
        "\"avg-pool\"\n",
        "\"residual-basic\"\nout = ",
        "\"residual-bottleneck\"\nout = ",
        "\"separable-conv\"\nout = ",
        "\"conv-next\"\n",
        "\"patch-embedding\"\nout = ",
        "\"position-embedding\"\n",
        "\"transformer-encoder\"\n",
        "\"swin\"\n",
        "\"patch-merging\"\n",
        "\"mlp-mixer\"\n",
        "\"global-avg-pool\"\n",
        "\"flatten\"\n",
        "\"group-norm\"\n",
        "\"batch-norm\"\n",
        "kernel = ",
        "stride = ",
        "padding = ",
        "dilation = ",
        "groups = ",
        "patch = ",
        "heads = ",
        "window = ",
        "mlp_ratio = ",
        "width = ",
        "tokens_hidden = ",
        "channels_hidden = ",
        "64.0\n",
        "67108864",
        "batch_size = ",
        "lambda = ",
        "\"global-bp\"\n",
    ];
    let mut text = String::new();
    for byte in bytes {
        match byte.checked_sub(128) {
            Some(word) => text.push_str(WORDS[usize::from(word) % WORDS.len()]),
            None => text.push(char::from(*byte)),
        }
    }
    text
}

/// What is left of an input.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    /// The next byte; 0 at the end.
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    /// The next bytes, with their number in two bytes in front; fewer at the end.
    fn piece(&mut self) -> &'a [u8] {
        let length = usize::from(u16::from_le_bytes([self.byte(), self.byte()]));
        let (piece, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        piece
    }
}

fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        tempfile::tempdir_in(memory).unwrap()
    } else {
        tempfile::tempdir().unwrap()
    }
}

fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A record of CIFAR of each byte, or of two, which are its labels.
fn records(labels: &[u8], two_labels: bool) -> Vec<u8> {
    let records = labels.chunks(if two_labels { 2 } else { 1 });
    let records = records.flat_map(|labels| [labels, &[labels[0]; 3072]].concat());
    records.collect()
}

fn files(path: &Path) -> Data {
    Data {
        kind: DataKind::Files,
        path: path.to_owned(),
        ..Data::default()
    }
}

/// Looks at data and loads them: all say the same of them.
fn check(data: &Data, prepare: &Prepare) {
    dataset::forget();
    let seen = dataset::inspect(data, &mut |_| true);
    match &seen {
        Err(error) => check_sentence(error),
        Ok(seen) => {
            let sum =
                |of: fn(&dataset::ClassCount) -> u64| -> u64 { seen.classes.iter().map(of).sum() };
            assert_eq!(sum(|class| class.train), seen.train as u64);
            assert_eq!(sum(|class| class.test), seen.test as u64);
            assert!(seen.train > 0);
            check_notes(&seen.notes, seen.columns.len());
        }
    }
    let found = dataset::look(data, &mut |_| true);
    match &found {
        Err(error) => check_sentence(error),
        Ok(found) => {
            let seen = seen.as_ref().unwrap();
            assert!(found.train > 0 && found.train <= seen.train && found.test <= seen.test);
            assert!(found.classes.len() >= 2 && found.classes.len() <= seen.classes.len());
            assert!(found.shape.is_none_or(|shape| !shape.is_empty()));
        }
    }
    let experiment = Experiment {
        data: Data {
            found: found.as_ref().ok().cloned(),
            ..data.clone()
        },
        prepare: prepare.clone(),
        ..Experiment::default()
    };
    let is_loaded = check_loaded(&experiment);
    assert!(found.is_ok() || !is_loaded);
    dataset::forget();
}

/// Loads the data of an experiment and checks what a network would get; whether there is any.
fn check_loaded(experiment: &Experiment) -> bool {
    let loaded = match dataset::load_now(experiment) {
        Ok(loaded) => loaded,
        Err(error) => {
            check_sentence(&error);
            return false;
        }
    };
    check_notes(&loaded.notes, usize::MAX);
    for part in [&loaded.train, &loaded.test] {
        assert!(!part.is_empty());
        assert_eq!(part.shape(), loaded.shape);
        let in_range = |label: &u32| (*label as usize) < loaded.classes.len();
        assert!(part.labels.iter().all(in_range));
        check_values(part, loaded.shape);
        check_values(&part.unnormalized(), loaded.shape);
    }
    let is_checked = experiment.data.is_known();
    if is_checked {
        loaded.must_be_as_checked(experiment).unwrap();
    }
    true
}

fn check_values(samples: &Samples, shape: Shape) {
    let values = samples.values(&mut |_| true).unwrap();
    assert_eq!(values.len(), samples.len() * shape.len());
    assert!(values.iter().all(|value| value.is_finite()));
}

/// Few, short notes, each a line: at most two for each column and some hundreds besides.
fn check_notes(notes: &[Note], columns: usize) {
    assert!(
        notes.len() <= columns.saturating_mul(2).saturating_add(300),
        "{}",
        notes.len()
    );
    for Note { what, why } in notes {
        assert!(!what.is_empty());
        check_sentence(&format!("{what}: {why}"));
    }
}

/// A sentence is a line without a full stop that fits a window.
fn check_sentence(sentence: &str) {
    assert!(!sentence.trim().is_empty());
    assert!(!sentence.contains(char::is_control), "{sentence:?}");
    assert!(
        sentence.chars().count() <= 2000,
        "{}",
        sentence.chars().count()
    );
}
