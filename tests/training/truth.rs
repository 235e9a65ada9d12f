//! What runs prove on a few training samples.

use std::{fs, path::Path};

use layerwise::{
    experiment::Experiment,
    run::{Command, Isolation, Phase, Run, RunOptions},
};
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
