//! What panels, tiles, menus and dialogs ask of the studio. They push wishes while they are
//! drawn; the studio fulfils them in one place.

use std::collections::VecDeque;

use layerwise_dataset::fetch::Download;
use layerwise_run::{Command as RunCommand, Goal};
use layerwise_study::compare;

use super::{
    answer::{Answer, Next},
    command::Command,
    purpose::Purpose,
    session::Notice,
};

/// Something that the studio is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// To carry out a command, where it can be given.
    Give(Command),
    /// To hand something to the run.
    Run(RunCommand),
    /// To train to a goal and hold there.
    RunTo(Goal),
    /// To train at most so many steps in a second; none for as many as it can.
    Speed(Option<f64>),
    /// To drop the run and train the network in the editor.
    Restart,
    /// To put the run's network back into the editor.
    ShowNetworkOfRun,
    /// To put the message on why the run ended badly away.
    DismissTrouble,
    /// Something of the runs that are compared.
    Compare(compare::Ask),
    /// To leave the document for what comes next, after the question about unsaved edits.
    Leave(Next),
    /// To ask for a path.
    Path(Purpose),
    /// To read the data again.
    ReloadData,
    /// To read no more of the data.
    CancelData,
    /// To download a published data set.
    Download(&'static Download),
    /// To do what a person decided in the open dialog, which closes.
    Answer(Answer),
    /// To write a line into the log.
    Note(Notice),
    /// To show a message that stays until it is closed, and to keep it in the log.
    Tell { title: &'static str, text: String },
}

/// Wishes that wait to be fulfilled, the oldest first.
#[derive(Debug, Default)]
pub struct Wishes(VecDeque<Wish>);

impl Wishes {
    pub fn push(&mut self, wish: Wish) {
        self.0.push_back(wish);
    }

    pub fn extend(&mut self, wishes: impl IntoIterator<Item = Wish>) {
        self.0.extend(wishes);
    }

    /// A line for the log.
    pub fn note(&mut self, notice: Notice) {
        self.push(Wish::Note(notice));
    }

    /// A message that stays until it is closed.
    pub fn tell(&mut self, title: &'static str, text: String) {
        self.push(Wish::Tell { title, text });
    }

    /// The oldest wish, which then waits no more.
    pub fn pop(&mut self) -> Option<Wish> {
        self.0.pop_front()
    }
}
