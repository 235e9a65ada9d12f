//! Names of residual networks (torchvision; timm has the same).

use layerwise_experiment::Block;

use super::{BlockName, Parts, each};

const RESIDUAL: Parts = &[
    ("first.conv", "conv1"),
    ("first.norm", "bn1"),
    ("second.conv", "conv2"),
    ("second.norm", "bn2"),
    ("third.conv", "conv3"),
    ("third.norm", "bn3"),
    ("projection.conv", "downsample.0"),
    ("projection.norm", "downsample.1"),
];

/// A convolution, batch norm, and residual blocks: a stage ends where the size changes.
pub(super) fn resnet(blocks: &[Block]) -> Option<Vec<Option<BlockName>>> {
    let mut seen = 0;
    let mut last_out = None;
    let (mut stage, mut place) = (0, 0);
    let names = each(blocks, |block| {
        seen += 1;
        match (seen, block) {
            (1, Block::Conv2d(kind::Conv2d { .. })) => BlockName::new("conv1", &[]),
            (2, Block::BatchNorm(kind::BatchNorm { .. })) => BlockName::new("bn1", &[]),
            (
                3..,
                Block::ResidualBasic(kind::ResidualBasic { out, stride, .. })
                | Block::ResidualBottleneck(kind::ResidualBottleneck { out, stride, .. }),
            ) => {
                let same = last_out == Some(*out) && *stride == 1;
                (stage, place) = if same {
                    (stage, place + 1)
                } else {
                    (stage + 1, 0)
                };
                last_out = Some(*out);
                BlockName::new(format!("layer{stage}.{place}"), RESIDUAL)
            }
            _ => None,
        }
    })?;
    (stage > 0).then_some(names)
}
