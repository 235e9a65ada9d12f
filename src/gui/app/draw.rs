//! Where everything is drawn. What is asked for meanwhile waits among the wishes.

use eframe::egui::{
    Align2, CentralPanel, FontId, Frame, Id, LayerId, Margin, Order, Panel, ScrollArea, Ui,
};
use layerwise_study::Progress;

use super::Studio;
use crate::gui::{
    banner, menu,
    now::Now,
    pane::{settings, transport},
    theme,
    tile::{Edited, TileContext},
};

impl Studio {
    /// Draws menus, panels and tiles, and the palette over them.
    pub(super) fn draw(&mut self, ui: &mut Ui, now: &Now) {
        let bar = theme::panel_frame(ui.visuals());
        self.bars(ui, now, bar);
        let frame = bar.inner_margin(Margin::symmetric(12, 8));
        let mut shown = self.settings.show_log;
        Panel::bottom("log")
            .frame(frame)
            .resizable(true)
            .default_size(theme::LOG_HEIGHT)
            .size_range(60.0..=400.0)
            .show_collapsible(ui, &mut shown, |ui| self.panes.log.show(ui));
        self.settings.show_log = shown;

        let mut shown = self.settings.show_network;
        Panel::left("network")
            .frame(bar)
            .default_size(theme::NETWORK_WIDTH)
            .size_range(240.0..=480.0)
            .show_collapsible(ui, &mut shown, |ui| self.network(ui, now));
        self.settings.show_network = shown;
        let mut shown = self.settings.show_settings;
        Panel::right("settings")
            .frame(bar)
            .default_size(theme::SETTINGS_WIDTH)
            .size_range(240.0..=480.0)
            .show_collapsible(ui, &mut shown, |ui| self.settings(ui, now));
        self.settings.show_settings = shown;
        let ground = Frame::new().fill(theme::ground(ui.visuals()));
        CentralPanel::default()
            .frame(ground.inner_margin(6.0))
            .show(ui, |ui| self.centre(ui, now));
        let palette = &mut self.panes.palette;
        palette.show(&self.ctx, &now.available, &mut self.wishes);
    }

    /// The menus and the transport.
    fn bars(&mut self, ui: &mut Ui, now: &Now, bar: Frame) {
        let (document, wishes) = (&mut self.document, &mut self.wishes);
        Panel::top("menu")
            .frame(bar.inner_margin(Margin::symmetric(12, 4)))
            .show(ui, |ui| {
                menu::show(ui, document, &mut self.settings, &now.available, wishes);
            });
        Panel::top("transport")
            .frame(bar.inner_margin(Margin::symmetric(12, 8)))
            .show(ui, |ui| {
                let (experiment, pace) = (&mut document.experiment, &mut self.panes.pace);
                let session = self.runs.session();
                transport::show(ui, experiment, session, &now.available, pace, wishes);
            });
    }

    fn network(&mut self, ui: &mut Ui, now: &Now) {
        ui.take_available_width();
        let network = &mut self.panes.network;
        let experiment = &mut self.document.experiment;
        if network.show(ui, experiment, now, &mut self.wishes) {
            // Each gesture is one step back.
            self.document.mark();
            network.carry_out(&mut self.document.experiment);
            self.document.mark();
        }
    }

    fn settings(&mut self, ui: &mut Ui, now: &Now) {
        let records = self.settings.records_root();
        let history = self.runs.session().history();
        let around = settings::Surroundings {
            problems: &now.problems,
            loader: self.errands.loader(),
            downloads: self.errands.downloads(),
            weights: self.errands.weights(),
            adapters: self.errands.adapters(),
            keep_records: &mut self.settings.keep_records,
            records,
            history: history.filter(|_| !now.is_older),
        };
        let (experiment, preview) = (&mut self.document.experiment, &mut self.panes.preview);
        let wishes = &mut self.wishes;
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            settings::show(ui, experiment, preview, around, wishes);
        });
    }

    fn centre(&mut self, ui: &mut Ui, now: &Now) {
        let session = self.runs.session();
        banner::show(ui, session.trouble(), now.is_older, &mut self.wishes);
        let idle = Progress::default();
        let edited = &self.document.experiment;
        let experiment = session.experiment().unwrap_or(edited);
        let same_data = experiment.data == edited.data
            && experiment.prepare == edited.prepare
            && experiment.seed == edited.seed;
        let loader = self.errands.loader();
        let context = TileContext {
            experiment,
            history: session.history(),
            progress: session.progress().unwrap_or(&idle),
            regions: session.regions(),
            origin: session.origin(),
            comparison: self.runs.comparison(),
            availability: now.available,
            dataset: loader.dataset().filter(|_| same_data),
            edited: loader.dataset().map(|dataset| Edited {
                dataset,
                data: &edited.data,
                prepare: &edited.prepare,
                generation: loader.generation(),
            }),
        };
        self.settings.tiles.show(ui, &context, &mut self.wishes);
    }

    /// Opens what is dropped onto the window, and says what that does while it hovers.
    pub(super) fn take_dropped_file(&mut self) {
        let (dropped, hovers) = self.ctx.input(|input| {
            let file = input.raw.dropped_files.first();
            let path = file.map(|file| file.path().to_owned());
            (path, !input.raw.hovered_files.is_empty())
        });
        if let Some(path) = dropped {
            self.take_file(path);
        }
        if hovers {
            let rect = self.ctx.content_rect();
            let layer = LayerId::new(Order::Foreground, Id::unique("drop"));
            let painter = self.ctx.layer_painter(layer);
            painter.rect_filled(rect, 0.0, theme::VEIL);
            painter.text(
                rect.center(),
                Align2::CENTER_CENTER,
                "Drop an experiment to open it, or data to learn from",
                FontId::proportional(24.0),
                theme::ON_VEIL,
            );
        }
    }
}
