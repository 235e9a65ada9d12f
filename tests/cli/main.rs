//! The command line as a person or a script meets it: the program as a process.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panics"
)]

mod data;
mod resume;
mod weights;

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use layerwise_experiment::{Experiment, presets};
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_layerwise");

/// What a finished process leaves.
struct Finished {
    code: Option<i32>,
    out: String,
    err: String,
}

/// Runs the program to its end, without a display and without a terminal.
fn layerwise(arguments: &[&str]) -> Finished {
    let mut command = Command::new(PROGRAM);
    command
        .args(arguments)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .stdin(Stdio::null());
    let (done, output) = mpsc::channel();
    thread::spawn(move || done.send(command.output()));
    let output = output
        .recv_timeout(Duration::from_secs(300))
        .unwrap_or_else(|_| panic!("{arguments:?} did not end"))
        .unwrap();
    let finished = Finished {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    };
    for sign in ["panicked", "backtrace", "Err("] {
        assert!(!finished.err.contains(sign), "{}", finished.err);
    }
    finished
}

/// Runs the program, which must succeed, and gives its standard output.
fn succeeds(arguments: &[&str]) -> String {
    let finished = layerwise(arguments);
    assert_eq!(finished.code, Some(0), "{arguments:?}: {}", finished.err);
    finished.out
}

