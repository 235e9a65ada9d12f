//! The run, those that it is compared with, and those that come next.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use eframe::egui::Context;
use layerwise_experiment::Experiment;
use layerwise_run::{Command, Goal, RunOptions, fork};
use layerwise_study::{
    Phase, Recorded,
    compare::{Ask, Comparison},
};

use super::{
    compare::{CANNOT_COMPARE, Comparing},
    document::Document,
    fork::{Branches, ForkDialog},
    reopen::{self, Reopening, Why},
    session::{Notice, Session, record_folder},
    settings::Settings,
    wish::Wishes,
};

/// Every run of the window. What is to be told of them is wished for.
#[derive(Default)]
pub struct Runs {
    session: Session,
    comparison: Comparison,
    /// A record that is read to be compared with.
    comparing: Option<Comparing>,
    reopening: Option<Reopening>,
    /// Branches that wait until the run before them has ended.
    branches: Option<Branches>,
    /// Most steps in a second, where there is a limit.
    speed: Option<f64>,
}

/// What runs need of the window.
pub struct Around<'a> {
    pub settings: &'a Settings,
    pub ctx: &'a Context,
    pub wishes: &'a mut Wishes,
}

impl Around<'_> {
    fn options(&self, folder: Option<PathBuf>, paused: bool) -> RunOptions {
        let repaint = self.ctx.clone();
        RunOptions {
            folder,
            paused,
            wake: Some(Arc::new(move || repaint.request_repaint())),
            ..RunOptions::default()
        }
    }

    /// Leaves a mark for the next launch, by which it notices a crash.
    fn note_running(&self, folder: &Path) {
        if let Ok(root) = self.settings.records_root() {
            reopen::mark(&root, folder);
        }
    }

    /// Takes the mark away.
    fn note_nothing_runs(&self) {
        if let Ok(root) = self.settings.records_root() {
            reopen::unmark(&root);
        }
    }

    /// The folder for a record, made; without one the run goes on unrecorded.
    fn make_record_folder(&mut self, name: &str) -> Option<PathBuf> {
        if !self.settings.keep_records {
            return None;
        }
        let made = self.settings.records_root().and_then(|root| {
            let folder = record_folder(&root, name);
            std::fs::create_dir_all(&folder)
                .map(|()| folder.clone())
                .map_err(|error| format!("Cannot make {}: {error}", folder.display()))
        });
        match made {
            Ok(folder) => Some(folder),
            Err(message) => {
                self.wishes.note(Notice::Warning(format!(
                    "{message}. The run is not recorded: choose another folder under Records"
                )));
                None
            }
        }
    }
}

impl Runs {
    /// The run that is alive or was last.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The runs that are drawn beside it.
    pub fn comparison(&self) -> &Comparison {
        &self.comparison
    }

    /// Whether a run is being read or made.
    pub fn is_opening(&self) -> bool {
        self.reopening.is_some()
    }

    /// Does what was asked of the runs that are compared.
    pub fn compare(&mut self, ask: Ask) {
        self.comparison.obey(ask);
    }

    /// Takes in what the run has told, and tells it what was edited; `watch` says whether decision
    /// regions are wanted.
    pub fn poll(&mut self, edited: &Experiment, watch: bool, wishes: &mut Wishes) {
        for notice in self.session.poll() {
            wishes.note(notice);
        }
        self.session.follow(edited, watch);
    }

    /// Hands a command to the run.
    pub fn send(&self, command: Command) {
        self.session.send(command);
    }

    /// Trains at most so many steps in a second, this run and those that come.
    pub fn set_speed(&mut self, speed: Option<f64>) {
        self.speed = speed;
        self.session.send(Command::SetSpeed(speed));
    }

    /// Trains to a goal and holds there.
    pub fn run_to(&mut self, goal: Goal, edited: &Experiment, around: Around<'_>) {
        if !self.session.is_alive() {
            self.start(edited, false, around);
        }
        self.session.send(Command::RunTo(goal));
    }

    /// Puts the message on why the run ended badly away.
    pub fn dismiss_trouble(&mut self) {
        self.session.dismiss_trouble();
    }

