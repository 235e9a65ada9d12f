//! Windows over the window: the question about unsaved edits, paths to open and save, errors
//! and what the program is.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use eframe::egui::{Button, Context, Frame, Id, Key, Modal, RichText, ScrollArea, TextEdit, Ui};

use super::{
    background::Job,
    fork::{Branches, ForkDialog},
    theme,
};

/// What waits until the question about unsaved edits is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    New,
    /// Ask which file.
    ChooseFile,
    Open(PathBuf),
    Preset(&'static str),
    Quit,
}

/// What a path is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Open,
    Save,
    /// The folder for records of runs.
    Records,
    /// The folder of a recorded run.
    Run,
    /// The same, to be drawn beside others.
    Compare,
    /// A checkpoint to start from.
    Weights,
    /// A file with data.
    DataFile,
    /// A folder with data.
    DataFolder,
    ExportWeights,
    ExportScript,
}

impl Purpose {
    fn title(self) -> &'static str {
        match self {
            Self::Open => "Open an experiment",
            Self::Save => "Save the experiment as",
            Self::Records => "Folder for records of runs",
            Self::Run => "Open the record of a run",
            Self::Compare => "Compare with the record of a run",
            Self::Weights => "Start from a checkpoint",
            Self::DataFile => "Data from a file",
            Self::DataFolder => "Data from a folder",
            Self::ExportWeights => "Export the weights as",
            Self::ExportScript => "Export a PyTorch script as",
        }
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Open | Self::Run => "Open",
            Self::Compare => "Compare",
            Self::Save => "Save",
            Self::Records | Self::DataFolder => "Use this folder",
            Self::Weights | Self::DataFile => "Use this file",
            Self::ExportWeights | Self::ExportScript => "Export",
        }
    }

    /// Whether a file is written.
    fn writes(self) -> bool {
        matches!(self, Self::Save | Self::ExportWeights | Self::ExportScript)
    }

    /// Ending of the files it is about.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Open
            | Self::Save
            | Self::Records
            | Self::Run
            | Self::Compare
            | Self::DataFolder => "toml",
            Self::DataFile => "csv",
            Self::Weights | Self::ExportWeights => "safetensors",
            Self::ExportScript => "py",
        }
    }

    /// Whether it is about a folder.
    fn is_folder(self) -> bool {
        matches!(
            self,
            Self::Records | Self::Run | Self::Compare | Self::DataFolder
        )
    }

    /// What the files are, and their endings; none for any file.
    fn files(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Open | Self::Save | Self::Records | Self::Run | Self::Compare => {
                ("Layerwise experiment", &["toml"])
            }
            Self::DataFile | Self::DataFolder => ("Data", &[]),
            Self::Weights => ("Checkpoint", &["safetensors", "pt", "pth", "bin"]),
            Self::ExportWeights => ("safetensors", &["safetensors"]),
            Self::ExportScript => ("Python", &["py"]),
        }
    }
}

/// What a person has decided.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Save first, then go on.
    Save(Next),
    /// Go on without saving.
    Discard(Next),
    Cancel,
    /// A path for a purpose; what waits for it, if anything does.
    Path(Purpose, PathBuf, Option<Next>),
    /// Train branches of the run.
    Fork(Branches),
}

