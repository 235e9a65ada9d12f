//! The real application, driven as a person would, with a real trainer behind it.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panics"
)]

mod data;
mod inspector;
mod runs;
mod weights;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use eframe::egui::{
    DroppedFile, Event, Key, Modifiers, Theme, ViewportCommand, ViewportEvent, ViewportId,
    accesskit::Role,
};
use egui_kittest::{Harness, SnapshotOptions, kittest::Queryable};
use layerwise::gui::{Studio, StudioOptions};
use layerwise_experiment::{DeviceChoice, Experiment, HeadKind, LossKind, MethodKind, preset};
use layerwise_study::Phase;

type Window = Harness<'static, Studio>;

fn open(size: [f32; 2], theme: Theme, records: Option<&Path>) -> Window {
    let options = StudioOptions {
        path: None,
        storage: false,
        run_records: records.map(Path::to_owned),
        system_dialogs: false,
    };
    let mut window = Harness::builder()
        .with_size(size)
        .with_theme(theme)
        .with_max_steps(64)
        .wgpu()
        .build_eframe(|cc| Studio::new(cc, options));
    settle(&mut window, Duration::from_secs(3));
    window
}

/// Frames for some time, so that background work arrives.
fn settle(window: &mut Window, time: Duration) {
    let started = Instant::now();
    while started.elapsed() < time {
        window.step();
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn wait_for(window: &mut Window, what: &str, done: impl Fn(&Studio) -> bool) {
    let started = Instant::now();
    while !done(window.state()) {
        assert!(
            started.elapsed() < Duration::from_secs(120),
            "waited too long for {what}"
        );
        window.step();
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Waits until a label holds this text.
fn wait_for_words(window: &mut Window, words: &str) {
    let started = Instant::now();
    while window.query_by_label_contains(words).is_none() {
        assert!(
            started.elapsed().as_secs() < 60,
            "waited too long for {words}"
        );
        window.step();
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn click(window: &mut Window, label: &str) {
    window.get_by_label(label).click();
    window.run_steps(3);
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run_steps(3);
}

/// Types a path into the open dialog and confirms it.
fn answer(window: &mut Window, path: &Path, button: &str) {
    window.run_steps(2);
    press(window, Modifiers::COMMAND, Key::A);
    window.event(Event::Text(path.display().to_string()));
    window.run_steps(2);
    click(window, button);
}

fn phase(studio: &Studio) -> Option<Phase> {
    studio.progress().map(|progress| progress.phase)
}

#[test]
fn a_person_cuts_trains_pauses_undoes_saves_and_reopens() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = open([1400.0, 3000.0], Theme::Dark, Some(folder.path()));
    window.state_mut().experiment_mut().device = DeviceChoice::Cpu;
    window.run_steps(3);
    assert_eq!(window.state().experiment().module_count(), 8);

    click(&mut window, "Join modules 1 and 2");
    assert_eq!(window.state().experiment().module_count(), 7);
    click(&mut window, "Split after block 3");
    assert_eq!(window.state().experiment().module_count(), 8);
    settle(&mut window, Duration::from_secs(1));
    let cut = window.state().experiment().clone();

    click(&mut window, "Train");
    wait_for(&mut window, "the first evaluation", |studio| {
        studio.progress().is_some_and(|progress| progress.step > 30)
    });
    click(&mut window, "Pause");
    wait_for(&mut window, "the pause", |studio| {
        phase(studio) == Some(Phase::Paused)
    });
    let held = window.state().progress().unwrap().step;
    settle(&mut window, Duration::from_millis(300));
    assert_eq!(window.state().progress().unwrap().step, held);

    // λ reaches the run at once; a step shows that it goes on.
    window.state_mut().experiment_mut().method.lambda = 0.5;
    window.run_steps(3);
    click(&mut window, "Step");
    wait_for(&mut window, "one step", |studio| {
        studio
            .progress()
            .is_some_and(|progress| progress.step == held + 1)
    });
    settle(&mut window, Duration::from_secs(2));

    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(window.state().experiment().method.lambda, cut.method.lambda);
    press(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert_eq!(window.state().experiment().method.lambda, 0.5);

    let path = folder.path().join("mine.toml");
    press(&mut window, Modifiers::COMMAND, Key::S);
    answer(&mut window, &path, "Save");
    let saved = Experiment::load(&path).unwrap();
    assert_eq!(&saved, window.state().experiment());

    click(&mut window, "Stop");
    wait_for(&mut window, "the end", |studio| {
        phase(studio) == Some(Phase::Stopped)
    });

    let other = folder.path().join("other.toml");
    let mut moons = saved.clone();
    moons.name = "other".to_owned();
    moons.save(&other).unwrap();
    press(&mut window, Modifiers::COMMAND, Key::O);
    answer(&mut window, &other, "Open");
    assert_eq!(window.state().experiment(), &moons);

    let record = std::fs::read_dir(folder.path())
        .unwrap()
        .filter_map(Result::ok)
        .find(|entry| entry.path().join("metrics.jsonl").exists())
        .expect("a record of the run");
    let metrics = std::fs::read_to_string(record.path().join("metrics.jsonl")).unwrap();
    assert!(metrics.contains("\"type\":\"lambda\""), "λ is recorded");
}

#[test]
fn a_person_builds_a_network_from_nothing_and_trains_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = open([1400.0, 1400.0], Theme::Light, Some(folder.path()));
    press(&mut window, Modifiers::COMMAND, Key::N);
    assert_eq!(window.state().experiment().blocks, []);
    window.state_mut().experiment_mut().device = DeviceChoice::Cpu;
    for (at, kind) in ["flatten", "linear", "relu", "linear", "relu"]
        .into_iter()
        .enumerate()
    {
        click(&mut window, "Add block…");
        window.event(Event::Text(kind.to_owned()));
        window.run_steps(2);
        press(&mut window, Modifiers::NONE, Key::Enter);
        let blocks = &window.state().experiment().blocks;
        assert_eq!(blocks.len(), at + 1);
        assert_eq!(blocks[at].title().to_lowercase(), kind);
    }
    click(&mut window, "Split after block 2");
    assert_eq!(window.state().experiment().module_count(), 2);
    settle(&mut window, Duration::from_secs(1));

    click(&mut window, "Train");
    wait_for(&mut window, "some steps", |studio| {
        studio.progress().is_some_and(|progress| progress.step > 30)
    });
    let slider = window.get_by_role_and_label(Role::Slider, "λ").rect();
    window.drag_at(slider.center());
    window.run_steps(2);
    window.drop_at(slider.right_center());
    settle(&mut window, Duration::from_secs(1));
    assert_eq!(window.state().experiment().method.lambda, 10.0);
    wait_for(&mut window, "the end", |studio| {
        phase(studio).is_some_and(Phase::is_over)
    });

    let path = folder.path().join("built.toml");
    press(&mut window, Modifiers::COMMAND, Key::S);
    answer(&mut window, &path, "Save");
    let built = window.state().experiment().clone();
    press(&mut window, Modifiers::COMMAND, Key::N);
    assert_ne!(window.state().experiment(), &built);
    press(&mut window, Modifiers::COMMAND, Key::O);
    answer(&mut window, &path, "Open");
    assert_eq!(window.state().experiment(), &built);
    let runs = std::fs::read_dir(folder.path()).unwrap();
    let told = runs
        .filter_map(|entry| std::fs::read_to_string(entry.ok()?.path().join("metrics.jsonl")).ok())
        .any(|metrics| metrics.contains("\"type\":\"lambda\""));
    assert!(told, "λ reached the run");
}

#[test]
fn each_gesture_on_blocks_is_one_step_back_however_quick() {
    let mut window = open([1400.0, 2000.0], Theme::Dark, None);
    let mut seen = vec![window.state().experiment().clone()];
    click(&mut window, "Block 3: Linear");
    press(&mut window, Modifiers::COMMAND, Key::D);
    seen.push(window.state().experiment().clone());
    press(&mut window, Modifiers::COMMAND, Key::R);
    click(&mut window, "Each repetition its own module");
    click(&mut window, "Repeat ×2");
    seen.push(window.state().experiment().clone());
    window.event(Event::Paste(
        "[[block]]\nkind = \"tanh\"\n[[block]]\nkind = \"relu\"\n".to_owned(),
    ));
    window.run_steps(3);
    seen.push(window.state().experiment().clone());
    window.event(Event::Cut);
    window.run_steps(3);
    assert_eq!(window.state().experiment(), &seen[2], "cut out again");
    let lengths: Vec<usize> = seen.iter().map(|it| it.blocks.len()).collect();
    assert_eq!(lengths, [17, 18, 19, 21]);
    for before in seen.iter().rev() {
        press(&mut window, Modifiers::COMMAND, Key::Z);
        assert_eq!(window.state().experiment(), before);
    }
}

#[test]
fn a_chain_is_split_for_bp_free_where_it_says_so() {
    let button = "Split so that every module has one weight layer";
    let mut window = open([1400.0, 3000.0], Theme::Dark, None);
    click(&mut window, "Join modules 1 and 2");
    assert!(window.query_by_label(button).is_none());
    window.state_mut().experiment_mut().method.kind = MethodKind::BpFree;
    window.run_steps(3);
    let joined = window.state().experiment().clone();
    let words = "this one holds 2 (blocks 1 and 3): split after block 2";
    assert!(window.query_all_by_label_contains(words).next().is_some());
    click(&mut window, button);
    window.run_steps(3);
    assert_eq!(window.state().experiment().problems(), []);
    assert_eq!(window.state().experiment().module_count(), 8);
    assert!(window.query_by_label(button).is_none());
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(window.state().experiment(), &joined);
}

#[test]
fn an_impossible_network_says_why_and_does_not_train() {
    let mut window = open([1400.0, 2000.0], Theme::Light, None);
    window.state_mut().experiment_mut().blocks.remove(0);
    window.run_steps(3);
    click(&mut window, "Train");
    assert!(window.state().progress().is_none());
    assert!(
        window
            .query_all_by_label_contains("Flatten this 1×8×8 image first")
            .next()
            .is_some()
    );
}

#[test]
fn a_broken_file_is_named_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("broken.toml");
    std::fs::write(&path, "version = 1\n[optimizer]\nlr = -1\n").unwrap();
    let mut window = open([1280.0, 800.0], Theme::Dark, None);
    let before = window.state().experiment().clone();
    press(&mut window, Modifiers::COMMAND, Key::O);
    answer(&mut window, &path, "Open");
    assert!(
        window
            .query_all_by_label_contains("broken.toml")
            .next()
            .is_some()
    );
    assert_eq!(window.state().experiment(), &before);
    click(&mut window, "Cancel");

    // The path that cannot be written stays to be mended.
    let nowhere = folder.path().join("none").join("mine.toml");
    press(&mut window, Modifiers::COMMAND, Key::S);
    answer(&mut window, &nowhere, "Save");
    let said = window.query_all_by_label_contains("Cannot write").count();
    assert_eq!(said, 1);
    answer(&mut window, &folder.path().join("mine.toml"), "Save");
    assert!(folder.path().join("mine.toml").exists());
}

#[test]
fn closing_ends_a_run_with_its_results() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = open([1280.0, 800.0], Theme::Dark, Some(folder.path()));
    let mut experiment = window.state().experiment().clone();
    experiment.device = DeviceChoice::Cpu;
    experiment.train.epochs = 10_000;
    let path = folder.path().join("long.toml");
    experiment.save(&path).unwrap();
    press(&mut window, Modifiers::COMMAND, Key::O);
    answer(&mut window, &path, "Open");
    press(&mut window, Modifiers::NONE, Key::Space);
    wait_for(&mut window, "some steps", |studio| {
        studio.progress().is_some_and(|progress| progress.step > 30)
    });
    press(&mut window, Modifiers::COMMAND, Key::Q);
    let viewport = window.input_mut().viewports.get_mut(&ViewportId::ROOT);
    viewport.unwrap().events.push(ViewportEvent::Close);
    window.step();
    let sent = |window: &Window, command: ViewportCommand| {
        let commands = &window.output().viewport_output[&ViewportId::ROOT].commands;
        commands.contains(&command)
    };
    assert!(sent(&window, ViewportCommand::CancelClose), "not yet");
    wait_for(&mut window, "the end", |studio| {
        phase(studio) == Some(Phase::Stopped)
    });
    window.step();
    assert!(sent(&window, ViewportCommand::Close));
    let runs = std::fs::read_dir(folder.path()).unwrap();
    let with_summary = runs
        .filter_map(Result::ok)
        .filter(|entry| entry.path().join("summary.json").exists());
    assert_eq!(with_summary.count(), 1);
}

#[derive(Debug)]
struct Dropped(PathBuf);

impl DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("not read".to_owned())
    }
}

#[test]
fn a_dropped_file_opens_after_the_question_about_edits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dropped.toml");
    let mut dropped = preset("spirals-mlp").unwrap().experiment().unwrap();
    dropped.name = "dropped".to_owned();
    dropped.save(&path).unwrap();
    let mut window = open([1280.0, 800.0], Theme::Dark, None);
    window.state_mut().experiment_mut().seed = 9;
    settle(&mut window, Duration::from_secs(1));
    let drop = |window: &mut Window| {
        let files = &mut window.input_mut().dropped_files;
        files.push(Arc::new(Dropped(path.clone())));
        window.run_steps(4);
    };
    drop(&mut window);
    assert_eq!(window.state().experiment().seed, 9, "edits are kept");
    click(&mut window, "Cancel");
    drop(&mut window);
    click(&mut window, "Don't save");
    assert_eq!(window.state().experiment(), &dropped);
}

