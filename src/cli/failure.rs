//! How a verb ends badly.

use layerwise_experiment::FileError;

/// Exit code of what was interrupted.
pub(super) const INTERRUPTED: u8 = 130;

/// How a verb ends badly.
pub(super) struct Failure {
    pub message: String,
    pub code: u8,
}

impl Failure {
    pub fn error(message: String) -> Self {
        Self { message, code: 1 }
    }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        Self::error(error.to_string())
    }
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self::error(message)
    }
}
