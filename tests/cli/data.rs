//! `layerwise data`, and training on files by name.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::Value;

use super::{PROGRAM, layerwise, refuses, succeeds, text};

/// Two clouds of points in a table.
fn table(path: &Path) {
    let mut rows = "x,y,colour\n".to_owned();
    for at in 0..60 {
        let (shift, colour) = if at % 2 == 0 {
            (5, "red")
        } else {
            (-5, "blue")
        };
        rows.push_str(&format!("{},{},{colour}\n", shift + at % 3, at % 7));
    }
    fs::write(path, rows).unwrap();
}

#[test]
fn info_says_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("points.csv");
    table(&path);
    let out = succeeds(&["data", "info", text(&path)]);
    for part in [
        "Table\n60 samples, no part for testing\neach 2\n2 classes:\n",
        "blue",
        "colour                   classes",
        "x                        numbers from -5 to 7",
    ] {
        assert!(out.contains(part), "{part}: {out}");
    }
    let out = succeeds(&["data", "info", text(&path), "--json"]);
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(found["train"], 60);
    assert_eq!(found["classes"][0]["name"], "blue");
    assert_eq!(found["classes"][0]["train"], 30);
    // Any column may hold the classes.
    let out = succeeds(&["data", "info", text(&path), "--label", "y"]);
    assert!(out.contains("7 classes"), "{out}");
}

#[test]
fn naming_files_is_enough_to_train_on_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("points.csv");
    table(&path);
    let out = succeeds(&[
        "train",
        "--preset",
        "spirals-mlp",
        "--set",
        &format!("data.path={}", text(&path)),
        "--device",
        "cpu",
        "--epochs",
        "20",
        "--json",
        "--quiet",
    ]);
    let summary: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(summary["test_accuracy"], 1.0);
    // A column by its number is no less a word.
    refuses(
        1,
        &[
            "train",
            "--preset",
            "spirals-mlp",
            "--set",
            &format!("data.path={}", text(&path)),
            "--set",
            "data.label=9",
        ],
        &["there is no column 9"],
    );
}

#[test]
fn files_that_do_not_do_are_refused_with_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("empty.csv"), "").unwrap();
    fs::write(path("junk.bin"), [7, 0, 255, 3, 9]).unwrap();
    fs::write(path("one.csv"), "x,class\n1,a\n2,a\n3,a\n").unwrap();
    fs::write(path("cut-idx3-ubyte"), [0, 0, 8, 3, 0, 0]).unwrap();
    fs::create_dir(path("nothing")).unwrap();
    for (name, parts) in [
        ("absent.csv", ["absent.csv cannot be read", "choose"]),
        ("empty.csv", ["empty.csv is empty", "again"]),
        (
            "junk.bin",
            ["junk.bin holds no data that are known", "choose"],
        ),
        (
            "nothing",
            ["nothing holds no data that are known", "choose"],
        ),
        ("one.csv", ["one.csv", "class"]),
    ] {
        refuses(1, &["data", "info", text(&path(name))], &parts);
        let set = format!("data.path={}", text(&path(name)));
        let train = ["train", "--preset", "spirals-mlp", "--set", &set];
        refuses(1, &train, &parts);
    }
    let points = path("points.csv");
    table(&points);
    let set = format!("data.path={}", text(&points));
    for (more, part) in [
        ("data.label=size", "size"),
        ("data.only=[\"green\", \"red\"]", "green"),
        ("data.image=[1, 3, 3]", "data.image"),
        ("prepare.flip=true", "only images can be augmented"),
        ("prepare.std=[0]", "prepare.std"),
    ] {
        refuses(
            1,
            &[
                "train",
                "--preset",
                "spirals-mlp",
                "--set",
                &set,
                "--set",
                more,
            ],
            &[part],
        );
    }
}

/// What the program finds in what it wrote.
fn info(path: &Path) -> Value {
    serde_json::from_str(&succeeds(&["data", "info", text(path), "--json"])).unwrap()
}