#[test]
fn closing_asks_about_edits() {
    let mut window = open([1280.0, 800.0], Theme::Dark, None);
    let close = |window: &mut Window| {
        let viewport = window.input_mut().viewports.get_mut(&ViewportId::ROOT);
        viewport.unwrap().events.push(ViewportEvent::Close);
        window.step();
        let commands = &window.output().viewport_output[&ViewportId::ROOT].commands;
        let held = commands.contains(&ViewportCommand::CancelClose);
        window.run_steps(3);
        held
    };
    assert!(!close(&mut window), "nothing is unsaved");
    window.state_mut().experiment_mut().seed = 9;
    settle(&mut window, Duration::from_secs(1));
    assert!(close(&mut window));
    click(&mut window, "Cancel");
    assert_eq!(window.state().experiment().seed, 9);
    assert!(close(&mut window));
    click(&mut window, "Don't save");
    assert!(!close(&mut window));
}

/// Compares the window with a kept picture, `pixels` of which may differ.
fn compare(window: &mut Window, name: &str, pixels: usize) {
    // Another driver draws edges a little differently.
    let options = SnapshotOptions::new()
        .threshold(1.5)
        .max_failed_pixels(pixels);
    window.snapshot_options(name, &options);
}

fn first_launch(theme: Theme, name: &str) {
    let mut window = open([1280.0, 800.0], theme, None);
    compare(&mut window, name, 2000);
}

