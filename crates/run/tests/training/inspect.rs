//! Steps that are inspected while a run trains.

use std::{fs, path::Path, time::Duration};

use layerwise_experiment::{Block, Experiment};
use layerwise_run::{Command, Run, RunOptions};
use layerwise_study::{Fact, Inspection, Phase};
use safetensors::SafeTensors;

use super::{bits, experiment};
use crate::StepRecord;

const STEPS: usize = 12;
/// Steps that are done one by one.
const SINGLE: usize = 4;

/// A network with everything that draws or keeps something from step to step.
fn network(method: &str) -> Experiment {
    let assignments = [
        method,
        "method.lambda=0.2",
        "train.batch_size=144",
        "optimizer.weight_decay=0.01",
    ];
    let mut experiment = experiment("digits-cnn", &assignments);
    let norm = Block::BatchNorm(kind::BatchNorm {
        eps: 1e-5,
        momentum: 0.1,
    });
    experiment.insert_block(1, norm);
    experiment.insert_block(3, Block::Dropout(kind::Dropout { p: 0.2 }));
    experiment
}

/// A run that is held in its first steps, where `look` inspects each of them and some more.
fn trained(
    experiment: &Experiment,
    folder: &Path,
    look: bool,
) -> (Vec<StepRecord>, Vec<Inspection>, Vec<u8>) {
    let options = RunOptions {
        folder: Some(folder.to_owned()),
        max_steps: Some(STEPS),
        paused: true,
        ..RunOptions::default()
    };
    let run = Run::start(experiment.clone(), options).unwrap();
    let (mut steps, mut inspections): (Vec<StepRecord>, Vec<Inspection>) = Default::default();
    let mut phase = Phase::Preparing;
    let mut next = |steps: &mut Vec<StepRecord>, inspections: &mut Vec<Inspection>| {
        match run.next_fact(Duration::from_secs(60)).unwrap() {
            Fact::Step(record) => steps.push(record),
            Fact::Inspection(inspection) => inspections.push(inspection),
            Fact::Ended { phase: ended, .. } => phase = ended,
            _ => {}
        }
        phase
    };
    for step in 0..SINGLE {
        if look {
            run.send(Command::Inspect { sample: 9 * step });
            while inspections.len() <= step {
                next(&mut steps, &mut inspections);
            }
        }
        run.send(Command::Step);
        while steps.len() <= step {
            next(&mut steps, &mut inspections);
        }
    }
    if look {
        run.send(Command::Inspect { sample: 1000 });
    }
    run.send(Command::Resume);
    if look {
        run.send(Command::Inspect { sample: 0 });
    }
    while !next(&mut steps, &mut inspections).is_over() {}
    assert_eq!(phase, Phase::Finished);
    let weights = fs::read(folder.join("weights.safetensors")).unwrap();
    (steps, inspections, weights)
}

#[test]
fn a_run_whose_steps_are_inspected_is_the_run_whose_are_not() {
    for method in ["local-bp", "bp-free", "greedy", "global-bp"] {
        let experiment = network(&format!("method.kind={method}"));
        let folder = tempfile::tempdir().unwrap();
        let [with, without] = ["with", "without"].map(|name| folder.path().join(name));
        let (seen, inspections, of_seen) = trained(&experiment, &with, true);
        let (plain, none, of_plain) = trained(&experiment, &without, false);
        assert_eq!(seen.len(), STEPS);
        assert_eq!(bits(&seen), bits(&plain), "{method}");
        let [of_seen, of_plain] =
            [&of_seen, &of_plain].map(|bytes| SafeTensors::deserialize(bytes).unwrap());
        assert!(!of_plain.is_empty());
        for (name, tensor) in of_plain.tensors() {
            assert_eq!(of_seen.tensor(&name).unwrap(), tensor, "{method}: {name}");
        }
        // Nothing of it is recorded.
        let kinds = |folder: &Path| -> Vec<String> {
            let text = fs::read_to_string(folder.join("metrics.jsonl")).unwrap();
            let lines = text.lines().map(|line| {
                let line: serde_json::Value = serde_json::from_str(line).unwrap();
                line["type"].as_str().unwrap().to_owned()
            });
            lines.collect()
        };
        assert_eq!(kinds(&with), kinds(&without), "{method}");

        assert_eq!(none, []);
        assert_eq!(inspections.len(), SINGLE + 2, "{method}");
        for (step, inspection) in inspections.iter().take(SINGLE).enumerate() {
            assert_eq!((inspection.step, inspection.sample), (step, 9 * step));
            assert_eq!(inspection.modules.len(), experiment.module_count());
            let update = inspection.modules[0].update.as_ref().unwrap();
            assert!(update.change > 0.0, "{method}: {update:?}");
            assert_eq!(update.learning_rate, seen[step].learning_rate);
        }
        // There are no more samples than 64.
        assert_eq!(inspections[SINGLE].sample, 63);
    }
}
