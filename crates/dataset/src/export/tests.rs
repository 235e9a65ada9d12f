use std::{fs, path::Path};

use layerwise_experiment::{Data, DataKind, Normalize, Prepare, Shape};

use super::*;
use crate::{Part, Request, Samples, Source, Store, load};

fn dataset(stores: [Store; 2], shape: Shape, classes: &[&str]) -> Dataset {
    let [train, test] = stores.map(|store| {
        let values = match &store {
            Store::Bytes(bytes) => bytes.len(),
            Store::Values(values) => values.len(),
            Store::Files(_) | Store::InFile(_) => unreachable!(),
        };
        let labels = (0..values / shape.len()).map(|at| (at * 5 % classes.len()) as u32);
        let labels = labels.collect();
        Samples::all(Part { store, labels }, shape)
    });
    Dataset {
        shape,
        format: None,
        features: Vec::new(),
        classes: classes.iter().map(|name| (*name).to_owned()).collect(),
        train,
        test,
        source: Source::default(),
        notes: Vec::new(),
        unreadable: 0,
    }
}

/// `count` samples of 8-bit pixels, all of which vary.
fn pixels(count: usize, shape: Shape) -> Store {
    let values = 0..count * shape.len();
    Store::Bytes(values.map(|at| (at * 37 % 251) as u8).collect())
}

/// `count` samples of numbers of any size.
fn numbers(count: usize, shape: Shape) -> Store {
    let values = 0..count * shape.len();
    let number = |at: usize| (at as f32 * 0.7).sin() * 10_f32.powi(at as i32 % 60 - 30);
    Store::Values(values.map(number).collect())
}

fn of_pixels(sizes: [usize; 3], classes: &[&str]) -> Dataset {
    let shape = Shape::Image(sizes);
    dataset([pixels(24, shape), pixels(12, shape)], shape, classes)
}

fn read(path: &Path, data: Data) -> Dataset {
    let request = Request {
        data: Data {
            kind: DataKind::Files,
            path: path.to_owned(),
            ..data
        },
        prepare: Prepare {
            normalize: Normalize::Off,
            ..Prepare::default()
        },
        seed: 0,
        examines: true,
    };
    load(&request, &mut |_| true).unwrap()
}

/// Writes a data set and reads it again.
fn round(dataset: &Dataset, target: Target, data: Data) -> Dataset {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    export(dataset, target, &path, &mut |_| true).unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    read(&path, data)
}

fn image(shape: Shape) -> Data {
    Data {
        image: match shape {
            Shape::Image(sizes) => Some(sizes),
            _ => None,
        },
        ..Data::default()
    }
}

/// Class and values of each sample.
fn contents(samples: &Samples) -> Vec<(u32, Vec<f32>)> {
    let values = |at| {
        let mut values = vec![0.0; samples.shape().len()];
        samples.read_plain(at, &mut values).unwrap();
        values
    };
    let labels = samples.labels.iter().copied();
    labels
        .enumerate()
        .map(|(at, label)| (label, values(at)))
        .collect()
}

fn assert_same(a: &Dataset, b: &Dataset) {
    assert_eq!(a.shape, b.shape);
    for (a, b) in [(&a.train, &b.train), (&a.test, &b.test)] {
        assert!(contents(a) == contents(b), "{:?} {:?}", a.labels, b.labels);
    }
}

const DIGITS: [&str; 3] = ["0", "1", "2"];

#[test]
fn arrays_are_read_back_in_every_shape() {
    for sizes in [
        [1, 8, 8],
        [1, 5, 1],
        [3, 5, 7],
        [3, 3, 3],
        [4, 4, 3],
        [3, 1, 4],
        [4, 3, 3],
        [3, 4, 1],
        [4, 2, 3],
        [2, 5, 5],
    ] {
        let shape = Shape::Image(sizes);
        for stores in [
            [pixels(24, shape), pixels(12, shape)],
            [numbers(24, shape), numbers(12, shape)],
            [numbers(24, shape), pixels(12, shape)],
        ] {
            let whole = dataset(stores, shape, &DIGITS);
            assert_same(&round(&whole, Target::Npz, image(shape)), &whole);
            if sizes[0] != 2 {
                assert_same(&round(&whole, Target::Idx, Data::default()), &whole);
            }
        }
    }
    let shape = Shape::Flat(3);
    let vectors = dataset([numbers(24, shape), numbers(12, shape)], shape, &DIGITS);
    assert_same(&round(&vectors, Target::Npz, Data::default()), &vectors);
}

