//! A last batch of an epoch that is smaller than the others.

use std::{fs, path::Path};

use layerwise_study::Phase;
use serde_json::Value;

use super::record as run;

/// Warnings of a batch of one sample.
fn lone(warnings: Vec<String>) -> Vec<String> {
    let of_one = |warning: &String| warning.contains("one sample");
    warnings.into_iter().filter(of_one).collect()
}

/// The lines of a kind in a record.
fn told(folder: &Path, kind: &str) -> Vec<Value> {
    let text = fs::read_to_string(folder.join("metrics.jsonl")).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.filter(|line: &Value| line["type"] == kind).collect()
}

#[test]
fn a_last_batch_of_one_sample_is_warned_of_once_and_can_be_left_out() {
    let keys = [
        "train.epochs=2",
        "schedule.kind=constant",
        "schedule.warmup_epochs=0",
    ];
    let mut kept = super::experiment("digits-cnn", &keys);
    let samples = kept.data.train_count();
    let size = (300..700).find(|size| samples % size == 1).unwrap();
    kept.train.batch_size = size;
    let mut dropped = kept.clone();
    dropped.train.drop_last = true;
    let folder = tempfile::tempdir().unwrap();
    let [of_kept, of_dropped, of_cut] =
        ["kept", "dropped", "cut"].map(|name| folder.path().join(name));

    let told_of_kept = run(&kept, &of_kept, false, None);
    assert_eq!(told_of_kept.phase, Phase::Finished);
    assert_eq!(told_of_kept.steps.len(), 2 * (samples / size + 1));
    let warnings = lone(told_of_kept.warnings.clone());
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].contains("block 1") && warnings[0].contains("train.drop_last"));
    let recorded = || {
        let lines = told(&of_kept, "warning").into_iter();
        let of_run = lines.filter(|line| line["step"] == 0 && line["module"] == Value::Null);
        let messages = of_run.map(|line| line["message"].as_str().unwrap().to_owned());
        messages.collect::<Vec<String>>()
    };
    assert_eq!(recorded(), warnings);

    let whole = run(&dropped, &of_dropped, false, None);
    assert_eq!(whole.phase, Phase::Finished);
    assert_eq!(whole.steps.len(), 2 * (samples / size));
    assert_eq!(whole.steps.last().unwrap().epoch, 2.0);
    assert_eq!(lone(whole.warnings.clone()), [] as [&str; 0]);
    // Until the first batch that is left out, both are one run.
    let first = samples / size;
    let of_first = |told: &super::Told| super::bits(&told.steps[..first]);
    assert_eq!(of_first(&whole), of_first(&told_of_kept));

    for (resume, steps) in [(false, Some(first + 1)), (true, None)] {
        let part = run(&dropped, &of_cut, resume, steps);
        assert_eq!(part.phase, Phase::Finished, "{:?}", part.message);
    }
    assert_eq!(told(&of_cut, "step"), told(&of_dropped, "step"));
    // A run that goes on has told of it.
    let mut longer = kept;
    longer.train.epochs = 3;
    let more = run(&longer, &of_kept, true, None);
    assert_eq!(more.phase, Phase::Finished);
    assert_eq!(lone(more.warnings), [] as [&str; 0]);
    assert_eq!(recorded(), warnings);
}
