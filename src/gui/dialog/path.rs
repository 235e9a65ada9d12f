//! A path that is asked for.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use eframe::egui::{Button, Context, Key, TextEdit, Ui};

use super::kit::{buttons_right, primary, words};
use crate::gui::{
    answer::{Answer, Next},
    background::Job,
    purpose::{Place, Purpose},
    theme,
};

/// A file dialog that ends sooner was not answered by a person.
const NO_DIALOG: Duration = Duration::from_millis(700);

/// A path, chosen in the file dialog of the system or typed.
pub struct PathDialog {
    purpose: Purpose,
    text: String,
    next: Option<Next>,
    /// The file dialog of the system and when it was asked for.
    browse: Option<(Job<Option<PathBuf>>, Instant)>,
    /// Whether to ask for it as soon as this one is shown.
    browse_first: bool,
    trouble: Option<String>,
    /// A file that exists and would be replaced, once that was asked.
    replaces: Option<PathBuf>,
    fresh: bool,
}

impl PathDialog {
    pub fn new(purpose: Purpose, text: String, next: Option<Next>, browse_first: bool) -> Self {
        Self {
            purpose,
            text,
            next,
            browse: None,
            browse_first,
            trouble: None,
            replaces: None,
            fresh: true,
        }
    }

    /// The dialog again with a path that did not do, and why.
    pub fn again(purpose: Purpose, path: &Path, next: Option<Next>, why: String) -> Self {
        Self {
            trouble: Some(why),
            ..Self::new(purpose, path.display().to_string(), next, false)
        }
    }

    /// What the path is asked for.
    pub fn title(&self) -> &'static str {
        self.purpose.about().title
    }

    /// Draws the question.
    pub fn show(&mut self, ui: &mut Ui) -> Option<Answer> {
        let about = self.purpose.about();
        let mut answer = None;
        ui.label("Path");
        let field = ui.add(
            TextEdit::singleline(&mut self.text)
                .id_salt("path")
                .hint_text(match about.place {
                    Place::Folder => "/path/to/folder".to_owned(),
                    Place::Read | Place::Written => format!("/path/to/file.{}", about.ending),
                })
                .desired_width(f32::INFINITY),
        );
        if std::mem::take(&mut self.fresh) {
            field.request_focus();
        }
        if std::mem::take(&mut self.browse_first) {
            self.start_browsing(ui.ctx());
        }
        if field.changed() {
            self.trouble = None;
            self.replaces = None;
        }
        let confirmed = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if let Some((job, asked)) = &self.browse
            && let Some(chosen) = job.poll()
        {
            let at_once = asked.elapsed() < NO_DIALOG;
            self.browse = None;
            match chosen {
                Some(path) if about.place == Place::Written && path.extension().is_none() => {
                    self.text = path.display().to_string();
                    if let Some(answer) = self.confirm() {
                        return Some(answer);
                    }
                }
                // The system's own dialog has asked about replacing.
                Some(path) => return Some(Answer::Path(self.purpose, path, self.next.take())),
                None if at_once => {
                    self.trouble =
                        Some("This system opened no file dialog: type the path".to_owned());
                }
                None => return Some(Answer::Cancel),
            }
        }
        if let Some(path) = &self.replaces {
            ui.colored_label(
                theme::warning_color(ui.visuals()),
                format!("{} exists already and will be replaced", path.display()),
            );
        } else if let Some(trouble) = &self.trouble {
            ui.label(words(trouble).color(theme::error_color(ui.visuals())));
        }
        ui.add_space(theme::SMALL_GAP);
        ui.horizontal(|ui| {
            if ui
                .add_enabled(self.browse.is_none(), Button::new("Browse…"))
                .on_hover_text("Choose with the file dialog of the system")
                .on_disabled_hover_text("The file dialog of the system is open")
                .clicked()
            {
                self.start_browsing(ui.ctx());
            }
            if self.browse.is_some() {
                ui.spinner();
            }
            buttons_right(ui, |ui| {
                let typed = self.has_text();
                let words = if self.replaces.is_some() {
                    "Replace"
                } else {
                    about.verb
                };
                let pressed = ui.add_enabled(typed, primary(ui, words)).clicked();
                if (pressed || confirmed) && typed {
                    answer = self.confirm();
                }
                if ui.button("Cancel").clicked() {
                    answer = Some(Answer::Cancel);
                }
            });
        });
        answer
    }

    /// The path as it is; none where it would replace a file and that was not asked yet.
    pub fn confirm(&mut self) -> Option<Answer> {
        let about = self.purpose.about();
        let mut path = expand_home(self.text.trim());
        if about.place == Place::Written {
            if path.extension().is_none() {
                path.set_extension(about.ending);
            }
            if path.exists() && self.replaces.as_ref() != Some(&path) {
                self.replaces = Some(path);
                return None;
            }
        }
        Some(Answer::Path(self.purpose, path, self.next.take()))
    }

    /// Whether something was typed.
    pub fn has_text(&self) -> bool {
        !self.text.trim().is_empty()
    }

    fn start_browsing(&mut self, ctx: &Context) {
        let about = self.purpose.about();
        let typed = expand_home(self.text.trim());
        let job = Job::start("layerwise-dialog", ctx, move || {
            let mut dialog = rfd::FileDialog::new().set_title(about.title);
            if let Some(folder) = typed.parent().filter(|folder| folder.is_dir()) {
                dialog = dialog.set_directory(folder);
            }
            if about.place != Place::Folder && !about.endings.is_empty() {
                dialog = dialog.add_filter(about.files, about.endings);
            }
            match about.place {
                Place::Folder => dialog.pick_folder(),
                Place::Read => dialog.pick_file(),
                Place::Written => {
                    if let Some(name) = typed.file_name() {
                        dialog = dialog.set_file_name(name.to_string_lossy());
                    }
                    dialog.save_file()
                }
            }
        });
        match job {
            Ok(job) => self.browse = Some((job, Instant::now())),
            Err(message) => self.trouble = Some(message),
        }
    }
}

/// A typed path with "~" replaced by the home folder.
fn expand_home(text: &str) -> PathBuf {
    let home = || directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned());
    match text.strip_prefix("~/") {
        Some(rest) => home().map_or_else(|| PathBuf::from(text), |home| home.join(rest)),
        None => PathBuf::from(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saving_adds_the_ending_and_asks_before_replacing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.toml");
        let typed = folder.path().join("mine").display().to_string();
        let mut dialog = PathDialog::new(Purpose::Save, typed, None, false);
        let answer = Answer::Path(Purpose::Save, path.clone(), None);
        assert_eq!(dialog.confirm(), Some(answer.clone()));
        std::fs::write(&path, "").unwrap();
        assert_eq!(dialog.confirm(), None);
        assert_eq!(dialog.confirm(), Some(answer));
    }
}
