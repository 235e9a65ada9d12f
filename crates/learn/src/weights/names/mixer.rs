//! Names of MLP-Mixers (timm; torchvision has none).

use layerwise_experiment::{Block, NormOver};

use super::{BlockName, Parts};

const STEM: Parts = &[("conv", "stem.proj")];

const MIXER: Parts = &[
    ("norm_1", "norm1"),
    ("tokens.first", "mlp_tokens.fc1"),
    ("tokens.second", "mlp_tokens.fc2"),
    ("norm_2", "norm2"),
    ("channels.first", "mlp_channels.fc1"),
    ("channels.second", "mlp_channels.fc2"),
];

/// Patches, MLP-Mixer blocks, layer norm. Dropout may stand anywhere.
pub(super) fn mixer(blocks: &[Block]) -> Option<Vec<Option<BlockName>>> {
    let mut last: Option<&Block> = None;
    let mut count = 0;
    let found: Option<Vec<Option<BlockName>>> = blocks
        .iter()
        .map(|block| {
            let name = match (last, block) {
                (_, Block::Dropout(kind::Dropout { .. })) => return Some(None),
                (
                    None,
                    Block::PatchEmbedding(kind::PatchEmbedding {
                        class_token: false, ..
                    }),
                ) => BlockName::new("", STEM),
                (
                    Some(
                        Block::PatchEmbedding(kind::PatchEmbedding { .. })
                        | Block::MlpMixer(kind::MlpMixer { .. }),
                    ),
                    Block::MlpMixer(kind::MlpMixer { .. }),
                ) => {
                    count += 1;
                    BlockName::new(format!("blocks.{}", count - 1), MIXER)
                }
                (
                    Some(Block::MlpMixer(kind::MlpMixer { .. })),
                    Block::LayerNorm(kind::LayerNorm {
                        over: NormOver::Channels,
                        ..
                    }),
                ) => BlockName::new("norm", &[]),
                _ => None,
            };
            last = Some(block);
            name.map(Some)
        })
        .collect();
    found.filter(|_| matches!(last, Some(Block::LayerNorm(kind::LayerNorm { .. }))))
}
