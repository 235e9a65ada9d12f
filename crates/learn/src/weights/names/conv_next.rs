//! Names of ConvNeXt networks.

use layerwise_experiment::{Block, NormOver};

use super::{BlockName, Parts};

/// Names of a ConvNeXt.
pub(super) struct ConvNext {
    /// Of the convolution and the layer norm that make patches.
    stem: [&'static str; 2],
    /// The same of a patch embedding, for its parts.
    patches: Parts,
    /// Name of a block by stage and place, both from 0.
    block: fn(usize, usize) -> String,
    parts: Parts,
    /// Before the names of the layer norm and the convolution that lead to a stage.
    halving: fn(usize) -> String,
    /// Of the layer norm behind the global pooling.
    norm: &'static str,
    /// Of the layer norm where it stands before the pooling.
    early_norm: Option<&'static str>,
}

pub(super) const TORCHVISION_CONV_NEXT: ConvNext = ConvNext {
    stem: ["features.0.0", "features.0.1"],
    patches: &[("conv", "features.0.0")],
    block: |stage, place| format!("features.{}.{place}", 2 * stage + 1),
    parts: &[
        ("depthwise", "block.0"),
        ("norm", "block.2"),
        ("mlp.first", "block.3"),
        ("mlp.second", "block.5"),
        ("scale", "layer_scale"),
    ],
    halving: |stage| format!("features.{}", 2 * stage),
    norm: "classifier.0",
    early_norm: None,
};

pub(super) const TIMM_CONV_NEXT: ConvNext = ConvNext {
    stem: ["stem.0", "stem.1"],
    patches: &[("conv", "stem.0")],
    block: |stage, place| format!("stages.{stage}.blocks.{place}"),
    parts: &[
        ("depthwise", "conv_dw"),
        ("mlp.first", "mlp.fc1"),
        ("mlp.second", "mlp.fc2"),
        ("scale", "gamma"),
    ],
    halving: |stage| format!("stages.{stage}.downsample"),
    norm: "head.norm",
    early_norm: Some("norm_pre"),
};

/// Patches, layer norm, ConvNeXt blocks with a layer norm and a convolution between stages, global
/// pooling and layer norm, in this order or the other. Dropout may stand anywhere.
pub(super) fn conv_next(blocks: &[Block], names: &ConvNext) -> Option<Vec<Option<BlockName>>> {
    let is_dropout = |block: &Block| matches!(block, Block::Dropout(kind::Dropout { .. }));
    let chain: Vec<&Block> = blocks.iter().filter(|block| !is_dropout(block)).collect();
    let mut named = Vec::with_capacity(chain.len());
    let [stem, stem_norm, stages @ ..] = chain.as_slice() else {
        return None;
    };
    let [first, second] = names.stem;
    named.push(match stem {
        Block::PatchEmbedding(kind::PatchEmbedding {
            class_token: false, ..
        }) => BlockName::new("", names.patches),
        _ if is_patching(stem) => BlockName::new(first, &[]),
        _ => return None,
    });
    named.push(is_norm(stem_norm).then(|| BlockName::new(second, &[]))?);
    let (stages, end) = match stages {
        [
            stages @ ..,
            Block::GlobalAvgPool(kind::GlobalAvgPool {}),
            Block::LayerNorm(kind::LayerNorm { .. }),
        ] => (stages, vec![None, BlockName::new(names.norm, &[])]),
        [stages @ .., norm] if is_norm(norm) => {
            (stages, vec![BlockName::new(names.early_norm?, &[])])
        }
        _ => return None,
    };
    let (mut stage, mut place) = (0, 0);
    let mut last: Option<&Block> = None;
    for block in stages {
        named.push(match (last, *block) {
            (
                None
                | Some(Block::ConvNext(kind::ConvNext { .. }) | Block::Conv2d(kind::Conv2d { .. })),
                Block::ConvNext(kind::ConvNext { .. }),
            ) => {
                place += 1;
                BlockName::new((names.block)(stage, place - 1), names.parts)
            }
            (Some(Block::ConvNext(kind::ConvNext { .. })), norm) if is_norm(norm) => {
                (stage, place) = (stage + 1, 0);
                BlockName::new(format!("{}.0", (names.halving)(stage)), &[])
            }
            (Some(Block::LayerNorm(kind::LayerNorm { .. })), conv) if is_patching(conv) => {
                BlockName::new(format!("{}.1", (names.halving)(stage)), &[])
            }
            _ => return None,
        });
        last = Some(*block);
    }
    if !matches!(last, Some(Block::ConvNext(kind::ConvNext { .. }))) {
        return None;
    }
    named.extend(end);
    let mut named = named.into_iter();
    blocks
        .iter()
        .map(|block| {
            if is_dropout(block) {
                Some(None)
            } else {
                named.next()
            }
        })
        .collect()
}

/// Layer norm over the channels of each pixel.
fn is_norm(block: &Block) -> bool {
    matches!(
        block,
        Block::LayerNorm(kind::LayerNorm {
            over: NormOver::Channels,
            ..
        })
    )
}

/// A convolution of patches that do not overlap.
fn is_patching(block: &Block) -> bool {
    matches!(
        block,
        Block::Conv2d(kind::Conv2d { kernel, stride, padding: 0, dilation: 1, groups: 1, .. }) if kernel == stride
    )
}