    /// Starts to train the edited experiment and drops the run before; says why where it cannot.
    pub fn start(&mut self, edited: &Experiment, paused: bool, mut around: Around<'_>) {
        if self.is_opening() {
            let text = "A run is being opened: train once that is done";
            around.wishes.note(Notice::Info(text.to_owned()));
            return;
        }
        if let Some(problem) = edited.problems().first() {
            let title = "This network cannot train yet";
            around.wishes.tell(title, problem.to_string());
            return;
        }
        self.drop_branches(around.wishes);
        if self.comparison.keep_each
            && let Some(compared) = self.session.release()
        {
            self.comparison.keep(compared);
        }
        let folder = around.make_record_folder(&edited.name);
        let options = around.options(folder.clone(), paused);
        let started = self.session.start(edited, options);
        self.session.send(Command::SetSpeed(self.speed));
        if let (Ok(()), Some(folder)) = (&started, &folder) {
            around.note_running(folder);
        }
        match started {
            Ok(()) => around.wishes.note(Notice::Info(match folder {
                Some(folder) => format!(
                    "Training \"{}\"; its record grows in {}",
                    edited.name,
                    folder.display()
                ),
                None => format!("Training \"{}\"; no record is kept", edited.name),
            })),
            Err(message) => around.wishes.tell("The run cannot start", message),
        }
    }

    /// Drops the run and everything that it has told.
    pub fn reset(&mut self, around: Around<'_>) {
        self.drop_branches(around.wishes);
        self.session.reset();
        around.note_nothing_runs();
    }

    /// Goes on with the next branch where the run has ended, if one waits.
    pub fn note_end(&mut self, around: Around<'_>) {
        if !self.session.has_ended_now() {
            return;
        }
        around.note_nothing_runs();
        let phase = self.session.progress().map(|progress| progress.phase);
        match phase {
            Some(Phase::Finished | Phase::Diverged) => self.next_branch(around),
            _ => self.drop_branches(around.wishes),
        }
    }

    /// Reads the record of a run behind the window, to open it.
    pub fn reopen(&mut self, folder: &Path, why: Why, around: Around<'_>) {
        let path = folder.to_owned();
        let read = move || Recorded::open(&path);
        match Reopening::start("layerwise-record", why, around.ctx, read) {
            Ok(reopening) => self.reopening = Some(reopening),
            Err(error) => around.wishes.tell(why.trouble(), error),
        }
    }

    /// Goes on with the run that has ended.
    pub fn go_on(&mut self, around: Around<'_>) {
        if let Some(folder) = self.session.folder().map(ToOwned::to_owned) {
            self.reopen(&folder, Why::GoOn, around);
        }
    }

    /// Opens the run of a record once it is read; the document shows its network where nothing is
    /// lost by that.
    pub fn note_reopened(&mut self, document: &mut Document, around: Around<'_>) {
        let Some((read, why)) = self.reopening.as_ref().and_then(Reopening::poll) else {
            return;
        };
        self.reopening = None;
        let opened = read.and_then(|recorded| self.open(recorded, why, document, &around));
        match opened {
            Ok(notice) => around.wishes.note(notice),
            Err(message) => {
                self.drop_branches(around.wishes);
                if !self.session.is_alive() {
                    around.note_nothing_runs();
                }
                around.wishes.tell(why.trouble(), message);
            }
        }
    }