/// Runs the program, which must refuse with this exit code and words that contain all `parts`.
fn refuses(code: i32, arguments: &[&str], parts: &[&str]) {
    let finished = layerwise(arguments);
    assert_eq!(finished.code, Some(code), "{arguments:?}: {}", finished.err);
    assert!(finished.err.starts_with("error: "), "{}", finished.err);
    assert_eq!(finished.out, "", "{arguments:?}");
    for part in parts {
        assert!(finished.err.contains(part), "{part}: {}", finished.err);
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn read_json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Lines of `metrics.jsonl`.
fn read_metrics(folder: &Path) -> Vec<Value> {
    fs::read_to_string(folder.join("metrics.jsonl"))
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn presets_are_listed_and_shown() {
    let list = succeeds(&["presets"]);
    let json: Value = serde_json::from_str(&succeeds(&["presets", "--json"])).unwrap();
    assert_eq!(json.as_array().unwrap().len(), presets().len());
    for preset in presets() {
        assert!(list.contains(preset.name), "{list}");
        assert!(list.contains(preset.source), "{list}");
        let shown = succeeds(&["presets", "show", preset.name]);
        let shown = Experiment::from_toml(&shown, "shown", &[]).unwrap();
        assert_eq!(shown, preset.experiment().unwrap());
        let shown = succeeds(&["presets", "show", preset.name, "--json"]);
        let shown: Experiment = serde_json::from_str(&shown).unwrap();
        assert_eq!(shown, preset.experiment().unwrap());
    }
    let digits = json
        .as_array()
        .unwrap()
        .iter()
        .find(|preset| preset["name"] == "digits-mlp")
        .unwrap();
    assert_eq!(digits["input_shape"], "1×8×8");
    assert_eq!(digits["classes"], 10);
    assert_eq!(digits["blocks"], 17);
    assert_eq!(digits["modules"], 8);
    assert_eq!(digits["parameters"], 8 * (64 * 64 + 64));
    refuses(
        1,
        &["presets", "show", "digits"],
        &["\"digits\"", "digits-mlp"],
    );
}

#[test]
fn devices_name_the_one_that_auto_takes() {
    let list = succeeds(&["devices"]);
    assert!(list.starts_with("cpu "), "{list}");
    assert_eq!(list.matches("(auto)").count(), 1, "{list}");
}

#[test]
fn help_names_the_exit_codes() {
    let help = succeeds(&["train", "--help"]);
    assert!(help.contains("3 the run diverged"), "{help}");
}

#[test]
fn the_studio_needs_a_display_and_a_file_that_exists() {
    refuses(1, &[], &["layerwise train"]);
    refuses(1, &["none.toml"], &["none.toml", "cannot be opened"]);
    let folder = tempfile::tempdir().unwrap();
    refuses(1, &[text(folder.path())], &["is not a file"]);
}

#[test]
fn wrong_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wrong.toml");
    let good = "version = 1\n[data]\nkind = \"moons\"\n[[block]]\nkind = \"linear\"\nout = 4\n";
    for (content, parts) in [
        ("version = [", &["unclosed array", "line 1"][..]),
        ("", &["version is missing"]),
        (&good.replace("version = 1", "version = 99"), &["newer"]),
        (&good.replace("out = 4", "out = 4\nspeed = 1"), &["speed"]),
        (
            &good.replace("out = 4", "out = \"four\""),
            &["block.0.out", "string \"four\"", "a whole number"],
        ),
        (
            &good.replace("out = 4", "out = 0"),
            &["block.0.out", "from 1 to 65536"],
        ),
        (
            &good.replace("moons", "cats"),
            &["data.kind", "cats", "moons"],
        ),
    ] {
        fs::write(&path, content).unwrap();
        let parts: Vec<&str> = parts.iter().copied().chain(["wrong.toml"]).collect();
        refuses(1, &["train", text(&path)], &parts);
        let out = folder.path().join("trace.safetensors");
        refuses(
            1,
            &["trace", text(&path), "--steps", "1", "--out", text(&out)],
            &parts,
        );
    }
    fs::write(&path, [0xff, 0xfe, 0x00]).unwrap();
    refuses(1, &["train", text(&path)], &["wrong.toml"]);
    refuses(1, &["train", text(folder.path())], &["Cannot read"]);
    refuses(1, &["train", "none.toml"], &["Cannot read none.toml"]);
    #[cfg(target_os = "linux")]
    refuses(1, &["train", "/dev/zero"], &["too many"]);
}

#[test]
fn wrong_arguments_are_refused() {
    let preset = ["train", "--preset", "spirals-mlp"];
    let with = |more: &[&'static str]| [&preset[..], more].concat();
    refuses(2, &["train"], &["EXPERIMENT", "--preset"]);
    refuses(2, &with(&["some.toml"]), &["cannot be used with"]);
    refuses(2, &with(&["--device", "tpu"]), &["tpu", "gpu:N"]);
    refuses(2, &with(&["--steps", "0"]), &["--steps"]);
    refuses(2, &with(&["--seed", "-1"]), &["-1"]);
    refuses(
        2,
        &with(&["--seed", "18446744073709551615"]),
        &["9223372036854775807"],
    );
    refuses(
        1,
        &["train", "--preset", "cats"],
        &["\"cats\"", "digits-mlp"],
    );
    refuses(1, &with(&["--set", "seed"]), &["--set seed", "KEY=VALUE"]);
    refuses(1, &with(&["--set", "split.cuts=1"]), &["cuts"]);
    refuses(1, &with(&["--epochs", "0"]), &["train.epochs", "from 1"]);
    refuses(1, &with(&["--device", "gpu:99"]), &["gpu:99"]);
    refuses(2, &with(&["--device", "gpu:+0"]), &["gpu:+0"]);
    refuses(
        1,
        &with(&["--set", "version=99"]),
        &["version = 99", "newer"],
    );
    refuses(1, &with(&["--set", "block.1.slope=1"]), &["block.1.slope"]);
    refuses(
        1,
        &with(&["--set", "seed=1\ntrain.epochs=3"]),
        &["seed", "a whole number"],
    );
}

#[test]
fn a_run_that_no_machine_can_hold_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge.toml");
    let head =
        "version = 1\n[data]\nkind = \"moons\"\nsamples = 50000\n[train]\nbatch_size = 16000\n";
    let wide = "[[block]]\nkind = \"linear\"\nout = 65536\n";
    let text_of_many = "[[block]]\nkind = \"tanh\"\n".repeat(400);
    fs::write(&path, format!("{head}{wide}{text_of_many}")).unwrap();
    let out = folder.path().join("run");
    refuses(
        1,
        &["train", text(&path), "--device", "cpu", "--out", text(&out)],
        &["at least", "GiB", "smaller batch"],
    );
    assert!(!out.exists());
}

#[test]
fn every_problem_of_a_network_has_its_line() {
    let narrow = [
        "train",
        "--preset",
        "digits-mlp",
        "--set",
        "block.1.out=4",
        "--set",
        "block.5.out=5",
    ];
    refuses(1, &narrow, &["error: module 1: ", "\nerror: module 3: "]);
    refuses(
        1,
        &[
            "train",
            "--preset",
            "digits-mlp",
            "--set",
            "block.0.kind=relu",
        ],
        &["error: block 1: Flatten this 1×8×8 image first"],
    );
}

#[test]
fn training_leaves_a_record_and_prints_its_summary() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("new/run");
    let finished = layerwise(&[
        "train",
        "--preset",
        "spirals-mlp",
        "--set",
        "train.epochs=9",
        "--set",
        "method.lambda=0.25",
        "--epochs",
        "2",
        "--seed",
        "7",
        "--device",
        "cpu",
        "--json",
        "--out",
        text(&out),
    ]);
    assert_eq!(finished.code, Some(0), "{}", finished.err);
    assert_eq!(finished.err.matches("test accuracy").count(), 2);

    let summary: Value = serde_json::from_str(&finished.out).unwrap();
    assert_eq!(summary, read_json(&out.join("summary.json")));
    assert_eq!(summary["phase"], "finished");
    assert_eq!(summary["seed"], 7);
    assert_eq!(summary["method"], "local-bp");
    // 800 training samples in batches of 64.
    assert_eq!(summary["steps"], 2 * 13);
    let accuracy = summary["test_accuracy"].as_f64().unwrap();
    assert!((0.0..=1.0).contains(&accuracy));
    let modules = summary["module_test_accuracy"].as_array().unwrap();
    assert_eq!(modules.len(), 4);
    assert_eq!(modules.last(), Some(&summary["test_accuracy"]));
    let cosines = summary["boundary_cosine"].as_array().unwrap();
    assert_eq!(cosines.len(), 3);
    for cosine in cosines {
        assert!((-1.0..=1.0).contains(&cosine.as_f64().unwrap()));
    }
    assert!(summary["steps_per_second"].as_f64().unwrap() > 0.0);
    assert!(summary["peak_memory_bytes"].as_u64().unwrap() > 0);
    assert_eq!(summary["diverged"], false);
    assert!(summary["modules_worse_than_guessing"].is_array());
    assert!(summary["device"].as_str().unwrap().starts_with("CPU"));

    let kept = Experiment::load(&out.join("experiment.toml")).unwrap();
    assert_eq!((kept.seed, kept.train.epochs), (7, 2));
    assert_eq!(kept.method.lambda, 0.25);
    let metrics = read_metrics(&out);
    let of = |kind: &str| metrics.iter().filter(|line| line["type"] == kind).count();
    assert_eq!((of("step"), of("evaluation")), (26, 2));
    let first = metrics.first().unwrap();
    assert_eq!(first["step"], 1);
    assert_eq!(first["lambda"], serde_json::json!([0.25, 0.25, 0.25]));
    assert_eq!(first["loss"].as_array().unwrap().len(), 4);
}

#[test]
fn a_run_never_replaces_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "mine").unwrap();
    let refused = |device: &str, out: &Path, parts: &[&str]| {
        let arguments = [
            "train",
            "--preset",
            "spirals-mlp",
            "--steps",
            "1",
            "--device",
            device,
            "--out",
            text(out),
        ];
        refuses(1, &arguments, parts);
    };
    refused("cpu", &file.join("run"), &["cannot be written"]);
    refused("cpu", &file, &["cannot be written"]);
    for name in ["experiment.toml", "metrics.jsonl", "summary.json"] {
        let taken = folder.path().join(format!("with {name}"));
        fs::create_dir(&taken).unwrap();
        fs::write(taken.join(name), "mine").unwrap();
        refused("cpu", &taken, &[name, "choose another folder"]);
        assert_eq!(fs::read_to_string(taken.join(name)).unwrap(), "mine");
        assert_eq!(fs::read_dir(&taken).unwrap().count(), 1);
    }
    // A run that cannot start leaves no folder behind.
    let new = folder.path().join("new");
    refused("gpu:99", &new, &["gpu:99"]);
    assert!(!new.exists());
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let folder = tempfile::tempdir().unwrap();
    let metrics = |name: &str, seed: &str| {
        let out = folder.path().join(name);
        succeeds(&[
            "train",
            "--preset",
            "digits-cnn",
            "--device",
            "cpu",
            "--steps",
            "8",
            "--quiet",
            "--seed",
            seed,
            "--out",
            text(&out),
        ]);
        fs::read_to_string(out.join("metrics.jsonl")).unwrap()
    };
    let first = metrics("first", "3");
    assert_eq!(first, metrics("second", "3"));
    assert_ne!(first, metrics("other", "4"));
}

