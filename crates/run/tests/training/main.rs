//! Whole runs on tiny data: repeatability, agreement of devices, commands, records, traces,
//! weights from elsewhere.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panics"
)]

mod data;
mod fork;
mod inspect;
mod last_batch;
mod numbers;
mod resume;
mod truth;
mod weights;

use std::{
    collections::HashMap,
    path::Path,
    time::{Duration, Instant},
};

use layerwise_experiment::{
    Block, DeviceChoice, Experiment, Family, MethodKind, Preset, Split, preset, presets,
};
use layerwise_run::{Command, Goal, Run, RunOptions, Slot, adapters, trace};
use layerwise_study::{
    Changed, Evaluation, Fact, Isolation, Phase, StepRecord, Summary, Target, Truth,
};
use safetensors::SafeTensors;

/// Everything that a run told.
#[derive(Default)]
struct Told {
    steps: Vec<StepRecord>,
    evaluations: Vec<Evaluation>,
    isolations: Vec<Isolation>,
    truths: Vec<Truth>,
    warnings: Vec<String>,
    phase: Phase,
    message: Option<String>,
    summary: Option<Box<Summary>>,
}

fn experiment(name: &str, assignments: &[&str]) -> Experiment {
    let mut all = vec!["device=cpu".to_owned()];
    all.extend(assignments.iter().map(|text| (*text).to_owned()));
    preset(name).unwrap().with(&all).unwrap()
}

fn finish(run: &Run) -> Told {
    let mut told = Told::default();
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(300) {
        match run.next_fact(Duration::from_secs(1)) {
            Some(Fact::Step(record)) => told.steps.push(record),
            Some(Fact::Evaluation(evaluation)) => told.evaluations.push(evaluation),
            Some(Fact::Isolation(isolation)) => told.isolations.push(isolation),
            Some(Fact::Truth(truth)) => told.truths.push(truth),
            Some(Fact::Warning { message, .. }) => told.warnings.push(message),
            Some(Fact::Ended {
                phase,
                message,
                summary,
            }) => {
                told.phase = phase;
                told.message = message;
                told.summary = summary;
                return told;
            }
            _ => {}
        }
    }
    panic!("the run did not end");
}

fn train(experiment: Experiment, max_steps: Option<usize>) -> Told {
    let options = RunOptions {
        max_steps,
        ..RunOptions::default()
    };
    finish(&Run::start(experiment, options).unwrap())
}

/// Trains with a record, or goes on with one.
fn record(experiment: &Experiment, folder: &Path, resume: bool, steps: Option<usize>) -> Told {
    let options = RunOptions {
        folder: Some(folder.to_owned()),
        resume,
        max_steps: steps,
        ..RunOptions::default()
    };
    finish(&Run::start(experiment.clone(), options).unwrap())
}

/// Bits, so that NaN equals NaN.
fn bits(steps: &[StepRecord]) -> Vec<Vec<u32>> {
    steps
        .iter()
        .map(|step| {
            [
                &step.loss,
                &step.accuracy,
                &step.reconciliation,
                &step.cosine,
                &step.relative_distance,
                &step.norm_ratio,
            ]
            .into_iter()
            .flatten()
            .map(|value| value.to_bits())
            .collect()
        })
        .collect()
}

#[test]
fn seeded_runs_repeat_bit_for_bit_on_the_cpu() {
    for (name, method) in [
        ("digits-mlp", "method.kind=local-bp"),
        ("digits-cnn", "method.kind=local-bp"),
        ("digits-mlp", "method.kind=bp-free"),
        ("digits-cnn", "method.kind=bp-free"),
    ] {
        let with_dropout = |seed: &str| {
            let mut experiment = experiment(name, &[seed, method, "method.lambda=0.2"]);
            experiment.insert_block(
                3,
                layerwise_experiment::Block::Dropout(kind::Dropout { p: 0.2 }),
            );
            train(experiment, Some(30))
        };
        let first = with_dropout("seed=4");
        assert_eq!(first.steps.len(), 30);
        assert_eq!(bits(&first.steps), bits(&with_dropout("seed=4").steps));
        assert_ne!(bits(&first.steps), bits(&with_dropout("seed=5").steps));
    }
}