#[test]
fn the_first_launch_looks_as_it_should_in_the_dark() {
    first_launch(Theme::Dark, "first-dark");
}

#[test]
fn the_first_launch_looks_as_it_should_in_the_light() {
    first_launch(Theme::Light, "first-light");
}

/// A finished run, without the log and its times of day.
fn trained(theme: Theme, name: &str, preset_name: &str, epochs: usize) {
    let mut window = open([1280.0, 800.0], theme, None);
    let mut experiment = preset(preset_name).unwrap().experiment().unwrap();
    experiment.device = DeviceChoice::Cpu;
    experiment.train.epochs = epochs;
    *window.state_mut().experiment_mut() = experiment;
    settle(&mut window, Duration::from_secs(1));
    if preset_name == "spirals-mlp" {
        click(&mut window, "Decision regions");
    }
    press(&mut window, Modifiers::COMMAND, Key::Num3);
    press(&mut window, Modifiers::NONE, Key::Space);
    wait_for(&mut window, "the end", |studio| {
        phase(studio) == Some(Phase::Finished)
    });
    settle(&mut window, Duration::from_secs(8));
    // Seconds, threads and mebibytes differ from machine to machine.
    compare(&mut window, name, 4000);
}

#[test]
fn trained_digits_look_as_they_should_in_the_dark() {
    trained(Theme::Dark, "digits-dark", "digits-mlp", 20);
}

