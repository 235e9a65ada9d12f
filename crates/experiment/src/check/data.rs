//! What can be wrong with the data and their preparation.

use super::{Place, Problem};
use crate::{DataKind, Experiment};

impl Experiment {
    /// What keeps the data from being known, or from being prepared as is wanted.
    pub(super) fn data_problem(&self) -> Option<Problem> {
        let at = |key: &str, message: String| {
            Some(Problem {
                place: Place::Key(key.to_owned()),
                message,
            })
        };
        if self.data.kind == DataKind::Files && self.data.path.as_os_str().is_empty() {
            return at(
                "data.path",
                "no file or folder is chosen: choose one".to_owned(),
            );
        }
        if !self.data.is_known() {
            return at(
                "data.path",
                format!("{} was not looked at yet", self.data.path.display()),
            );
        }
        if let Some(found) = self.data.found()
            && let (Some([channels, height, width]), Some(shape)) = (self.data.image, found.shape)
            && channels.saturating_mul(height).saturating_mul(width) != shape.len()
        {
            return at(
                "data.image",
                format!(
                    "{channels}×{height}×{width} does not fit: samples have {} values",
                    shape.len()
                ),
            );
        }
        if self.data.train_count() == 0 || self.data.test_count() == 0 {
            return at(
                "data.test_fraction",
                format!(
                    "of {} samples {} are left to train on and {} to test on: choose another share",
                    self.data.sample_count(),
                    self.data.train_count(),
                    self.data.test_count()
                ),
            );
        }
        let (key, message) = self.prepare.problem(self.data.shape())?;
        at(key, message)
    }
}