#[test]
fn bp_free_and_local_bp_are_one_method() {
    for name in ["digits-mlp", "digits-cnn"] {
        let by = |method: &str| {
            let told = train(
                experiment(name, &[&format!("method.kind={method}")]),
                Some(20),
            );
            assert_eq!(told.phase, Phase::Finished, "{:?}", told.message);
            told.steps
        };
        let (local, free) = (by("local-bp"), by("bp-free"));
        assert_eq!((local.len(), free.len()), (20, 20));
        // Rounding grows from step to step.
        let mut most = [0.0f32; 20];
        for ((local, free), most) in local.iter().zip(&free).zip(&mut most) {
            for (local, free) in [
                (&local.loss, &free.loss),
                (&local.reconciliation, &free.reconciliation),
                (&local.cosine, &free.cosine),
            ] {
                assert!(!local.is_empty());
                assert_eq!(local.len(), free.len());
                for (local, free) in local.iter().zip(free) {
                    *most = most.max((local - free).abs() / local.abs().max(1.0));
                }
            }
        }
        assert!(most[0] < 1e-5, "{name}: {most:?}");
        assert!(most.iter().all(|most| *most < 1e-3), "{name}: {most:?}");
    }
}

/// Global BP, local learning without and with reconciliation, and the latter in closed form.
const WAYS: [&str; 4] = [
    "method.kind=global-bp",
    "method.lambda=0",
    "method.lambda=0.1",
    "method.kind=bp-free",
];

/// Three steps of a preset by some of these ways, on a few samples at its own input size.
fn takes_steps(preset: &Preset, device: &str, ways: &[&str]) {
    for way in ways.iter().copied() {
        let small = match preset.family {
            Family::Large => ["data.samples=20", "train.batch_size=2", "train.epochs=1"],
            _ => ["data.samples=40", "train.batch_size=4", "train.epochs=1"],
        };
        let name = preset.name;
        let mut experiment = experiment(name, &[&small[..], &[way, device]].concat());
        if experiment.method.kind == MethodKind::BpFree {
            experiment.split_for_bp_free();
            let problems = experiment.problems();
            if let Some(problem) = problems.first() {
                for problem in &problems {
                    assert!(problem.message.contains("BP-free"), "{name}: {problem}");
                }
                let refused = Run::start(experiment, RunOptions::default());
                assert_eq!(refused.err(), Some(problem.to_string()));
                continue;
            }
        }
        let is_local = experiment.method.kind.is_local();
        let told = train(experiment, Some(3));
        assert_eq!(told.phase, Phase::Finished, "{name}: {:?}", told.message);
        assert_eq!(told.steps.len(), 3);
        let summary = told.summary.unwrap();
        let heads = if is_local {
            summary.module_separability.len()
        } else {
            1
        };
        assert_eq!(summary.module_test_loss.len(), heads, "{name} {way}");
    }
}

#[test]
fn every_preset_takes_steps_by_every_method() {
    for preset in presets() {
        takes_steps(preset, "device=cpu", &WAYS);
    }
}

#[test]
fn small_networks_take_steps_on_a_gpu() {
    // A software adapter needs minutes for the others; splits need no turn of their own, and a
    // step that reconciles does all that the others do.
    let light = presets().iter().filter(|preset| {
        let experiment = preset.experiment().unwrap();
        let costs = experiment.block_costs().into_iter();
        let flops = costs.map(|cost| cost.flops).sum::<u64>();
        preset.family == Family::Small && !preset.name.contains("-k") && flops < 200_000_000
    });
    let mut count = 0;
    for preset in light {
        takes_steps(preset, "device=gpu:0", &WAYS[2..3]);
        count += 1;
    }
    assert!(count >= 6, "{count}");
    takes_steps(&preset("digits-cnn").unwrap(), "device=gpu:0", &WAYS[3..]);
}

#[test]
fn lambda_zero_and_sgr_start_from_the_same_network() {
    let start = |lambda: &str| {
        let told = train(experiment("digits-mlp", &[lambda]), Some(1));
        told.steps.first().unwrap().loss.clone()
    };
    assert_eq!(start("method.lambda=0"), start("method.lambda=1"));
}

