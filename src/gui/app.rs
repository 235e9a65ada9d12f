//! The studio: what is open, what runs, and where everything is drawn.

use std::path::PathBuf;

use eframe::egui::{self, CentralPanel, Context, Frame, Panel, ScrollArea, Ui, ViewportCommand};
use layerwise_experiment::{DataKind, Experiment, Problem, presets};
use layerwise_run::{Adapter, Command as RunCommand, adapters};
use layerwise_study::{
    Progress,
    compare::{Compared, Comparison},
};

use super::{
    background::{DataLoader, Job, WeightsChecker},
    command::{Availability, Command},
    dialog::{Dialog, Next, Purpose},
    document::Document,
    download::Downloads,
    fork::Branches,
    menu,
    palette::Palette,
    pane::{
        data::{self, Preview},
        log::Log,
        network::{ModuleLive, NetworkPane},
        pace::Pace,
        settings as settings_pane,
        transport::{self, Given},
    },
    reopen::{self, Reopening, Why},
    session::{Notice, Session},
    settings::Settings,
    theme,
    tile::{Ask, Edited, TileContext},
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
    pub(super) document: Document,
    pub(super) session: Session,
    pub(super) settings: Settings,
    pub(super) dialog: Option<Dialog>,
    pub(super) palette: Palette,
    pub(super) log: Log,
    /// Set once closing needs no more questions.
    pub(super) closing: bool,
    /// Whether the window closes as soon as the run has ended.
    leaving: bool,
    pub(super) system_dialogs: bool,
    storage: bool,
    pub(super) loader: DataLoader,
    pub(super) downloads: Downloads,
    weights: WeightsChecker,
    /// Writes weights behind the window.
    pub(super) exporting: Option<Job<Result<String, String>>>,
    preview: Preview,
    pub(super) pace: Pace,
    pub(super) reopening: Option<Reopening>,
    /// Branches that wait until the run before them has ended.
    pub(super) branches: Option<Branches>,
    pub(super) comparison: Comparison,
    /// A record that is read to be compared with.
    pub(super) comparing: Option<Job<Result<Compared, String>>>,
    pub(super) network: NetworkPane,
    adapters: Option<Vec<Adapter>>,
    finding_adapters: Option<Job<Vec<Adapter>>>,
    title: String,
}

