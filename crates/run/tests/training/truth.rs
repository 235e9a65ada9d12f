//! What runs prove on a few training samples.

use std::{fs, path::Path};

use layerwise_experiment::{Block, Experiment};
use layerwise_run::{Command, Run, RunOptions};
use layerwise_study::{Fact, Isolation, Phase, told};
use safetensors::SafeTensors;
use serde_json::Value;

use super::{Told, experiment, finish};

fn run(experiment: &Experiment, folder: &Path, steps: usize) -> Told {
    let options = RunOptions {
        folder: Some(folder.to_owned()),
        max_steps: Some(steps),
        ..RunOptions::default()
    };
    finish(&Run::start(experiment.clone(), options).unwrap())
}

/// The lines of a kind in a record.
fn lines(folder: &Path, kind: &str) -> Vec<Value> {
    let text = fs::read_to_string(folder.join("metrics.jsonl")).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.filter(|line: &Value| line["type"] == kind).collect()
}

/// Whether each loss reaches exactly the modules that it may.
fn reaches(isolation: &Isolation, may: impl Fn(usize, usize) -> bool) -> bool {
    let rows = isolation.losses.iter().zip(&isolation.norms);
    rows.flat_map(|(&loss, norms)| {
        (1..)
            .zip(norms)
            .map(move |(module, norm)| (loss, module, norm))
    })
    .all(|(loss, module, norm)| (*norm > 0.0) == may(loss, module))
}

#[test]
fn every_method_tells_once_which_modules_its_losses_reach() {
    for method in ["local-bp", "bp-free", "greedy", "global-bp"] {
        let folder = tempfile::tempdir().unwrap();
        let method = format!("method.kind={method}");
        let told = run(&experiment("digits-mlp", &[&method]), folder.path(), 3);
        assert_eq!(told.phase, Phase::Finished, "{:?}", told.message);
        let [isolation] = told.isolations.as_slice() else {
            panic!("{method}: told {} times", told.isolations.len());
        };
        assert_eq!((isolation.step, isolation.samples), (1, 64));
        assert!(!isolation.broken);
        if method.ends_with("global-bp") {
            assert_eq!(isolation.losses, [8]);
            assert!(reaches(isolation, |_, _| true));
        } else {
            assert_eq!(isolation.losses, [1, 2, 3, 4, 5, 6, 7, 8]);
            assert!(reaches(isolation, |loss, module| loss == module));
        }
        let lines = lines(folder.path(), "isolation");
        assert_eq!(lines.len(), 1, "{method}");
        assert_eq!(lines[0]["step"], 1);
        let norms: Vec<Vec<f64>> = serde_json::from_value(lines[0]["norms"].clone()).unwrap();
        assert_eq!(norms, isolation.norms);
    }
}

#[test]
fn a_broken_isolation_shows_and_trains_nothing() {
    let small = experiment("digits-mlp", &["split.count=3"]);
    let steps = |broken: bool| {
        let options = RunOptions {
            max_steps: Some(5),
            paused: true,
            ..RunOptions::default()
        };
        let run = Run::start(small.clone(), options).unwrap();
        if broken {
            run.send(Command::ProveIsolation { broken: true });
        }
        run.send(Command::Resume);
        finish(&run)
    };
    let (broken, sound) = (steps(true), steps(false));
    let [first, second] = broken.isolations.as_slice() else {
        panic!("told {} times", broken.isolations.len());
    };
    assert!(first.broken && first.step == 0);
    assert!(reaches(first, |loss, module| module <= loss));
    // The weights are as they would be, and the cuts are closed again.
    assert_eq!(second, &sound.isolations[0]);
    assert!(reaches(second, |loss, module| module == loss));
    assert_eq!(super::bits(&broken.steps), super::bits(&sound.steps));
}

#[test]
fn a_run_that_is_compared_with_the_truth_is_the_run_that_is_not() {
    for method in ["local-bp", "bp-free"] {
        let folder = tempfile::tempdir().unwrap();
        let trained = |every: usize| {
            let assignments = [
                format!("method.kind={method}"),
                format!("measure.truth_every={every}"),
                "method.lambda=0.2".to_owned(),
                "train.batch_size=144".to_owned(),
            ];
            let assignments: Vec<&str> = assignments.iter().map(String::as_str).collect();
            let mut experiment = experiment("digits-cnn", &assignments);
            experiment.insert_block(
                1,
                Block::BatchNorm(kind::BatchNorm {
                    eps: 1e-5,
                    momentum: 0.1,
                }),
            );
            experiment.insert_block(3, Block::Dropout(kind::Dropout { p: 0.2 }));
            let folder = folder.path().join(every.to_string());
            let done = run(&experiment, &folder, 12);
            assert_eq!(done.phase, Phase::Finished, "{:?}", done.message);
            let weights = fs::read(folder.join("weights.safetensors")).unwrap();
            (done, weights)
        };
        let ((off, of_off), (on, of_on)) = (trained(0), trained(5));
        assert_eq!(super::bits(&off.steps), super::bits(&on.steps));
        let tensors = |bytes| SafeTensors::deserialize(bytes).unwrap();
        let (of_off, of_on) = (tensors(&of_off), tensors(&of_on));
        assert!(!of_off.is_empty());
        for (name, tensor) in of_off.tensors() {
            assert_eq!(of_on.tensor(&name).unwrap(), tensor, "{method}: {name}");
        }
        assert_eq!(off.truths, []);

        let steps: Vec<usize> = on.truths.iter().map(|truth| truth.step).collect();
        assert_eq!(steps, [1, 6, 11]);
        let modules = on.steps[0].loss.len();
        for truth in &on.truths {
            for (numbers, count) in [
                (&truth.parameter_cosine, modules),
                (&truth.boundary_cosine, modules - 1),
                (&truth.loss_change, modules - 1),
                (&truth.predicted_change, modules - 1),
            ] {
                assert_eq!(numbers.len(), count);
                assert!(numbers.iter().all(|number| number.is_finite()), "{truth:?}");
            }
            let cosines = truth.parameter_cosine.iter().chain(&truth.boundary_cosine);
            assert!(cosines.into_iter().all(|cosine| cosine.abs() <= 1.0 + 1e-5));
        }
        let lines = lines(&folder.path().join("5"), "truth");
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[1]["step"], 6);
        let cosines: Vec<f32> =
            serde_json::from_value(lines[1]["boundary_cosine"].clone()).unwrap();
        assert_eq!(cosines, on.truths[1].boundary_cosine);

        // It can be read back.
        let facts = told(&folder.path().join("5"), 12).unwrap();
        let truths = facts.iter().filter_map(|fact| match fact {
            Fact::Truth(truth) => Some(truth),
            _ => None,
        });
        assert!(truths.eq(&on.truths));
        let isolations = facts.iter().filter_map(|fact| match fact {
            Fact::Isolation(isolation) => Some(isolation),
            _ => None,
        });
        assert!(isolations.eq(&on.isolations));
    }
}

#[test]
fn global_bp_is_the_truth_itself() {
    let folder = tempfile::tempdir().unwrap();
    let assignments = ["method.kind=global-bp", "measure.truth_every=1"];
    let told = run(&experiment("digits-mlp", &assignments), folder.path(), 3);
    assert_eq!(told.phase, Phase::Finished, "{:?}", told.message);
    assert_eq!(told.truths, []);
}
