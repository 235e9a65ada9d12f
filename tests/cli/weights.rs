//! `layerwise weights`, and runs that start from a checkpoint.

use std::{fs, path::Path};

use serde_json::Value;

use super::{layerwise, read_json, refuses, succeeds, text};

/// A checkpoint of torch.save, made by `tests/reference/make.py`.
const TINY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/tiny.pt");

/// The network of that checkpoint.
const NETWORK: &str = r#"version = 1
name = "tiny"
device = "cpu"
head.kind = "linear"
[data]
kind = "shapes"
samples = 40
[train]
epochs = 1
batch_size = 16
[split]
after = [2]
[[block]]
kind = "conv2d"
out = 4
kernel = 3
padding = 1
bias = false
[[block]]
kind = "batch-norm"
[[block]]
kind = "relu"
[[block]]
kind = "residual-basic"
out = 8
"#;

#[test]
fn a_checkpoint_is_inspected() {
    let table = succeeds(&["weights", "inspect", TINY]);
    for part in [
        "state_dict.module.conv1.weight                        F32   4×3×3×3\n",
        "state_dict.module.layer1.0.conv2.weight               BF16  8×8×3×3\n",
        "23 tensors with 1,207 values in ",
        "bytes (PyTorch)\n",
    ] {
        assert!(table.contains(part), "{part}: {table}");
    }
    let json: Value =
        serde_json::from_str(&succeeds(&["weights", "inspect", TINY, "--json"])).unwrap();
    assert_eq!(json["format"], "PyTorch");
    assert_eq!(json["tensors"].as_array().unwrap().len(), 23);
    assert_eq!(json["tensors"][0]["name"], "state_dict.module.bn1.bias");
    assert_eq!(json["tensors"][0]["shape"], serde_json::json!([4]));
    refuses(
        1,
        &["weights", "inspect", "/no/such.pt"],
        &["/no/such.pt cannot be read"],
    );
    let toml = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    refuses(
        1,
        &["weights", "inspect", toml],
        &["neither a safetensors file nor a PyTorch checkpoint"],
    );
}

#[test]
fn a_check_tells_what_would_load() {
    let folder = tempfile::tempdir().unwrap();
    let experiment = folder.path().join("tiny.toml");
    fs::write(&experiment, NETWORK).unwrap();
    let experiment = text(&experiment);

    let table = succeeds(&["weights", "check", TINY, experiment]);
    assert!(table.starts_with("22 of torchvision names from"), "{table}");
    assert!(
        table.contains("of heads, which start as the seed has them: 2\n  block.2.head.weight\n"),
        "{table}"
    );
    let json = succeeds(&["weights", "check", TINY, experiment, "--json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["loads"], true);
    assert_eq!(json["report"]["matched"].as_array().unwrap().len(), 22);

    let fewer = [
        "weights",
        "check",
        TINY,
        experiment,
        "--set",
        "data.shape_classes=4",
    ];
    let refused = layerwise(&fewer);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused
            .out
            .contains("state_dict.module.fc.bias: 10 in the file, 4 in the network"),
        "{}",
        refused.out
    );
    assert!(refused.err.contains("replace the head"), "{}", refused.err);
    let replaced = succeeds(&[&fewer[..], &["--head", "replace"]].concat());
    assert!(
        replaced.contains("of heads, which start as the seed has them: 4"),
        "{replaced}"
    );

    refuses(
        1,
        &["weights", "check", TINY, "--preset", "digits-mlp"],
        &[
            "does not have the names of this network",
            "block.1.weight (Layerwise)",
        ],
    );
    refuses(2, &["weights", "check", TINY], &["--preset"]);
}

#[test]
fn weights_go_out_and_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let experiment = folder.path().join("tiny.toml");
    fs::write(&experiment, NETWORK).unwrap();
    let experiment = text(&experiment);
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();

    // From a checkpoint, and what a run made of it.
    let exported = path("exported.safetensors");
    let arguments = [
        "weights", "export", experiment, "--from", TINY, "--out", &exported,
    ];
    let done = layerwise(&arguments);
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert!(done.err.contains("22 tensors from"), "{}", done.err);
    assert_eq!(done.out, format!("{exported}\n"));
    refuses(1, &arguments, &["exists already and is not replaced"]);

    let run = path("run");
    let start = format!("weights.path={exported}");
    let train = ["train", experiment, "--set", &start, "--steps", "1"];
    let told = layerwise(&[&train[..], &["--out", &run]].concat());
    assert_eq!(told.code, Some(0), "{}", told.err);
    assert!(
        told.err.contains("Starting with 22 tensors from"),
        "{}",
        told.err
    );
    let again = fs::read_to_string(Path::new(&run).join("experiment.toml")).unwrap();
    assert!(again.contains("[weights]\npath = ") && again.contains("head = \"keep\""));
    assert_eq!(read_json(&Path::new(&run).join("summary.json"))["steps"], 1);

    let trained = path("run/weights.safetensors");
    let second = path("trained.safetensors");
    succeeds(&[
        "weights", "export", experiment, "--from", &trained, "--out", &second,
    ]);
    let names = |file: &str| -> Vec<String> {
        let json = succeeds(&["weights", "inspect", file, "--json"]);
        let json: Value = serde_json::from_str(&json).unwrap();
        let tensors = json["tensors"].as_array().unwrap().iter();
        tensors.map(|tensor| tensor["name"].to_string()).collect()
    };
    assert_eq!(names(&second), names(&exported));

    let script = path("tiny.py");
    succeeds(&["weights", "script", experiment, "--out", &script]);
    let written = fs::read_to_string(&script).unwrap();
    assert!(
        written.contains("(\"layer1.0\", Residual((4, 8, 3, 1), (8, 8, 3, 1), "),
        "{written}"
    );
}

#[test]
fn a_run_that_cannot_start_from_its_weights_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let torn = folder.path().join("torn.safetensors");
    fs::write(&torn, [9, 0, 0, 0, 0, 0, 0, 0, b'{', b'"']).unwrap();
    for (path, part) in [
        ("/no/such.pt", "/no/such.pt cannot be read"),
        (text(&torn), "is truncated"),
        (TINY, "does not have the names of this network"),
    ] {
        let start = format!("weights.path={path}");
        let arguments = [
            "train",
            "--preset",
            "digits-mlp",
            "--device",
            "cpu",
            "--quiet",
        ];
        refuses(1, &[&arguments[..], &["--set", &start]].concat(), &[part]);
    }
    refuses(
        1,
        &[
            "train",
            "--preset",
            "digits-mlp",
            "--set",
            "weights.head=both",
        ],
        &["weights", "head"],
    );
}