#[test]
fn quiet_prints_nothing() {
    let finished = layerwise(&[
        "train",
        "--preset",
        "spirals-mlp",
        "--device",
        "cpu",
        "--steps",
        "2",
        "--quiet",
    ]);
    assert_eq!(finished.code, Some(0), "{}", finished.err);
    assert_eq!((finished.out.as_str(), finished.err.as_str()), ("", ""));
}

#[test]
fn the_table_has_a_line_for_each_module() {
    let table = succeeds(&[
        "train",
        "--preset",
        "spirals-mlp",
        "--device",
        "cpu",
        "--steps",
        "2",
    ]);
    for part in ["test accuracy (%)", "1 | 2", "3 | 4", "2 steps on CPU"] {
        assert!(table.contains(part), "{table}");
    }
    let table = succeeds(&[
        "train",
        "--preset",
        "spirals-mlp",
        "--device",
        "cpu",
        "--steps",
        "2",
        "--set",
        "method.kind=global-bp",
    ]);
    assert!(table.contains("\n     4 "), "{table}");
    assert!(!table.contains(" | "), "{table}");
}

#[test]
fn a_run_that_diverges_says_so_and_exits_with_3() {
    let finished = layerwise(&[
        "train",
        "--preset",
        "digits-mlp",
        "--device",
        "cpu",
        "--json",
        "--set",
        "head.kind=linear",
        "--set",
        "optimizer.lr=1000",
    ]);
    assert_eq!(finished.code, Some(3), "{}", finished.err);
    let summary: Value = serde_json::from_str(&finished.out).unwrap();
    assert_eq!(summary["diverged"], true);
    assert_eq!(summary["phase"], "diverged");
    for part in ["error: The ", "module", "at step", "λ"] {
        assert!(finished.err.contains(part), "{}", finished.err);
    }
}

