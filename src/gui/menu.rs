//! The menu bar.

use eframe::egui::{Align, Button, Label, Layout, MenuBar, RichText, Ui};
use layerwise_experiment::{Family, presets};

use super::{
    app::Studio,
    command::{Availability, Command},
    dialog::Next,
};

/// Draws the menus and returns the command that was given.
pub fn show(ui: &mut Ui, studio: &mut Studio, available: &Availability) -> Option<Command> {
    let mut given = None;
    let mut next = None;
    let mut items = |ui: &mut Ui, commands: &[Command]| {
        for command in commands {
            if item(ui, *command, available) {
                given = Some(*command);
            }
        }
    };
    MenuBar::new().ui(ui, |ui| {
        ui.menu_button("File", |ui| {
            items(ui, &[Command::New, Command::Open]);
            ui.menu_button("Open recent", |ui| {
                for path in &studio.settings.recent {
                    let name = path.file_name().unwrap_or(path.as_os_str());
                    let button = ui.button(name.to_string_lossy());
                    if button.on_hover_text(path.display().to_string()).clicked() {
                        next = Some(Next::Open(path.clone()));
                    }
                }
                if studio.settings.recent.is_empty() {
                    ui.weak("No file was opened yet");
                }
            });
            ui.menu_button("Presets", |ui| {
                for family in Family::ALL {
                    ui.menu_button(family.title(), |ui| {
                        for preset in presets().iter().filter(|preset| preset.family == family) {
                            let button = ui.button(preset.name);
                            if button.on_hover_text(preset.source).clicked() {
                                next = Some(Next::Preset(preset.name));
                            }
                        }
                    });
                }
            });
            ui.separator();
            items(ui, &[Command::Save, Command::SaveAs]);
            ui.separator();
            items(ui, &[Command::ExportWeights, Command::ExportScript]);
            ui.separator();
            items(ui, &[Command::Quit]);
        });
        ui.menu_button("Edit", |ui| {
            items(ui, &[Command::Undo, Command::Redo]);
            ui.separator();
            items(
                ui,
                &[
                    Command::CutBlocks,
                    Command::CopyBlocks,
                    Command::PasteBlocks,
                ],
            );
            items(
                ui,
                &[
                    Command::DuplicateBlocks,
                    Command::RepeatBlocks,
                    Command::DeleteBlocks,
                ],
            );
            items(ui, &[Command::MoveBlocksUp, Command::MoveBlocksDown]);
            ui.separator();
            items(ui, &[Command::SelectAllBlocks, Command::FindBlocks]);
            items(
                ui,
                &[
                    Command::SplitForBpFree,
                    Command::FoldModules,
                    Command::UnfoldModules,
                ],
            );
        });
        ui.menu_button("Run", |ui| {
            items(
                ui,
                &[Command::Train, Command::Step, Command::Stop, Command::Reset],
            );
            ui.separator();
            items(ui, &[Command::GoOn, Command::OpenRun]);
            ui.separator();
            items(ui, &[Command::Fork, Command::CompareRun]);
        });
        ui.menu_button("View", |ui| {
            let settings = &mut studio.settings;
            for (command, shown) in [
                (Command::ToggleNetwork, &mut settings.show_network),
                (Command::ToggleSettings, &mut settings.show_settings),
                (Command::ToggleLog, &mut settings.show_log),
            ] {
                let keys = command.shortcut_text(ui.ctx()).unwrap_or_default();
                let button = Button::selectable(*shown, command.text()).shortcut_text(keys);
                if ui.add(button).on_hover_text(command.tooltip()).clicked() {
                    *shown = !*shown;
                }
            }
            ui.separator();
            ui.menu_button("Tiles", |ui| settings.tiles.menu(ui));
            items(ui, &[Command::ResetLayout]);
            ui.separator();
            items(ui, &[Command::ZoomIn, Command::ZoomOut, Command::ZoomReset]);
            ui.separator();
            items(
                ui,
                &[
                    Command::ThemeLight,
                    Command::ThemeDark,
                    Command::ThemeSystem,
                ],
            );
        });
        ui.menu_button("Help", |ui| {
            items(ui, &[Command::Palette, Command::About]);
        });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let document = &studio.document;
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
    if let Some(next) = next {
        studio.ask_first(next, ui.ctx());
    }
    given
}

fn item(ui: &mut Ui, command: Command, available: &Availability) -> bool {
    let reason = available.reason(command);
    let mut button = Button::new(command.text());
    if let Some(shortcut) = command.shortcut_text(ui.ctx()) {
        button = button.shortcut_text(shortcut);
    }
    ui.add_enabled(reason.is_none(), button)
        .on_hover_text(command.tooltip())
        .on_disabled_hover_text(reason.unwrap_or_default())
        .clicked()
}
