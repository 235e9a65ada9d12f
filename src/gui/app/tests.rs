//! Every button, pressed by its name.

use std::{
    collections::BTreeSet,
    path::Path,
    time::{Duration, Instant},
};

use eframe::egui::{Key, OutputCommand, ThemePreference, ViewportCommand, ViewportId};
use egui_kittest::{Harness, kittest::Queryable};
use layerwise_experiment::DeviceChoice;
use layerwise_study::Phase;

use super::*;

/// The studio, and the names that were pressed.
struct Tour {
    window: Harness<'static, Studio>,
    pressed: BTreeSet<&'static str>,
}

impl Tour {
    fn new(records: &Path) -> Self {
        let options = StudioOptions {
            run_records: Some(records.to_owned()),
            ..StudioOptions::default()
        };
        let window = Harness::builder()
            .with_size([1400.0, 1600.0])
            .with_max_steps(64)
            .build_eframe(|cc| Studio::new(cc, options));
        let mut tour = Self {
            window,
            pressed: BTreeSet::new(),
        };
        let mut experiment = tour.studio().experiment().clone();
        experiment.device = DeviceChoice::Cpu;
        tour.studio().document = Document::new(experiment, None);
        tour.save(records);
        tour
    }

    fn studio(&mut self) -> &mut Studio {
        self.window.state_mut()
    }

    /// Presses a button that can be pressed, for one frame.
    fn press_once(&mut self, name: &'static str) {
        self.pressed.insert(name);
        assert_eq!(self.studio().press(name), Ok(()), "{name}");
        self.window.step();
    }

    fn press(&mut self, name: &'static str) {
        self.press_once(name);
        self.window.run_steps(3);
    }

    fn refuses(&mut self, name: &str, why: &str) {
        assert_eq!(self.studio().press(name), Err(why.to_owned()), "{name}");
    }

    fn has(&self, words: &str) -> bool {
        let found = self.window.query_all_by_label_contains(words);
        found.count() > 0
    }

    fn blocks(&mut self) -> usize {
        self.studio().experiment().blocks.len()
    }

    fn save(&mut self, folder: &Path) {
        let path = folder.join("tour.toml");
        self.studio().document.save(&path).unwrap();
        self.window.run_steps(2);
    }

    fn wait_for(&mut self, phase: Phase) {
        let started = Instant::now();
        while self.studio().progress().map(|it| it.phase) != Some(phase) {
            assert!(started.elapsed().as_secs() < 60, "waited for {phase:?}");
            self.window.step();
            std::thread::sleep(Duration::from_millis(5));
        }
        self.window.run_steps(2);
    }

    fn view(&mut self) {
        for (name, shown) in [
            (
                "toggle-network",
                (|it| it.show_network) as fn(&Settings) -> bool,
            ),
            ("toggle-settings", |it| it.show_settings),
            ("toggle-log", |it| it.show_log),
        ] {
            self.press(name);
            assert!(!shown(&self.studio().settings), "{name}");
        }
        self.press("reset-layout");
        let settings = &self.studio().settings;
        assert!(settings.show_network && settings.show_settings && settings.show_log);
        for (name, zoom) in [
            ("zoom-in", 1.1),
            ("zoom-out", 1.0),
            ("zoom-out", 0.9),
            ("zoom-reset", 1.0),
        ] {
            self.press(name);
            assert_eq!(self.studio().settings.zoom, zoom, "{name}");
        }
        for (name, theme) in [
            ("theme-light", ThemePreference::Light),
            ("theme-dark", ThemePreference::Dark),
            ("theme-system", ThemePreference::System),
        ] {
            self.press(name);
            assert_eq!(self.studio().settings.theme, theme);
        }
        self.press("palette");
        assert!(self.studio().panes.palette.is_open());
        self.window.key_press(Key::Escape);
        self.window.run_steps(2);
        assert!(!self.studio().panes.palette.is_open());
    }

    fn network(&mut self) {
        let refused = "Select a block first";
        self.refuses("copy-blocks", refused);
        self.refuses("split-for-bp-free", "Every module has one weight layer");
        let all = self.blocks();
        self.press("find-blocks");
        assert!(self.has("Close the search"));
        self.press("fold-modules");
        assert!(self.has(", folded"));
        self.press("unfold-modules");
        assert!(!self.has(", folded"));

        self.press("select-all-blocks");
        self.press_once("copy-blocks");
        let commands = &self.window.output().platform_output.commands;
        assert!(
            commands.iter().any(
                |it| matches!(it, OutputCommand::CopyText(text) if text.contains("[[block]]"))
            )
        );
        self.press_once("paste-blocks");
        let output = &self.window.output().viewport_output[&ViewportId::ROOT];
        assert!(output.commands.contains(&ViewportCommand::RequestPaste));
        self.press("duplicate-blocks");
        assert_eq!(self.blocks(), 2 * all);
        self.press("undo");
        assert_eq!(self.blocks(), all);
        self.press("redo");
        assert_eq!(self.blocks(), 2 * all);
        self.press("undo");
        for name in ["cut-blocks", "delete-blocks"] {
            self.press("select-all-blocks");
            self.press(name);
            assert_eq!(self.blocks(), 0, "{name}");
            self.refuses("select-all-blocks", "The network has no block yet");
            self.press("undo");
        }
        self.press("select-all-blocks");
        self.press("repeat-blocks");
        assert!(self.has("Repeat ×2"));

        self.window.get_by_label("Block 1: Linear").click();
        self.window.run_steps(3);
        let before = self.studio().experiment().blocks.clone();
        self.press("move-blocks-up");
        assert_eq!(self.studio().experiment().blocks[0], before[1]);
        self.press("move-blocks-down");
        assert_eq!(self.studio().experiment().blocks, before);

        let cut = self.studio().experiment().split_points()[0];
        self.studio().experiment_mut().toggle_cut(cut);
        self.window.run_steps(2);
        self.press("split-for-bp-free");
        assert_eq!(self.studio().experiment().module_count(), 8);
    }

