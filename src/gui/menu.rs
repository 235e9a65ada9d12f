//! The menu bar.

use eframe::egui::{Align, Button, Label, Layout, MenuBar, RichText, Ui};
use layerwise_experiment::{Family, presets};

use super::{
    answer::Next,
    command::{Availability, Command},
    document::Document,
    settings::Settings,
    wish::{Wish, Wishes},
};

/// Draws the menus.
pub fn show(
    ui: &mut Ui,
    document: &Document,
    settings: &mut Settings,
    available: &Availability,
    wishes: &mut Wishes,
) {
    let items = |ui: &mut Ui, commands: &[Command], wishes: &mut Wishes| {
        for command in commands {
            if item(ui, *command, available) {
                wishes.push(Wish::Give(*command));
            }
        }
    };
    MenuBar::new().ui(ui, |ui| {
        ui.menu_button("File", |ui| {
            items(ui, &[Command::New, Command::Open], wishes);
            ui.menu_button("Open recent", |ui| {
                for path in &settings.recent {
                    let name = path.file_name().unwrap_or(path.as_os_str());
                    let button = ui.button(name.to_string_lossy());
                    if button.on_hover_text(path.display().to_string()).clicked() {
                        wishes.push(Wish::Leave(Next::Open(path.clone())));
                    }
                }
                if settings.recent.is_empty() {
                    ui.weak("No file was opened yet");
                }
            });
            ui.menu_button("Presets", |ui| {
                for family in Family::ALL {
                    ui.menu_button(family.title(), |ui| {
                        for preset in presets().iter().filter(|preset| preset.family == family) {
                            let button = ui.button(preset.name);
                            if button.on_hover_text(preset.source).clicked() {
                                wishes.push(Wish::Leave(Next::Preset(preset.name)));
                            }
                        }
                    });
                }
            });
            ui.separator();
            items(ui, &[Command::Save, Command::SaveAs], wishes);
            ui.separator();
            items(ui, &[Command::ExportWeights, Command::ExportScript], wishes);
            ui.separator();
            items(ui, &[Command::Quit], wishes);
        });
        ui.menu_button("Edit", |ui| {
            items(ui, &[Command::Undo, Command::Redo], wishes);
            ui.separator();
            items(
                ui,
                &[
                    Command::CutBlocks,
                    Command::CopyBlocks,
                    Command::PasteBlocks,
                ],
                wishes,
            );
            items(
                ui,
                &[
                    Command::DuplicateBlocks,
                    Command::RepeatBlocks,
                    Command::DeleteBlocks,
                ],
                wishes,
            );
            items(
                ui,
                &[Command::MoveBlocksUp, Command::MoveBlocksDown],
                wishes,
            );
            ui.separator();
            items(ui, &[Command::SelectAllBlocks, Command::FindBlocks], wishes);
            items(
                ui,
                &[
                    Command::SplitForBpFree,
                    Command::FoldModules,
                    Command::UnfoldModules,
                ],
                wishes,
            );
        });
        ui.menu_button("Run", |ui| {
            items(
                ui,
                &[Command::Train, Command::Step, Command::Stop, Command::Reset],
                wishes,
            );
            ui.separator();
            items(ui, &[Command::GoOn, Command::OpenRun], wishes);
            ui.separator();
            items(ui, &[Command::Fork, Command::CompareRun], wishes);
        });
        ui.menu_button("View", |ui| {
            for (command, shown) in [
                (Command::ToggleNetwork, settings.show_network),
                (Command::ToggleSettings, settings.show_settings),
                (Command::ToggleLog, settings.show_log),
            ] {
                let keys = command.shortcut_text(ui.ctx()).unwrap_or_default();
                let button = Button::selectable(shown, command.text()).shortcut_text(keys);
                if ui.add(button).on_hover_text(command.tooltip()).clicked() {
                    wishes.push(Wish::Give(command));
                }
            }
            ui.separator();
            ui.menu_button("Tiles", |ui| settings.tiles.menu(ui));
            items(ui, &[Command::ResetLayout], wishes);
            ui.separator();
            items(
                ui,
                &[Command::ZoomIn, Command::ZoomOut, Command::ZoomReset],
                wishes,
            );
            ui.separator();
            items(
                ui,
                &[
                    Command::ThemeLight,
                    Command::ThemeDark,
                    Command::ThemeSystem,
                ],
                wishes,
            );
        });
        ui.menu_button("Help", |ui| {
            items(ui, &[Command::Palette, Command::About], wishes);
        });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if document.is_unsaved() {
                ui.label(RichText::new("unsaved").small().weak());
            }
            let place = document.path().map_or_else(
                || "Not in a file yet".to_owned(),
                |path| path.display().to_string(),
            );
            let title = RichText::new(document.title()).strong();
            ui.add(Label::new(title).truncate()).on_hover_text(place);
        });
    });
}

fn item(ui: &mut Ui, command: Command, available: &Availability) -> bool {
    let reason = command.reason(available);
    let mut button = Button::new(command.text());
    if let Some(shortcut) = command.shortcut_text(ui.ctx()) {
        button = button.shortcut_text(shortcut);
    }
    ui.add_enabled(reason.is_none(), button)
        .on_hover_text(command.tooltip())
        .on_disabled_hover_text(reason.unwrap_or_default())
        .clicked()
}
