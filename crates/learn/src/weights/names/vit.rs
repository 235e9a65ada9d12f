//! Names of vision transformers.

use layerwise_experiment::{Block, Position};

use super::{BlockName, Parts, each};

/// Names of a vision transformer.
pub(super) struct Vit {
    stem: Parts,
    position: Parts,
    /// Before the number of a block.
    blocks: &'static str,
    parts: Parts,
    norm: &'static str,
}

pub(super) const TIMM_VIT: Vit = Vit {
    stem: &[("conv", "patch_embed.proj"), ("class_token", "cls_token")],
    position: &[("weight", "pos_embed")],
    blocks: "blocks.",
    parts: &[
        ("norm_1", "norm1"),
        ("attention.qkv", "attn.qkv"),
        ("attention.out", "attn.proj"),
        ("norm_2", "norm2"),
        ("mlp.first", "mlp.fc1"),
        ("mlp.second", "mlp.fc2"),
    ],
    norm: "norm",
};

pub(super) const TORCHVISION_VIT: Vit = Vit {
    stem: &[("conv", "conv_proj")],
    position: &[("weight", "encoder.pos_embedding")],
    blocks: "encoder.layers.encoder_layer_",
    parts: &[
        ("norm_1", "ln_1"),
        ("attention.qkv.weight", "self_attention.in_proj_weight"),
        ("attention.qkv.bias", "self_attention.in_proj_bias"),
        ("attention.out", "self_attention.out_proj"),
        ("norm_2", "ln_2"),
        ("mlp.first", "mlp.0"),
        ("mlp.second", "mlp.3"),
    ],
    norm: "encoder.ln",
};

/// Patches, their places, encoder blocks, layer norm.
pub(super) fn vit(blocks: &[Block], names: &Vit) -> Option<Vec<Option<BlockName>>> {
    let mut last: Option<&Block> = None;
    let mut count = 0;
    let found = each(blocks, |block| {
        let name = match (last, block) {
            (None, Block::PatchEmbedding(kind::PatchEmbedding { .. })) => {
                BlockName::new("", names.stem)
            }
            (
                Some(Block::PatchEmbedding(kind::PatchEmbedding { .. })),
                // Fixed places are no weights of anybody else's.
                Block::PositionEmbedding(kind::PositionEmbedding {
                    position: Position::Learnt,
                }),
            ) => BlockName::new("", names.position),
            (
                Some(
                    Block::PatchEmbedding(kind::PatchEmbedding { .. })
                    | Block::PositionEmbedding(kind::PositionEmbedding { .. })
                    | Block::TransformerEncoder(kind::TransformerEncoder { .. }),
                ),
                Block::TransformerEncoder(kind::TransformerEncoder { .. }),
            ) => {
                count += 1;
                BlockName::new(format!("{}{}", names.blocks, count - 1), names.parts)
            }
            (
                Some(Block::TransformerEncoder(kind::TransformerEncoder { .. })),
                Block::LayerNorm(kind::LayerNorm { .. }),
            ) => BlockName::new(names.norm, &[]),
            _ => None,
        };
        last = Some(block);
        name
    })?;
    (count > 0).then_some(found)
}
