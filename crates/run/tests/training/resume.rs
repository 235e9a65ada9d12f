//! Runs that go on from what they left on disk.

use std::{fs, path::Path};

use layerwise_experiment::{Block, Experiment};
use layerwise_run::{Run, RunOptions};
use layerwise_study::{Fact, Phase, told as read};
use safetensors::SafeTensors;
use serde_json::Value;

use super::record as run;

/// An experiment with everything that has a state: an optimiser, batch norm, dropout, λ over time.
fn restless(optimizer: &[&str]) -> Experiment {
    let mut assignments = vec![
        "train.epochs=4",
        "train.batch_size=144",
        "method.lambda=0.2",
        "method.lambda_schedule.kind=linear",
        "prepare.jitter=0.2",
        "checkpoints.keep=2",
    ];
    assignments.extend(optimizer);
    let mut experiment = super::experiment("digits-cnn", &assignments);
    let norm = Block::BatchNorm(kind::BatchNorm {
        eps: 1e-5,
        momentum: 0.1,
    });
    experiment.insert_block(1, norm);
    experiment.insert_block(3, Block::Dropout(kind::Dropout { p: 0.2 }));
    assert_eq!(experiment.problems(), []);
    experiment
}

/// The lines of a kind in a record.
fn told(folder: &Path, kind: &str) -> Vec<Value> {
    let text = fs::read_to_string(folder.join("metrics.jsonl")).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.filter(|line: &Value| line["type"] == kind).collect()
}

fn checkpoints(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder.join("checkpoints")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn a_run_that_goes_on_is_the_run_that_was_not_cut() {
    let without_norms = [
        "optimizer.kind=adamw",
        "optimizer.weight_decay=0.1",
        "optimizer.decay_norms=false",
    ];
    for optimizer in [
        &["optimizer.momentum=0.9"][..],
        &["optimizer.kind=adam"],
        &without_norms,
    ] {
        let experiment = restless(optimizer);
        let folder = tempfile::tempdir().unwrap();
        let [whole, cut] = ["whole", "cut"].map(|name| folder.path().join(name));
        let uncut = run(&experiment, &whole, false, None);
        assert_eq!(uncut.phase, Phase::Finished, "{:?}", uncut.message);
        assert_eq!(uncut.steps.len(), 40);

        // What the record tells is what the run told.
        let (mut steps, mut evaluations) = (Vec::new(), Vec::new());
        for fact in read(&whole, 35).unwrap() {
            match fact {
                Fact::Step(record) => steps.push(record),
                Fact::Evaluation(evaluation) => evaluations.push(evaluation),
                _ => {}
            }
        }
        assert_eq!(super::bits(&steps), super::bits(&uncut.steps[..35]));
        assert_eq!(evaluations, uncut.evaluations[..3]);

        // In the middle of an epoch, at the end of one, twice at the same place.
        for (resume, steps) in [(false, 17), (true, 30), (true, 30), (true, 40)] {
            let part = run(&experiment, &cut, resume, Some(steps));
            assert_eq!(part.phase, Phase::Finished, "{:?}", part.message);
        }
        assert_eq!(told(&cut, "step"), told(&whole, "step"));
        let last = |folder: &Path| told(folder, "evaluation").pop().unwrap();
        assert_eq!(last(&cut), last(&whole));
        let [of_cut, of_whole] =
            [&cut, &whole].map(|folder| fs::read(folder.join("weights.safetensors")).unwrap());
        let tensors = |bytes| SafeTensors::deserialize(bytes).unwrap();
        let (of_cut, of_whole) = (tensors(&of_cut), tensors(&of_whole));
        assert!(!of_whole.is_empty());
        assert_eq!(of_cut.len(), of_whole.len());
        for (name, tensor) in of_whole.tensors() {
            assert_eq!(of_cut.tensor(&name).unwrap(), tensor, "{name}");
        }
        let of = ["step-000000030.safetensors", "step-000000040.safetensors"];
        assert_eq!(checkpoints(&cut), of);

        // More epochs than were asked for at first.
        let mut longer = experiment;
        longer.train.epochs = 5;
        let more = run(&longer, &cut, true, None);
        assert_eq!(more.phase, Phase::Finished, "{:?}", more.message);
        assert_eq!(told(&cut, "step").len(), 50);
        let saved = Experiment::load(&cut.join("experiment.toml")).unwrap();
        assert_eq!(saved.train.epochs, 5);
    }
}

#[test]
fn a_damaged_checkpoint_is_passed_over() {
    let experiment = restless(&["optimizer.momentum=0.9"]);
    let folder = tempfile::tempdir().unwrap();
    run(&experiment, folder.path(), false, Some(20));
    let newest = folder.path().join("checkpoints/step-000000020.safetensors");
    let mut bytes = fs::read(&newest).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&newest, &bytes).unwrap();
    let more = run(&experiment, folder.path(), true, Some(21));
    assert_eq!(more.phase, Phase::Finished, "{:?}", more.message);
    assert_eq!(more.steps.first().unwrap().step, 11);
    let warning = more.warnings.first().unwrap();
    assert!(warning.contains("step-000000020.safetensors cannot be used: it is damaged"));

    // Of another network, it is refused and stays.
    let mut other = experiment.clone();
    other.insert_block(1, Block::Tanh(kind::Tanh {}));
    let before = checkpoints(folder.path());
    let refused = run(&other, folder.path(), true, None);
    assert_eq!(refused.phase, Phase::Failed);
    let message = refused.message.unwrap();
    assert!(message.contains("cannot be used"), "{message}");
    assert_eq!(checkpoints(folder.path()), before);
    assert_eq!(told(folder.path(), "step").len(), 21);
}

#[test]
fn one_run_writes_to_a_folder() {
    let experiment = restless(&["optimizer.momentum=0.9"]);
    let folder = tempfile::tempdir().unwrap();
    let options = || RunOptions {
        folder: Some(folder.path().to_owned()),
        resume: true,
        paused: true,
        ..RunOptions::default()
    };
    // Nothing is there yet, so that it starts from the beginning.
    let first = Run::start(experiment.clone(), options()).unwrap();
    super::wait_for(&first, &mut Vec::new(), |run| {
        run.progress().phase == Phase::Paused
    });
    let second = super::finish(&Run::start(experiment, options()).unwrap());
    assert_eq!(second.phase, Phase::Failed);
    assert!(second.message.unwrap().contains("Another run writes to"));
    first.join();
}
