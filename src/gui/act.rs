//! What each command does.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use eframe::egui::{Context, ThemePreference, ViewportCommand};
use layerwise_experiment::{Data, DataKind, Experiment, preset};
use layerwise_run::{Command as RunCommand, RunOptions};

use super::{
    app::Studio,
    command::Command,
    dialog::{Answer, Dialog, Next, PathDialog, Purpose},
    document::Document,
    pane::pace::Asked,
    reopen::{self, Why},
    session::{Notice, record_folder},
    tile::Tiles,
};

impl Studio {
    /// Carries out a command, unless it cannot be given now.
    pub(super) fn run(&mut self, command: Command, ctx: &Context) {
        if self.availability().reason(command).is_some() {
            return;
        }
        match command {
            Command::New => self.ask_first(Next::New, ctx),
            Command::Open => self.ask_first(Next::ChooseFile, ctx),
            Command::Save => self.save_document(None, ctx),
            Command::SaveAs => self.ask_path(Purpose::Save, None),
            Command::ExportWeights => self.ask_path(Purpose::ExportWeights, None),
            Command::ExportScript => self.ask_path(Purpose::ExportScript, None),
            Command::Quit => self.ask_first(Next::Quit, ctx),
            Command::Undo => self.document.undo(),
            Command::Redo => self.document.redo(),
            Command::FindBlocks
            | Command::SelectAllBlocks
            | Command::CopyBlocks
            | Command::CutBlocks
            | Command::PasteBlocks
            | Command::DuplicateBlocks
            | Command::RepeatBlocks
            | Command::DeleteBlocks
            | Command::MoveBlocksUp
            | Command::MoveBlocksDown
            | Command::SplitForBpFree
            | Command::FoldModules
            | Command::UnfoldModules => {
                self.settings.show_network = true;
                self.network
                    .command(command, ctx, &self.document.experiment);
            }
            Command::Train => match (self.session.is_alive(), self.session.is_paused()) {
                (true, true) => self.session.send(RunCommand::Resume),
                (true, false) => self.session.send(RunCommand::Pause),
                (false, _) => self.start(ctx, false),
            },
            Command::Step if self.session.is_alive() => self.session.send(RunCommand::Step),
            Command::Step => self.start(ctx, true),
            Command::OpenRun => self.ask_path(Purpose::Run, None),
            Command::GoOn => {
                if let Some(folder) = self.session.folder().map(ToOwned::to_owned) {
                    self.reopen(&folder, Why::GoOn, ctx);
                }
            }
            Command::Fork => self.ask_fork(),
            Command::CompareRun => self.ask_path(Purpose::Compare, None),
            Command::Stop => self.session.send(RunCommand::Stop),
            Command::Reset => {
                self.drop_branches();
                self.session.reset();
                self.note_nothing_runs();
            }
            Command::Palette => self.palette.open(),
            Command::ToggleNetwork => self.settings.show_network ^= true,
            Command::ToggleSettings => self.settings.show_settings ^= true,
            Command::ToggleLog => self.settings.show_log ^= true,
            Command::ResetLayout => {
                self.settings.tiles = Tiles::default();
                self.settings.show_network = true;
                self.settings.show_settings = true;
                self.settings.show_log = true;
            }
            Command::ZoomIn => self.set_zoom(self.settings.zoom + 0.1, ctx),
            Command::ZoomOut => self.set_zoom(self.settings.zoom - 0.1, ctx),
            Command::ZoomReset => self.set_zoom(1.0, ctx),
            Command::ThemeLight => self.set_theme(ThemePreference::Light, ctx),
            Command::ThemeDark => self.set_theme(ThemePreference::Dark, ctx),
            Command::ThemeSystem => self.set_theme(ThemePreference::System, ctx),
            Command::About => self.dialog = Some(Dialog::About),
        }
    }

    fn set_zoom(&mut self, zoom: f32, ctx: &Context) {
        self.settings.zoom = ((zoom * 10.0).round() / 10.0).clamp(0.5, 4.0);
        ctx.set_zoom_factor(self.settings.zoom);
    }

    fn set_theme(&mut self, theme: ThemePreference, ctx: &Context) {
        self.settings.theme = theme;
        ctx.set_theme(theme);
    }

    /// Trains to a goal, or at another speed.
    pub(super) fn keep_pace(&mut self, asked: Asked, ctx: &Context) {
        match asked {
            Asked::Speed => self.session.send(RunCommand::SetSpeed(self.pace.speed())),
            Asked::RunTo(goal) => {
                if !self.session.is_alive() {
                    self.start(ctx, false);
                }
                self.session.send(RunCommand::RunTo(goal));
            }
        }
    }