#[test]
fn a_network_that_is_lost_in_its_last_step_has_diverged() {
    let finished = layerwise(&[
        "train",
        "--preset",
        "digits-mlp",
        "--device",
        "cpu",
        "--json",
        "--epochs",
        "1",
        "--set",
        "train.batch_size=2000",
        "--set",
        "head.kind=linear",
        "--set",
        "optimizer.lr=1000",
    ]);
    assert_eq!(finished.code, Some(3), "{}", finished.err);
    let summary: Value = serde_json::from_str(&finished.out).unwrap();
    assert_eq!(summary["diverged"], true);
    assert_eq!(summary["steps"], 1);
    assert!(
        summary["test_accuracy"].is_null(),
        "no sound state was seen"
    );
    assert!(finished.err.contains("test loss"), "{}", finished.err);
}

#[test]
fn modules_that_guess_are_named_however_early_a_run_ends() {
    let summary = succeeds(&[
        "train",
        "--preset",
        "digits-mlp",
        "--device",
        "cpu",
        "--json",
        "--quiet",
        "--steps",
        "5",
    ]);
    let summary: Value = serde_json::from_str(&summary).unwrap();
    let worse = summary["modules_worse_than_guessing"].as_array().unwrap();
    assert!(!worse.is_empty(), "{summary}");
}

#[test]
fn too_large_a_lambda_is_flagged() {
    let finished = layerwise(&[
        "train",
        "--preset",
        "digits-mlp",
        "--device",
        "cpu",
        "--json",
        "--epochs",
        "4",
        "--set",
        "method.lambda=3",
    ]);
    let summary: Value = serde_json::from_str(&finished.out).unwrap();
    let worse = summary["modules_worse_than_guessing"].as_array().unwrap();
    assert!(
        summary["diverged"] == true || !worse.is_empty(),
        "{summary}"
    );
}

