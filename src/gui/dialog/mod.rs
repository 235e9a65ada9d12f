//! Windows over the window: the question about unsaved edits, paths to open and save, branches,
//! errors and what the program is.

pub mod kit;
mod path;

use eframe::egui::{Context, Frame, Id, Key, Modal, ScrollArea, Ui};

use super::{
    answer::{Answer, Next},
    fork::{self, ForkDialog},
    theme,
};
use kit::{buttons_right, heading, primary, words};
pub use path::PathDialog;

/// The dialog that is open.
pub enum Dialog {
    Unsaved { title: String, next: Next },
    Path(PathDialog),
    Message { title: &'static str, text: String },
    Fork(Box<ForkDialog>),
    About,
}

impl Dialog {
    /// Draws the dialog. Any answer closes it.
    pub fn show(&mut self, ctx: &Context) -> Option<Answer> {
        let frame =
            Frame::popup(&ctx.global_style()).inner_margin(f32::from(theme::PANEL_MARGIN) + 4.0);
        let enter = ctx.input(|input| input.key_pressed(Key::Enter));
        let modal = Modal::new(Id::unique("dialog"))
            .frame(frame)
            .show(ctx, |ui| {
                ui.set_width(440.0);
                match self {
                    Self::Unsaved { title, next } => unsaved(ui, title, next, enter),
                    Self::Path(dialog) => {
                        heading(ui, dialog.title());
                        dialog.show(ui)
                    }
                    Self::Message { title, text } => message(ui, title, text, enter),
                    Self::Fork(dialog) => {
                        heading(ui, "Fork the run");
                        dialog.show(ui).map(answer_of_fork)
                    }
                    Self::About => about(ui, enter),
                }
            });
        let closed = modal.should_close().then_some(Answer::Cancel);
        modal.inner.or(closed)
    }

    /// Presses a button of the dialog by its name. Gives no answer where that leads to another
    /// question.
    ///
    /// # Errors
    /// Where the dialog has no such button, or why it cannot be pressed now.
    pub fn press(&mut self, name: &str) -> Result<Option<Answer>, String> {
        match (self, name) {
            (Self::Unsaved { next, .. }, "save") => Ok(Some(Answer::Save(next.clone()))),
            (Self::Unsaved { next, .. }, "discard") => Ok(Some(Answer::Discard(next.clone()))),
            (Self::Path(dialog), "confirm") if dialog.has_text() => Ok(dialog.confirm()),
            (Self::Path(_), "confirm") => Err("Name a path first".to_owned()),
            (Self::Fork(dialog), "train") => match dialog.trouble() {
                Some(trouble) => Err(trouble),
                None => Ok(Some(Answer::Fork(dialog.plan()))),
            },
            (Self::Unsaved { .. } | Self::Path(_) | Self::Fork(_), "cancel")
            | (Self::Message { .. } | Self::About, "close") => Ok(Some(Answer::Cancel)),
            _ => Err(format!("The open dialog has no button \"{name}\"")),
        }
    }
}

fn answer_of_fork(asked: fork::Asked) -> Answer {
    match asked {
        fork::Asked::Train(branches) => Answer::Fork(branches),
        fork::Asked::Cancel => Answer::Cancel,
    }
}

fn unsaved(ui: &mut Ui, title: &str, next: &Next, enter: bool) -> Option<Answer> {
    let mut answer = None;
    heading(ui, &format!("Save the changes to {title}?"));
    ui.label("They are lost otherwise");
    ui.add_space(theme::GAP);
    ui.horizontal(|ui| {
        if ui.button("Don't save").clicked() {
            answer = Some(Answer::Discard(next.clone()));
        }
        buttons_right(ui, |ui| {
            if ui.add(primary(ui, "Save")).clicked() || enter {
                answer = Some(Answer::Save(next.clone()));
            }
            if ui.button("Cancel").clicked() {
                answer = Some(Answer::Cancel);
            }
        });
    });
    answer
}

fn message(ui: &mut Ui, title: &str, text: &str, enter: bool) -> Option<Answer> {
    heading(ui, title);
    ScrollArea::vertical().max_height(300.0).show(ui, |ui| {
        ui.label(words(text));
    });
    ui.add_space(theme::GAP);
    let mut closed = false;
    ui.horizontal(|ui| {
        if ui.button("Copy").clicked() {
            ui.ctx().copy_text(text.to_owned());
        }
        closed = close(ui, enter);
    });
    closed.then_some(Answer::Cancel)
}

fn about(ui: &mut Ui, enter: bool) -> Option<Answer> {
    heading(ui, concat!("Layerwise ", env!("CARGO_PKG_VERSION")));
    ui.label("A desktop studio for local learning");
    ui.label("Licence: MIT or Apache 2.0");
    ui.add_space(theme::GAP);
    ui.label("The method is Successive Gradient Reconciliation:");
    ui.hyperlink_to(
        "Yang et al., ICML 2024, arXiv 2406.05222",
        "https://arxiv.org/abs/2406.05222",
    );
    ui.add_space(theme::SMALL_GAP);
    ui.label("Digits: E. Alpaydin and C. Kaynak, 1998, UCI Machine Learning Repository, CC BY 4.0");
    ui.add_space(theme::GAP);
    let closed = ui.horizontal(|ui| close(ui, enter)).inner;
    closed.then_some(Answer::Cancel)
}

/// Whether the button that closes, or Enter, was pressed.
fn close(ui: &mut Ui, enter: bool) -> bool {
    let mut closed = false;
    buttons_right(ui, |ui| {
        closed = ui.add(primary(ui, "Close")).clicked() || enter;
    });
    closed
}