    /// Starts to train the edited experiment and drops the run before; says why where it cannot.
    pub(super) fn start(&mut self, ctx: &Context, paused: bool) {
        if self.reopening.is_some() {
            let text = "A run is being opened: train once that is done";
            self.log.add(Notice::Info(text.to_owned()));
            return;
        }
        let experiment = self.document.experiment.clone();
        if let Some(problem) = experiment.problems().first() {
            self.tell("This network cannot train yet", problem.to_string());
            return;
        }
        self.drop_branches();
        if self.comparison.keep_each
            && let Some(compared) = self.session.release()
        {
            self.comparison.keep(compared);
        }
        let folder = self.make_record_folder(&experiment.name);
        let options = self.options(folder.clone(), paused, ctx);
        let started = self.session.start(&experiment, options);
        self.session.send(RunCommand::SetSpeed(self.pace.speed()));
        if let (Ok(()), Some(folder)) = (&started, &folder) {
            self.note_running(folder);
        }
        match started {
            Ok(()) => self.log.add(Notice::Info(match folder {
                Some(folder) => format!(
                    "Training \"{}\"; its record grows in {}",
                    experiment.name,
                    folder.display()
                ),
                None => format!("Training \"{}\"; no record is kept", experiment.name),
            })),
            Err(message) => self.tell("The run cannot start", message),
        }
    }

    pub(super) fn options(
        &self,
        folder: Option<PathBuf>,
        paused: bool,
        ctx: &Context,
    ) -> RunOptions {
        let repaint = ctx.clone();
        RunOptions {
            folder,
            paused,
            wake: Some(Arc::new(move || repaint.request_repaint())),
            ..RunOptions::default()
        }
    }

    /// Leaves a mark for the next launch, by which it notices a crash.
    pub(super) fn note_running(&self, folder: &Path) {
        if let Ok(root) = self.settings.records_root() {
            reopen::mark(&root, folder);
        }
    }

    /// Takes the mark away.
    pub(super) fn note_nothing_runs(&self) {
        if let Ok(root) = self.settings.records_root() {
            reopen::unmark(&root);
        }
    }

    /// The folder for a record, made; without one the run goes on unrecorded.
    fn make_record_folder(&mut self, name: &str) -> Option<PathBuf> {
        if !self.settings.keep_records {
            return None;
        }
        let made = self.settings.records_root().and_then(|root| {
            let folder = record_folder(&root, name);
            std::fs::create_dir_all(&folder)
                .map(|()| folder.clone())
                .map_err(|error| format!("Cannot make {}: {error}", folder.display()))
        });
        match made {
            Ok(folder) => Some(folder),
            Err(message) => {
                self.log.add(Notice::Warning(format!(
                    "{message}. The run is not recorded: choose another folder under Records"
                )));
                None
            }
        }
    }

    /// Does what comes next, after the question about unsaved edits where there are any.
    pub(super) fn ask_first(&mut self, next: Next, ctx: &Context) {
        if self.document.is_unsaved() {
            self.dialog = Some(Dialog::Unsaved {
                title: self.document.title(),
                next,
            });
        } else {
            self.go_on(next, ctx);
        }
    }

    fn go_on(&mut self, next: Next, ctx: &Context) {
        match next {
            Next::New => self.document = Document::new(Experiment::default(), None),
            Next::ChooseFile => self.ask_path(Purpose::Open, None),
            Next::Open(path) => self.open(&path),
            Next::Preset(name) => {
                if let Some(preset) = preset(name) {
                    match Document::preset(preset) {
                        Ok(document) => self.document = document,
                        Err(error) => self.tell("The preset cannot be opened", error.to_string()),
                    }
                }
            }
            Next::Quit => {
                self.closing = true;
                ctx.send_viewport_cmd(ViewportCommand::Close);
            }
        }
    }

    /// Opens a file; the document stays as it is where that fails.
    pub(super) fn open(&mut self, path: &Path) {
        if let Err(message) = self.try_open(path) {
            self.tell("The file cannot be opened", message);
        }
    }

    fn try_open(&mut self, path: &Path) -> Result<(), String> {
        self.document = Document::open(path).map_err(|error| error.to_string())?;
        self.settings.remember(path);
        Ok(())
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
        self.loader.forget();
        Ok(())
    }

    fn save_document(&mut self, next: Option<Next>, ctx: &Context) {
        match self.document.path().map(ToOwned::to_owned) {
            Some(path) => self.save_to(&path, next, ctx),
            None => self.ask_path(Purpose::Save, next),
        }
    }

    fn save_to(&mut self, path: &Path, next: Option<Next>, ctx: &Context) {
        if let Err(message) = self.try_save(path, next, ctx) {
            self.tell("The file cannot be saved", message);
        }
    }

