//! A data set, split for training and testing.

use std::sync::Arc;

use layerwise_experiment::{Experiment, Resize, Shape};

use super::{
    normalize::Normalization,
    progress::Progress,
    samples::{Reading, Samples},
    source::{Format, Note},
    summary::summarise,
};

/// Where a data set comes from and under which terms.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Source {
    /// Name on the screen.
    pub title: String,
    /// Whom it is from.
    pub credit: String,
    /// Under which terms it is.
    pub licence: String,
}

/// A whole data set, split for training and testing.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// Shape of every sample.
    pub shape: Shape,
    /// What files were recognised as; none of built-in sets.
    pub format: Option<Format>,
    /// Name of each feature of vectors; empty where they have none.
    pub features: Vec<String>,
    /// Name of each class.
    pub classes: Vec<String>,
    /// Those to train on.
    pub train: Samples,
    /// Those to test on.
    pub test: Samples,
    /// Where it comes from.
    pub source: Source,
    /// What is not used, or was replaced.
    pub notes: Vec<Note>,
    /// How many image files could not be decoded.
    pub unreadable: usize,
}

impl Dataset {
    /// Mean and deviation of the training samples. Leaves out image files that cannot be decoded,
    /// and notes why.
    pub(super) fn measure(&mut self, progress: Progress<'_>) -> Result<Normalization, String> {
        let summary = summarise(&self.train, progress)?;
        let mut unreadable = [summary.unreadable, Vec::new()];
        if self.test.file(0).is_some() {
            unreadable[1] = summarise(&self.test, progress)?.unreadable;
        }
        for (part, unreadable) in [&mut self.train, &mut self.test]
            .into_iter()
            .zip(unreadable)
        {
            for (at, why) in &unreadable {
                let what = part.file(*at).map(|path| path.display().to_string());
                self.notes.push(Note {
                    what: what.unwrap_or_default(),
                    why: why.clone(),
                });
            }
            self.unreadable += unreadable.len();
            part.leave_out(unreadable.into_iter().map(|(at, _)| at));
        }
        Ok(summary.normalization)
    }

    pub(super) fn normalize(&mut self, normalization: Option<Normalization>, resize: Resize) {
        let reading = Arc::new(Reading {
            shape: self.shape,
            resize,
            normalization,
        });
        self.train = self.train.with(Arc::clone(&reading));
        self.test = self.test.with(reading);
    }

    /// Refuses data that are others than those the experiment was checked with.
    ///
    /// # Errors
    /// Where shape, classes or counts differ.
    pub fn must_be_as_checked(&self, experiment: &Experiment) -> Result<(), String> {
        let data = &experiment.data;
        let same = self.shape == data.shape()
            && data
                .found()
                .is_none_or(|found| found.classes == self.classes)
            && self.train.len() + self.test.len() + self.unreadable == data.sample_count();
        if same {
            return Ok(());
        }
        Err(format!(
            "{} holds other data than when the experiment was checked ({} training and {} test samples of {}, {} classes): look at them again",
            data.path.display(),
            self.train.len(),
            self.test.len(),
            self.shape,
            self.classes.len()
        ))
    }
}
