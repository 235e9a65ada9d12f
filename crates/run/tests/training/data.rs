//! Training on real data: the same samples give the same numbers, wherever they come from.

use std::{
    fs,
    io::{Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use layerwise_dataset::{
    self as dataset, Dataset, Samples,
    export::{Target, export},
    look,
};
use layerwise_experiment::{DataKind, Experiment};
use layerwise_run::{Run, RunOptions};
use layerwise_study::{Fact, Phase, StepRecord};

const SIDE: usize = 32;

/// The drawn shapes as files may hold them.
struct Shapes {
    experiment: Experiment,
    dataset: Dataset,
}

fn shapes() -> Shapes {
    let experiment = super::experiment(
        "shapes-cnn",
        &["data.samples=60", "train.batch_size=16", "train.epochs=1"],
    );
    let dataset = dataset::load_now(&experiment).unwrap();
    Shapes {
        experiment,
        dataset,
    }
}

/// The pixels of an image and its class.
type Image = (Vec<u8>, u32);

/// Every image of a part as bytes, with its class.
fn images(samples: &Samples) -> Vec<Image> {
    let pixels = |at| samples.pixels(at).unwrap().into_owned();
    (0..samples.len())
        .map(|at| (pixels(at), samples.labels[at]))
        .collect()
}

/// The same, class after class, as folders list them.
fn by_class(mut images: Vec<Image>) -> Vec<Image> {
    images.sort_by_key(|(_, class)| *class);
    images
}

fn npy(descr: &str, shape: &[usize], data: &[u8]) -> Vec<u8> {
    let shape: String = shape.iter().map(|size| format!("{size}, ")).collect();
    let mut header =
        format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}");
    while (10 + header.len() + 1) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

fn npz(path: &Path, parts: &[(&str, &[Image])]) {
    let mut archive = zip::ZipWriter::new(fs::File::create(path).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    let mut add = |name: String, bytes: Vec<u8>| {
        archive.start_file(name, options).unwrap();
        archive.write_all(&bytes).unwrap();
    };
    for (suffix, images) in parts {
        let pixels = images.iter().flat_map(|(pixels, _)| pixels.clone());
        let pixels: Vec<u8> = pixels.collect();
        let labels: Vec<u8> = images.iter().map(|(_, class)| *class as u8).collect();
        let shape = [images.len(), 3, SIDE, SIDE];
        add(format!("x{suffix}.npy"), npy("|u1", &shape, &pixels));
        add(
            format!("y{suffix}.npy"),
            npy("|u1", &[images.len()], &labels),
        );
    }
    archive.finish().unwrap();
}

fn cifar(path: &Path, images: &[Image]) {
    let records = images.iter().flat_map(|(pixels, class)| {
        let mut record = vec![*class as u8];
        record.extend(pixels);
        record
    });
    fs::write(path, records.collect::<Vec<u8>>()).unwrap();
}

/// Writes samples as the program does.
fn exported(dataset: &Dataset, target: Target, path: &Path) {
    export(dataset, target, path, &mut |_| true).unwrap();
}

/// The experiment on files, as they are.
fn on_files(shapes: &Shapes, path: &Path, assignments: &[&str]) -> Experiment {
    let text = shapes.experiment.to_toml().unwrap();
    let mut all = vec![
        format!("data.path={}", path.display()),
        "prepare.normalize=off".to_owned(),
    ];
    all.extend(assignments.iter().map(|text| (*text).to_owned()));
    let mut experiment = Experiment::from_toml(&text, "shapes", &all).unwrap();
    let found = look(&experiment.data, &mut |_| true).unwrap();
    experiment.data.found = Some(found);
    experiment
}

fn trained(experiment: Experiment) -> (Vec<StepRecord>, f32) {
    let told = super::finish(&Run::start(experiment, RunOptions::default()).unwrap());
    assert_eq!(told.phase, Phase::Finished, "{:?}", told.message);
    let last = told.evaluations.last().unwrap();
    let loss = last.modules.last().unwrap().test_loss.unwrap();
    (told.steps, loss)
}

#[test]
fn shapes_exported_to_every_format_train_to_the_same_numbers() {
    let shapes = shapes();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| -> PathBuf { folder.path().join(name) };
    let built_in = trained(shapes.experiment.clone());

    for (name, target) in [
        ("idx", Target::Idx),
        ("cifar", Target::Cifar10),
        ("shapes.npz", Target::Npz),
    ] {
        exported(&shapes.dataset, target, &path(name));
        let on_files = trained(on_files(&shapes, &path(name), &[]));
        assert_eq!(on_files, built_in, "{name}");
    }

    // A table has no part for testing: the same samples are chosen for it.
    exported(&shapes.dataset, Target::Csv, &path("shapes.csv"));
    let rows = ["data.image=[3, 32, 32]"];
    let table = on_files(&shapes, &path("shapes.csv"), &rows);
    assert_eq!(trained(table), built_in);

    // Folders list their images class after class.
    let sorted = |samples: &Samples| by_class(images(samples));
    let (train, test) = (sorted(&shapes.dataset.train), sorted(&shapes.dataset.test));
    npz(&path("sorted.npz"), &[("_train", &train), ("_test", &test)]);
    let sorted = trained(on_files(&shapes, &path("sorted.npz"), &[]));
    assert_ne!(sorted, built_in);
    exported(&shapes.dataset, Target::Folder, &path("folder"));
    let in_folders = on_files(&shapes, &path("folder"), &["data.size=32"]);
    assert_eq!(trained(in_folders), sorted);
}

#[test]
fn images_too_many_for_memory_train_to_the_same_numbers() {
    // Above 1 GiB; what is not written takes up no room on the disk.
    const COUNT: u64 = 350_000;
    let shapes = shapes();
    let train = images(&shapes.dataset.train);
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for name in ["few", "many"] {
        exported(&shapes.dataset, Target::Idx, &path(name));
    }
    for (name, sample) in [
        ("train-images-idx4-ubyte", 3 * SIDE * SIDE),
        ("train-labels-idx1-ubyte", 1),
    ] {
        let file = path("many").join(name);
        let mut file = fs::File::options().write(true).open(file).unwrap();
        let header = if sample == 1 { 8 } else { 20 };
        file.set_len(header + COUNT * sample as u64).unwrap();
        file.seek(SeekFrom::Start(4)).unwrap();
        file.write_all(&(COUNT as u32).to_be_bytes()).unwrap();
    }
    // The first of each class are those that both have.
    let of_class = |class: u32| train.iter().filter(|(_, own)| *own == class).count();
    let classes = shapes.dataset.classes.len() as u32;
    let least = (0..classes).map(of_class).min().unwrap();
    let few = format!("data.per_class={least}");
    let [few, many] = ["few", "many"].map(|name| on_files(&shapes, &path(name), &[&few]));
    assert_eq!(trained(many), trained(few));
}

#[test]
fn numbers_that_are_no_pixels_are_not_augmented() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("heights.csv");
    let rows = (0..40).map(|at| format!("{at}.5,{},{},{},{}\n", at % 3, at % 5, at % 7, at % 2));
    fs::write(&path, rows.collect::<String>()).unwrap();
    let shapes = shapes();
    let assignments = ["data.image=[1, 2, 2]", "prepare.flip=true"];
    let mut experiment = on_files(&shapes, &path, &assignments);
    experiment.blocks = super::experiment("digits-mlp", &[]).blocks;
    experiment.split = layerwise_experiment::Split::default();
    let told = super::finish(&Run::start(experiment, RunOptions::default()).unwrap());
    assert_eq!(told.phase, Phase::Failed);
    let message = told.message.unwrap();
    assert!(message.contains("needs pixels from 0 to 1"), "{message}");
}

#[test]
fn a_file_that_changes_in_a_folder_is_read_again() {
    let shapes = shapes();
    let folder = tempfile::tempdir().unwrap();
    let train = images(&shapes.dataset.train);
    cifar(&folder.path().join("data_batch_1.bin"), &train);
    let experiment = on_files(&shapes, folder.path(), &[]);
    assert_eq!(experiment.data.found.as_ref().unwrap().train, train.len());
    cifar(&folder.path().join("data_batch_1.bin"), &train[..40]);
    let found = look(&experiment.data, &mut |_| true).unwrap();
    assert_eq!(found.train, 40);
}

#[test]
fn samples_read_ahead_are_those_that_lie_on_the_device() {
    let shapes = shapes();
    let with = |assignment: &str| {
        let text = shapes.experiment.to_toml().unwrap();
        Experiment::from_toml(&text, "shapes", &[assignment.to_owned()]).unwrap()
    };
    // Samples that may be erased go through threads; none of these is.
    let resident = trained(with("prepare.erase=0"));
    assert_eq!(trained(with("prepare.erase=1e-300")), resident);
    // What is drawn is drawn again.
    let augmented = trained(with("prepare.crop_padding=4"));
    assert_ne!(augmented, resident);
    assert_eq!(trained(with("prepare.crop_padding=4")), augmented);
}

#[test]
fn every_method_sees_the_same_augmented_samples() {
    let shapes = shapes();
    let first_loss = |method: &str| {
        let text = shapes.experiment.to_toml().unwrap();
        let assignments = [
            method.to_owned(),
            "prepare.flip=true".to_owned(),
            "prepare.rand_augment=2".to_owned(),
            "prepare.erase=0.5".to_owned(),
            "prepare.mixup=0.4".to_owned(),
            "split.count=1".to_owned(),
        ];
        let experiment = Experiment::from_toml(&text, "shapes", &assignments).unwrap();
        trained(experiment).0.first().unwrap().loss.clone()
    };
    assert_eq!(
        first_loss("method.kind=local-bp"),
        first_loss("method.kind=global-bp")
    );
}

#[test]
fn a_broken_image_costs_a_sentence() {
    let shapes = shapes();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shapes");
    exported(&shapes.dataset, Target::Folder, &path);
    let class = fs::read_dir(path.join("train")).unwrap().next();
    let broken = class.unwrap().unwrap().path().join("9999.png");
    fs::write(&broken, "no image").unwrap();

    for normalize in ["computed", "off"] {
        let normalize = format!("prepare.normalize={normalize}");
        let experiment = on_files(&shapes, &path, &[&normalize, "data.size=32"]);
        let run = Run::start(experiment, RunOptions::default()).unwrap();
        let told = super::finish(&run);
        assert_eq!(told.phase, Phase::Finished, "{:?}", told.message);
        let warning = told.warnings.first().unwrap();
        assert!(warning.contains("1 image file cannot be read"), "{warning}");
    }
}

#[test]
fn an_image_that_breaks_during_training_ends_it_with_a_sentence() {
    let shapes = shapes();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shapes");
    exported(&shapes.dataset, Target::Folder, &path);
    let assignments = ["data.size=32", "train.epochs=1000", "prepare.flip=true"];
    let experiment = on_files(&shapes, &path, &assignments);
    let run = Run::start(experiment, RunOptions::default()).unwrap();
    while !matches!(
        run.next_fact(Duration::from_secs(60)),
        Some(Fact::Step(_)) | None
    ) {}
    fs::remove_dir_all(path.join("train")).unwrap();
    let told = super::finish(&run);
    assert_eq!(told.phase, Phase::Failed);
    assert!(told.message.unwrap().contains(".png"));
}

#[test]
fn data_that_change_are_refused() {
    let shapes = shapes();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shapes.npz");
    let train = images(&shapes.dataset.train);
    npz(&path, &[("", &train)]);
    let experiment = on_files(&shapes, &path, &[]);
    npz(&path, &[("", &train[..40])]);
    dataset::forget();
    let told = super::finish(&Run::start(experiment, RunOptions::default()).unwrap());
    assert_eq!(told.phase, Phase::Failed);
    let message = told.message.unwrap();
    assert!(message.contains("other data than when"), "{message}");
}

#[test]
fn arrays_of_numbers_and_tables_are_normalised() {
    let mut text = "height,width,kind\n".to_owned();
    for at in 0..80 {
        let kind = if at % 2 == 0 { "tall" } else { "wide" };
        let (height, width) = match kind {
            "tall" => (900 + at, 3),
            _ => (500 + at, 7),
        };
        text.push_str(&format!("{height},{width},{kind}\n"));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.csv");
    fs::write(&path, text).unwrap();
    let mut experiment = super::experiment(
        "spirals-mlp",
        &[&format!("data.path={}", path.display()), "train.epochs=10"],
    );
    let found = look(&experiment.data, &mut |_| true).unwrap();
    experiment.data.found = Some(found);
    let data = dataset::load_now(&experiment).unwrap();
    assert_eq!(data.classes, ["tall", "wide"]);
    let values = data.train.values(&mut |_| true).unwrap();
    for column in 0..2 {
        let column: Vec<f32> = values.iter().skip(column).step_by(2).copied().collect();
        let mean = column.iter().sum::<f32>() / column.len() as f32;
        assert!(mean.abs() < 1e-4, "{mean}");
    }
    let told = super::finish(&Run::start(experiment, RunOptions::default()).unwrap());
    assert_eq!(told.summary.unwrap().test_accuracy, Some(1.0));
}

#[test]
fn a_table_of_two_features_has_decision_regions() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.csv");
    let row = |at: usize| format!("{},{},{}\n", 100 + at, at % 10, u8::from(at >= 50));
    let rows: String = (0..100).map(row).collect();
    fs::write(&path, format!("height,shoes,old\n{rows}")).unwrap();
    let mut experiment = super::experiment("spirals-mlp", &[]);
    experiment.data.kind = DataKind::Files;
    experiment.data.path = path;
    experiment.data.found = Some(look(&experiment.data, &mut |_| true).unwrap());

    let run = Run::start(experiment, RunOptions::default()).unwrap();
    assert_eq!(super::finish(&run).phase, Phase::Finished);
    let regions = run.regions().unwrap();
    let plane = &regions.plane;
    let names = ["height".to_owned(), "shoes".to_owned()];
    assert_eq!(plane.names.as_ref(), Some(&names));
    // In the units of the file, around all that is in it.
    assert!((60.0..102.0).contains(&plane.low[0]), "{plane:?}");
    assert!((196.0..240.0).contains(&plane.high[0]), "{plane:?}");
    let (number, classes, _) = regions.modules.last().unwrap();
    assert_eq!(*number, 4);
    for row in classes.chunks(regions.side) {
        assert_eq!((row[0], row[regions.side - 1]), (0, 1));
    }
}
