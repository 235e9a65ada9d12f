//! Why the loop of a run ended.

use layerwise_dataset::Error;
use layerwise_study::Phase;

use crate::trouble::{Broken, Trouble};

/// Why the loop ended.
pub(super) enum End {
    Finished,
    Stopped,
    Diverged(String),
    Failed(String),
    /// The device or the code on it gave way: what lies there is not to be looked at any more.
    Broken(Broken),
}

impl From<String> for End {
    fn from(message: String) -> Self {
        Self::Failed(message)
    }
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        match error {
            Error::Cancelled => Self::Stopped,
            Error::Wrong(message) => Self::Failed(message),
        }
    }
}

impl End {
    /// The same, but broken where it failed because of the device of that name.
    pub fn explained(self, device: &str) -> Self {
        match self {
            Self::Failed(message) => match Trouble::of(&message, device) {
                Some(trouble) => Self::Broken(Broken::Device(trouble)),
                None => Self::Failed(message),
            },
            Self::Finished | Self::Stopped | Self::Diverged(_) | Self::Broken(_) => self,
        }
    }

    /// How it is told, with why where it did not simply finish.
    pub fn told(&self) -> (Phase, Option<String>) {
        match self {
            Self::Finished => (Phase::Finished, None),
            Self::Stopped => (Phase::Stopped, None),
            Self::Diverged(message) => (Phase::Diverged, Some(message.clone())),
            Self::Failed(message) => (Phase::Failed, Some(message.clone())),
            Self::Broken(broken) => (Phase::Failed, Some(broken.to_string())),
        }
    }
}
