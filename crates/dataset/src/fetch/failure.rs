//! Why downloads fail.

/// Why something did not come.
#[derive(Debug)]
pub enum Failure {
    /// Nothing else can help: cancelled, or this machine does not let it be stored.
    Stop(String),
    /// The same server may do better in a moment.
    Broken(String),
    /// The same server may do better at once, from the beginning.
    Anew(String),
    /// Another server may do better.
    Source(String),
}

impl Failure {
    /// What went wrong and what to do.
    pub fn sentence(self) -> String {
        match self {
            Self::Stop(sentence)
            | Self::Broken(sentence)
            | Self::Anew(sentence)
            | Self::Source(sentence) => sentence,
        }
    }
}
