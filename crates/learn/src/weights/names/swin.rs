//! Names of Swin transformers.

use layerwise_experiment::Block;

use super::{BlockName, Parts, each};

/// Names of a Swin transformer.
pub(super) struct Swin {
    stem: Parts,
    stem_norm: &'static str,
    /// Name of a block by stage and place, both from 0.
    block: fn(usize, usize) -> String,
    parts: Parts,
    /// Name of the merging after a stage.
    merging: fn(usize) -> String,
}

pub(super) const TORCHVISION_SWIN: Swin = Swin {
    stem: &[("conv", "features.0.0")],
    stem_norm: "features.0.2",
    block: |stage, place| format!("features.{}.{place}", 2 * stage + 1),
    parts: &[
        ("norm_1", "norm1"),
        ("attention.qkv", "attn.qkv"),
        ("attention.out", "attn.proj"),
        ("attention.bias_table", "attn.relative_position_bias_table"),
        ("norm_2", "norm2"),
        ("mlp.first", "mlp.0"),
        ("mlp.second", "mlp.3"),
    ],
    merging: |stage| format!("features.{}", 2 * stage + 2),
};

pub(super) const TIMM_SWIN: Swin = Swin {
    stem: &[("conv", "patch_embed.proj")],
    stem_norm: "patch_embed.norm",
    block: |stage, place| format!("layers.{stage}.blocks.{place}"),
    parts: &[
        ("norm_1", "norm1"),
        ("attention.qkv", "attn.qkv"),
        ("attention.out", "attn.proj"),
        ("attention.bias_table", "attn.relative_position_bias_table"),
        ("norm_2", "norm2"),
        ("mlp.first", "mlp.fc1"),
        ("mlp.second", "mlp.fc2"),
    ],
    merging: |stage| format!("layers.{}.downsample", stage + 1),
};

/// Patches, layer norm, Swin blocks with merging between stages, layer norm.
pub(super) fn swin(blocks: &[Block], names: &Swin) -> Option<Vec<Option<BlockName>>> {
    let mut last: Option<&Block> = None;
    let (mut stage, mut place) = (0, 0);
    let mut count = 0;
    let found = each(blocks, |block| {
        let name = match (last, block) {
            (None, Block::PatchEmbedding(kind::PatchEmbedding { .. })) => {
                BlockName::new("", names.stem)
            }
            (
                Some(Block::PatchEmbedding(kind::PatchEmbedding { .. })),
                Block::LayerNorm(kind::LayerNorm { .. }),
            ) => BlockName::new(names.stem_norm, &[]),
            (
                Some(
                    Block::PatchEmbedding(kind::PatchEmbedding { .. })
                    | Block::LayerNorm(kind::LayerNorm { .. })
                    | Block::Swin(kind::Swin { .. })
                    | Block::PatchMerging(kind::PatchMerging { .. }),
                ),
                Block::Swin(kind::Swin { .. }),
            ) => {
                count += 1;
                place += 1;
                BlockName::new((names.block)(stage, place - 1), names.parts)
            }
            (
                Some(Block::Swin(kind::Swin { .. })),
                Block::PatchMerging(kind::PatchMerging { .. }),
            ) => {
                (stage, place) = (stage + 1, 0);
                BlockName::new((names.merging)(stage - 1), &[])
            }
            (Some(Block::Swin(kind::Swin { .. })), Block::LayerNorm(kind::LayerNorm { .. })) => {
                BlockName::new("norm", &[])
            }
            _ => None,
        };
        last = Some(block);
        name
    })?;
    (count > 0).then_some(found)
}