#[test]
fn lambda_follows_its_schedule() {
    let lambdas = |assignments: &[&str]| {
        let mut all = vec![
            "method.lambda=0.5",
            "train.batch_size=144",
            "train.epochs=2",
        ];
        all.extend(assignments);
        let steps = train(experiment("digits-mlp", &all), None).steps;
        assert!(
            steps
                .iter()
                .all(|step| step.lambda.iter().all(|it| *it == step.lambda[0]))
        );
        steps
            .iter()
            .map(|step| step.lambda[0])
            .collect::<Vec<f64>>()
    };
    // Ten steps an epoch.
    let near = |found: &[f64], wanted: &[f64]| {
        assert!(
            found
                .iter()
                .zip(wanted)
                .all(|(found, wanted)| (found - wanted).abs() < 1e-12),
            "{found:?}"
        );
    };
    let linear = lambdas(&[
        "method.lambda_schedule.kind=linear",
        "method.lambda_schedule.warmup_epochs=0.5",
    ]);
    assert_eq!(linear.len(), 20);
    near(
        &linear[..7],
        &[0.1, 0.2, 0.3, 0.4, 0.5, 0.5, 0.5 - 0.5 / 15.0],
    );
    let some = lambdas(&["method.reconcile_every=3"]);
    near(&some[..7], &[0.5, 0.0, 0.0, 0.5, 0.0, 0.0, 0.5]);
}

#[test]
fn what_is_computed_again_is_the_same() {
    for name in ["digits-mlp", "shapes-cnn"] {
        let losses = |checkpointing: bool| {
            let checkpointing = format!("method.checkpointing={checkpointing}");
            let all = [
                "method.kind=global-bp",
                "train.batch_size=16",
                checkpointing.as_str(),
            ];
            train(experiment(name, &all), Some(8)).steps
        };
        assert_eq!(bits(&losses(true)), bits(&losses(false)));
    }
}

#[test]
fn the_cpu_and_a_graphics_adapter_agree() {
    let adapter = adapters()
        .into_iter()
        .next_back()
        .expect("a Vulkan adapter: test.sh installs a software one");
    for (name, batch) in [("digits-mlp", "64"), ("digits-cnn", "32")] {
        let on = |device: DeviceChoice| {
            let mut experiment = experiment(name, &[&format!("train.batch_size={batch}")]);
            experiment.device = device;
            train(experiment, Some(20))
        };
        let cpu = on(DeviceChoice::Cpu);
        let gpu = on(DeviceChoice::Adapter(adapter.index));
        assert_eq!(gpu.phase, Phase::Finished, "{:?}", gpu.message);
        assert_eq!((cpu.steps.len(), gpu.steps.len()), (20, 20));
        for (left, right) in cpu.steps.iter().zip(&gpu.steps) {
            for (left, right) in [
                (&left.loss, &right.loss),
                (&left.reconciliation, &right.reconciliation),
                (&left.cosine, &right.cosine),
                (&left.relative_distance, &right.relative_distance),
                (&left.norm_ratio, &right.norm_ratio),
            ] {
                assert!(!left.is_empty());
                assert_eq!(left.len(), right.len());
                for (left, right) in left.iter().zip(right) {
                    assert!(
                        (left - right).abs() < 1e-3 * left.abs().max(1.0),
                        "{name}: {left} on the CPU, {right} on {}",
                        adapter.name
                    );
                }
            }
        }
    }
}

#[test]
fn digits_are_learnt_by_every_method() {
    for (assignments, least) in [
        (["method.kind=global-bp", "head.kind=etf"], 0.95),
        (["method.lambda=0", "head.kind=etf"], 0.93),
        (["method.lambda=0.1", "head.kind=etf"], 0.93),
        (["method.lambda=1", "head.kind=linear"], 0.94),
        (["method.kind=greedy", "train.epochs=10"], 0.93),
    ] {
        let told = train(experiment("digits-mlp", &assignments), None);
        let summary = told.summary.unwrap();
        assert_eq!(told.phase, Phase::Finished);
        let turns = if assignments[0].ends_with("greedy") {
            8
        } else {
            1
        };
        let epochs = if turns == 1 { 20 } else { 10 };
        assert_eq!(told.evaluations.len(), turns * epochs);
        let accuracy = summary.test_accuracy.unwrap();
        assert!(accuracy > least, "{assignments:?}: {accuracy}");
        assert_eq!(summary.modules_worse_than_guessing, [0usize; 0]);
    }
}

