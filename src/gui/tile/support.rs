//! What tests of tiles draw: one scene, of which each test sets what it is about.

use layerwise_dataset::Dataset;
use layerwise_experiment::{Experiment, Prepare, preset};
use layerwise_study::{Phase, Progress, compare::Comparison, history::History};

use super::context::{Edited, TileContext};
use crate::gui::command::Availability;

/// Everything that a tile may look at; at first nothing but an experiment.
pub struct Scene {
    pub experiment: Experiment,
    pub history: Option<History>,
    pub progress: Progress,
    /// The data of the edited experiment, with how they are prepared.
    pub edited: Option<(Dataset, Prepare)>,
    comparison: Comparison,
}

impl Scene {
    /// An experiment without a run.
    pub fn of(experiment: Experiment) -> Self {
        Self {
            experiment,
            history: None,
            progress: Progress::default(),
            edited: None,
            comparison: Comparison::default(),
        }
    }

    /// That of a preset.
    pub fn preset(id: &str) -> Self {
        Self::of(preset(id).unwrap().experiment().unwrap())
    }

    /// With a run that told of this and is here.
    pub fn with_run(self, history: History, phase: Phase) -> Self {
        let progress = Progress {
            phase,
            ..self.progress
        };
        Self {
            history: Some(history),
            progress,
            ..self
        }
    }

    /// With data that are loaded.
    pub fn with_data(self, dataset: Dataset, prepare: Prepare) -> Self {
        Self {
            edited: Some((dataset, prepare)),
            ..self
        }
    }

    /// What tiles see of it.
    pub fn context(&self) -> TileContext<'_> {
        let edited = self.edited.as_ref();
        TileContext {
            experiment: &self.experiment,
            history: self.history.as_ref(),
            progress: &self.progress,
            regions: None,
            origin: None,
            comparison: &self.comparison,
            availability: Availability::default(),
            dataset: None,
            edited: edited.map(|(dataset, prepare)| Edited {
                dataset,
                data: &self.experiment.data,
                prepare,
                generation: 1,
            }),
        }
    }
}
