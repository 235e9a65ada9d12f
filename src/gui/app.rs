//! The studio: what is open, what runs, and what is drawn from frame to frame.

mod act;
mod draw;
mod path;
#[cfg(test)]
mod tests;

use std::{path::PathBuf, time::Duration};

use eframe::egui::{Context, Ui, ViewportCommand};
use layerwise_experiment::{DataKind, Experiment, presets};
use layerwise_run::Command as RunCommand;
use layerwise_study::Progress;

use super::{
    answer::Next,
    command::{Availability, Command},
    dialog::Dialog,
    document::Document,
    errands::Errands,
    now::Now,
    palette::Palette,
    pane::{
        data::Preview,
        log::Log,
        network::{ModuleLive, NetworkPane},
        pace::Pace,
    },
    reopen::{self, Why},
    runs::{Around, Runs},
    session::Notice,
    settings::Settings,
    theme,
    tile::Tile,
    wish::{Wish, Wishes},
};

/// What the studio is started with.
#[derive(Clone, Debug, Default)]
pub struct StudioOptions {
    /// The experiment to open.
    pub path: Option<PathBuf>,
    /// Whether settings are kept between launches.
    pub storage: bool,
    /// Where records of runs go. None: the user's data folder with `storage`, else nowhere.
    pub run_records: Option<PathBuf>,
    /// Whether file dialogs of the system open by themselves.
    pub system_dialogs: bool,
}

/// The application.
pub struct Studio {
    ctx: Context,
    document: Document,
    runs: Runs,
    errands: Errands,
    settings: Settings,
    panes: Panes,
    dialog: Option<Dialog>,
    wishes: Wishes,
    leaving: Leaving,
    system_dialogs: bool,
    storage: bool,
    title: String,
}

/// What panels remember from frame to frame.
#[derive(Default)]
struct Panes {
    network: NetworkPane,
    preview: Preview,
    pace: Pace,
    palette: Palette,
    log: Log,
}

/// How far a person is on the way out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Leaving {
    #[default]
    No,
    /// Closing needs no more questions.
    Decided,
    /// The window closes as soon as the run has ended.
    AfterRun,
}

impl Studio {
    /// Makes the studio with what was left open, or with the first preset.
    pub fn new(cc: &eframe::CreationContext<'_>, options: StudioOptions) -> Self {
        let ctx = &cc.egui_ctx;
        theme::apply(ctx);
        ctx.options_mut(|options| options.zoom_with_keyboard = false);
        let mut wishes = Wishes::default();
        let mut settings = Settings::default();
        if let Some(storage) = cc.storage.filter(|_| options.storage) {
            let (loaded, message) = Settings::load(storage);
            settings = loaded;
            if let Some(message) = message {
                wishes.note(Notice::Warning(message));
            }
        }
        if options.storage {
            ctx.set_theme(settings.theme);
            ctx.set_zoom_factor(settings.zoom);
        } else {
            settings.keep_records = options.run_records.is_some();
        }
        if options.run_records.is_some() {
            settings.records = options.run_records;
        }
        let document = remembered(&settings, &mut wishes);
        let mut studio = Self {
            ctx: ctx.clone(),
            document,
            runs: Runs::default(),
            errands: Errands::new(ctx),
            settings,
            panes: Panes::default(),
            dialog: None,
            wishes,
            leaving: Leaving::default(),
            system_dialogs: options.system_dialogs,
            storage: options.storage,
            title: String::new(),
        };
        if let Some(path) = options.path {
            studio.open(&path);
        }
        let root = studio.settings.records_root().ok();
        let keeps = studio.settings.keep_records;
        if let Some(folder) = root
            .filter(|_| keeps)
            .and_then(|it| reopen::left_behind(&it))
        {
            let (runs, around) = studio.runs();
            runs.reopen(&folder, Why::Crash, around);
        }
        studio.fulfil();
        studio
    }

    /// The experiment in the editor.
    pub fn experiment(&self) -> &Experiment {
        &self.document.experiment
    }

    /// The experiment in the editor, to be changed as if by hand.
    pub fn experiment_mut(&mut self) -> &mut Experiment {
        &mut self.document.experiment
    }

