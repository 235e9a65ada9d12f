//! The experiment that is being edited: its file, what is unsaved, and the way back.

use std::{
    borrow::Cow,
    path::{Path, PathBuf},
};

use eframe::egui::util::undoer::{Settings, Undoer};
use layerwise_dataset::Request;
use layerwise_experiment::{Balance, Experiment, FileError, Preset};

/// An experiment without what its files were found to hold, which is no edit of anybody.
fn edits(experiment: &Experiment) -> Cow<'_, Experiment> {
    if experiment.data.found.is_none() {
        return Cow::Borrowed(experiment);
    }
    let mut edits = experiment.clone();
    edits.data.found = None;
    Cow::Owned(edits)
}

/// An experiment with its file and its history of edits.
pub struct Document {
    pub experiment: Experiment,
    path: Option<PathBuf>,
    /// As in the file, or as it was opened.
    saved: Experiment,
    undoer: Undoer<Experiment>,
}

impl Document {
    /// A document that counts as saved.
    pub fn new(mut experiment: Experiment, path: Option<PathBuf>) -> Self {
        // Cuts that follow from costs would move with every edit.
        if experiment.split.by != Balance::default() {
            experiment.settle_split();
        }
        let mut undoer = Undoer::with_settings(Settings {
            max_undos: 200,
            stable_time: 0.3,
            auto_save_interval: f32::INFINITY,
        });
        undoer.add_undo(edits(&experiment).as_ref());
        Self {
            saved: experiment.clone(),
            experiment,
            path,
            undoer,
        }
    }

    /// A document that was left with unsaved edits; `saved` is what its file holds.
    pub fn restored(experiment: Experiment, saved: Experiment, path: Option<PathBuf>) -> Self {
        Self {
            saved,
            ..Self::new(experiment, path)
        }
    }

    /// Opens an experiment file.
    ///
    /// # Errors
    /// As [`Experiment::load`].
    pub fn open(path: &Path) -> Result<Self, FileError> {
        Ok(Self::new(Experiment::load(path)?, Some(path.to_owned())))
    }

    /// A preset, which has no file of its own.
    ///
    /// # Errors
    /// As [`Preset::experiment`].
    pub fn preset(preset: Preset) -> Result<Self, FileError> {
        Ok(Self::new(preset.experiment()?, None))
    }

    /// Writes the experiment to a file, which becomes its own.
    ///
    /// # Errors
    /// Where the file cannot be written; the document stays unsaved.
    pub fn save(&mut self, path: &Path) -> Result<(), FileError> {
        self.experiment.save(path)?;
        self.saved = self.experiment.clone();
        self.path = Some(path.to_owned());
        Ok(())
    }

    /// The file it was opened from or saved to.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The experiment as its file holds it.
    pub fn saved(&self) -> &Experiment {
        &self.saved
    }

    /// Whether there are edits that no file holds.
    pub fn is_unsaved(&self) -> bool {
        edits(&self.experiment) != edits(&self.saved)
    }

    /// File name, or the experiment's name where it has no file.
    pub fn title(&self) -> String {
        match self.path.as_ref().and_then(|path| path.file_name()) {
            Some(name) => name.to_string_lossy().into_owned(),
            None if self.experiment.name.is_empty() => "untitled".to_owned(),
            None => self.experiment.name.clone(),
        }
    }

    /// Notes edits once a frame. While something is held, as in a drag, no point is made, so
    /// that one drag is one step back. Returns whether an edit still waits to become a point.
    pub fn note_edits(&mut self, seconds: f64, held: bool) -> bool {
        if !held {
            self.undoer
                .feed_state(seconds, edits(&self.experiment).as_ref());
        }
        self.undoer.is_in_flux()
    }

    /// Makes a point of the present state, so that what comes next can be undone alone.
    pub fn mark(&mut self) {
        self.undoer.add_undo(edits(&self.experiment).as_ref());
    }

    /// Replaces the experiment as one edit.
    pub fn replace(&mut self, experiment: Experiment) {
        self.mark();
        self.experiment = experiment;
        self.mark();
    }

    pub fn can_undo(&self) -> bool {
        self.undoer.has_undo(edits(&self.experiment).as_ref())
    }

    pub fn can_redo(&self) -> bool {
        self.undoer.has_redo(edits(&self.experiment).as_ref())
    }

    pub fn undo(&mut self) {
        let edits = edits(&self.experiment).into_owned();
        if let Some(experiment) = self.undoer.undo(&edits).cloned() {
            self.go_to(experiment);
        }
    }

    pub fn redo(&mut self) {
        let edits = edits(&self.experiment).into_owned();
        if let Some(experiment) = self.undoer.redo(&edits).cloned() {
            self.go_to(experiment);
        }
    }

    /// Goes to another state, which knows of its files what the present one does.
    fn go_to(&mut self, mut experiment: Experiment) {
        let found = self.experiment.data.found.take();
        if Request::of(&experiment).is_of_same_files(&Request::of(&self.experiment)) {
            experiment.data.found = found;
        }
        self.experiment = experiment;
    }
}

#[cfg(test)]
mod tests {
    use layerwise_experiment::presets;

    use super::*;

    fn document() -> Document {
        Document::preset(*presets().first().unwrap()).unwrap()
    }

    #[test]
    fn one_drag_is_one_step_back() {
        let mut document = document();
        let before = document.experiment.clone();
        for step in 1..=20u32 {
            document.experiment.method.lambda = f64::from(step);
            document.note_edits(f64::from(step), true);
        }
        document.note_edits(21.0, false);
        document.note_edits(22.0, false);
        document.undo();
        assert_eq!(document.experiment, before);
        assert!(!document.is_unsaved());
        assert!(!document.can_undo());
        document.redo();
        assert_eq!(document.experiment.method.lambda, 20.0);
        assert!(!document.can_redo());
    }

    #[test]
    fn an_edit_can_be_undone_at_once() {
        let mut document = document();
        document.experiment.seed = 7;
        document.note_edits(1.0, false);
        assert!(document.can_undo());
        document.undo();
        assert_eq!(document.experiment.seed, 0);
        assert!(document.can_redo());
    }

    #[test]
    fn an_edit_after_an_undo_forgets_the_redo() {
        let mut document = document();
        document.replace(Experiment::default());
        document.undo();
        document.experiment.seed = 3;
        document.note_edits(1.0, false);
        document.note_edits(2.0, false);
        assert!(!document.can_redo());
        document.redo();
        assert_eq!(document.experiment.seed, 3);
    }

    #[test]
    fn replacing_is_one_edit() {
        let mut document = document();
        document.experiment.seed = 5;
        document.replace(Experiment::default());
        document.undo();
        assert_eq!(document.experiment.seed, 5);
        document.undo();
        assert_eq!(document.experiment.seed, 0);
    }

    #[test]
    fn saving_and_opening_again_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.toml");
        let mut document = document();
        document.experiment.seed = 5;
        assert!(document.is_unsaved());
        document.save(&path).unwrap();
        assert!(!document.is_unsaved());
        assert_eq!(document.title(), "mine.toml");
        let again = Document::open(&path).unwrap();
        assert_eq!(again.experiment, document.experiment);
    }

    #[test]
    fn a_failed_save_keeps_the_edits_unsaved() {
        let mut document = document();
        document.experiment.seed = 5;
        assert!(document.save(Path::new("/no/such/folder/x.toml")).is_err());
        assert!(document.is_unsaved());
        assert_eq!(document.path(), None);
    }
}