#[test]
fn a_trace_holds_every_step() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("trace.safetensors");
    succeeds(&[
        "trace",
        "--preset",
        "spirals-mlp",
        "--device",
        "cpu",
        "--steps",
        "2",
        "--out",
        text(&out),
    ]);
    let bytes = fs::read(&out).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    for step in [1, 2] {
        let input = tensors.tensor(&format!("step.{step}.input")).unwrap();
        assert_eq!(input.shape(), [64, 2]);
        for module in 1..=4 {
            let block = 2 * (module - 1);
            for name in [
                format!("before.module.{module}.block.{block}.weight"),
                format!("gradient.module.{module}.block.{block}.weight"),
                format!("module.{module}.loss"),
                format!("module.{module}.delta_out"),
            ] {
                tensors.tensor(&format!("step.{step}.{name}")).unwrap();
            }
        }
    }
    assert!(tensors.tensor("step.3.input").is_err());
    let again = [
        "trace",
        "--preset",
        "spirals-mlp",
        "--out",
        text(&out),
        "--steps",
        "1",
    ];
    refuses(1, &again, &["exists already"]);
    assert_eq!(fs::read(&out).unwrap(), bytes);
    let cnn = folder.path().join("cnn.safetensors");
    let of_cnn = [
        "trace",
        "--preset",
        "digits-cnn",
        "--device",
        "cpu",
        "--out",
        text(&cnn),
    ];
    succeeds(&[&of_cnn[..], &["--steps", "2"]].concat());
    let bytes = fs::read(&cnn).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    for part in ["running_mean", "running_var"] {
        let of_step = |step: usize| {
            let name = format!("step.{step}.before.module.1.block.1.{part}");
            tensors.tensor(&name).unwrap().data().to_vec()
        };
        assert_ne!(of_step(1), of_step(2));
    }
    let more = folder.path().join("more.safetensors");
    let one_epoch = [
        "trace",
        "--preset",
        "spirals-mlp",
        "--set",
        "train.epochs=1",
    ];
    let steps = ["--steps", "100", "--out", text(&more)];
    refuses(
        1,
        &[&one_epoch[..], &steps].concat(),
        &["ends after 13 steps"],
    );
    let nowhere = folder.path().join("none/trace.safetensors");
    refuses(
        1,
        &[
            "trace",
            "--preset",
            "spirals-mlp",
            "--steps",
            "1",
            "--out",
            text(&nowhere),
        ],
        &["cannot be written"],
    );
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    for arguments in [&["presets"][..], &["presets", "show", "digits-cnn"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = Command::new(PROGRAM)
            .args(arguments)
            .stdout(writer)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
        assert_eq!(output.status.code(), Some(0));
    }
}

/// Starts a long run and interrupts it after its first evaluation.
#[cfg(unix)]
#[test]
fn an_interrupted_run_keeps_its_record() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let mut program = Command::new(PROGRAM)
        .args(["train", "--preset", "spirals-mlp", "--device", "cpu"])
        .args(["--epochs", "100000", "--out", text(&out)])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(program.stderr.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().starts_with("epoch 1,")));
    // Every shell has `kill`; not every machine has it as a program.
    let kill = Command::new("sh")
        .args(["-c", &format!("kill -INT {}", program.id())])
        .status()
        .unwrap();
    assert!(kill.success());
    let rest: Vec<String> = lines.map(|line| line.unwrap()).collect();
    let output = program.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{rest:?}");
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(table.contains("Record: "), "{table}");

    let summary = read_json(&out.join("summary.json"));
    assert_eq!(summary["phase"], "stopped");
    assert_eq!(summary["diverged"], false);
    assert!(summary["test_accuracy"].is_f64());
    let steps = read_metrics(&out)
        .iter()
        .filter(|line| line["type"] == "step")
        .count();
    assert_eq!(summary["steps"], steps);
}