    /// The newest state of the run.
    pub fn progress(&self) -> Option<&Progress> {
        self.runs.session().progress()
    }

    /// Whether a line of the log holds this text.
    pub fn log_contains(&self, text: &str) -> bool {
        self.panes.log.contains(text)
    }

    /// The names of all commands, each of which [`Self::press`] knows.
    pub fn buttons() -> impl Iterator<Item = &'static str> {
        Command::ALL.iter().map(|command| command.name())
    }

    /// Presses a button by its name, as a person would: that of a command such as "train" or
    /// "fork-run", or, while a dialog is open, one of the dialog's, such as "cancel".
    ///
    /// # Errors
    /// Where there is no such button, or why it cannot be pressed now.
    pub fn press(&mut self, name: &str) -> Result<(), String> {
        let wish = match &mut self.dialog {
            Some(dialog) => dialog.press(name)?.map(Wish::Answer),
            None => {
                let command = Command::named(name);
                let command = command.ok_or_else(|| format!("There is no button \"{name}\""))?;
                if let Some(reason) = command.reason(&self.availability()) {
                    return Err(reason.to_owned());
                }
                Some(Wish::Give(command))
            }
        };
        self.wishes.extend(wish);
        self.fulfil();
        self.ctx.request_repaint();
        Ok(())
    }

    /// The runs, and what they need of the window.
    fn runs(&mut self) -> (&mut Runs, Around<'_>) {
        let around = Around {
            settings: &self.settings,
            ctx: &self.ctx,
            wishes: &mut self.wishes,
        };
        (&mut self.runs, around)
    }

    fn availability(&self) -> Availability {
        let (experiment, session) = (&self.document.experiment, self.runs.session());
        let has_blocks = !experiment.blocks.is_empty();
        let is_alive = session.is_alive();
        let has_record = session.folder().is_some();
        Availability {
            can_undo: self.document.can_undo(),
            can_redo: self.document.can_redo(),
            has_blocks,
            has_selected_blocks: self.panes.network.has_selection(),
            can_split_for_bp_free: experiment.can_split_for_bp_free(),
            has_run: session.progress().is_some(),
            can_go_on: !is_alive && has_record,
            is_opening: self.runs.is_opening(),
            has_record,
            is_alive,
            is_training: is_alive && !session.is_paused(),
            has_weights: session.weights_file().is_some(),
            has_network: has_blocks && experiment.plan().is_some(),
        }
    }

    fn now(&mut self) -> Now {
        let experiment = &self.document.experiment;
        let session = self.runs.session();
        let is_older = session.is_older_than(experiment);
        let history = session.history().filter(|_| !is_older);
        Now {
            problems: experiment.problems(),
            available: self.availability(),
            is_older,
            modules: history.map_or_else(Vec::new, |history| {
                ModuleLive::of(history, experiment.module_count())
            }),
            priced: self.panes.network.price(experiment),
        }
    }

    /// Carries out what a person asks for with the keyboard or drops onto the window, unless
    /// something else lies over it.
    fn read_input(&mut self) {
        if self.dialog.is_some() || self.panes.palette.is_open() {
            return;
        }
        for command in super::keyboard::pressed(&self.ctx) {
            self.wishes.push(Wish::Give(command));
        }
        self.fulfil();
        if let Some(text) = super::keyboard::pasted(&self.ctx) {
            self.settings.show_network = true;
            self.panes.network.paste(text);
        }
        self.take_dropped_file();
        self.fulfil();
    }

    fn note_title(&mut self) {
        let mark = if self.document.is_unsaved() {
            "• "
        } else {
            ""
        };
        let title = format!("{mark}{} – Layerwise", self.document.title());
        if title != self.title {
            let command = ViewportCommand::Title(title.clone());
            self.ctx.send_viewport_cmd(command);
            self.title = title;
        }
    }

    /// Closes the window where that is asked for, after the question about unsaved edits and the
    /// end of the run.
    fn close_or_stay(&mut self) {
        let asked = self.ctx.input(|input| input.viewport().close_requested());
        let is_busy = self.runs.session().is_busy();
        if asked && self.leaving == Leaving::No && self.document.is_unsaved() {
            self.ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            self.wishes.push(Wish::Leave(Next::Quit));
        } else if asked && is_busy && self.leaving != Leaving::AfterRun {
            // A run ends with its results. Who asks a second time does not wait for them.
            self.ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            self.leaving = Leaving::AfterRun;
            self.runs.send(RunCommand::Stop);
            self.wishes.note(Notice::Info(
                "Ending the run and keeping its results, then closing".to_owned(),
            ));
        } else if self.leaving == Leaving::AfterRun && !asked {
            if is_busy {
                self.ctx.request_repaint_after(Duration::from_millis(50));
            } else {
                self.ctx.send_viewport_cmd(ViewportCommand::Close);
            }
        }
    }
}

