//! Runs that branch off from a checkpoint of another one.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use layerwise_experiment::{Block, Experiment, MethodKind};
use layerwise_run::{Command, Goal, Run, RunOptions, fork};
use layerwise_study::{Changed, Fact, Phase, Recorded, Target, checkpoints};
use safetensors::SafeTensors;

use super::{Told, bits};

/// Ten steps an epoch, with an optimiser, data and modules that have a state.
fn experiment() -> Experiment {
    let assignments = [
        "train.epochs=4",
        "train.batch_size=144",
        "method.lambda=0.2",
        "checkpoints.keep=9",
        "prepare.jitter=0.2",
    ];
    let mut experiment = super::experiment("digits-cnn", &assignments);
    let norm = Block::BatchNorm(kind::BatchNorm {
        eps: 1e-5,
        momentum: 0.1,
    });
    experiment.insert_block(1, norm);
    experiment.insert_block(3, Block::Dropout(kind::Dropout { p: 0.2 }));
    experiment
}

fn run(experiment: &Experiment, folder: &Path, resume: bool, steps: Option<usize>) -> Told {
    let told = super::record(experiment, folder, resume, steps);
    assert_eq!(told.phase, Phase::Finished, "{:?}", told.message);
    told
}

/// Everything that the record in a folder tells of steps.
fn recorded(folder: &Path) -> Vec<layerwise_study::StepRecord> {
    let facts = Recorded::whole(folder).unwrap().facts;
    let steps = facts.into_iter().filter_map(|fact| match fact {
        Fact::Step(record) => Some(record),
        _ => None,
    });
    steps.collect()
}

#[test]
fn branches_go_on_from_the_same_state() {
    let folder = tempfile::tempdir().unwrap();
    let [whole, same, without] = ["whole", "same", "without"].map(|name| folder.path().join(name));
    let experiment = experiment();
    let uncut = run(&experiment, &whole, false, None);
    assert_eq!(checkpoints(&whole), [40, 30, 20, 10]);

    // One that changes nothing is the run itself.
    let branch = fork(&whole, Some(20), &same, &experiment).unwrap();
    assert_eq!((branch.step, branch.origin.unwrap().step), (20, 20));
    assert_eq!(branch.live, experiment);
    run(&experiment, &same, true, None);
    assert_eq!(bits(&recorded(&same)), bits(&uncut.steps));
    let [of_branch, of_whole] =
        [&same, &whole].map(|folder| fs::read(folder.join("weights.safetensors")).unwrap());
    let tensors = |bytes| SafeTensors::deserialize(bytes).unwrap();
    let (of_branch, of_whole) = (tensors(&of_branch), tensors(&of_whole));
    assert!(!of_whole.is_empty());
    for (name, tensor) in of_whole.tensors() {
        assert_eq!(of_branch.tensor(&name).unwrap(), tensor, "{name}");
    }

    // Another one has the beginning and goes on without reconciliation.
    let mut other = experiment.clone();
    other.method.lambda = 0.0;
    other.optimizer.lr = 0.01;
    fork(&whole, Some(20), &without, &other).unwrap();
    // Even where it ends before its first checkpoint.
    let again = Recorded::open(&without).unwrap();
    assert_eq!((again.step, again.live.method.lambda), (20, 0.0));
    let told = run(&other, &without, true, Some(30));
    let steps = recorded(&without);
    assert_eq!(steps.len(), 30);
    assert_eq!(bits(&steps[..20]), bits(&uncut.steps[..20]));
    // Step 21 sees the same weights and samples, and moves them otherwise.
    assert_eq!(steps[20].loss, uncut.steps[20].loss);
    assert_ne!(steps[21].loss, uncut.steps[21].loss);
    let boundaries = experiment.module_count() - 1;
    assert!(boundaries > 0);
    let zero = vec![0.0; boundaries];
    assert!(steps[20..].iter().all(|step| step.lambda == zero));
    let changes: Vec<_> = told.summary.unwrap().changes;
    let lambda = Changed::Lambda {
        target: Target::All,
        lambda: 0.0,
    };
    let what: Vec<Changed> = changes.iter().map(|change| change.what).collect();
    assert!(changes.iter().all(|change| change.step == 20));
    let learning_rate = 0.01;
    assert_eq!(what, [lambda, Changed::LearningRate { learning_rate }]);

    // The run that they come from stays as it was.
    assert_eq!(bits(&recorded(&whole)), bits(&uncut.steps));
}

