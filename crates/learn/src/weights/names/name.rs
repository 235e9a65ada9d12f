//! What a block is called elsewhere.

use layerwise_experiment::Block;

/// Our names of parts of a block, each with the other one.
pub(super) type Parts = &'static [(&'static str, &'static str)];

/// What a block is called.
#[derive(Clone)]
pub(in crate::weights) struct BlockName {
    /// Before the names of its parts; empty where they stand alone.
    pub prefix: String,
    parts: Parts,
}

impl BlockName {
    /// One with this start and these names of parts.
    pub(super) fn new(prefix: impl Into<String>, parts: Parts) -> Option<Self> {
        Some(Self {
            prefix: prefix.into(),
            parts,
        })
    }

    /// The name of a part.
    pub(super) fn of(&self, part: &str) -> String {
        let renamed = self.parts.iter().find_map(|(ours, theirs)| {
            let rest = part.strip_prefix(ours)?;
            (rest.is_empty() || rest.starts_with('.')).then(|| format!("{theirs}{rest}"))
        });
        let part = renamed.as_deref().unwrap_or(part);
        if self.prefix.is_empty() {
            part.to_owned()
        } else {
            format!("{}.{part}", self.prefix)
        }
    }
}

/// Names by a function that sees each block with values in turn; none where it refuses one.
pub(super) fn each<'a>(
    blocks: &'a [Block],
    mut name: impl FnMut(&'a Block) -> Option<BlockName>,
) -> Option<Vec<Option<BlockName>>> {
    blocks
        .iter()
        .map(|block| {
            if block.has_values() {
                name(block).map(Some)
            } else {
                Some(None)
            }
        })
        .collect()
}