/// Heads and losses of the rivals, with and without reconciliation.
const RIVALS: [&[&str]; 8] = [
    &["head.kind=linear", "method.lambda=0"],
    &["head.kind=pooled-mlp", "method.lambda=0"],
    &["head.kind=conv", "method.lambda=0", "loss.reconstruction=1"],
    &["head.kind=conv", "loss.kind=contrastive", "method.lambda=0"],
    &[
        "head.kind=conv",
        "loss.kind=contrastive",
        "loss.reconstruction=1",
    ],
    &["head.kind=etf", "loss.kind=contrastive"],
    &["head.kind=linear", "loss.kind=similarity"],
    &["head.kind=linear", "loss.kind=pred-sim", "loss.beta=0.8"],
];

#[test]
fn every_rival_learns_above_chance() {
    for assignments in RIVALS {
        let experiment = experiment("digits-cnn", &[assignments, &["train.epochs=3"]].concat());
        let scores = experiment.loss.kind.scores_classes();
        let told = train(experiment, None);
        let summary = told.summary.unwrap();
        assert_eq!(told.phase, Phase::Finished, "{assignments:?}");
        let accuracy = summary.test_accuracy.unwrap();
        assert!(accuracy > 0.6, "{assignments:?}: {accuracy}");
        assert_eq!(summary.module_test_accuracy.len(), 4);
        assert_eq!(summary.module_test_loss.len(), 4);
        for (at, (accuracy, geometry)) in summary
            .module_test_accuracy
            .iter()
            .zip(&summary.module_separability)
            .enumerate()
        {
            // The features, whatever the loss is.
            let least = if at == 0 { 0.3 } else { 0.5 };
            let found = geometry.class_mean_accuracy;
            assert!(found > least, "{assignments:?}: {at}: {found}");
            assert_eq!(accuracy.is_nan(), !scores && at < 3, "{assignments:?}");
        }
        let mut means = vec![[0.0; 2]; 4];
        for (half, steps) in told.steps.chunks(told.steps.len() / 2 + 1).enumerate() {
            for step in steps {
                for (mean, loss) in means.iter_mut().zip(&step.loss) {
                    mean[half] += loss / steps.len() as f32;
                }
            }
        }
        for [early, late] in means {
            assert!(late < early, "{assignments:?}: {early}, then {late}");
        }
    }
}

#[test]
fn frozen_modules_run_to_the_end_under_every_method() {
    for method in ["local-bp", "bp-free", "global-bp"] {
        let assignments = [&format!("method.kind={method}"), "train.epochs=2"];
        let mut experiment = experiment("digits-cnn", &assignments);
        experiment.set_frozen(1, true);
        experiment.set_frozen(3, true);
        let told = train(experiment, None);
        let summary = told.summary.unwrap();
        assert_eq!(told.phase, Phase::Finished, "{method}");
        assert!(summary.test_accuracy.unwrap() > 0.4, "{method}");
        // Every boundary has a frozen module on one of its sides.
        let aligned = |step: &StepRecord| step.cosine.iter().any(|cosine| !cosine.is_nan());
        assert!(!told.steps.iter().any(aligned), "{method}");
    }
}

#[test]
fn too_large_a_lambda_is_flagged() {
    let told = train(experiment("digits-mlp", &["method.lambda=3"]), None);
    let summary = told.summary.unwrap();
    assert!(summary.diverged || !summary.modules_worse_than_guessing.is_empty());
    assert!(summary.diverged || !told.warnings.is_empty());
}

