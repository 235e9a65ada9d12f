//! Checkpoints in and out of the window.

use std::path::Path;

use eframe::egui::Context;
use layerwise_experiment::{HeadSource, Weights, write_whole};
use layerwise_learn::weights;

use super::{app::Studio, background::Job, session::Notice};

impl Studio {
    /// Lets the next run start from a checkpoint.
    pub(super) fn start_from(&mut self, path: &Path) -> Result<(), String> {
        let about = std::fs::metadata(path)
            .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        if !about.is_file() {
            return Err(format!("{} is not a file", path.display()));
        }
        let before = self.document.experiment.weights.take();
        self.document.experiment.weights = Some(Weights {
            path: path.to_owned(),
            head: before.map(|weights| weights.head).unwrap_or_default(),
        });
        Ok(())
    }

    /// Writes the network as a PyTorch script.
    pub(super) fn export_script(&mut self, path: &Path) -> Result<(), String> {
        let text = weights::script(&self.document.experiment)?;
        write_whole(path, text.as_bytes())
            .map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
        self.log
            .add(Notice::Info(format!("Wrote {}", path.display())));
        Ok(())
    }

    /// Writes what the last run learnt, behind the window.
    pub(super) fn export_weights(&mut self, path: &Path, ctx: &Context) -> Result<(), String> {
        let (Some(from), Some(experiment)) =
            (self.session.weights_file(), self.session.experiment())
        else {
            return Err("No run that keeps a record has ended yet".to_owned());
        };
        let mut experiment = experiment.clone();
        experiment.weights = Some(Weights {
            path: from.to_owned(),
            head: HeadSource::Keep,
        });
        let path = path.to_owned();
        let job = Job::start("layerwise-export", ctx, move || {
            let exported = weights::export_start(&experiment, &path)?;
            let naming = exported.naming.title();
            let mut told = format!("Wrote {} ({naming} names)", path.display());
            if let Some(warning) = exported.warning() {
                told.push_str(&format!(". {warning}"));
            }
            Ok(told)
        })?;
        self.exporting = Some(job);
        Ok(())
    }

    /// Says how an export went.
    pub(super) fn note_export(&mut self) {
        let Some(done) = self.exporting.as_ref().and_then(Job::poll) else {
            return;
        };
        self.exporting = None;
        match done {
            Ok(message) => self.log.add(Notice::Info(message)),
            Err(message) => self.tell("The weights cannot be exported", message),
        }
    }
}
