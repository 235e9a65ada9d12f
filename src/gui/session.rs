//! The run that is alive or was last, and how it relates to the experiment in the editor.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use layerwise_experiment::Experiment;
use layerwise_run::{Command, Run, RunOptions, Slot};
use layerwise_study::{
    DecisionRegions, Live, Origin, Phase, Progress, Recorded, Said, compare::Compared, follow,
    history::History,
};

/// Something that a person should see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    Info(String),
    Warning(String),
    Error(String),
}

impl Notice {
    /// How much it matters, in a word.
    pub fn level(&self) -> &'static str {
        match self {
            Self::Info(_) => "Note",
            Self::Warning(_) => "Warning",
            Self::Error(_) => "Error",
        }
    }
}

/// A run with what it has told.
struct Active {
    run: Run,
    history: History,
    progress: Progress,
    regions: Option<Arc<DecisionRegions>>,
    /// What the run trains, with the λ and the learning rate that it was last told.
    told: Experiment,
    watching: bool,
    /// Why it ended badly.
    trouble: Option<String>,
    /// What it has learnt, once it has ended.
    weights: Option<PathBuf>,
    /// Whether it has ended, until that is asked for.
    ended: bool,
    /// Where it branched off from another one, if it did.
    origin: Option<Origin>,
}

/// At most one run, besides those that close their records. Never waits for its trainer.
#[derive(Default)]
pub struct Session {
    active: Option<Active>,
    /// Runs that were stopped and still write what they leave.
    closing: Vec<Run>,
}

impl Session {
    /// Starts a run and drops the one before.
    ///
    /// # Errors
    /// As [`Run::start`].
    pub fn start(&mut self, experiment: &Experiment, options: RunOptions) -> Result<(), String> {
        let paused = options.paused;
        let run = Run::start(experiment.clone(), options)?;
        if paused {
            run.send(Command::Step);
        }
        self.take(run, experiment, History::new(experiment), None);
        Ok(())
    }

    /// Goes on with a recorded run, which trains `experiment` from now on, with λ and learning
    /// rate of its checkpoint, and drops the one before.
    ///
    /// # Errors
    /// As [`Run::start`].
    pub fn go_on(
        &mut self,
        experiment: &Experiment,
        recorded: Recorded,
        options: RunOptions,
    ) -> Result<(), String> {
        // It may be the one that still closes its record.
        if let Some(active) = self.active.take() {
            active.run.join();
        }
        let options = RunOptions {
            resume: true,
            ..options
        };
        let run = Run::start(experiment.clone(), options)?;
        let mut history = History::new(experiment);
        for fact in &recorded.facts {
            history.push(fact);
        }
        let mut told = experiment.clone();
        Live::of(&recorded.live).apply(&mut told);
        self.take(run, &told, history, recorded.origin);
        Ok(())
    }

    /// Ends the run and hands over what it told, to be compared with others.
    pub fn release(&mut self) -> Option<Compared> {
        let active = self.active.take()?;
        let phase = active.progress.phase;
        let folder = active.run.folder().map(ToOwned::to_owned);
        let compared = Compared::new(
            active.history,
            active.told,
            Some(phase),
            folder,
            active.origin,
        );
        active.run.send(Command::Stop);
        self.closing.push(active.run);
        Some(compared)
    }

    fn take(
        &mut self,
        run: Run,
        experiment: &Experiment,
        history: History,
        origin: Option<Origin>,
    ) {
        self.active = Some(Active {
            run,
            history,
            progress: Progress::default(),
            regions: None,
            told: experiment.clone(),
            watching: false,
            trouble: None,
            weights: None,
            ended: false,
            origin,
        });
    }

    /// Takes in what the run has told since the last call.
    pub fn poll(&mut self) -> Vec<Notice> {
        self.closing.retain(|run| !run.has_ended());
        let Some(active) = &mut self.active else {
            return Vec::new();
        };
        let mut notices = Vec::new();
        for fact in active.run.drain() {
            active.history.push(&fact);
            match fact.said() {
                None => {}
                Some(Said::Note(text)) => notices.push(Notice::Info(text.to_owned())),
                Some(Said::Warning(text)) => notices.push(Notice::Warning(text.to_owned())),
                Some(Said::End(phase, message)) => {
                    active.ended = true;
                    let folder = active.run.folder();
                    let weights = folder.map(|folder| folder.join("weights.safetensors"));
                    active.weights = weights.filter(|path| path.is_file());
                    let message = message.map(str::to_owned);
                    match phase {
                        Phase::Diverged | Phase::Failed => {
                            let text = message.unwrap_or_else(|| phase.title().to_owned());
                            active.trouble = Some(text.clone());
                            notices.push(Notice::Error(text));
                        }
                        _ => notices.push(Notice::Info(message.unwrap_or_else(|| {
                            format!("Run ended: {}", phase.title().to_lowercase())
                        }))),
                    }
                }
            }
        }
        active.progress = active.run.progress();
        active.regions = active.run.regions();
        notices
    }

