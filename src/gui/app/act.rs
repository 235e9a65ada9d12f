//! What each wish and each command does.

use std::path::{Path, PathBuf};

use eframe::egui::{ThemePreference, ViewportCommand};
use layerwise_experiment::{Data, DataKind, Experiment, preset};
use layerwise_run::Command as RunCommand;

use super::{Leaving, Studio};
use crate::gui::{
    answer::{Answer, Next},
    command::Command,
    dialog::Dialog,
    document::Document,
    pane::network::Gesture,
    purpose::Purpose,
    session::Notice,
    tile::Tiles,
    wish::Wish,
};

impl Studio {
    /// Fulfils every wish, and those that come of it.
    pub(super) fn fulfil(&mut self) {
        while let Some(wish) = self.wishes.pop() {
            self.fulfil_one(wish);
        }
    }

    fn fulfil_one(&mut self, wish: Wish) {
        match wish {
            Wish::Give(command) => self.give(command),
            Wish::Run(command) => self.runs.send(command),
            Wish::RunTo(goal) => {
                let edited = self.document.experiment.clone();
                let (runs, around) = self.runs();
                runs.run_to(goal, &edited, around);
            }
            Wish::Speed(speed) => self.runs.set_speed(speed),
            Wish::Restart => self.start(false),
            Wish::ShowNetworkOfRun => {
                if let Some(experiment) = self.runs.session().experiment().cloned() {
                    self.document.replace(experiment);
                }
            }
            Wish::DismissTrouble => self.runs.dismiss_trouble(),
            Wish::Compare(ask) => self.runs.compare(ask),
            Wish::Leave(next) => self.leave(next),
            Wish::Path(purpose) => self.ask_path(purpose, None),
            Wish::ReloadData => self.errands.reload_data(),
            Wish::CancelData => self.errands.cancel_data(),
            Wish::Download(download) => self.errands.download(download, &self.ctx),
            Wish::Answer(answer) => self.answer(answer),
            Wish::Note(notice) => self.panes.log.add(notice),
            Wish::Tell { title, text } => {
                let line = Notice::Error(format!("{title}: {text}"));
                self.panes.log.add(line);
                self.dialog = Some(Dialog::Message { title, text });
            }
        }
    }

    /// Carries out a command, unless it cannot be given now.
    fn give(&mut self, command: Command) {
        if command.reason(&self.availability()).is_some() {
            return;
        }
        match command {
            Command::New => self.leave(Next::New),
            Command::Open => self.leave(Next::ChooseFile),
            Command::Save => self.save_document(None),
            Command::SaveAs => self.ask_path(Purpose::Save, None),
            Command::ExportWeights => self.ask_path(Purpose::ExportWeights, None),
            Command::ExportScript => self.ask_path(Purpose::ExportScript, None),
            Command::Quit => self.leave(Next::Quit),
            Command::Undo => self.document.undo(),
            Command::Redo => self.document.redo(),
            Command::FindBlocks => self.edit(Gesture::Find),
            Command::SelectAllBlocks => self.edit(Gesture::SelectAll),
            Command::CopyBlocks => self.edit(Gesture::Copy),
            Command::CutBlocks => self.edit(Gesture::Cut),
            Command::PasteBlocks => self.edit(Gesture::Paste),
            Command::DuplicateBlocks => self.edit(Gesture::Duplicate),
            Command::RepeatBlocks => self.edit(Gesture::Repeat),
            Command::DeleteBlocks => self.edit(Gesture::Delete),
            Command::MoveBlocksUp => self.edit(Gesture::MoveUp),
            Command::MoveBlocksDown => self.edit(Gesture::MoveDown),
            Command::SplitForBpFree => self.edit(Gesture::SplitForBpFree),
            Command::FoldModules => self.edit(Gesture::Fold),
            Command::UnfoldModules => self.edit(Gesture::Unfold),
            Command::Train if !self.runs.session().is_alive() => self.start(false),
            Command::Train if self.runs.session().is_paused() => {
                self.runs.send(RunCommand::Resume);
            }
            Command::Train => self.runs.send(RunCommand::Pause),
            Command::Step if self.runs.session().is_alive() => self.runs.send(RunCommand::Step),
            Command::Step => self.start(true),
            Command::OpenRun => self.ask_path(Purpose::Run, None),
            Command::GoOn => {
                let (runs, around) = self.runs();
                runs.go_on(around);
            }
            Command::Fork => self.ask_fork(),
            Command::CompareRun => self.ask_path(Purpose::Compare, None),
            Command::Stop => self.runs.send(RunCommand::Stop),
            Command::Reset => {
                let (runs, around) = self.runs();
                runs.reset(around);
            }
            Command::Palette => self.panes.palette.open(),
            Command::ToggleNetwork => self.settings.show_network ^= true,
            Command::ToggleSettings => self.settings.show_settings ^= true,
            Command::ToggleLog => self.settings.show_log ^= true,
            Command::ResetLayout => {
                self.settings.tiles = Tiles::default();
                self.settings.show_network = true;
                self.settings.show_settings = true;
                self.settings.show_log = true;
            }
            Command::ZoomIn => self.set_zoom(self.settings.zoom + 0.1),
            Command::ZoomOut => self.set_zoom(self.settings.zoom - 0.1),
            Command::ZoomReset => self.set_zoom(1.0),
            Command::ThemeLight => self.set_theme(ThemePreference::Light),
            Command::ThemeDark => self.set_theme(ThemePreference::Dark),
            Command::ThemeSystem => self.set_theme(ThemePreference::System),
            Command::About => self.dialog = Some(Dialog::About),
        }
    }