#[test]
fn trained_digits_look_as_they_should_in_the_light() {
    trained(Theme::Light, "digits-light", "digits-mlp", 20);
}

#[test]
fn trained_spirals_look_as_they_should_in_the_dark() {
    trained(Theme::Dark, "spirals-dark", "spirals-mlp", 60);
}

#[test]
fn trained_spirals_look_as_they_should_in_the_light() {
    trained(Theme::Light, "spirals-light", "spirals-mlp", 60);
}

/// A finished run of modules with losses of their own, one of them frozen, and an open card.
fn rivals(theme: Theme, name: &str) {
    let mut window = open([1280.0, 800.0], theme, None);
    let mut experiment = preset("digits-cnn").unwrap().experiment().unwrap();
    experiment.device = DeviceChoice::Cpu;
    experiment.train.epochs = 2;
    experiment.head.kind = HeadKind::Conv;
    experiment.loss.kind = LossKind::Contrastive;
    experiment.loss.reconstruction = 1.0;
    experiment.set_frozen(1, true);
    experiment.set_lr_factor_of(2, 0.5);
    *window.state_mut().experiment_mut() = experiment;
    settle(&mut window, Duration::from_secs(1));
    press(&mut window, Modifiers::COMMAND, Key::Num3);
    press(&mut window, Modifiers::NONE, Key::Space);
    wait_for(&mut window, "the end", |studio| {
        phase(studio) == Some(Phase::Finished)
    });
    click(&mut window, "Module 1: Conv head");
    settle(&mut window, Duration::from_secs(8));
    compare(&mut window, name, 4000);
}

#[test]
fn losses_of_their_own_look_as_they_should_in_the_dark() {
    rivals(Theme::Dark, "rivals-dark");
}

#[test]
fn losses_of_their_own_look_as_they_should_in_the_light() {
    rivals(Theme::Light, "rivals-light");
}

/// A network that does not fit together and a value out of range.
fn faulty(theme: Theme, name: &str) {
    let mut window = open([1280.0, 800.0], theme, None);
    let experiment = window.state_mut().experiment_mut();
    experiment.blocks.remove(0);
    experiment.optimizer.lr = -1.0;
    settle(&mut window, Duration::from_secs(1));
    press(&mut window, Modifiers::COMMAND, Key::Num3);
    settle(&mut window, Duration::from_secs(1));
    compare(&mut window, name, 2000);
}

#[test]
fn an_impossible_network_looks_as_it_should_in_the_dark() {
    faulty(Theme::Dark, "faulty-dark");
}

#[test]
fn an_impossible_network_looks_as_it_should_in_the_light() {
    faulty(Theme::Light, "faulty-light");
}