/// The document that was open last, or the first preset.
fn remembered(settings: &Settings, wishes: &mut Wishes) -> Document {
    if !settings.experiment.is_empty() {
        let read = |text: &str| Experiment::from_toml(text, "last session", &[]);
        match (read(&settings.experiment), read(&settings.saved)) {
            (Ok(experiment), Ok(saved)) => {
                return Document::restored(experiment, saved, settings.path.clone());
            }
            (Err(error), _) | (_, Err(error)) => wishes.note(Notice::Warning(format!(
                "The experiment of the last session could not be read: {error}"
            ))),
        }
    }
    let first = presets().first().map(|preset| Document::preset(*preset));
    match first {
        Some(Ok(document)) => document,
        _ => Document::new(Experiment::default(), None),
    }
}

impl eframe::App for Studio {
    fn logic(&mut self, _: &Context, _frame: &mut eframe::Frame) {
        let watch = self.settings.tiles.wants_regions();
        let edited = &self.document.experiment;
        self.runs.poll(edited, watch, &mut self.wishes);
        let downloaded = self.errands.poll(&mut self.wishes);
        let around = Around {
            settings: &self.settings,
            ctx: &self.ctx,
            wishes: &mut self.wishes,
        };
        self.runs.note_reopened(&mut self.document, around);
        if self.runs.note_compared(&mut self.wishes) {
            self.settings.tiles.set_open(Tile::Runs, true);
        }
        let (runs, around) = self.runs();
        runs.note_end(around);
        if let Some(folder) = downloaded {
            // Whoever has chosen other data meanwhile keeps them.
            let data = &self.document.experiment.data;
            if data.kind == DataKind::Files && data.path.as_os_str().is_empty() {
                self.try_to_learn_from(&folder);
            }
        }
        self.close_or_stay();
        self.fulfil();
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.read_input();
        let edited = &self.document.experiment;
        if let Some(found) = self.errands.want_data(edited, &self.ctx) {
            self.document.experiment.data.found = Some(found);
        }
        let now = self.now();
        let (edited, checks) = (&self.document.experiment, now.problems.is_empty());
        self.errands.want_weights(edited, checks, &self.ctx);

        self.draw(ui, &now);
        self.fulfil();
        if let Some(answer) = self.dialog.as_mut().and_then(|it| it.show(&self.ctx)) {
            self.wishes.push(Wish::Answer(answer));
            self.fulfil();
        }
        self.panes.log.show_toasts(&self.ctx);

        let (seconds, held) = self
            .ctx
            .input(|input| (input.time, input.pointer.any_down()));
        if self.document.note_edits(seconds, held) {
            self.ctx.request_repaint_after(Duration::from_millis(350));
        }
        self.note_title();
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        if !self.storage {
            return;
        }
        let text = |experiment: &Experiment| experiment.to_toml().unwrap_or_default();
        self.settings.experiment = text(&self.document.experiment);
        self.settings.saved = text(self.document.saved());
        self.settings.path = self.document.path().map(ToOwned::to_owned);
        if let Err(error) = self.settings.store(storage) {
            self.wishes.note(Notice::Warning(format!(
                "The window's settings cannot be kept: {error}"
            )));
        }
    }

    fn persist_egui_memory(&self) -> bool {
        self.storage
    }
}