    fn edit(&mut self, gesture: Gesture) {
        self.settings.show_network = true;
        let network = &mut self.panes.network;
        network.gesture(gesture, &self.ctx, &self.document.experiment);
    }

    fn start(&mut self, paused: bool) {
        let edited = self.document.experiment.clone();
        let (runs, around) = self.runs();
        runs.start(&edited, paused, around);
    }

    fn ask_fork(&mut self) {
        match self.runs.ask_fork(&self.document.experiment) {
            Some(Ok(dialog)) => self.dialog = Some(Dialog::Fork(Box::new(dialog))),
            Some(Err(message)) => self.wishes.tell("The run cannot be forked", message),
            None => {}
        }
    }

    fn set_zoom(&mut self, zoom: f32) {
        self.settings.zoom = ((zoom * 10.0).round() / 10.0).clamp(0.5, 4.0);
        self.ctx.set_zoom_factor(self.settings.zoom);
    }

    fn set_theme(&mut self, theme: ThemePreference) {
        self.settings.theme = theme;
        self.ctx.set_theme(theme);
    }

    /// Goes on after a dialog.
    fn answer(&mut self, answer: Answer) {
        self.dialog = None;
        match answer {
            Answer::Cancel => {}
            Answer::Discard(next) => {
                if next == Next::Quit {
                    // What was discarded does not come back at the next launch.
                    let saved = self.document.saved().clone();
                    self.document.replace(saved);
                }
                self.go_on(next);
            }
            Answer::Save(next) => self.save_document(Some(next)),
            Answer::Path(purpose, path, next) => self.take_path(purpose, path, next),
            Answer::Fork(branches) => {
                let (runs, around) = self.runs();
                runs.fork(branches, around);
            }
        }
    }

    /// Does what comes next, after the question about unsaved edits where there are any.
    fn leave(&mut self, next: Next) {
        if self.document.is_unsaved() {
            self.dialog = Some(Dialog::Unsaved {
                title: self.document.title(),
                next,
            });
        } else {
            self.go_on(next);
        }
    }

    fn go_on(&mut self, next: Next) {
        match next {
            Next::New => self.document = Document::new(Experiment::default(), None),
            Next::ChooseFile => self.ask_path(Purpose::Open, None),
            Next::Open(path) => self.open(&path),
            Next::Preset(name) => {
                if let Some(preset) = preset(name) {
                    match Document::preset(preset) {
                        Ok(document) => self.document = document,
                        Err(error) => {
                            let title = "The preset cannot be opened";
                            self.wishes.tell(title, error.to_string());
                        }
                    }
                }
            }
            Next::Quit => {
                if self.leaving == Leaving::No {
                    self.leaving = Leaving::Decided;
                }
                self.ctx.send_viewport_cmd(ViewportCommand::Close);
            }
        }
    }

    /// Opens a file; the document stays as it is where that fails.
    pub(super) fn open(&mut self, path: &Path) {
        if let Err(message) = self.try_open(path) {
            self.wishes.tell("The file cannot be opened", message);
        }
    }

    pub(super) fn try_open(&mut self, path: &Path) -> Result<(), String> {
        self.document = Document::open(path).map_err(|error| error.to_string())?;
        self.settings.remember(path);
        Ok(())
    }

    fn save_document(&mut self, next: Option<Next>) {
        let Some(path) = self.document.path().map(ToOwned::to_owned) else {
            self.ask_path(Purpose::Save, next);
            return;
        };
        if let Err(message) = self.try_save(&path, next) {
            self.wishes.tell("The file cannot be saved", message);
        }
    }

    pub(super) fn try_save(&mut self, path: &Path, next: Option<Next>) -> Result<(), String> {
        let saved = self.document.save(path);
        saved.map_err(|error| error.to_string())?;
        self.settings.remember(path);
        let text = format!("Saved {}", path.display());
        self.wishes.note(Notice::Info(text));
        if let Some(next) = next {
            self.go_on(next);
        }
        Ok(())
    }

    /// Opens an experiment or learns from data, as the file is one or the other.
    pub(super) fn take_file(&mut self, path: PathBuf) {
        if path.extension().is_some_and(|ending| ending == "toml") {
            self.leave(Next::Open(path));
        } else {
            self.try_to_learn_from(&path);
        }
    }

    /// Makes a file or folder the data of the experiment, or says why it cannot be.
    pub(super) fn try_to_learn_from(&mut self, path: &Path) {
        if let Err(why) = self.learn_from(path) {
            self.wishes.tell("The data cannot be used", why);
        }
    }

    /// Makes a file or folder the data of the experiment; what it holds is read behind the window.
    pub(super) fn learn_from(&mut self, path: &Path) -> Result<(), String> {
        if path.to_str().is_none() {
            return Err(format!(
                "{} cannot be kept in an experiment file: rename it with ordinary characters",
                path.display()
            ));
        }
        std::fs::metadata(path)
            .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        let mut experiment = self.document.experiment.clone();
        experiment.data = Data {
            kind: DataKind::Files,
            path: path.to_owned(),
            test_fraction: experiment.data.test_fraction,
            size: experiment.data.size,
            ..Data::default()
        };
        self.document.replace(experiment);
        self.errands.reload_data();
        Ok(())
    }
}
