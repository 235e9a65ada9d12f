//! Names of a network's values elsewhere: the form of its chain tells the family, wherever it is
//! cut.

mod conv_next;
mod mixer;
mod resnet;
mod swin;
mod vit;

use layerwise_experiment::Block;

use super::layout::Layout;
use conv_next::{TIMM_CONV_NEXT, TORCHVISION_CONV_NEXT, conv_next};
use mixer::mixer;
use resnet::resnet;
use swin::{TIMM_SWIN, TORCHVISION_SWIN, swin};
use vit::{TIMM_VIT, TORCHVISION_VIT, vit};

/// Whose names a checkpoint has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Naming {
    Torchvision,
    Timm,
    /// `block.N.weight` and so on, N from 0 in the whole chain, and `head.weight`.
    Layerwise,
}

impl Naming {
    /// Name on the screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Torchvision => "torchvision",
            Self::Timm => "timm",
            Self::Layerwise => "Layerwise",
        }
    }
}

/// Our names of parts of a block, each with the other one.
type Parts = &'static [(&'static str, &'static str)];

/// What a block is called.
#[derive(Clone)]
pub(super) struct BlockName {
    /// Before the names of its parts; empty where they stand alone.
    pub prefix: String,
    parts: Parts,
}

impl BlockName {
    fn new(prefix: impl Into<String>, parts: Parts) -> Option<Self> {
        Some(Self {
            prefix: prefix.into(),
            parts,
        })
    }

    fn of(&self, part: &str) -> String {
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

/// The names that a network has in one naming.
pub struct Names {
    pub naming: Naming,
    /// For each block of the chain; none where a block has no values.
    blocks: Vec<Option<BlockName>>,
    /// Of the last head.
    pub(super) head: &'static str,
}

impl Names {
    /// The name of one of our names, or none where it has none.
    pub fn of(&self, ours: &str) -> Option<String> {
        if self.naming == Naming::Layerwise {
            return Some(ours.to_owned());
        }
        match ours.strip_prefix("head.") {
            Some(part @ ("weight" | "bias")) => return Some(format!("{}.{part}", self.head)),
            // A head of several layers, which others do not have.
            Some(_) => return Some(ours.to_owned()),
            None => {}
        }
        let (index, part) = ours.strip_prefix("block.")?.split_once('.')?;
        if is_of_loss(part) {
            return None;
        }
        Some(self.block(index.parse().ok()?)?.of(part))
    }

    /// Number of blocks of the chain.
    pub(super) fn len(&self) -> usize {
        self.blocks.len()
    }

    /// What a block of the chain is called.
    pub(super) fn block(&self, index: usize) -> Option<&BlockName> {
        self.blocks.get(index)?.as_ref()
    }

    /// How a value lies in a file with these names, that lies so in files of PyTorch.
    pub(super) fn layout(&self, layout: Layout) -> Layout {
        match (self.naming, layout) {
            (Naming::Layerwise, _) | (Naming::Timm, Layout::Scale) => Layout::Same,
            (Naming::Torchvision | Naming::Timm, layout) => layout,
        }
    }
}

/// Every naming of a chain; exports have the first.
pub fn namings(blocks: &[Block]) -> Vec<Names> {
    let mut all = Vec::new();
    let families = [
        (Naming::Torchvision, resnet(blocks), "fc"),
        (Naming::Timm, vit(blocks, &TIMM_VIT), "head"),
        (
            Naming::Torchvision,
            vit(blocks, &TORCHVISION_VIT),
            "heads.head",
        ),
        (Naming::Torchvision, swin(blocks, &TORCHVISION_SWIN), "head"),
        (Naming::Timm, swin(blocks, &TIMM_SWIN), "head.fc"),
        (
            Naming::Torchvision,
            conv_next(blocks, &TORCHVISION_CONV_NEXT),
            "classifier.2",
        ),
        (Naming::Timm, conv_next(blocks, &TIMM_CONV_NEXT), "head.fc"),
        (Naming::Timm, mixer(blocks), "head"),
    ];
    for (naming, names, head) in families {
        if let Some(blocks) = names {
            all.push(Names {
                naming,
                blocks,
                head,
            });
        }
    }
    all.push(Names {
        naming: Naming::Layerwise,
        blocks: (0..blocks.len())
            .map(|at| BlockName::new(format!("block.{at}"), &[]))
            .collect(),
        head: "head",
    });
    all
}

/// Whether a name below a module is of what its loss learns: its head, its decoder, and what
/// similarities are taken of.
pub(super) fn is_of_loss(name: &str) -> bool {
    ["head.", "decoder.", "similarity."]
        .iter()
        .any(|start| name.starts_with(start))
}

/// Whether a block may hold values.
fn has_values(block: &Block) -> bool {
    !matches!(
        block,
        Block::Relu(kind::Relu {})
            | Block::LeakyRelu(kind::LeakyRelu { .. })
            | Block::Gelu(kind::Gelu {})
            | Block::Silu(kind::Silu {})
            | Block::Tanh(kind::Tanh {})
            | Block::MaxPool(kind::MaxPool { .. })
            | Block::AvgPool(kind::AvgPool { .. })
            | Block::GlobalAvgPool(kind::GlobalAvgPool {})
            | Block::Flatten(kind::Flatten {})
            | Block::Dropout(kind::Dropout { .. })
    )
}

/// Names by a function that sees each block with values in turn; none where it refuses one.
fn each<'a>(
    blocks: &'a [Block],
    mut name: impl FnMut(&'a Block) -> Option<BlockName>,
) -> Option<Vec<Option<BlockName>>> {
    blocks
        .iter()
        .map(|block| {
            if has_values(block) {
                name(block).map(Some)
            } else {
                Some(None)
            }
        })
        .collect()
}
