//! Paths that are asked for, and what is done with them.

use std::path::{Path, PathBuf};

use super::Studio;
use crate::gui::{
    answer::Next,
    dialog::{Dialog, PathDialog},
    export,
    purpose::Purpose,
    reopen::Why,
    session::Notice,
};

impl Studio {
    /// Asks for a path, beginning with the one that is most likely meant.
    pub(super) fn ask_path(&mut self, purpose: Purpose, next: Option<Next>) {
        let text = self.likely_path(purpose).display().to_string();
        let dialog = PathDialog::new(purpose, text, next, self.system_dialogs);
        self.dialog = Some(Dialog::Path(dialog));
    }

    fn likely_path(&self, purpose: Purpose) -> PathBuf {
        let recent = self.settings.recent.first();
        let beside = self.document.path().or(recent.map(PathBuf::as_path));
        let folder = beside.and_then(Path::parent).map(ToOwned::to_owned);
        let folder = folder
            .or_else(|| directories::UserDirs::new().map(|dirs| dirs.home_dir().to_owned()))
            .unwrap_or_default();
        let experiment = &self.document.experiment;
        match purpose {
            Purpose::Save => match self.document.path() {
                Some(path) => path.to_owned(),
                None => folder.join(format!("{}.toml", self.document.title())),
            },
            Purpose::Open => folder.join(""),
            Purpose::Records | Purpose::Run | Purpose::Compare => {
                self.settings.records_root().unwrap_or(folder)
            }
            Purpose::DataFile | Purpose::DataFolder => {
                let path = &experiment.data.path;
                if path.as_os_str().is_empty() {
                    folder.join("")
                } else {
                    path.clone()
                }
            }
            Purpose::Weights => match &experiment.weights {
                Some(weights) => weights.path.clone(),
                None => folder.join(""),
            },
            Purpose::ExportWeights | Purpose::ExportScript => {
                let title = self.document.title();
                let mut path = folder.join(title.trim_end_matches(".toml"));
                path.add_extension(purpose.about().ending);
                path
            }
        }
    }

    /// Does what a path was asked for; asks again where it does not do, and says why.
    pub(super) fn take_path(&mut self, purpose: Purpose, path: PathBuf, next: Option<Next>) {
        if let Err(why) = self.try_path(purpose, &path, next.clone()) {
            let dialog = PathDialog::again(purpose, &path, next, why);
            self.dialog = Some(Dialog::Path(dialog));
        }
    }

    fn try_path(
        &mut self,
        purpose: Purpose,
        path: &Path,
        next: Option<Next>,
    ) -> Result<(), String> {
        match purpose {
            Purpose::Open => self.try_open(path),
            Purpose::Save => self.try_save(path, next),
            Purpose::Weights => export::start_from(&mut self.document.experiment, path),
            Purpose::DataFile | Purpose::DataFolder => self.learn_from(path),
            Purpose::ExportWeights => self.export_weights(path),
            Purpose::ExportScript => {
                export::write_script(&self.document.experiment, path)?;
                let text = format!("Wrote {}", path.display());
                self.wishes.note(Notice::Info(text));
                Ok(())
            }
            Purpose::Compare => {
                let (runs, around) = self.runs();
                runs.compare_with(path, around);
                Ok(())
            }
            Purpose::Run => {
                let (runs, around) = self.runs();
                runs.reopen(path, Why::Chosen, around);
                Ok(())
            }
            Purpose::Records => {
                self.settings.records = Some(path.to_owned());
                self.settings.keep_records = true;
                Ok(())
            }
        }
    }

    fn export_weights(&mut self, path: &Path) -> Result<(), String> {
        let session = self.runs.session();
        let (Some(from), Some(experiment)) = (session.weights_file(), session.experiment()) else {
            return Err("No run that keeps a record has ended yet".to_owned());
        };
        self.errands.export(experiment, from, path, &self.ctx)
    }
}
