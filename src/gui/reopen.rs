//! Runs that are opened again from their record, by a person or after a crash.

use std::path::{Path, PathBuf};

use eframe::egui::Context;
use layerwise_run::{Command, is_in_use};
use layerwise_study::Recorded;

use super::{app::Studio, background::Job, document::Document, session::Notice};

/// Names the run that trains, in the folder for records; gone once it has ended.
const MARK: &str = ".running";

/// A record that is being read.
pub struct Reopening {
    pub job: Job<Result<Recorded, String>>,
    pub why: Why,
}

/// Why a run is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// A person chose its folder.
    Chosen,
    /// A person wants the run that has ended to go on.
    GoOn,
    /// The program ended while it trained.
    Crash,
    /// It branches off from another one.
    Fork,
}

impl Why {
    /// What went wrong, where it did.
    fn trouble(self) -> &'static str {
        match self {
            Self::Fork => "The run cannot be forked",
            Self::Chosen | Self::GoOn | Self::Crash => "The run cannot be opened",
        }
    }
}

/// Notes that a run trains.
pub fn mark(root: &Path, folder: &Path) {
    // Without it, a crash is not noticed; the run is not the worse for it.
    let _ = std::fs::write(root.join(MARK), folder.as_os_str().as_encoded_bytes());
}

/// Notes that no run trains.
pub fn unmark(root: &Path) {
    let _ = std::fs::remove_file(root.join(MARK));
}

/// The run that trained when the program ended without ending it; told once.
pub fn left_behind(root: &Path) -> Option<PathBuf> {
    let text = std::fs::read_to_string(root.join(MARK)).ok()?;
    let folder = PathBuf::from(text);
    if is_in_use(&folder) {
        return None;
    }
    unmark(root);
    folder.join("experiment.toml").is_file().then_some(folder)
}

impl Studio {
    /// Reads a record behind the window, to open its run.
    pub(super) fn reopen(&mut self, folder: &Path, why: Why, ctx: &Context) {
        let path = folder.to_owned();
        match Job::start("layerwise-record", ctx, move || Recorded::open(&path)) {
            Ok(job) => self.reopening = Some(Reopening { job, why }),
            Err(error) => self.tell(why.trouble(), error),
        }
    }

    /// Opens the run of a record once it is read.
    pub(super) fn note_reopened(&mut self, ctx: &Context) {
        let read = self.reopening.as_ref();
        let Some((read, why)) = read.and_then(|it| Some((it.job.poll()?, it.why))) else {
            return;
        };
        self.reopening = None;
        let opened = read.and_then(|recorded| self.open_run(recorded, why, ctx));
        if let Err(message) = opened {
            self.drop_branches();
            if !self.session.is_alive() {
                self.note_nothing_runs();
            }
            self.tell(why.trouble(), message);
        }
    }

    fn open_run(&mut self, recorded: Recorded, why: Why, ctx: &Context) -> Result<(), String> {
        let edited = &self.document.experiment;
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
            Why::Fork if edited.check_fork(&live).is_ok() => self.document.replace(live),
            Why::Fork => {}
            Why::Chosen | Why::Crash => {
                if !self.document.is_unsaved() || edited.is_same_network(&live) {
                    self.document = Document::new(live, None);
                }
            }
        }
        let (step, folder) = (recorded.step, recorded.folder.clone());
        let holds = matches!(why, Why::Chosen | Why::Crash);
        let options = self.options(Some(folder.clone()), holds, ctx);
        if why == Why::Fork
            && let Some(compared) = self.session.release()
        {
            self.comparison.keep(compared);
        }
        self.session.go_on(&experiment, recorded, options)?;
        self.session.send(Command::SetSpeed(self.pace.speed()));
        // With what was edited since, from the first step on.
        self.session.follow(&self.document.experiment, false);
        self.note_running(&folder);
        let shown = folder.display();
        self.log.add(match why {
            Why::Crash => Notice::Warning(format!(
                "Layerwise ended while a run trained. It is open again and holds after step {step}, from its record in {shown}: press Resume to go on"
            )),
            Why::Chosen => Notice::Info(format!(
                "Opened the run in {shown}, which holds after step {step}"
            )),
            Why::GoOn => Notice::Info(format!("Going on after step {step} in {shown}")),
            Why::Fork => Notice::Info(format!("A branch goes on after step {step} in {shown}")),
        });
        Ok(())
    }
}