#[test]
fn what_is_exported_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: String| folder.path().join(name);
    let shapes = ["--preset", "shapes-cnn", "--set", "data.samples=60"];
    let digits = ["--preset", "digits-mlp"];
    for (name, experiment, formats, count) in [
        (
            "shapes",
            &shapes[..],
            &["idx", "cifar10", "npz", "folder", "csv"][..],
            60,
        ),
        ("digits", &digits[..], &["idx", "npz", "csv"][..], 1797),
    ] {
        for format in formats {
            let out = path(format!("{name} {format}"));
            let export = ["data", "export", "--to", format, "--out", text(&out)];
            let told = succeeds(&[&export[..], experiment].concat());
            assert_eq!(told, format!("{}\n", out.display()));
            let found = info(&out);
            let number = |key: &str| found[key].as_u64().unwrap();
            assert_eq!(number("train") + number("test"), count, "{found}");
            assert_eq!(number("test") == 0, *format == "csv", "{found}");
            assert_eq!(found["classes"].as_array().unwrap().len(), 10, "{found}");
        }
    }
    assert_eq!(info(&path("digits idx".to_owned()))["shape"], "1×8×8");
    // Three corners of all digits are empty.
    assert_eq!(info(&path("digits csv".to_owned()))["shape"], "61");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 8);
}

#[test]
fn what_a_format_cannot_hold_is_not_exported() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    for (preset, format, parts) in [
        ("digits-mlp", "folder", ["8-bit pixels", "choose idx"]),
        ("digits-mlp", "cifar10", ["1×8×8", "choose"]),
        ("spirals-mlp", "idx", ["vectors of 2", "choose npz or csv"]),
        ("spirals-mlp", "folder", ["vectors of 2", "choose npz"]),
        ("spirals-mlp", "cifar10", ["vectors of 2", "choose"]),
    ] {
        let arguments = ["data", "export", "--preset", preset, "--to", format];
        refuses(
            1,
            &[&arguments[..], &["--out", text(&out)]].concat(),
            &parts,
        );
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

    let run = |path: &Path| {
        let points = ["data", "export", "--preset", "spirals-mlp", "--to", "csv"];
        layerwise(&[&points[..], &["--out", text(path)]].concat())
    };
    let finished = run(&out);
    assert_eq!(finished.code, Some(0), "{}", finished.err);
    assert!(finished.err.contains("Test samples: "), "{}", finished.err);
    let before = fs::read(&out).unwrap();
    let finished = run(&out);
    assert_eq!(finished.code, Some(1));
    let words = "exists already and is not replaced";
    assert!(finished.err.contains(words), "{}", finished.err);
    assert_eq!(fs::read(&out).unwrap(), before);
    let finished = run(&folder.path().join("absent").join("out"));
    assert_eq!(finished.code, Some(1));
    assert!(
        finished.err.contains("cannot be written"),
        "{}",
        finished.err
    );
}

/// Interrupts writing as soon as something of it is there.
#[cfg(unix)]
#[test]
fn an_interrupted_export_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let there = || fs::read_dir(folder.path()).unwrap().count();
    let program = Command::new(PROGRAM)
        .args(["data", "export", "--preset", "shapes-cnn", "--to", "csv"])
        .args(["--set", "data.samples=80000", "--out"])
        .arg(folder.path().join("shapes.csv"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    for _ in 0..6_000 {
        if there() > 0 {
            break;
        }
        thread::sleep(Duration::from_millis(20));
    }
    let kill = Command::new("sh")
        .args(["-c", &format!("kill -INT {}", program.id())])
        .status()
        .unwrap();
    assert!(kill.success());
    let output = program.wait_with_output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{told}");
    assert_eq!(told, "error: Cancelled\n");
    assert_eq!(there(), 0);
}

#[test]
fn a_download_that_cannot_start_tells_the_page() {
    refuses(1, &["data", "fetch", "imagenet"], &["choose mnist"]);
    let folder = tempfile::tempdir().unwrap();
    let finished = layerwise(&[
        "data",
        "fetch",
        "mnist",
        "--from",
        "http://127.0.0.1:9",
        "--dir",
        text(folder.path()),
    ]);
    assert_eq!(finished.code, Some(1), "{}", finished.err);
    for part in ["MNIST", "by hand from https://", "127.0.0.1"] {
        assert!(finished.err.contains(part), "{part}: {}", finished.err);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
