//! Runs that are kept to be drawn beside the one that trains.

use std::path::PathBuf;

use layerwise_experiment::Experiment;

use super::history::{History, next_revision};
use crate::{Origin, Phase, Recorded};

/// Most runs that are kept; of more, the oldest goes.
pub const MAX_RUNS: usize = 6;

/// A run that is kept.
#[derive(Debug)]
pub struct Compared {
    /// Tells it from all others.
    pub id: u64,
    /// What it is, in a few words: "Local BP, λ 0.1".
    pub title: String,
    /// What it told.
    pub history: History,
    /// What was run.
    pub experiment: Experiment,
    /// How it ended; none where only its record is known.
    pub phase: Option<Phase>,
    /// Its record, where it has one.
    pub folder: Option<PathBuf>,
    /// Where it branched off from another run, if it did.
    pub origin: Option<Origin>,
    /// Whether its curves are drawn.
    pub shown: bool,
}

impl Compared {
    /// A run that trained `experiment`, with its newest λ and learning rate.
    pub fn new(
        history: History,
        experiment: Experiment,
        phase: Option<Phase>,
        folder: Option<PathBuf>,
        origin: Option<Origin>,
    ) -> Self {
        Self {
            id: next_revision(),
            title: title(&experiment, origin.as_ref()),
            history,
            experiment,
            phase,
            folder,
            origin,
            shown: true,
        }
    }

    /// A run as its record tells.
    pub fn recorded(recorded: Recorded) -> Self {
        let mut history = History::new(&recorded.experiment);
        for fact in &recorded.facts {
            history.push(fact);
        }
        let (folder, origin) = (Some(recorded.folder), recorded.origin);
        Self::new(history, recorded.live, None, folder, origin)
    }
}

/// What a run is, in a few words.
pub fn title(experiment: &Experiment, origin: Option<&Origin>) -> String {
    let kind = experiment.method.kind;
    let mut title = kind.title().to_owned();
    if kind.reconciles() && experiment.module_count() > 1 {
        match experiment.common_lambda() {
            Some(lambda) => title += &format!(", λ {lambda}"),
            None => title += ", several λ",
        }
    }
    if let Some(origin) = origin {
        title += &format!(", from step {}", origin.step);
    }
    title
}

/// What a person asks of the runs that are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Draw the curves of a run, or do not.
    Show(u64, bool),
    /// To keep the run of this id no longer.
    Remove(u64),
    /// Keep each run when the next one starts.
    KeepEach(bool),
    /// Draw only the last module of other runs, or all.
    LastModuleOnly(bool),
}

/// The runs that are kept, the oldest first.
#[derive(Debug)]
pub struct Comparison {
    runs: Vec<Compared>,
    /// Whether each run is kept when the next one starts.
    pub keep_each: bool,
    /// Whether only the last module of other runs is drawn.
    pub last_module_only: bool,
    revision: u64,
}

impl Default for Comparison {
    fn default() -> Self {
        Self {
            runs: Vec::new(),
            keep_each: false,
            last_module_only: true,
            revision: 0,
        }
    }
}

impl Comparison {
    /// The runs, the oldest first.
    pub fn runs(&self) -> &[Compared] {
        &self.runs
    }

    /// The runs that are drawn, with their places among all, from 1.
    pub fn shown(&self) -> impl Iterator<Item = (usize, &Compared)> {
        (1..).zip(&self.runs).filter(|(_, run)| run.shown)
    }

    /// A number that differs whenever there is something new to draw.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Keeps a run, under a title that no other one has. One of the same record is replaced.
    pub fn keep(&mut self, mut run: Compared) {
        if run.folder.is_some() {
            self.runs.retain(|other| other.folder != run.folder);
        }
        let same = |title: &str| self.runs.iter().find(|other| other.title == title);
        if let Some(other) = same(&run.title) {
            let (mine, other) = (&run.experiment, &other.experiment);
            if mine.seed != other.seed {
                run.title += &format!(", seed {}", mine.seed);
            } else if mine.name != other.name {
                run.title = format!("{}: {}", mine.name, run.title);
            }
        }
        if same(&run.title).is_some() {
            let numbered = |number: usize| format!("{} ({number})", run.title);
            let free = (2..).map(numbered).find(|title| same(title).is_none());
            run.title = free.unwrap_or(run.title);
        }
        if self.runs.len() >= MAX_RUNS {
            self.runs.remove(0);
        }
        self.runs.push(run);
        self.revision = next_revision();
    }

    /// Does what a person asks.
    pub fn obey(&mut self, ask: Ask) {
        match ask {
            Ask::Show(id, shown) => {
                if let Some(run) = self.runs.iter_mut().find(|run| run.id == id) {
                    run.shown = shown;
                }
            }
            Ask::Remove(id) => self.runs.retain(|run| run.id != id),
            Ask::KeepEach(keep) => self.keep_each = keep,
            Ask::LastModuleOnly(only) => self.last_module_only = only,
        }
        self.revision = next_revision();
    }
}

#[cfg(test)]
mod tests {
    use layerwise_experiment::{MethodKind, preset};

    use super::*;

    fn run(change: impl FnOnce(&mut Experiment), folder: Option<&str>) -> Compared {
        let mut experiment = preset("digits-mlp").unwrap().experiment().unwrap();
        change(&mut experiment);
        let history = History::new(&experiment);
        Compared::new(history, experiment, None, folder.map(PathBuf::from), None)
    }

    fn titles(comparison: &Comparison) -> Vec<&str> {
        let runs = comparison.runs().iter();
        runs.map(|run| run.title.as_str()).collect()
    }

    #[test]
    fn runs_are_named_by_what_tells_them_apart() {
        let mut comparison = Comparison::default();
        comparison.keep(run(|_| {}, None));
        comparison.keep(run(|it| it.method.kind = MethodKind::GlobalBp, None));
        comparison.keep(run(|it| it.seed = 4, None));
        comparison.keep(run(|it| it.set_lambda_of(3, Some(1.0)), None));
        comparison.keep(run(|it| it.set_lambda_of(3, Some(1.0)), None));
        comparison.keep(run(|it| it.name = "mine".to_owned(), None));
        assert_eq!(
            titles(&comparison),
            [
                "Local BP, λ 0.1",
                "Global BP",
                "Local BP, λ 0.1, seed 4",
                "Local BP, several λ",
                "Local BP, several λ (2)",
                "mine: Local BP, λ 0.1",
            ]
        );
        let origin = Origin {
            from: PathBuf::new(),
            step: 120,
        };
        let experiment = &comparison.runs()[0].experiment;
        assert_eq!(
            title(experiment, Some(&origin)),
            "Local BP, λ 0.1, from step 120"
        );
    }

    #[test]
    fn a_record_is_kept_once_and_the_oldest_goes() {
        let mut comparison = Comparison::default();
        for folder in ["a", "b", "a"] {
            comparison.keep(run(|_| {}, Some(folder)));
        }
        assert_eq!(comparison.runs().len(), 2);
        let before = comparison.revision();
        for number in 0..MAX_RUNS {
            comparison.keep(run(|_| {}, Some(&number.to_string())));
        }
        assert_eq!(comparison.runs().len(), MAX_RUNS);
        assert_ne!(comparison.revision(), before);
        let id = comparison.runs()[2].id;
        comparison.obey(Ask::Show(id, false));
        let places: Vec<usize> = comparison.shown().map(|(place, _)| place).collect();
        assert_eq!(places, [1, 2, 4, 5, 6]);
        comparison.obey(Ask::Remove(id));
        assert_eq!(comparison.runs().len(), MAX_RUNS - 1);
    }
}