#[test]
fn divergence_names_module_step_and_remedy_and_keeps_the_last_good_state() {
    let folder = tempfile::tempdir().unwrap();
    let experiment = experiment(
        "digits-mlp",
        &[
            "head.kind=linear",
            "optimizer.lr=100",
            "schedule.kind=constant",
        ],
    );
    let options = RunOptions {
        folder: Some(folder.path().join("run")),
        ..RunOptions::default()
    };
    let told = finish(&Run::start(experiment, options).unwrap());
    assert_eq!(told.phase, Phase::Diverged);
    let message = told.message.unwrap();
    assert!(
        message.contains("module") && message.contains("step"),
        "{message}"
    );
    assert!(message.contains('λ') && message.contains("learning rate"));
    let weights = std::fs::read(folder.path().join("run/weights.safetensors")).unwrap();
    let weights = SafeTensors::deserialize(&weights).unwrap();
    for (name, tensor) in weights.iter() {
        assert!(
            floats(tensor.data()).iter().all(|value| value.is_finite()),
            "{name}"
        );
    }
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes
        .chunks_exact(4)
        .map(|chunk| f32::from_le_bytes(chunk.try_into().unwrap()))
        .collect()
}

fn wait_for(run: &Run, steps: &mut Vec<StepRecord>, mut done: impl FnMut(&Run) -> bool) {
    let started = Instant::now();
    while !done(run) {
        assert!(
            started.elapsed() < Duration::from_secs(60),
            "waited too long"
        );
        if let Some(Fact::Step(record)) = run.next_fact(Duration::from_millis(20)) {
            steps.push(record);
        }
    }
}

#[test]
fn a_run_obeys_its_commands() {
    let run = Run::start(
        experiment("digits-mlp", &["train.epochs=1000"]),
        RunOptions {
            paused: true,
            ..RunOptions::default()
        },
    )
    .unwrap();
    let mut steps = Vec::new();
    wait_for(&run, &mut steps, |run| {
        run.progress().phase == Phase::Paused
    });
    assert_eq!(run.progress().step, 0);
    run.send(Command::Step);
    wait_for(&run, &mut steps, |run| run.progress().step == 1);
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(run.progress().step, 1);

    run.send(Command::Change(Changed::Lambda {
        target: Target::Module(3),
        lambda: 0.7,
    }));
    run.send(Command::Step);
    wait_for(&run, &mut steps, |run| run.progress().step == 2);
    run.send(Command::Change(Changed::Lambda {
        target: Target::All,
        lambda: 0.0,
    }));
    run.send(Command::Resume);
    wait_for(&run, &mut steps, |run| run.progress().step > 40);
    run.send(Command::Stop);
    let told = finish(&run);
    steps.extend(told.steps);
    assert_eq!(told.phase, Phase::Stopped);
    let summary = told.summary.unwrap();
    let changed_at: Vec<usize> = summary.changes.iter().map(|change| change.step).collect();
    assert_eq!(changed_at, [1, 2]);
    assert_eq!(steps[0].lambda, [0.1; 7]);
    assert_eq!(steps[1].lambda, [0.1, 0.7, 0.1, 0.1, 0.1, 0.1, 0.1]);
    assert_eq!(steps[2].lambda, [0.0; 7]);
    assert!(
        steps
            .iter()
            .enumerate()
            .all(|(at, step)| step.step == at + 1)
    );
    assert!(
        summary.test_accuracy.is_some(),
        "a stopped run is evaluated"
    );
}

#[test]
fn a_run_holds_and_ends_at_its_goals() {
    let experiment = experiment("digits-mlp", &["train.batch_size=144", "train.epochs=30"]);
    let options = |end_at: &[Goal]| RunOptions {
        paused: true,
        end_at: end_at.to_vec(),
        ..RunOptions::default()
    };
    let run = Run::start(experiment.clone(), options(&[Goal::Epochs(4)])).unwrap();
    let mut steps = Vec::new();
    let mut held_after = |command: Command| {
        wait_for(&run, &mut steps, |run| {
            run.progress().phase == Phase::Paused
        });
        let before = run.progress().step;
        run.send(command);
        wait_for(&run, &mut steps, |run| {
            let progress = run.progress();
            progress.phase == Phase::Paused && progress.step > before
        });
        run.progress().step
    };
    assert_eq!(held_after(Command::Step), 1);
    assert_eq!(held_after(Command::RunTo(Goal::EpochEnd)), 10);
    assert_eq!(held_after(Command::RunTo(Goal::EpochEnd)), 20);
    assert_eq!(held_after(Command::RunTo(Goal::Accuracy(0.01))), 30);
    let learning_rate = 0.001;
    run.send(Command::Change(Changed::LearningRate { learning_rate }));
    run.send(Command::Resume);
    let told = finish(&run);
    steps.extend(told.steps);
    assert_eq!((told.phase, steps.len()), (Phase::Finished, 40));
    let change = told.summary.unwrap().changes.pop().unwrap();
    assert_eq!(change.what, Changed::LearningRate { learning_rate });
    let rates = |at: usize| (steps[at - 1].learning_rate, steps[at].learning_rate);
    let (before, after) = rates(change.step);
    assert!(before > 0.04 && after <= 0.001, "{before}, {after}");

    // Its test loss stops falling long before all epochs are done.
    let run = Run::start(
        experiment,
        RunOptions {
            end_at: vec![Goal::Plateau(1)],
            ..RunOptions::default()
        },
    );
    let told = finish(&run.unwrap());
    assert_eq!(told.phase, Phase::Finished);
    assert!(told.steps.len() < 300, "{}", told.steps.len());
}

