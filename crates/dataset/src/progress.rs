//! How far something that takes long has come.

use indicatif::HumanCount;

/// How far reading has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Loading {
    /// What is being done, in a word or two.
    pub what: &'static str,
    /// How much is done, in a unit of its own.
    pub done: u64,
    /// 0 where it is not known.
    pub total: u64,
}

impl Loading {
    /// The part that is done; none where the whole is not known.
    pub fn share(&self) -> Option<f32> {
        (self.total > 0).then(|| (self.done as f32 / self.total as f32).min(1.0))
    }

    /// What is being done and how far it is, such as "Reading, 45 %".
    pub fn words(&self) -> String {
        match self.total {
            0 if self.done == 0 => self.what.to_owned(),
            0 => format!("{}, {} so far", self.what, HumanCount(self.done)),
            total => format!("{}, {} %", self.what, self.done.saturating_mul(100) / total),
        }
    }
}

/// Hears how far reading has come, and says whether to go on.
pub type Progress<'a> = &'a mut dyn FnMut(Loading) -> bool;
