//! The bar below the chain: what can be done with several selected blocks, the repetition of
//! blocks, and messages.

use eframe::egui::{
    Align, Button, Checkbox, DragValue, Frame, Label, Layout, Margin, Panel, RichText, Ui, vec2,
};
use layerwise_experiment::{Experiment, REPEATS, room_for, words::number::counted};

use super::{
    action::Action,
    icon::{self, Icon},
    state::NetworkPane,
};
use crate::gui::{
    command::Command,
    theme,
    wish::{Wish, Wishes},
};

/// Shows the bar where there is something to say.
pub(super) fn show(
    ui: &mut Ui,
    pane: &mut NetworkPane,
    experiment: &Experiment,
    actions: &mut Vec<Action>,
    wishes: &mut Wishes,
) {
    let count = pane.selection.blocks().len();
    if count == 0 {
        pane.repeat = None;
    }
    if count < 2 && pane.repeat.is_none() && pane.message.is_none() {
        return;
    }
    let frame = Frame::new().inner_margin(Margin {
        top: 8,
        ..Margin::ZERO
    });
    Panel::bottom("several blocks")
        .frame(frame)
        .resizable(false)
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(4.0, 6.0);
            message(ui, pane);
            if count > 1 {
                selected(ui, pane, count, wishes);
            }
            repetition(ui, pane, experiment, actions);
        });
}

fn message(ui: &mut Ui, pane: &mut NetworkPane) {
    let Some(text) = pane.message.clone() else {
        return;
    };
    let color = theme::error_color(ui.visuals());
    theme::banner_frame(color).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::TOP), |ui| {
                if icon::bare_button(ui, Icon::Close, "Close the message").clicked() {
                    pane.message = None;
                }
                ui.with_layout(Layout::left_to_right(Align::TOP), |ui| {
                    ui.add(Label::new(RichText::new(text).color(color)).wrap());
                });
            });
        });
    });
}

fn selected(ui: &mut Ui, pane: &mut NetworkPane, count: usize, wishes: &mut Wishes) {
    ui.horizontal(|ui| {
        let text = format!("{} selected", counted(count, "block"));
        ui.label(RichText::new(text).strong());
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if icon::button(ui, Icon::Close, "Select nothing", "Esc").clicked() {
                pane.selection.clear();
            }
            for (icon, command) in [
                (Icon::Down, Command::MoveBlocksDown),
                (Icon::Up, Command::MoveBlocksUp),
            ] {
                let keys = command.shortcut_text(ui.ctx()).unwrap_or_default();
                if icon::button(ui, icon, command.text(), &keys).clicked() {
                    wishes.push(Wish::Give(command));
                }
            }
        });
    });
    ui.horizontal_wrapped(|ui| {
        for (text, command) in [
            ("Copy", Command::CopyBlocks),
            ("Duplicate", Command::DuplicateBlocks),
            ("Repeat…", Command::RepeatBlocks),
            ("Delete", Command::DeleteBlocks),
        ] {
            let keys = command.shortcut_text(ui.ctx()).unwrap_or_default();
            let button = Button::new(RichText::new(text).small()).min_size(vec2(0.0, 22.0));
            let hint = format!("{} ({keys})", command.tooltip());
            if ui.add(button).on_hover_text(hint).clicked() {
                wishes.push(Wish::Give(command));
            }
        }
    });
}

fn repetition(
    ui: &mut Ui,
    pane: &mut NetworkPane,
    experiment: &Experiment,
    actions: &mut Vec<Action>,
) {
    let Some(repeat) = &mut pane.repeat else {
        return;
    };
    let blocks = pane.selection.blocks();
    let mut stays = true;
    ui.separator();
    ui.horizontal(|ui| {
        let label = match blocks.first() {
            Some(index) if blocks.len() == 1 => format!("Repeat block {index}, in all"),
            _ => format!("Repeat these {} blocks, in all", blocks.len()),
        };
        let label = ui.label(label);
        ui.add(
            DragValue::new(&mut repeat.times)
                .range(REPEATS)
                .speed(0.1)
                .suffix(" times"),
        )
        .labelled_by(label.id);
    });
    ui.add(Checkbox::new(
        &mut repeat.own_modules,
        "Each repetition its own module",
    ))
    .on_hover_text("Cuts before, between and after the repetitions");
    let before = experiment.blocks.len();
    let more = blocks.len().saturating_mul(repeat.times - 1);
    let room = room_for(before, more);
    match &room {
        Ok(()) => {
            let text = format!("{before} blocks become {}", before + more);
            ui.label(RichText::new(text).small().weak());
        }
        Err(message) => {
            let text = RichText::new(message).color(theme::error_color(ui.visuals()));
            ui.add(Label::new(text).wrap());
        }
    }
    ui.horizontal(|ui| {
        let button = Button::new(format!("Repeat ×{}", repeat.times));
        if ui.add_enabled(room.is_ok(), button).clicked() {
            actions.push(Action::Repeat {
                blocks: blocks.clone(),
                times: repeat.times,
                own_modules: repeat.own_modules,
            });
            stays = false;
        }
        if ui.button("Cancel").clicked() {
            stays = false;
        }
    });
    if !stays {
        pane.repeat = None;
    }
}