#[test]
fn a_slowed_run_still_obeys_at_once() {
    let run = Run::start(
        experiment("digits-mlp", &[]),
        RunOptions {
            paused: true,
            ..RunOptions::default()
        },
    );
    let run = run.unwrap();
    // A step in 1,000 s.
    run.send(Command::SetSpeed(Some(0.001)));
    run.send(Command::Resume);
    run.send(Command::Step);
    wait_for(&run, &mut Vec::new(), |run| run.progress().step == 1);
    run.send(Command::Resume);
    run.send(Command::SetSpeed(None));
    wait_for(&run, &mut Vec::new(), |run| run.progress().step > 20);
    run.join();
}

#[test]
fn decision_regions_come_when_asked_for() {
    let run = Run::start(
        experiment("spirals-mlp", &[]),
        RunOptions {
            paused: true,
            ..RunOptions::default()
        },
    )
    .unwrap();
    assert!(run.regions().is_none());
    run.send(Command::Watch(Slot::Regions, true));
    wait_for(&run, &mut Vec::new(), |run| run.regions().is_some());
    let regions = run.regions().unwrap();
    assert_eq!(regions.modules.len(), 4);
    for (_, classes, probabilities) in &regions.modules {
        assert_eq!(classes.len(), regions.side * regions.side);
        assert!(classes.iter().all(|class| *class < 2));
        assert!(probabilities.iter().all(|p| (0.5..=1.0).contains(p)));
    }
}

