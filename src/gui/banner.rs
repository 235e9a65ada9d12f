//! Messages above the tiles that stay until they are dealt with.

use eframe::egui::{Align, Label, Layout, RichText, Ui};

use super::{
    theme,
    wish::{Wish, Wishes},
};

/// Why a run ended badly, if it did, and whether it is of an older network.
pub fn show(ui: &mut Ui, trouble: Option<&str>, is_older: bool, wishes: &mut Wishes) {
    if let Some(message) = trouble {
        let color = theme::error_color(ui.visuals());
        theme::banner_frame(color).show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if ui.button("Dismiss").clicked() {
                        wishes.push(Wish::DismissTrouble);
                    }
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        ui.add(Label::new(RichText::new(message).color(color)).wrap());
                    });
                });
            });
        });
    }
    if is_older {
        let color = theme::warning_color(ui.visuals());
        theme::banner_frame(color).show(ui, |ui| {
            ui.take_available_width();
            ui.horizontal_wrapped(|ui| {
                ui.label("This run trains an older version of the network");
                let restart = ui
                    .button("Restart")
                    .on_hover_text("Drop the run and train the network in the editor");
                if restart.clicked() {
                    wishes.push(Wish::Restart);
                }
                let restore = ui
                    .button("Show its network")
                    .on_hover_text("Put the run's network back into the editor; can be undone");
                if restore.clicked() {
                    wishes.push(Wish::ShowNetworkOfRun);
                }
            });
        });
    }
}