/// The dialog that is open.
pub enum Dialog {
    Unsaved { title: String, next: Next },
    Path(PathDialog),
    Message { title: String, text: String },
    Fork(Box<ForkDialog>),
    About,
}

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

    fn show(&mut self, ui: &mut Ui) -> Option<Answer> {
        let mut answer = None;
        ui.label("Path");
        let field = ui.add(
            TextEdit::singleline(&mut self.text)
                .id_salt("path")
                .hint_text(match self.purpose {
                    purpose if purpose.is_folder() => "/path/to/folder".to_owned(),
                    purpose => format!("/path/to/file.{}", purpose.ending()),
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
                Some(path) if self.purpose.writes() && path.extension().is_none() => {
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
                let typed = !self.text.trim().is_empty();
                let words = if self.replaces.is_some() {
                    "Replace"
                } else {
                    self.purpose.verb()
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

    fn confirm(&mut self) -> Option<Answer> {
        let mut path = expand_home(self.text.trim());
        if self.purpose.writes() {
            if path.extension().is_none() {
                path.set_extension(self.purpose.ending());
            }
            if path.exists() && self.replaces.as_ref() != Some(&path) {
                self.replaces = Some(path);
                return None;
            }
        }
        Some(Answer::Path(self.purpose, path, self.next.take()))
    }

    fn start_browsing(&mut self, ctx: &Context) {
        let purpose = self.purpose;
        let typed = expand_home(self.text.trim());
        let job = Job::start("layerwise-dialog", ctx, move || {
            let mut dialog = rfd::FileDialog::new().set_title(purpose.title());
            if let Some(folder) = typed.parent().filter(|folder| folder.is_dir()) {
                dialog = dialog.set_directory(folder);
            }
            if purpose.is_folder() {
                return dialog.pick_folder();
            }
            let (what, endings) = purpose.files();
            if !endings.is_empty() {
                dialog = dialog.add_filter(what, endings);
            }
            if !purpose.writes() {
                return dialog.pick_file();
            }
            if let Some(name) = typed.file_name() {
                dialog = dialog.set_file_name(name.to_string_lossy());
            }
            dialog.save_file()
        });
        match job {
            Ok(job) => self.browse = Some((job, Instant::now())),
            Err(message) => self.trouble = Some(message),
        }
    }
}

impl Dialog {
    /// Draws the dialog. Any answer closes it.
    pub fn show(&mut self, ctx: &Context) -> Option<Answer> {
        let mut answer = None;
        let frame =
            Frame::popup(&ctx.global_style()).inner_margin(f32::from(theme::PANEL_MARGIN) + 4.0);
        let enter = ctx.input(|input| input.key_pressed(Key::Enter));
        let modal = Modal::new(Id::unique("dialog"))
            .frame(frame)
            .show(ctx, |ui| {
                ui.set_width(440.0);
                match self {
                    Self::Unsaved { title, next } => {
                        heading(ui, &format!("Save the changes to {title}?"));
                        ui.label("They are lost otherwise");
                        ui.add_space(theme::GAP);
                        ui.horizontal(|ui| {
                            if ui.button("Don't save").clicked() {
                                answer = Some(Answer::Discard(next.clone()));
                            }
                            buttons_right(ui, |ui| {
                                if ui.add(primary(ui, "Save")).clicked() || enter {
                                    answer = Some(Answer::Save(next.clone()));
                                }
                                if ui.button("Cancel").clicked() {
                                    answer = Some(Answer::Cancel);
                                }
                            });
                        });
                    }
                    Self::Path(dialog) => {
                        heading(ui, dialog.purpose.title());
                        answer = dialog.show(ui);
                    }
                    Self::Message { title, text } => {
                        heading(ui, title);
                        ScrollArea::vertical().max_height(300.0).show(ui, |ui| {
                            ui.label(words(text));
                        });
                        ui.add_space(theme::GAP);
                        ui.horizontal(|ui| {
                            if ui.button("Copy").clicked() {
                                ui.ctx().copy_text(text.clone());
                            }
                            buttons_right(ui, |ui| {
                                if ui.add(primary(ui, "Close")).clicked() || enter {
                                    answer = Some(Answer::Cancel);
                                }
                            });
                        });
                    }
                    Self::Fork(dialog) => {
                        heading(ui, "Fork the run");
                        answer = dialog.show(ui);
                    }
                    Self::About => {
                        about(ui);
                        ui.horizontal(|ui| {
                            buttons_right(ui, |ui| {
                                if ui.add(primary(ui, "Close")).clicked() || enter {
                                    answer = Some(Answer::Cancel);
                                }
                            });
                        });
                    }
                }
            });
        if answer.is_none() && modal.should_close() {
            answer = Some(Answer::Cancel);
        }
        answer
    }
}

fn about(ui: &mut Ui) {
    heading(ui, concat!("Layerwise ", env!("CARGO_PKG_VERSION")));
    ui.label("A desktop studio for local learning");
    ui.label("Licence: MIT or Apache 2.0");
    ui.add_space(theme::GAP);
    ui.label("The method is Successive Gradient Reconciliation:");
    ui.hyperlink_to(
        "Yang et al., ICML 2024, arXiv 2406.05222",
        "https://arxiv.org/abs/2406.05222",
    );
    ui.add_space(theme::SMALL_GAP);
    ui.label("Digits: E. Alpaydin and C. Kaynak, 1998, UCI Machine Learning Repository, CC BY 4.0");
    ui.add_space(theme::GAP);
}

/// A message; with several lines in columns, as one may mark a place in the one above.
fn words(text: &str) -> RichText {
    let words = RichText::new(text);
    if text.contains('\n') {
        words.monospace()
    } else {
        words
    }
}

fn heading(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).heading().strong());
    ui.add_space(theme::SMALL_GAP);
}

/// The button that Enter would press.
pub(super) fn primary(ui: &Ui, text: &str) -> Button<'static> {
    let (fill, color) = theme::accent(ui.visuals());
    Button::new(RichText::new(text).color(color).strong()).fill(fill)
}

pub(super) fn buttons_right(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    ui.with_layout(
        eframe::egui::Layout::right_to_left(eframe::egui::Align::Center),
        add,
    );
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