    /// Tells a live run the λ and the learning rate of the editor, where only they differ, and
    /// whether decision regions are wanted.
    pub fn follow(&mut self, edited: &Experiment, watch: bool) {
        let Some(active) = &mut self.active else {
            return;
        };
        if active.progress.phase.is_over() {
            return;
        }
        if active.watching != watch {
            active.watching = watch;
            active.run.send(Command::Watch(Slot::Regions, watch));
        }
        if active.told.is_same_network(edited) {
            for change in follow(&mut active.told, edited) {
                active.run.send(Command::Change(change));
            }
        }
    }

    /// Drops the run and everything that it has told.
    pub fn reset(&mut self) {
        self.active = None;
    }

    pub fn send(&self, command: Command) {
        if let Some(active) = &self.active {
            active.run.send(command);
        }
    }

    /// The newest state; none without a run.
    pub fn progress(&self) -> Option<&Progress> {
        self.active.as_ref().map(|active| &active.progress)
    }

    pub fn history(&self) -> Option<&History> {
        self.active.as_ref().map(|active| &active.history)
    }

    pub fn regions(&self) -> Option<&DecisionRegions> {
        self.active.as_ref()?.regions.as_deref()
    }

    /// The experiment that the run trains, λ and learning rate as they are now.
    pub fn experiment(&self) -> Option<&Experiment> {
        self.active.as_ref().map(|active| &active.told)
    }

    /// Whether the run has ended since this was asked last.
    pub fn has_ended_now(&mut self) -> bool {
        self.active
            .as_mut()
            .is_some_and(|active| std::mem::take(&mut active.ended))
    }

    /// Whether there is a run that has not ended.
    pub fn is_alive(&self) -> bool {
        self.progress()
            .is_some_and(|progress| !progress.phase.is_over())
    }

    /// Whether any run is alive or still closes its record.
    pub fn is_busy(&self) -> bool {
        self.is_alive() || !self.closing.is_empty()
    }

    /// Whether a live run holds.
    pub fn is_paused(&self) -> bool {
        self.progress()
            .is_some_and(|progress| progress.phase == Phase::Paused)
    }

    /// Whether the results shown belong to another network than the edited one.
    pub fn is_older_than(&self, edited: &Experiment) -> bool {
        self.experiment()
            .is_some_and(|told| !told.is_same_network(edited))
    }

    /// Why the run ended badly, if it did.
    pub fn trouble(&self) -> Option<&str> {
        self.active.as_ref()?.trouble.as_deref()
    }

    /// Puts the message on why a run ended badly away.
    pub fn dismiss_trouble(&mut self) {
        if let Some(active) = &mut self.active {
            active.trouble = None;
        }
    }

    /// The weights that the run has left in its record.
    pub fn weights_file(&self) -> Option<&Path> {
        self.active.as_ref()?.weights.as_deref()
    }

    /// Where the run branched off from another one, if it did.
    pub fn origin(&self) -> Option<&Origin> {
        self.active.as_ref()?.origin.as_ref()
    }

    /// Folder of the run's record.
    pub fn folder(&self) -> Option<&Path> {
        self.active.as_ref()?.run.folder()
    }
}

/// A folder for the record of a new run below `root`: the experiment's name and the time in
/// UTC, with a counter where that is taken.
pub fn record_folder(root: &Path, name: &str) -> PathBuf {
    let name: String = name
        .chars()
        .map(|char| {
            if char.is_alphanumeric() || char == '-' || char == '_' {
                char
            } else {
                '-'
            }
        })
        .take(60)
        .collect();
    let name = if name.is_empty() { "untitled" } else { &name };
    let stem = format!("{name}-{}", super::clock::stamp());
    let mut folder = root.join(&stem);
    let mut counter = 2;
    while folder.exists() {
        folder = root.join(format!("{stem}-{counter}"));
        counter += 1;
    }
    folder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn record_folders_never_collide() {
        let root = tempfile::tempdir().unwrap();
        let one = record_folder(root.path(), "a/b");
        assert!(
            one.file_name()
                .unwrap()
                .to_string_lossy()
                .starts_with("a-b-")
        );
        std::fs::create_dir(&one).unwrap();
        assert_ne!(record_folder(root.path(), "a/b"), one);
    }
}
