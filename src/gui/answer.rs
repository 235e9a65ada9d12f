//! What a person decides in dialogs.

use std::path::PathBuf;

use super::{fork::Branches, purpose::Purpose};

/// What comes once the question about unsaved edits is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    New,
    /// Ask which file.
    ChooseFile,
    Open(PathBuf),
    Preset(&'static str),
    Quit,
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