#[test]
fn local_bp_goes_on_as_bp_free() {
    let folder = tempfile::tempdir().unwrap();
    let [local, free] = ["local", "free"].map(|name| folder.path().join(name));
    let keys = ["train.epochs=2", "train.batch_size=144"];
    let experiment = super::experiment("digits-mlp", &keys);
    let uncut = run(&experiment, &local, false, None);
    let mut other = experiment.clone();
    other.method.kind = MethodKind::BpFree;
    fork(&local, Some(10), &free, &other).unwrap();
    let told = run(&other, &free, true, None);
    assert_eq!(told.steps.len(), 10);
    for (one, other) in told.steps.iter().zip(&uncut.steps[10..]) {
        for (one, other) in one.loss.iter().zip(&other.loss) {
            assert!((one - other).abs() <= 1e-5 * other.abs(), "{one} {other}");
        }
    }
}

#[test]
fn what_cannot_branch_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let [whole, into] = ["whole", "into"].map(|name| folder.path().join(name));
    let experiment = experiment();
    run(&experiment, &whole, false, Some(20));
    let refusal = |step, into: &Path, experiment| fork(&whole, step, into, experiment).unwrap_err();
    let error = refusal(Some(15), &into, &experiment);
    assert!(
        error.contains("no checkpoint after step 15: choose step 10, 20"),
        "{error}"
    );
    let mut other = experiment.clone();
    other.insert_block(1, Block::Tanh(kind::Tanh {}));
    let error = refusal(None, &into, &other);
    assert!(error.contains("[block]"), "{error}");
    assert!(!into.exists());
    let error = refusal(None, &whole, &experiment);
    assert!(error.contains("already holds experiment.toml"), "{error}");

    let newest = whole.join("checkpoints/step-000000020.safetensors");
    let mut bytes = fs::read(&newest).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&newest, &bytes).unwrap();
    let error = refusal(Some(20), &into, &experiment);
    assert!(error.contains("it is damaged"), "{error}");
    // Without a step, the newest that can be used is taken.
    assert_eq!(fork(&whole, None, &into, &experiment).unwrap().step, 10);
}

#[test]
fn a_change_after_the_checkpoint_is_not_told_of_its_branches() {
    let folder = tempfile::tempdir().unwrap();
    let [whole, into] = ["whole", "into"].map(|name| folder.path().join(name));
    let experiment = experiment();
    let options = RunOptions {
        folder: Some(whole.clone()),
        paused: true,
        ..RunOptions::default()
    };
    let run = Run::start(experiment.clone(), options).unwrap();
    run.send(Command::RunTo(Goal::EpochEnd));
    super::wait_for(&run, &mut Vec::new(), |run| {
        let progress = run.progress();
        progress.phase == Phase::Paused && progress.step == 10
    });
    // What holds has its checkpoint.
    assert_eq!(checkpoints(&whole), [10]);
    run.send(Command::Change(Changed::Lambda {
        target: Target::All,
        lambda: 0.75,
    }));
    let started = Instant::now();
    let told = || run.next_fact(Duration::from_millis(100));
    while !matches!(told(), Some(Fact::Changed(_))) {
        assert!(started.elapsed().as_secs() < 60);
    }
    let changed = |recorded: &Recorded| {
        let mut facts = recorded.facts.iter();
        facts.any(|fact| matches!(fact, Fact::Changed(_)))
    };
    let branch = fork(&whole, Some(10), &into, &experiment).unwrap();
    assert_eq!(branch.live.method.lambda, 0.2);
    assert!(!changed(&branch));
    // The run itself keeps it.
    run.join();
    let ended = Recorded::open(&whole).unwrap();
    assert_eq!(ended.live.method.lambda, 0.75);
    assert!(changed(&ended));
}