    /// Questions for a path, each of which is called off.
    fn questions(&mut self, names: &[&'static str]) {
        for name in names {
            self.press(name);
            let dialog = &self.studio().dialog;
            assert!(matches!(dialog, Some(Dialog::Path(_))), "{name}");
            self.window.run_steps(2);
            assert_eq!(self.studio().press("cancel"), Ok(()));
            assert!(self.studio().dialog.is_none());
        }
    }

    fn run(&mut self) {
        for (name, why) in [
            ("stop", "Nothing is running"),
            ("reset", "There is no run to drop"),
            ("go-on", "No run that keeps a record has ended yet"),
            ("fork-run", "There is no run that keeps a record"),
            ("export-weights", "No run that keeps a record has ended yet"),
        ] {
            self.refuses(name, why);
        }
        self.studio().experiment_mut().train.epochs = 10_000;
        self.press("train");
        self.wait_for(Phase::Running);
        self.refuses("step", "Pause first");
        self.press("train");
        self.wait_for(Phase::Paused);
        let step = self.studio().progress().unwrap().step;
        self.press("step");
        let started = Instant::now();
        while self.studio().progress().unwrap().step == step {
            assert!(started.elapsed().as_secs() < 60);
            self.window.step();
        }
        self.wait_for(Phase::Paused);
        self.press("fork-run");
        assert!(matches!(self.studio().dialog, Some(Dialog::Fork(_))));
        self.refuses("stop", "The open dialog has no button \"stop\"");
        assert_eq!(self.studio().press("cancel"), Ok(()));
        self.press("stop");
        self.wait_for(Phase::Stopped);
        self.questions(&["export-weights"]);
        self.press("go-on");
        self.wait_for(Phase::Running);
        self.press("stop");
        self.wait_for(Phase::Stopped);
        self.press("reset");
        assert!(self.studio().progress().is_none());
    }

    fn documents(&mut self, folder: &Path) {
        self.save(folder);
        self.studio().experiment_mut().seed = 5;
        self.press("save");
        assert!(!self.studio().document.is_unsaved());
        self.studio().experiment_mut().seed = 6;
        for name in ["new", "quit"] {
            self.press(name);
            let dialog = &self.studio().dialog;
            assert!(matches!(dialog, Some(Dialog::Unsaved { .. })), "{name}");
            assert_eq!(self.studio().press("cancel"), Ok(()));
        }
        self.press("new");
        assert_eq!(self.studio().press("discard"), Ok(()));
        assert_eq!(self.blocks(), 0);
        self.refuses("export-script", "Mend the network first");
        assert_eq!(self.studio().leaving, Leaving::No);
        self.press("quit");
        assert_eq!(self.studio().leaving, Leaving::Decided);
    }
}

#[test]
fn every_button_is_pressed_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut tour = Tour::new(folder.path());
    tour.refuses("Train", "There is no button \"Train\"");
    tour.refuses("undo", "There is no edit to take back");
    tour.refuses("redo", "No edit was taken back");
    tour.press("about");
    assert!(tour.has("A desktop studio for local learning"));
    assert_eq!(tour.studio().press("close"), Ok(()));
    tour.view();
    tour.network();
    tour.save(folder.path());
    tour.questions(&[
        "open",
        "open-run",
        "compare-run",
        "save-as",
        "export-script",
    ]);
    tour.run();
    tour.documents(folder.path());
    let all: BTreeSet<_> = Studio::buttons().collect();
    assert_eq!(tour.pressed, all, "each of them is tried");
}

#[test]
fn a_path_is_confirmed_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut tour = Tour::new(folder.path());
    tour.studio().experiment_mut().seed = 9;
    tour.press("save-as");
    // A file that is there already is asked about.
    assert_eq!(tour.studio().press("confirm"), Ok(()));
    assert!(tour.studio().document.is_unsaved());
    assert_eq!(tour.studio().press("confirm"), Ok(()));
    assert!(!tour.studio().document.is_unsaved());
    assert!(tour.studio().dialog.is_none());
}