    fn try_save(&mut self, path: &Path, next: Option<Next>, ctx: &Context) -> Result<(), String> {
        self.document
            .save(path)
            .map_err(|error| error.to_string())?;
        self.settings.remember(path);
        self.log
            .add(Notice::Info(format!("Saved {}", path.display())));
        if let Some(next) = next {
            self.go_on(next, ctx);
        }
        Ok(())
    }

    pub(super) fn ask_path(&mut self, purpose: Purpose, next: Option<Next>) {
        let beside = self.document.path().or_else(|| {
            let recent = self.settings.recent.first();
            recent.map(std::path::PathBuf::as_path)
        });
        let folder = beside.and_then(Path::parent).map(ToOwned::to_owned);
        let folder = folder
            .or_else(|| directories::UserDirs::new().map(|dirs| dirs.home_dir().to_owned()))
            .unwrap_or_default();
        let text = match (purpose, self.document.path()) {
            (Purpose::Save, Some(path)) => path.to_owned(),
            (Purpose::Save, None) => folder.join(format!("{}.toml", self.document.title())),
            (Purpose::Open, _) => folder.join(""),
            (Purpose::Records | Purpose::Run | Purpose::Compare, _) => {
                self.settings.records_root().unwrap_or(folder)
            }
            (Purpose::DataFile | Purpose::DataFolder, _) => {
                let path = &self.document.experiment.data.path;
                match path.as_os_str().is_empty() {
                    true => folder.join(""),
                    false => path.clone(),
                }
            }
            (Purpose::Weights, _) => match &self.document.experiment.weights {
                Some(weights) => weights.path.clone(),
                None => folder.join(""),
            },
            (Purpose::ExportWeights | Purpose::ExportScript, _) => {
                let title = self.document.title();
                let mut path = folder.join(title.trim_end_matches(".toml"));
                path.add_extension(purpose.ending());
                path
            }
        };
        let dialog = PathDialog::new(
            purpose,
            text.display().to_string(),
            next,
            self.system_dialogs,
        );
        self.dialog = Some(Dialog::Path(dialog));
    }

    /// Shows a message that stays until it is closed, and keeps it in the log.
    pub(super) fn tell(&mut self, title: &str, text: String) {
        self.log.add(Notice::Error(format!("{title}: {text}")));
        self.dialog = Some(Dialog::Message {
            title: title.to_owned(),
            text,
        });
    }

    /// Goes on after a dialog.
    pub(super) fn answer(&mut self, answer: Answer, ctx: &Context) {
        self.dialog = None;
        match answer {
            Answer::Cancel => {}
            Answer::Discard(next) => {
                if next == Next::Quit {
                    // What was discarded does not come back at the next launch.
                    let saved = self.document.saved().clone();
                    self.document.replace(saved);
                }
                self.go_on(next, ctx);
            }
            Answer::Save(next) => self.save_document(Some(next), ctx),
            Answer::Path(purpose @ Purpose::Open, path, next) => {
                if let Err(why) = self.try_open(&path) {
                    self.dialog = Some(Dialog::Path(PathDialog::again(purpose, &path, next, why)));
                }
            }
            Answer::Path(purpose @ Purpose::Save, path, next) => {
                if let Err(why) = self.try_save(&path, next.clone(), ctx) {
                    self.dialog = Some(Dialog::Path(PathDialog::again(purpose, &path, next, why)));
                }
            }
            Answer::Path(purpose @ Purpose::Weights, path, _) => {
                if let Err(why) = self.start_from(&path) {
                    self.dialog = Some(Dialog::Path(PathDialog::again(purpose, &path, None, why)));
                }
            }
            Answer::Path(purpose @ Purpose::ExportWeights, path, _) => {
                if let Err(why) = self.export_weights(&path, ctx) {
                    self.dialog = Some(Dialog::Path(PathDialog::again(purpose, &path, None, why)));
                }
            }
            Answer::Path(purpose @ Purpose::ExportScript, path, _) => {
                if let Err(why) = self.export_script(&path) {
                    self.dialog = Some(Dialog::Path(PathDialog::again(purpose, &path, None, why)));
                }
            }
            Answer::Path(purpose @ (Purpose::DataFile | Purpose::DataFolder), path, _) => {
                if let Err(why) = self.learn_from(&path) {
                    self.dialog = Some(Dialog::Path(PathDialog::again(purpose, &path, None, why)));
                }
            }
            Answer::Fork(branches) => self.fork(branches, ctx),
            Answer::Path(Purpose::Compare, path, _) => self.compare_with(&path, ctx),
            Answer::Path(Purpose::Run, path, _) => self.reopen(&path, Why::Chosen, ctx),
            Answer::Path(Purpose::Records, path, _) => {
                self.settings.records = Some(path);
                self.settings.keep_records = true;
            }
        }
    }
}
