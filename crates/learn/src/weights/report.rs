//! What was found of a network in a checkpoint.

use serde::Serialize;

use super::{names::Naming, words};

/// A tensor that has another shape in the file than in the network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OtherShape {
    /// By the name of the file.
    pub name: String,
    /// Such as 64×3×7×7, as the file would have it.
    pub network: String,
    /// As the file has it.
    pub file: String,
    #[serde(skip)]
    pub(super) is_head: bool,
}

/// What a checkpoint has of a network, by the names of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Path of the file.
    pub file: String,
    /// `safetensors` or `PyTorch`.
    pub format: &'static str,
    /// Whose names it has.
    pub naming: Naming,
    /// What is taken.
    pub matched: Vec<String>,
    /// What the network has and the file lacks; it starts as the seed has it.
    pub missing: Vec<String>,
    /// What the file has and the network lacks; it is left out.
    pub unexpected: Vec<String>,
    /// What both have in different shapes, which is an error.
    pub other_shape: Vec<OtherShape>,
    /// Heads of the network, by our names, that start as the seed has them: because they are
    /// replaced, or because they stand before the last.
    pub initial: Vec<String>,
}

/// So many names are shown in a sentence.
const SHOWN: usize = 3;

/// The first names and how many more there are.
pub(super) fn some<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let count = names.len();
    let shown: Vec<String> = names.take(SHOWN).map(words::name).collect();
    let more = match count.saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", shown.join(", "))
}

impl Report {
    /// Why the network cannot take the checkpoint, if so.
    pub fn problem(&self) -> Option<String> {
        if self.other_shape.is_empty() {
            return None;
        }
        let shown: Vec<String> = self
            .other_shape
            .iter()
            .take(SHOWN)
            .map(|other| {
                format!(
                    "{} is {} in the file and {} in the network",
                    words::name(&other.name),
                    other.file,
                    other.network
                )
            })
            .collect();
        let more = match self.other_shape.len().saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!(", and {more} more differ"),
        };
        let advice = if self.other_shape.iter().all(|other| other.is_head) {
            "replace the head (weights.head = \"replace\") or choose data with as many classes"
        } else {
            "choose a checkpoint of this network"
        };
        Some(format!(
            "{} does not fit the network: {}{more}: {advice}",
            self.file,
            shown.join(", ")
        ))
    }

    /// Whether the whole network comes from the file.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty() && self.other_shape.is_empty()
    }

    /// What is taken and what is not, in a sentence.
    pub fn sentence(&self) -> String {
        let mut text = format!(
            "{} tensors from {} ({} names)",
            self.matched.len(),
            self.file,
            self.naming.title()
        );
        for (what, names) in [
            ("missing, which start as the seed has them", &self.missing),
            ("of heads, which start as the seed has them", &self.initial),
            (
                "in the file that the network does not have",
                &self.unexpected,
            ),
        ] {
            if !names.is_empty() {
                let shown = some(names.iter().map(String::as_str));
                text.push_str(&format!("; {} {what}: {shown}", names.len()));
            }
        }
        text
    }
}
