//! Work behind the window that is no run: data, downloads, checkpoints, adapters.

use std::path::{Path, PathBuf};

use eframe::egui::Context;
use layerwise_dataset::fetch::Download;
use layerwise_experiment::{Experiment, Found};
use layerwise_run::{Adapter, adapters};

use super::{
    background::{DataLoader, Job, WeightsChecker},
    download::Downloads,
    export,
    session::Notice,
    wish::Wishes,
};

/// What is being done, and what came of it.
pub struct Errands {
    loader: DataLoader,
    downloads: Downloads,
    weights: WeightsChecker,
    /// Weights that are written.
    exporting: Option<Job<Result<String, String>>>,
    adapters: Option<Vec<Adapter>>,
    finding_adapters: Option<Job<Vec<Adapter>>>,
}

impl Errands {
    /// Starts to look for adapters.
    pub fn new(ctx: &Context) -> Self {
        Self {
            loader: DataLoader::default(),
            downloads: Downloads::default(),
            weights: WeightsChecker::default(),
            exporting: None,
            adapters: None,
            finding_adapters: Job::start("layerwise-adapters", ctx, adapters).ok(),
        }
    }

    pub fn loader(&self) -> &DataLoader {
        &self.loader
    }

    pub fn downloads(&self) -> &Downloads {
        &self.downloads
    }

    pub fn weights(&self) -> &WeightsChecker {
        &self.weights
    }

    /// The adapters of this machine; none while they are being looked for.
    pub fn adapters(&self) -> Option<&[Adapter]> {
        self.adapters.as_deref()
    }

    /// Takes in what is done. Returns the folder of a download that has ended with all its files.
    pub fn poll(&mut self, wishes: &mut Wishes) -> Option<PathBuf> {
        if let Some(found) = self.finding_adapters.as_ref().and_then(Job::poll) {
            self.adapters = Some(found);
            self.finding_adapters = None;
        }
        if let Some(done) = self.exporting.as_ref().and_then(Job::poll) {
            self.exporting = None;
            match done {
                Ok(message) => wishes.note(Notice::Info(message)),
                Err(message) => wishes.tell("The weights cannot be exported", message),
            }
        }
        let folder = self.downloads.finished()?;
        wishes.note(Notice::Info(format!("Downloaded to {}", folder.display())));
        Some(folder)
    }

    /// Loads the data of an experiment. Returns what its files were found to hold, where that is
    /// news.
    pub fn want_data(&mut self, experiment: &Experiment, ctx: &Context) -> Option<Found> {
        self.loader.want(experiment, ctx);
        self.loader.news_of(experiment)
    }

    /// Looks how the checkpoint of an experiment fits, where that makes sense.
    pub fn want_weights(&mut self, experiment: &Experiment, makes_sense: bool, ctx: &Context) {
        if makes_sense {
            self.weights.want(experiment, ctx);
        } else {
            self.weights.forget();
        }
    }

    /// Reads files again, which may have changed.
    pub fn reload_data(&mut self) {
        self.loader.forget();
    }

    /// Reads no more of the data.
    pub fn cancel_data(&mut self) {
        self.loader.cancel();
    }

    /// Starts a download, or goes on with one that was interrupted.
    pub fn download(&mut self, download: &'static Download, ctx: &Context) {
        self.downloads.start(download, ctx);
    }

    /// Writes what a run of `experiment` left in the file `from`.
    ///
    /// # Errors
    /// As [`export::write_weights`].
    pub fn export(
        &mut self,
        experiment: &Experiment,
        from: &Path,
        path: &Path,
        ctx: &Context,
    ) -> Result<(), String> {
        self.exporting = Some(export::write_weights(experiment, from, path, ctx)?);
        Ok(())
    }
}
