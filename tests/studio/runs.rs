//! Control of runs in the window: goals, speed, going on, opening again.

use std::{fs, path::Path, time::Duration};

use eframe::egui::{Key, Modifiers, Theme};
use egui_kittest::kittest::Queryable;
use layerwise_experiment::{DeviceChoice, preset};
use layerwise_run::{Run, RunOptions};
use layerwise_study::Phase;

use super::{Window, answer, click, open, phase, press, settle, wait_for};

/// Whether the words stand anywhere in the window.
fn has(window: &Window, words: &str) -> bool {
    window.query_all_by_label(words).next().is_some()
}

/// A run of two epochs, recorded in `folder`.
fn recorded(folder: &Path) {
    let keys = ["device=cpu", "train.epochs=2", "name=left behind"];
    let experiment = preset("spirals-mlp")
        .unwrap()
        .with(&keys.map(str::to_owned))
        .unwrap();
    let options = RunOptions {
        folder: Some(folder.to_owned()),
        max_steps: Some(20),
        ..RunOptions::default()
    };
    let run = Run::start(experiment, options).unwrap();
    while !run.progress().phase.is_over() {
        run.next_fact(Duration::from_millis(100));
    }
    run.join();
}

#[test]
fn a_run_that_a_crash_left_behind_is_open_again() {
    let records = tempfile::tempdir().unwrap();
    let folder = records.path().join("left-behind");
    recorded(&folder);
    fs::write(records.path().join(".running"), folder.to_str().unwrap()).unwrap();

    let mut window = open([1400.0, 900.0], Theme::Light, Some(records.path()));
    wait_for(&mut window, "the run", |studio| {
        phase(studio) == Some(Phase::Paused)
    });
    assert!(
        window
            .state()
            .log_contains("Layerwise ended while a run trained")
    );
    assert_eq!(window.state().experiment().name, "left behind");
    assert_eq!(window.state().progress().unwrap().step, 20);
    window.run_steps(3);
    click(&mut window, "Resume");
    wait_for(&mut window, "the end", |studio| {
        phase(studio) == Some(Phase::Finished)
    });
    assert_eq!(window.state().progress().unwrap().step, 26);
    settle(&mut window, Duration::from_millis(200));
    assert!(!records.path().join(".running").exists());

    // More epochs, in the same record, with another λ from the first of them on.
    window.state_mut().experiment_mut().train.epochs = 3;
    window.state_mut().experiment_mut().method.lambda = 0.75;
    window.run_steps(3);
    click(&mut window, "Run");
    click(&mut window, "Go on with the run");
    wait_for(&mut window, "the end", |studio| {
        studio.progress().is_some_and(|it| it.step == 39) && phase(studio) == Some(Phase::Finished)
    });
    settle(&mut window, Duration::from_millis(200));
    let told = fs::read_to_string(folder.join("metrics.jsonl")).unwrap();
    assert!(told.contains("\"step\":26,\"type\":\"lambda\",\"target\":\"all\",\"lambda\":0.75"));
    drop(window);

    // Nothing was left behind this time.
    let window = open([1400.0, 900.0], Theme::Light, Some(records.path()));
    assert_eq!(phase(window.state()), None);
}

#[test]
fn a_recorded_run_is_opened_by_its_folder() {
    let records = tempfile::tempdir().unwrap();
    let folder = records.path().join("earlier");
    recorded(&folder);
    let mut window = open([1400.0, 900.0], Theme::Light, None);
    click(&mut window, "Run");
    click(&mut window, "Open a run…");
    answer(&mut window, records.path(), "Open");
    wait_for(&mut window, "the refusal", |studio| {
        studio.log_contains("holds no record of a run")
    });
    window.run_steps(3);
    press(&mut window, Modifiers::NONE, Key::Enter);
    click(&mut window, "Run");
    click(&mut window, "Open a run…");
    answer(&mut window, &folder, "Open");
    wait_for(&mut window, "the run", |studio| {
        phase(studio) == Some(Phase::Paused)
    });
    assert_eq!(window.state().progress().unwrap().step, 20);
}

#[test]
fn a_person_trains_to_a_goal_and_slows_training_down() {
    let mut window = open([1400.0, 900.0], Theme::Light, None);
    let experiment = window.state_mut().experiment_mut();
    experiment.device = DeviceChoice::Cpu;
    experiment.train.batch_size = 144;
    window.run_steps(3);
    click(&mut window, "Pace");
    click(&mut window, "Train to the goal");
    wait_for(&mut window, "the end of the epoch", |studio| {
        phase(studio) == Some(Phase::Paused)
    });
    assert_eq!(window.state().progress().unwrap().step, 10);
    settle(&mut window, Duration::from_millis(200));
    assert!(
        window
            .state()
            .log_contains("Epoch 1 is done: the run holds")
    );

    click(&mut window, "Pace");
    click(&mut window, "Limit the speed");
    assert!(window.query_by_label("Pace: 5.0/s").is_some());
}

#[test]
fn a_person_forks_a_run_and_compares_its_branches() {
    let records = tempfile::tempdir().unwrap();
    let mut window = open([1400.0, 900.0], Theme::Light, Some(records.path()));
    let experiment = window.state_mut().experiment_mut();
    experiment.device = DeviceChoice::Cpu;
    experiment.train.batch_size = 144;
    experiment.train.epochs = 2;
    window.run_steps(3);
    let fork = (Modifiers::COMMAND | Modifiers::SHIFT, Key::F);
    // There is nothing to fork yet.
    press(&mut window, fork.0, fork.1);
    assert!(window.query_by_label("Fork the run").is_none());
    click(&mut window, "Pace");
    click(&mut window, "Train to the goal");
    wait_for(&mut window, "the end of the epoch", |studio| {
        phase(studio) == Some(Phase::Paused)
    });
    settle(&mut window, Duration::from_millis(200));
    press(&mut window, fork.0, fork.1);
    assert!(window.query_by_label("Fork the run").is_some());
    click(&mut window, "Train 2 branches");
    wait_for(&mut window, "the first branch", |studio| {
        studio.log_contains("A branch goes on after step 10")
    });
    wait_for(&mut window, "the second branch", |studio| {
        studio.experiment().method.lambda == 0.0 && phase(studio) == Some(Phase::Finished)
    });
    assert_eq!(window.state().progress().unwrap().step, 20);
    settle(&mut window, Duration::from_millis(300));
    let folders = fs::read_dir(records.path()).unwrap().count();
    assert_eq!(folders, 3, "each has a record of its own");

    click(&mut window, "Runs");
    for title in [
        "Local BP, λ 0, from step 10",
        "Local BP, λ 0.1",
        "Local BP, λ 0.1, from step 10",
    ] {
        assert!(has(&window, title), "{title}");
    }
    // A removed run comes back from its record.
    click(&mut window, "Remove Local BP, λ 0.1");
    assert!(!has(&window, "Local BP, λ 0.1"));
    let kept = fs::read_dir(records.path()).unwrap();
    let mut kept = kept.map(|entry| entry.unwrap().path());
    let first = kept.find(|path| !path.is_file() && !path.join("fork.json").exists());
    click(&mut window, "Compare with a run…");
    answer(&mut window, &first.unwrap(), "Compare");
    wait_for(&mut window, "the run", |studio| {
        studio.log_contains("Comparing with the run in")
    });
    window.run_steps(3);
    assert!(has(&window, "Local BP, λ 0.1"));
    click(&mut window, "Compare with a run…");
    answer(&mut window, records.path(), "Compare");
    wait_for(&mut window, "the refusal", |studio| {
        studio.log_contains("holds no record of a run")
    });
}
