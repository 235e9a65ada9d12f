use layerwise_experiment::{Data, DataKind, Experiment};

use super::*;

fn data(kind: DataKind, samples: usize) -> Data {
    Data {
        kind,
        samples,
        ..Data::default()
    }
}

fn load(data: &Data, seed: u64) -> Result<Dataset, String> {
    load_now(&Experiment {
        data: data.clone(),
        seed,
        ..Experiment::default()
    })
}

fn built_in() -> impl Iterator<Item = DataKind> {
    DataKind::ALL
        .into_iter()
        .filter(|kind| *kind != DataKind::Files)
}

fn class_sizes(set: &Dataset) -> Vec<usize> {
    let mut sizes = vec![0; set.classes.len()];
    for &label in set.train.labels.iter().chain(set.test.labels.iter()) {
        sizes[label as usize] += 1;
    }
    sizes
}

#[test]
fn every_kind_keeps_its_counts_and_is_finite() {
    for kind in built_in() {
        for samples in [20, 333] {
            let data = data(kind, samples);
            let set = load(&data, 1).unwrap();
            assert_eq!(set.shape, data.shape());
            assert_eq!(set.classes.len(), data.class_count());
            assert_eq!(set.train.len(), data.train_count());
            assert_eq!(set.test.len(), data.test_count());
            for part in [&set.train, &set.test] {
                let values = part.values(&mut |_| true).unwrap();
                assert_eq!(values.len(), part.len() * set.shape.len());
                assert!(values.iter().all(|value| value.is_finite()));
            }
            if kind != DataKind::Digits {
                let sizes = class_sizes(&set);
                let (least, most) = (sizes.iter().min().unwrap(), sizes.iter().max().unwrap());
                assert!(most - least <= 1, "{kind:?}: {sizes:?}");
            }
        }
    }
}

#[test]
fn digits_split_as_usual() {
    let set = load(&data(DataKind::Digits, 0), 0).unwrap();
    assert_eq!((set.train.len(), set.test.len()), (1437, 360));
    assert_eq!(class_sizes(&set).iter().sum::<usize>(), 1797);
    assert_eq!(set.classes[7], "7");
    assert_eq!(set.source.licence, "CC BY 4.0");
}

#[test]
fn seed_alone_decides() {
    for kind in built_in() {
        let data = data(kind, 60);
        assert_eq!(load(&data, 5), load(&data, 5));
        assert_ne!(load(&data, 5).unwrap().train, load(&data, 6).unwrap().train);
    }
}

#[test]
fn blobs_have_the_classes_asked_for() {
    for classes in 2..=10 {
        let data = Data {
            classes,
            ..data(DataKind::Blobs, 101)
        };
        let set = load(&data, 0).unwrap();
        assert_eq!(set.classes.len(), classes);
        assert!(class_sizes(&set).iter().all(|&size| size >= 101 / classes));
    }
}

#[test]
fn impossible_numbers_are_sentences() {
    let spirals = data(DataKind::Spirals, 100);
    for (data, message) in [
        (
            Data {
                test_fraction: 0.0,
                ..spirals.clone()
            },
            "leave 100 to train on and 0 to test on",
        ),
        (
            Data {
                test_fraction: 1.0,
                ..spirals.clone()
            },
            "leave 0 to train on",
        ),
        (
            Data {
                noise: f64::NAN,
                ..spirals.clone()
            },
            "data.noise",
        ),
        (
            Data {
                kind: DataKind::Blobs,
                classes: 0,
                ..spirals
            },
            "data.classes",
        ),
        (
            super::tests::data(DataKind::Shapes, 1_000_000),
            "data.samples to at most 87381",
        ),
    ] {
        let error = load(&data, 0).unwrap_err();
        assert!(error.contains(message), "{error}");
    }
}