impl Studio {
    /// Makes the studio with what was left open, or with the first preset.
    pub fn new(cc: &eframe::CreationContext<'_>, options: StudioOptions) -> Self {
        let ctx = &cc.egui_ctx;
        theme::apply(ctx);
        ctx.options_mut(|options| options.zoom_with_keyboard = false);
        let mut log = Log::default();
        let mut settings = Settings::default();
        if let Some(storage) = cc.storage.filter(|_| options.storage) {
            let (loaded, message) = Settings::load(storage);
            settings = loaded;
            if let Some(message) = message {
                log.add(Notice::Warning(message));
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
        let document = remembered(&settings, &mut log);
        let mut studio = Self {
            document,
            session: Session::default(),
            settings,
            dialog: None,
            palette: Palette::default(),
            log,
            closing: false,
            leaving: false,
            system_dialogs: options.system_dialogs,
            storage: options.storage,
            loader: DataLoader::default(),
            downloads: Downloads::default(),
            weights: WeightsChecker::default(),
            exporting: None,
            preview: Preview::default(),
            pace: Pace::default(),
            reopening: None,
            branches: None,
            comparison: Comparison::default(),
            comparing: None,
            network: NetworkPane::default(),
            adapters: None,
            finding_adapters: Job::start("layerwise-adapters", ctx, adapters).ok(),
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
            studio.reopen(&folder, Why::Crash, ctx);
        }
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
        self.session.progress()
    }

    /// Whether a line of the log holds this text.
    pub fn log_contains(&self, text: &str) -> bool {
        self.log.contains(text)
    }

    pub(super) fn availability(&self) -> Availability {
        Availability {
            can_undo: self.document.can_undo(),
            can_redo: self.document.can_redo(),
            has_blocks: !self.document.experiment.blocks.is_empty(),
            has_selected_blocks: self.network.has_selection(),
            can_split_for_bp_free: self.document.experiment.can_split_for_bp_free(),
            has_run: self.session.progress().is_some(),
            can_go_on: !self.session.is_alive() && self.session.folder().is_some(),
            is_opening: self.reopening.is_some(),
            has_record: self.session.folder().is_some(),
            is_alive: self.session.is_alive(),
            is_training: self.session.is_alive() && !self.session.is_paused(),
            has_weights: self.session.weights_file().is_some(),
            has_network: !self.document.experiment.blocks.is_empty()
                && self.document.experiment.plan().is_some(),
        }
    }

    /// What the cards of the network show of the run, where it is of this network.
    fn module_states(&self) -> Vec<ModuleLive> {
        let edited = &self.document.experiment;
        let Some(history) = self
            .session
            .history()
            .filter(|_| !self.session.is_older_than(edited))
        else {
            return Vec::new();
        };
        let modules = edited.module_count();
        let losses = history.newest().map_or(&[][..], |record| &record.loss);
        let evaluation = history.evaluations().last();
        let state = |number: usize, loss: f32| {
            let evaluated = evaluation.and_then(|evaluation| {
                let mut modules = evaluation.modules.iter();
                modules.find(|module| module.number == number)
            });
            ModuleLive {
                loss,
                test_accuracy: evaluated.and_then(|module| module.test_accuracy),
                class_mean_accuracy: evaluated
                    .map(|module| module.separability.class_mean_accuracy)
                    .filter(|share| share.is_finite()),
                worse_than_guessing: evaluated.is_some_and(|module| module.worse_than_guessing),
            }
        };
        // Under global BP there is one loss, the last module's.
        let first = (modules + 1).saturating_sub(losses.len()).max(1);
        (first..)
            .zip(losses)
            .map(|(number, loss)| state(number, *loss))
            .collect()
    }

    fn centre(&mut self, ui: &mut Ui) {
        self.banners(ui);
        let idle = Progress::default();
        let edited = &self.document.experiment;
        let experiment = self.session.experiment().unwrap_or(edited);
        let same_data = experiment.data == edited.data
            && experiment.prepare == edited.prepare
            && experiment.seed == edited.seed;
        let context = TileContext {
            experiment,
            history: self.session.history(),
            progress: self.session.progress().unwrap_or(&idle),
            regions: self.session.regions(),
            origin: self.session.origin(),
            comparison: &self.comparison,
            availability: self.availability(),
            dataset: self.loader.dataset().filter(|_| same_data),
            edited: self.loader.dataset().map(|dataset| Edited {
                dataset,
                data: &edited.data,
                prepare: &edited.prepare,
                generation: self.loader.generation(),
            }),
        };
        for ask in self.settings.tiles.show(ui, &context) {
            match ask {
                Ask::Run(command) => self.session.send(command),
                Ask::Give(command) => self.run(command, ui.ctx()),
                Ask::Compare(ask) => self.comparison.obey(ask),
            }
        }
    }

    fn settings_panel(&mut self, ui: &mut Ui, problems: &[Problem]) {
        let records = self.settings.records_root();
        let around = settings_pane::Surroundings {
            problems,
            loader: &self.loader,
            downloads: &self.downloads,
            weights: &self.weights,
            adapters: self.adapters.as_deref(),
            keep_records: &mut self.settings.keep_records,
            records,
            history: (self.session.history())
                .filter(|_| !self.session.is_older_than(&self.document.experiment)),
        };
        let experiment = &mut self.document.experiment;
        let ask = ScrollArea::vertical()
            .auto_shrink(false)
            .show(ui, |ui| {
                settings_pane::show(ui, experiment, &mut self.preview, around)
            })
            .inner;
        match ask {
            Some(settings_pane::Ask::RecordsFolder) => self.ask_path(Purpose::Records, None),
            Some(settings_pane::Ask::SplitForBpFree) => {
                self.run(Command::SplitForBpFree, ui.ctx());
            }
            Some(settings_pane::Ask::Weights) => self.ask_path(Purpose::Weights, None),
            Some(settings_pane::Ask::Data(data::Ask::File)) => {
                self.ask_path(Purpose::DataFile, None);
            }
            Some(settings_pane::Ask::Data(data::Ask::Folder)) => {
                self.ask_path(Purpose::DataFolder, None);
            }
            Some(settings_pane::Ask::Data(data::Ask::Again)) => self.loader.forget(),
            Some(settings_pane::Ask::Data(data::Ask::Cancel)) => self.loader.cancel(),
            Some(settings_pane::Ask::Data(data::Ask::Download(download))) => {
                self.downloads.start(download, ui.ctx());
            }
            None => {}
        }
    }

    fn note_title(&mut self, ctx: &Context) {
        let mark = if self.document.is_unsaved() {
            "• "
        } else {
            ""
        };
        let title = format!("{mark}{} – Layerwise", self.document.title());
        if title != self.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }

    fn take_dropped_file(&mut self, ctx: &Context) {
        let dropped = ctx.input(|input| {
            let file = input.raw.dropped_files.first();
            file.map(|file| file.path().to_owned())
        });
        if let Some(path) = dropped {
            if path.extension().is_some_and(|ending| ending == "toml") {
                self.ask_first(Next::Open(path), ctx);
            } else if let Err(why) = self.learn_from(&path) {
                self.tell("The data cannot be used", why);
            }
        }
        if ctx.input(|input| !input.raw.hovered_files.is_empty()) {
            let rect = ctx.content_rect();
            let painter = ctx.layer_painter(egui::LayerId::new(
                egui::Order::Foreground,
                egui::Id::unique("drop"),
            ));
            painter.rect_filled(rect, 0.0, egui::Color32::from_black_alpha(160));
            painter.text(
                rect.center(),
                egui::Align2::CENTER_CENTER,
                "Drop an experiment to open it, or data to learn from",
                egui::FontId::proportional(24.0),
                egui::Color32::WHITE,
            );
        }
    }
}

/// The document that was open last, or the first preset.
fn remembered(settings: &Settings, log: &mut Log) -> Document {
    if !settings.experiment.is_empty() {
        let read = |text: &str| Experiment::from_toml(text, "last session", &[]);
        match (read(&settings.experiment), read(&settings.saved)) {
            (Ok(experiment), Ok(saved)) => {
                return Document::restored(experiment, saved, settings.path.clone());
            }
            (Err(error), _) | (_, Err(error)) => log.add(Notice::Warning(format!(
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
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        for notice in self.session.poll() {
            self.log.add(notice);
        }
        let watch = self.settings.tiles.wants_regions();
        self.session.follow(&self.document.experiment, watch);
        if let Some(found) = self.finding_adapters.as_ref().and_then(Job::poll) {
            self.adapters = Some(found);
            self.finding_adapters = None;
        }
        self.note_export();
        self.note_reopened(ctx);
        self.note_compared();
        if self.session.has_ended_now() {
            self.note_nothing_runs();
            self.note_branch_end(ctx);
        }
        if let Some(folder) = self.downloads.finished() {
            self.log
                .add(Notice::Info(format!("Downloaded to {}", folder.display())));
            // Whoever has chosen other data meanwhile keeps them.
            let data = &self.document.experiment.data;
            let waits = data.kind == DataKind::Files && data.path.as_os_str().is_empty();
            if waits && let Err(why) = self.learn_from(&folder) {
                self.tell("The data cannot be used", why);
            }
        }
        let close = ctx.input(|input| input.viewport().close_requested());
        if close && !self.closing && self.document.is_unsaved() {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            self.ask_first(Next::Quit, ctx);
        } else if close && self.session.is_busy() && !self.leaving {
            // A run ends with its results. Who asks a second time does not wait for them.
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            self.closing = true;
            self.leaving = true;
            self.session.send(RunCommand::Stop);
            self.log.add(Notice::Info(
                "Ending the run and keeping its results, then closing".to_owned(),
            ));
        } else if self.leaving && !close {
            if self.session.is_busy() {
                ctx.request_repaint_after(std::time::Duration::from_millis(50));
            } else {
                ctx.send_viewport_cmd(ViewportCommand::Close);
            }
        }
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        if self.dialog.is_none() && !self.palette.is_open() {
            for command in Command::pressed(&ctx) {
                self.run(command, &ctx);
            }
            if let Some(text) = Command::pasted(&ctx) {
                self.settings.show_network = true;
                self.network.paste(text);
            }
            self.take_dropped_file(&ctx);
        }
        self.loader.want(&self.document.experiment, &ctx);
        if let Some(found) = self.loader.news_of(&self.document.experiment) {
            self.document.experiment.data.found = Some(found);
        }
        let experiment = &self.document.experiment;
        let problems = experiment.problems();
        if problems.is_empty() {
            self.weights.want(experiment, &ctx);
        } else {
            self.weights.forget();
        }
        let available = self.availability();
        let mut given = None;
        let mut pace = None;

        let visuals = ui.visuals().clone();
        let bar = theme::panel_frame(&visuals).inner_margin(egui::Margin::symmetric(12, 4));
        Panel::top("menu").frame(bar).show(ui, |ui| {
            given = menu::show(ui, self, &available);
        });
        let bar = theme::panel_frame(&visuals).inner_margin(egui::Margin::symmetric(12, 8));
        Panel::top("transport").frame(bar).show(ui, |ui| {
            let experiment = &mut self.document.experiment;
            let chosen = &mut self.pace;
            match transport::show(ui, experiment, &self.session, &available, chosen) {
                Some(Given::Command(command)) => given = given.or(Some(command)),
                Some(Given::Pace(asked)) => pace = Some(asked),
                None => {}
            }
        });
        let mut show_log = self.settings.show_log;
        Panel::bottom("log")
            .frame(bar)
            .resizable(true)
            .default_size(theme::LOG_HEIGHT)
            .size_range(60.0..=400.0)
            .show_collapsible(ui, &mut show_log, |ui| self.log.show(ui));
        self.settings.show_log = show_log;

        let live = self.module_states();
        let mut show_network = self.settings.show_network;
        Panel::left("network")
            .frame(theme::panel_frame(&visuals))
            .default_size(theme::NETWORK_WIDTH)
            .size_range(240.0..=480.0)
            .show_collapsible(ui, &mut show_network, |ui| {
                ui.take_available_width();
                let experiment = &mut self.document.experiment;
                if self.network.show(ui, experiment, &problems, &live) {
                    // Each gesture is one step back.
                    self.document.mark();
                    self.network.carry_out(&mut self.document.experiment);
                    self.document.mark();
                }
            });
        self.settings.show_network = show_network;
        let mut show_settings = self.settings.show_settings;
        Panel::right("settings")
            .frame(theme::panel_frame(&visuals))
            .default_size(theme::SETTINGS_WIDTH)
            .size_range(240.0..=480.0)
            .show_collapsible(ui, &mut show_settings, |ui| {
                self.settings_panel(ui, &problems);
            });
        self.settings.show_settings = show_settings;
        CentralPanel::default()
            .frame(Frame::new().fill(theme::ground(&visuals)).inner_margin(6.0))
            .show(ui, |ui| self.centre(ui));

        if let Some(command) = self.palette.show(&ctx, |command| available.reason(command)) {
            given = Some(command);
        }
        if let Some(command) = given {
            self.run(command, &ctx);
        }
        if let Some(asked) = pace {
            self.keep_pace(asked, &ctx);
        }
        if let Some(answer) = self.dialog.as_mut().and_then(|dialog| dialog.show(&ctx)) {
            self.answer(answer, &ctx);
        }
        self.log.show_toasts(&ctx);

        let (seconds, held) = ctx.input(|input| (input.time, input.pointer.any_down()));
        if self.document.note_edits(seconds, held) {
            ctx.request_repaint_after(std::time::Duration::from_millis(350));
        }
        self.note_title(&ctx);
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
            self.log.add(Notice::Warning(format!(
                "The window's settings cannot be kept: {error}"
            )));
        }
    }

    fn persist_egui_memory(&self) -> bool {
        self.storage
    }
}
