//! Why work on samples ends without its result.

use std::fmt;

use super::progress::Progress;

/// Why work on samples ends without its result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// Whoever heard how far it was did not want it to go on.
    Cancelled,
    /// Something is wrong; the sentence says what to change.
    Wrong(String),
}

impl fmt::Display for Error {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Cancelled => CANCELLED,
            Self::Wrong(sentence) => sentence,
        })
    }
}

impl std::error::Error for Error {}

impl From<String> for Error {
    fn from(sentence: String) -> Self {
        Self::Wrong(sentence)
    }
}

impl From<Error> for String {
    fn from(error: Error) -> Self {
        error.to_string()
    }
}

/// What is said of work that was cancelled.
pub(crate) const CANCELLED: &str = "Cancelled";

/// Does work that ends with a sentence where `progress` does not want it to go on, and tells that
/// from all else that may end it.
///
/// # Errors
/// Where that is so, and those of the work.
pub(crate) fn cancellable<T>(
    progress: Progress<'_>,
    work: impl FnOnce(Progress<'_>) -> Result<T, String>,
) -> Result<T, Error> {
    let mut cancelled = false;
    let result = work(&mut |loading| {
        cancelled |= !progress(loading);
        !cancelled
    });
    result.map_err(|sentence| {
        if cancelled {
            Error::Cancelled
        } else {
            Error::Wrong(sentence)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Loading;

    #[test]
    fn what_was_cancelled_is_told_from_what_went_wrong() {
        let loading = Loading {
            what: "Reading",
            done: 0,
            total: 1,
        };
        let done = |goes_on: bool| {
            cancellable(&mut |_| goes_on, |progress| {
                if progress(loading.clone()) {
                    Err("The file is empty".to_owned())
                } else {
                    Err::<(), _>("Stopped on the way".to_owned())
                }
            })
        };
        assert_eq!(done(false), Err(Error::Cancelled));
        let wrong = done(true).unwrap_err();
        assert_eq!(wrong, Error::Wrong("The file is empty".to_owned()));
        assert_eq!(wrong.to_string(), "The file is empty");
        assert_eq!(String::from(Error::Cancelled), "Cancelled");
    }
}
