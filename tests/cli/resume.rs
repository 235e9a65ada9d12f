//! Runs that are cut off, and go on.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use safetensors::SafeTensors;
use serde_json::Value;

use super::{PROGRAM, layerwise, refuses, succeeds, text};

/// Steps of an epoch: 1,437 samples in batches of 144.
const EPOCH: u64 = 10;
const EPOCHS: &str = "400";

fn started(folder: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    command.arg("train").args(["--quiet"]);
    if folder.join("experiment.toml").is_file() {
        command.args(["--resume", text(folder)]);
    } else {
        command.args(["--preset", "digits-mlp", "--device", "cpu"]);
        command.args(["--set", "train.batch_size=144", "--epochs", EPOCHS]);
        command.args(["--out", text(folder)]);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// The newest step that the record tells of, were its last line whole or not.
fn newest_told(folder: &Path) -> u64 {
    let text = fs::read(folder.join("metrics.jsonl")).unwrap_or_default();
    let lines = text.split(|byte| *byte == b'\n');
    let steps = lines.filter_map(|line| {
        let line: Value = serde_json::from_slice(line).ok()?;
        line["step"].as_u64()
    });
    steps.max().unwrap_or(0)
}

fn newest_checkpoint(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder.join("checkpoints"))
        .into_iter()
        .flatten();
    let steps = entries.filter_map(|entry| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let step = name.strip_prefix("step-")?.strip_suffix(".safetensors")?;
        step.parse().ok()
    });
    steps.max().unwrap_or(0)
}

/// How long it takes from the start of the program to the first checkpoint.
fn time_to_a_checkpoint(folder: &Path) -> Duration {
    let started_at = Instant::now();
    let mut child = started(folder).spawn().unwrap();
    while newest_checkpoint(folder) == 0 {
        assert!(child.try_wait().unwrap().is_none(), "no checkpoint");
        thread::sleep(Duration::from_millis(5));
    }
    let time = started_at.elapsed();
    child.kill().unwrap();
    child.wait().unwrap();
    time
}

#[test]
fn a_run_that_is_killed_at_any_moment_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let killed = folder.path().join("killed");
    let epoch = time_to_a_checkpoint(&folder.path().join("timed"));
    let mut done = 0;
    for time in 0..50_u64 {
        let mut child = started(&killed).spawn().unwrap();
        // From before the folder is there to some epochs later.
        let share = (time * 7919 % 331) as f64 / 331.0;
        thread::sleep(epoch.mul_f64(0.05 + 2.0 * share));
        child.kill().unwrap();
        child.wait().unwrap();
        let checkpoint = newest_checkpoint(&killed);
        assert!(checkpoint >= done, "{checkpoint} after {done}");
        done = checkpoint;
        let told = newest_told(&killed);
        let safe = told.saturating_sub(1) / EPOCH * EPOCH;
        assert!(checkpoint >= safe, "{checkpoint} of {told}");
    }
    assert!(done > 0);
    let status = started(&killed).status().unwrap();
    assert_eq!(status.code(), Some(0));

    let whole = folder.path().join("whole");
    assert_eq!(started(&whole).status().unwrap().code(), Some(0));
    let steps = |folder: &Path| -> Vec<Value> {
        let lines = super::read_metrics(folder).into_iter();
        lines
            .filter(|line| line["type"] == "step" || line["type"] == "evaluation")
            .collect()
    };
    assert_eq!(steps(&killed), steps(&whole));
    let [killed, whole] =
        [killed, whole].map(|folder| fs::read(folder.join("weights.safetensors")).unwrap());
    let tensors = |bytes| SafeTensors::deserialize(bytes).unwrap();
    let (killed, whole) = (tensors(&killed), tensors(&whole));
    assert!(!whole.is_empty());
    assert_eq!(killed.names().len(), whole.len());
    for (name, tensor) in whole.tensors() {
        assert_eq!(killed.tensor(&name).unwrap(), tensor, "{name}");
    }
}

#[test]
fn a_finished_run_goes_on_for_more_epochs() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let start = ["train", "--preset", "spirals-mlp", "--device", "cpu"];
    succeeds(
        &[
            &start[..],
            &["--epochs", "2", "--out", text(&run), "--quiet"],
        ]
        .concat(),
    );
    let json = succeeds(&[
        "train",
        "--resume",
        text(&run),
        "--device",
        "cpu",
        "--epochs",
        "3",
        "--json",
        "--quiet",
    ]);
    let summary: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(summary["epochs"], 3.0);
    let finished = layerwise(&["train", "--resume", text(&run)]);
    assert_eq!(finished.code, Some(0));
    assert!(
        finished.err.contains("The run goes on after step 39"),
        "{}",
        finished.err
    );

    refuses(
        1,
        &["train", "--resume", text(folder.path())],
        &["holds no record of a run", "choose"],
    );
    let both = ["train", "--preset", "spirals-mlp", "--resume", text(&run)];
    assert_eq!(layerwise(&both).code, Some(2));
}

#[test]
fn a_run_forks_with_another_lambda() {
    let folder = tempfile::tempdir().unwrap();
    let [run, branch] = ["run", "branch"].map(|name| folder.path().join(name));
    let start = ["train", "--preset", "digits-mlp", "--device", "cpu"];
    let short = ["--epochs", "2", "--set", "train.batch_size=144", "--quiet"];
    succeeds(&[&start[..], &short, &["--out", text(&run)]].concat());
    let fork = ["train", "--fork", text(&run), "--quiet"];
    let wanted = ["--at", "10", "--set", "method.lambda=0", "--json"];
    let json = succeeds(&[&fork[..], &wanted, &["--out", text(&branch)]].concat());
    let summary: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(summary["steps"], 20);
    assert_eq!(summary["changes"][0]["lambda"], 0.0);
    let lambdas: Vec<f64> = (super::read_metrics(&branch).iter())
        .filter(|line| line["type"] == "step")
        .map(|line| line["lambda"][0].as_f64().unwrap())
        .collect();
    assert_eq!(lambdas, [[0.1; 10], [0.0; 10]].concat());

    let out = folder.path().join("other");
    let into = ["--out", text(&out)];
    let refused = |more: &[&str], words: &[&str]| {
        refuses(1, &[&fork[..], &into, more].concat(), words);
    };
    refused(&["--at", "11"], &["no checkpoint after step 11", "10, 20"]);
    refused(&["--set", "train.batch_size=9"], &["[train] differs"]);
    assert!(!out.exists());
    assert_eq!(layerwise(&fork).code, Some(2), "a fork needs a folder");
}