    fn open(
        &mut self,
        recorded: Recorded,
        why: Why,
        document: &mut Document,
        around: &Around<'_>,
    ) -> Result<Notice, String> {
        let edited = &document.experiment;
        let mut experiment = recorded.experiment.clone();
        let live = recorded.live.clone();
        match why {
            Why::GoOn => {
                // More epochs than at first and another device are no other network.
                experiment.train.epochs = edited.train.epochs;
                experiment.device = edited.device;
                if !edited.is_same_network(&experiment) {
                    return Err(
                        "The network was changed since, so that it cannot go on: show the run's network first, or train anew"
                            .to_owned(),
                    );
                }
            }
            // The editor shows what trains, unless it holds another network by now.
            Why::Fork if edited.check_fork(&live).is_ok() => document.replace(live),
            Why::Fork => {}
            Why::Chosen | Why::Crash => {
                if !document.is_unsaved() || edited.is_same_network(&live) {
                    *document = Document::new(live, None);
                }
            }
        }
        let (step, folder) = (recorded.step, recorded.folder.clone());
        let options = around.options(Some(folder.clone()), why.holds());
        if why == Why::Fork
            && let Some(compared) = self.session.release()
        {
            self.comparison.keep(compared);
        }
        self.session.go_on(&experiment, recorded, options)?;
        self.session.send(Command::SetSpeed(self.speed));
        // With what was edited since, from the first step on.
        self.session.follow(&document.experiment, false);
        around.note_running(&folder);
        let shown = folder.display();
        Ok(match why {
            Why::Crash => Notice::Warning(format!(
                "Layerwise ended while a run trained. It is open again and holds after step {step}, from its record in {shown}: press Resume to go on"
            )),
            Why::Chosen => Notice::Info(format!(
                "Opened the run in {shown}, which holds after step {step}"
            )),
            Why::GoOn => Notice::Info(format!("Going on after step {step} in {shown}")),
            Why::Fork => Notice::Info(format!("A branch goes on after step {step} in {shown}")),
        })
    }

    /// The question how the run shall branch; none where no run keeps a record.
    ///
    /// # Errors
    /// As [`ForkDialog::new`].
    pub fn ask_fork(&self, edited: &Experiment) -> Option<Result<ForkDialog, String>> {
        let (folder, experiment) = self.session.folder().zip(self.session.experiment())?;
        let progress = self.session.progress().cloned().unwrap_or_default();
        let epochs = if experiment.check_fork(edited).is_ok() {
            edited.train.epochs
        } else {
            experiment.train.epochs
        };
        let (folder, experiment) = (folder.to_owned(), experiment.clone());
        Some(ForkDialog::new(folder, experiment, &progress, epochs))
    }

    /// Trains branches one after the other.
    pub fn fork(&mut self, branches: Branches, around: Around<'_>) {
        self.drop_branches(around.wishes);
        self.branches = Some(branches);
        self.next_branch(around);
    }

    fn next_branch(&mut self, around: Around<'_>) {
        let Some(branches) = &mut self.branches else {
            return;
        };
        let Some(experiment) = branches.pop() else {
            self.branches = None;
            return;
        };
        let (from, step) = (branches.from().to_owned(), branches.step());
        let root = around.settings.records_root();
        let started = root.and_then(|root| {
            let into = record_folder(&root, &experiment.name);
            let make = move || fork(&from, Some(step), &into, &experiment);
            Reopening::start("layerwise-fork", Why::Fork, around.ctx, make)
        });
        match started {
            Ok(reopening) => self.reopening = Some(reopening),
            Err(error) => {
                self.drop_branches(around.wishes);
                around.wishes.tell(Why::Fork.trouble(), error);
            }
        }
    }

    /// Forgets branches that wait.
    fn drop_branches(&mut self, wishes: &mut Wishes) {
        let left = self.branches.take().map_or(0, |branches| branches.left());
        if left > 0 {
            let s = if left == 1 {
                "branch is"
            } else {
                "branches are"
            };
            wishes.note(Notice::Info(format!("{left} more {s} not trained")));
        }
    }

    /// Reads a record behind the window, to be compared with.
    pub fn compare_with(&mut self, folder: &Path, around: Around<'_>) {
        match Comparing::start(folder, around.ctx) {
            Ok(comparing) => self.comparing = Some(comparing),
            Err(error) => around.wishes.tell(CANNOT_COMPARE, error),
        }
    }

    /// Keeps the run of a record once it is read. Tells whether there is a new one to look at.
    pub fn note_compared(&mut self, wishes: &mut Wishes) -> bool {
        let Some(read) = self.comparing.as_ref().and_then(Comparing::poll) else {
            return false;
        };
        self.comparing = None;
        match read {
            Ok(run) => {
                if let Some(folder) = &run.folder {
                    let text = format!("Comparing with the run in {}", folder.display());
                    wishes.note(Notice::Info(text));
                }
                self.comparison.keep(run);
                true
            }
            Err(message) => {
                wishes.tell(CANNOT_COMPARE, message);
                false
            }
        }
    }
}
