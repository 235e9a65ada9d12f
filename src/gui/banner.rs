//! Messages above the tiles that stay until they are dealt with.

use eframe::egui::{Align, Label, Layout, RichText, Ui};

use super::{app::Studio, theme};

impl Studio {
    /// Why a run ended badly, and that it is of an older network.
    pub(super) fn banners(&mut self, ui: &mut Ui) {
        if let Some(message) = self.session.trouble().map(str::to_owned) {
            let color = theme::error_color(ui.visuals());
            let mut dismissed = false;
            theme::banner_frame(color).show(ui, |ui| {
                ui.horizontal(|ui| {
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        dismissed = ui.button("Dismiss").clicked();
                        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                            ui.add(Label::new(RichText::new(&message).color(color)).wrap());
                        });
                    });
                });
            });
            if dismissed {
                self.session.dismiss_trouble();
            }
        }
        if self.session.is_older_than(&self.document.experiment) {
            let color = theme::warning_color(ui.visuals());
            let (mut restart, mut restore) = (false, false);
            theme::banner_frame(color).show(ui, |ui| {
                ui.take_available_width();
                ui.horizontal_wrapped(|ui| {
                    ui.label("This run trains an older version of the network");
                    restart = ui
                        .button("Restart")
                        .on_hover_text("Drop the run and train the network in the editor")
                        .clicked();
                    restore = ui
                        .button("Show its network")
                        .on_hover_text("Put the run's network back into the editor; can be undone")
                        .clicked();
                });
            });
            if restart {
                self.start(ui.ctx(), false);
            }
            if restore && let Some(experiment) = self.session.experiment().cloned() {
                self.document.replace(experiment);
            }
        }
    }
}