#[test]
fn the_record_grows_and_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/run");
    let options = || RunOptions {
        folder: Some(path.clone()),
        ..RunOptions::default()
    };
    let small = experiment("spirals-mlp", &["train.epochs=2"]);
    let told = finish(&Run::start(small.clone(), options()).unwrap());
    assert_eq!(told.phase, Phase::Finished);
    assert_eq!(
        Experiment::load(&path.join("experiment.toml")).unwrap(),
        small
    );
    let metrics = std::fs::read_to_string(path.join("metrics.jsonl")).unwrap();
    let lines: Vec<serde_json::Value> = metrics
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let count = |kind: &str| lines.iter().filter(|line| line["type"] == kind).count();
    assert_eq!((count("step"), count("evaluation")), (26, 2));
    let summary = std::fs::read_to_string(path.join("summary.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
    assert_eq!(summary["phase"], "finished");

    // A folder that holds a run is left alone.
    let again = finish(&Run::start(small.clone(), options()).unwrap());
    assert_eq!(again.phase, Phase::Failed);
    assert!(again.message.unwrap().contains("already holds"));
    assert_eq!(
        std::fs::read_to_string(path.join("metrics.jsonl")).unwrap(),
        metrics
    );

    // So is a path that cannot be a folder.
    std::fs::write(folder.path().join("file"), "").unwrap();
    let options = RunOptions {
        folder: Some(folder.path().join("file/run")),
        ..RunOptions::default()
    };
    let blocked = finish(&Run::start(small, options).unwrap());
    assert_eq!(blocked.phase, Phase::Failed);
    assert!(blocked.message.unwrap().contains("cannot be written"));
}

#[test]
fn a_trace_holds_what_a_step_did() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.safetensors");
    let traced = experiment("digits-cnn", &["optimizer.weight_decay=0", "split.count=2"]);
    trace(&traced, 2, &path, &mut |_| {}).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
    let metadata: HashMap<String, String> = header.metadata().clone().unwrap();
    let network: serde_json::Value = serde_json::from_str(&metadata["network"]).unwrap();
    assert_eq!(network["modules"].as_array().unwrap().len(), 2);
    assert_eq!(
        Experiment::from_toml(&metadata["experiment.toml"], "trace", &[]).unwrap(),
        traced
    );
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let get = |name: &str| {
        let tensor = file.tensor(name).unwrap_or_else(|_| {
            panic!("{name} in {:?}", file.names());
        });
        (tensor.shape().to_vec(), floats(tensor.data()))
    };
    assert_eq!(get("step.1.input").0, [64, 1, 8, 8]);
    assert_eq!(file.tensor("step.1.labels").unwrap().shape(), [64]);
    let (_, rate) = (
        (),
        f64::from_le_bytes(
            file.tensor("step.1.learning_rate").unwrap().data()[..8]
                .try_into()
                .unwrap(),
        ),
    );
    // The first step of SGD with momentum moves every parameter by −lr·gradient.
    for name in ["module.1.block.0.weight", "module.2.block.8.weight"] {
        let before = get(&format!("step.1.before.{name}")).1;
        let after = get(&format!("step.2.before.{name}")).1;
        let gradient = get(&format!("step.1.gradient.{name}")).1;
        assert!(gradient.iter().any(|value| value.abs() > 1e-4));
        for ((before, after), gradient) in before.iter().zip(&after).zip(&gradient) {
            let expected = before - (rate as f32) * gradient;
            assert!((after - expected).abs() < 1e-6, "{name}");
        }
    }
    // R is the mean squared distance of what module 2 asks for from what module 1 does.
    let (shape, asked) = get("step.1.module.2.delta_in");
    let done = get("step.1.module.1.delta_out").1;
    let squares: f32 = asked.iter().zip(&done).map(|(a, b)| (a - b).powi(2)).sum();
    let recorded = get("step.1.module.2.reconciliation").1[0];
    assert!((squares / shape[0] as f32 - recorded).abs() < 1e-4 * recorded);
    assert_eq!(get("step.1.before.module.1.head.weight").0, [16, 10]);
    // What the last step left behind, and nothing of the kind from the one before.
    let name = "module.1.block.0.weight";
    let [before, after] = ["before", "after"].map(|at| get(&format!("step.2.{at}.{name}")).1);
    assert_ne!(before, after);
    assert!(file.tensor(&format!("step.1.after.{name}")).is_err());
    let double = |name: &str| {
        let bytes = file.tensor(name).unwrap().data().try_into().unwrap();
        f64::from_le_bytes(bytes)
    };
    assert_eq!(double("step.1.module.2.lambda"), 0.1);
    assert!(file.tensor("step.1.module.1.lambda").is_err());
}

#[test]
fn a_trace_holds_what_a_step_drew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.safetensors");
    let mut traced = experiment("digits-mlp", &["split.count=2", "train.batch_size=32"]);
    traced.split = Split {
        after: Some(vec![8]),
        ..Split::default()
    };
    traced
        .blocks
        .insert(9, Block::Dropout(kind::Dropout { p: 0.25 }));
    traced.set_frozen(1, true);
    trace(&traced, 1, &path, &mut |_| {}).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mask = file.tensor("step.1.module.2.block.9.mask.0").unwrap();
    assert_eq!(mask.shape(), [32, 64, 1, 1]);
    let mask = floats(mask.data());
    let kept = mask.iter().filter(|it| **it == 4.0 / 3.0).count();
    let dropped = mask.iter().filter(|it| **it == 0.0).count();
    assert_eq!(kept + dropped, mask.len());
    assert!((400..624).contains(&dropped), "{dropped}");
    // Nobody reconciles with a frozen module.
    let lambda = file.tensor("step.1.module.2.lambda").unwrap();
    assert_eq!(f64::from_le_bytes(lambda.data().try_into().unwrap()), 0.0);
}
