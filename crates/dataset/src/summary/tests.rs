use layerwise_experiment::Shape;

use super::*;
use crate::source::{Part, Store};

fn samples(store: &Store, shape: [usize; 3]) -> Samples {
    let len: usize = shape.iter().product();
    let count = match store {
        Store::Bytes(bytes) => bytes.len() / len,
        Store::Values(values) => values.len() / len,
        Store::Files(files) => files.len(),
        Store::InFile(_) => 0,
    };
    let part = Part {
        store: store.clone(),
        labels: vec![0; count],
    };
    Samples::all(part, Shape::Image(shape))
}

fn quietly(store: &Store, shape: [usize; 3]) -> Result<Summary, String> {
    summarise(&samples(store, shape), &mut |_| true)
}

fn is_near(values: &[f64], expected: &[f64]) -> bool {
    values.len() == expected.len()
        && values
            .iter()
            .zip(expected)
            .all(|(a, b)| (a - b).abs() < 1e-12)
}

#[test]
fn bytes_are_counted_by_channel() {
    // Two samples of two channels, 1×2.
    let store = Store::Bytes(vec![0, 255, 51, 51, 0, 255, 51, 51]);
    let summary = quietly(&store, [2, 1, 2]).unwrap();
    assert!(is_near(&summary.normalization.mean, &[0.5, 0.2]));
    assert!(is_near(&summary.normalization.deviation, &[0.5, 0.0]));
    let [first, second] = summary.histograms.as_slice() else {
        panic!("{summary:?}");
    };
    assert_eq!((first.low, first.high), (0.0, 1.0));
    assert_eq!((first.counts[0], first.counts[255]), (2, 2));
    assert_eq!(second.counts[51], 4);
    assert_eq!(second.counts.iter().sum::<u64>(), 4);
}

#[test]
fn numbers_are_counted_by_channel() {
    let store = Store::Values(vec![1.0, -5.0, 3.0, 5.0]);
    let summary = quietly(&store, [2, 1, 1]).unwrap();
    assert!(is_near(&summary.normalization.mean, &[2.0, 0.0]));
    assert!(is_near(&summary.normalization.deviation, &[1.0, 5.0]));
    let histogram = &summary.histograms[1];
    assert_eq!((histogram.low, histogram.high), (-5.0, 5.0));
    assert_eq!((histogram.counts[0], histogram.counts[63]), (1, 1));
    let error = quietly(&Store::Values(vec![1.0, f32::NAN]), [1, 1, 1]).unwrap_err();
    assert!(error.contains("Sample 2 has a value"), "{error}");
}

#[test]
fn files_give_what_their_pixels_give() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    let mut bytes = Vec::new();
    for index in 0..600_u32 {
        let path = folder.path().join(format!("{index}.png"));
        let value = u8::try_from(index % 251).unwrap();
        image::GrayImage::from_pixel(1, 1, image::Luma([value]))
            .save(&path)
            .unwrap();
        files.push(path);
        bytes.push(value);
    }
    let mut reports = Vec::new();
    let of_files = samples(&Store::Files(files.clone()), [1, 1, 1]);
    let summary = summarise(&of_files, &mut |loading| {
        reports.push((loading.done, loading.total));
        true
    })
    .unwrap();
    assert_eq!(
        summary,
        quietly(&Store::Bytes(bytes.clone()), [1, 1, 1]).unwrap()
    );
    assert_eq!(reports, [(0, 600), (256, 600), (512, 600)]);

    std::fs::write(&files[300], "no image").unwrap();
    bytes.remove(300);
    let summary = quietly(&Store::Files(files), [1, 1, 1]).unwrap();
    let [(300, reason)] = summary.unreadable.as_slice() else {
        panic!("{:?}", summary.unreadable);
    };
    assert!(reason.contains("300.png"), "{reason}");
    let without = quietly(&Store::Bytes(bytes), [1, 1, 1]).unwrap();
    assert_eq!(summary.histograms, without.histograms);
    assert_eq!(summary.normalization, without.normalization);
}

#[test]
fn what_cannot_be_summarised_is_told() {
    for (store, shape, message) in [
        (Store::Bytes(Vec::new()), [1, 1, 1], "There is no sample"),
        (Store::Values(Vec::new()), [1, 1, 1], "There is no sample"),
        (Store::Files(Vec::new()), [1, 1, 1], "There is no sample"),
        (
            Store::Files(vec!["nowhere.png".into()]),
            [1, 1, 1],
            "None of the image files can be used; the first: nowhere.png",
        ),
    ] {
        let error = quietly(&store, shape).unwrap_err();
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn the_work_can_be_cancelled() {
    for store in [
        Store::Bytes(vec![0; 5]),
        Store::Values(vec![0.0; 5]),
        Store::Files(vec!["nowhere.png".into()]),
    ] {
        let result = summarise(&samples(&store, [1, 1, 1]), &mut |_| false);
        assert_eq!(result, Err("Cancelled".to_owned()));
    }
}