#[test]
fn dark_pixels_stay_dark() {
    let shape = Shape::Image([1, 2, 2]);
    let dark =
        |count: usize| Store::Bytes((0..count * 4).map(|at| (at * 3 % 7 % 2) as u8).collect());
    let whole = dataset([dark(24), dark(12)], shape, &DIGITS);
    assert_same(&round(&whole, Target::Npz, Data::default()), &whole);
    let table = round(&whole, Target::Csv, image(shape));
    let mut rows = contents(&whole.train);
    rows.extend(contents(&whole.test));
    let mut found = contents(&table.train);
    found.extend(contents(&table.test));
    let sort = |rows: &mut Vec<(u32, Vec<f32>)>| rows.sort_by(|a, b| a.partial_cmp(b).unwrap());
    sort(&mut rows);
    sort(&mut found);
    assert_eq!(found, rows);
}

#[test]
fn many_classes_have_long_labels() {
    let names: Vec<String> = (0..300).map(|class: u32| class.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let shape = Shape::Image([1, 2, 2]);
    // The step of 5 leaves classes out: the others close up.
    let whole = dataset([pixels(300, shape), pixels(60, shape)], shape, &names);
    let found = round(&whole, Target::Idx, Data::default());
    assert_eq!(found.classes.len(), 60);
    let close = |labels: &[u32]| labels.iter().map(|label| label / 5).collect::<Vec<_>>();
    assert_eq!(*found.train.labels, close(&whole.train.labels));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    let notes = export(&whole, Target::Idx, &path, &mut |_| true).unwrap();
    assert_eq!(notes.len(), 240);
    assert_eq!(notes[0].what, "Class 1");
}

#[test]
fn batches_of_cifar_are_read_in_their_order() {
    let shape = Shape::Image([3, 32, 32]);
    let names = ["cat", "dog"];
    let whole = dataset([pixels(10_003, shape), pixels(5, shape)], shape, &names);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    let notes = export(&whole, Target::Cifar10, &path, &mut |_| true).unwrap();
    assert!(
        notes[0].why.contains("the last 8 have no samples"),
        "{notes:?}"
    );
    assert!(path.join("data_batch_2.bin").is_file());
    let only = names.map(str::to_owned).to_vec();
    let found = read(
        &path,
        Data {
            only,
            ..Data::default()
        },
    );
    assert_eq!(found.classes, names);
    assert_same(&found, &whole);
}

/// Names that no system takes, that are not in order, or that a table would take for nothing.
const AWKWARD: [&str; 9] = [
    "b/c\\d",
    "B",
    "b",
    "con",
    ".x",
    "",
    "NA",
    "a;\"1\",2\n",
    "..",
];

#[test]
fn folders_keep_the_order_of_classes() {
    let of = |side: usize, channels: usize| Data {
        size: side,
        channels,
        ..Data::default()
    };
    for (channels, classes) in [
        (3, &AWKWARD[..]),
        (1, &["a", "b", "c"][..]),
        (1, &["Con", "a", "b"][..]),
    ] {
        let whole = of_pixels([channels, 6, 6], classes);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        export(&whole, Target::Folder, &path, &mut |_| true).unwrap();
        let found = read(&path, of(6, channels));
        assert_eq!(found.classes == whole.classes, classes == ["a", "b", "c"]);
        assert_eq!(found.classes.len(), classes.len());
        for (found, whole) in [(&found.train, &whole.train), (&found.test, &whole.test)] {
            let mut sorted = contents(whole);
            sorted.sort_by_key(|(class, _)| *class);
            assert!(contents(found) == sorted);
        }
    }
}

#[test]
fn tables_keep_the_order_of_classes() {
    let shape = Shape::Flat(2);
    for (classes, are_kept) in [
        (&AWKWARD[..], false),
        (&["a", "b/c"][..], true),
        (&["b", "a"][..], false),
        (&["2", "10"][..], true),
        (&["10", "2"][..], false),
        (&["a", "a"][..], false),
        (&["a", "null"][..], false),
        (&["say \"a, b\"", "so"][..], true),
    ] {
        let stores = [numbers(40, shape), numbers(20, shape)];
        let whole = dataset(stores, shape, classes);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        export(&whole, Target::Csv, &path, &mut |_| true).unwrap();
        let found = read(&path, Data::default());
        assert_eq!(found.classes == whole.classes, are_kept, "{classes:?}");
        assert_eq!(found.classes.len(), classes.len(), "{classes:?}");
        let mut rows = contents(&whole.train);
        rows.extend(contents(&whole.test));
        for part in [&found.train, &found.test] {
            assert!(contents(part).iter().all(|row| rows.contains(row)));
        }
        assert_eq!(found.train.len() + found.test.len(), 60);
    }
}

#[test]
fn constant_columns_are_told() {
    let shape = Shape::Flat(3);
    let stores = [24, 12].map(|count| {
        let values = (0..count).flat_map(|at| [0.5, at as f32, 7.0]);
        Store::Values(values.collect())
    });
    let whole = dataset(stores, shape, &DIGITS);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    let notes = export(&whole, Target::Csv, &path, &mut |_| true).unwrap();
    assert!(
        notes.iter().any(|note| note.what == "Columns x1, x3"),
        "{notes:?}"
    );
    assert_eq!(read(&path, Data::default()).shape, Shape::Flat(1));
}

const ALL: [Target; 5] = [
    Target::Idx,
    Target::Cifar10,
    Target::Npz,
    Target::Folder,
    Target::Csv,
];

#[test]
fn nothing_is_left_where_it_does_not_go_on() {
    let whole = of_pixels([3, 32, 32], &["cat", "dog"]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    for target in ALL {
        let error = export(&whole, target, &path, &mut |_| false).unwrap_err();
        assert_eq!(error, Error::Cancelled);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        fs::create_dir(&path).unwrap();
        let error = export(&whole, target, &path, &mut |_| true)
            .unwrap_err()
            .to_string();
        assert!(error.contains("exists already"), "{error}");
        fs::remove_dir(&path).unwrap();
        let nowhere = path.join("data");
        let error = export(&whole, target, &nowhere, &mut |_| true)
            .unwrap_err()
            .to_string();
        assert!(error.contains("cannot be written: "), "{error}");
        let own_name = nowhere.display().to_string();
        assert!(!error.replace(&own_name, "").contains(".tmp"), "{error}");
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let elevens: Vec<String> = (0..11).map(|class: u32| class.to_string()).collect();
    let elevens: Vec<&str> = elevens.iter().map(String::as_str).collect();
    let shape = Shape::Image([3, 32, 32]);
    let oblong = of_pixels([3, 4, 5], &DIGITS);
    let mut untrained = of_pixels([1, 4, 4], &DIGITS);
    untrained.train = untrained.train.select(&[0, 3]);
    for (whole, target, words) in [
        (
            &of_pixels([3, 32, 32], &elevens),
            Target::Cifar10,
            "at most 10",
        ),
        (
            &dataset([numbers(24, shape), pixels(12, shape)], shape, &DIGITS),
            Target::Cifar10,
            "8-bit",
        ),
        (&oblong, Target::Folder, "squares"),
        (&untrained, Target::Folder, "none to train on"),
        (&of_pixels([2, 4, 4], &DIGITS), Target::Idx, "1, 3 or 4"),
        (&of_pixels([3, 150, 150], &DIGITS), Target::Csv, "65536"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        let error = export(whole, target, &path, &mut |_| true)
            .unwrap_err()
            .to_string();
        assert!(error.contains(words), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
