//! What residual blocks have in common.

use super::{
    Shortcut,
    part::VALUE,
    parts::{Conv, Parts},
};
use crate::shape::{Shape, slide};

/// Values that gradient checkpointing computes again for each value of a residual block and holds
/// until the blocks before it have had their turn.
const RECOMPUTED: u64 = 2;

/// The shape after a residual block on an image of these sizes.
///
/// # Errors
/// A sentence on why its shortcut does not fit.
pub(super) fn shape_after(
    [channels, height, width]: [usize; 3],
    out: usize,
    stride: usize,
    shortcut: Shortcut,
) -> Result<Shape, String> {
    if shortcut == Shortcut::ZeroPad && out < channels {
        return Err(format!(
            "Zero padding cannot make {out} channels of {channels}: choose a projection or at least {channels} channels"
        ));
    }
    let side = |size| slide(size, 3, stride, 1, 1);
    Ok(Shape::Image([out, side(height)?, side(width)?]))
}

impl Parts {
    /// Convolutions with batch norm, ReLU between and after, and the sum with the input, or with
    /// the shortcut where the shapes differ.
    pub(super) fn residual(
        &mut self,
        convs: &[Conv],
        shortcut: Shortcut,
        stride: usize,
    ) -> Option<()> {
        let input = self.shape;
        let first = self.list.len();
        let mut between = false;
        for conv in convs {
            if between {
                self.relu();
            }
            self.conv("Convolution", conv)?;
            self.batch_norm();
            between = true;
        }
        let out = self.shape;
        if Shortcut::is_needed(input.features(), out.features(), stride) {
            self.shape = input;
            if shortcut == Shortcut::Projection {
                self.conv("Shortcut", &Conv::same(out.features(), 1, stride))?;
                // Its input is that of the first convolution too.
                if let Some(part) = self.list.last_mut() {
                    part.kept_bytes = 0;
                    part.kept_with_tangent_bytes = 0;
                }
                self.batch_norm();
            } else {
                self.push("Shortcut with zero padding", out, 0, 0);
            }
        }
        self.sum();
        let sums = self.len().saturating_mul(RECOMPUTED * VALUE);
        self.keep_checkpointed(sums);
        // The gradient of the shortcut waits for that of the convolutions.
        let waiting = self.len().saturating_mul(VALUE);
        for part in self.list.iter_mut().skip(first) {
            part.scratch_bytes = part.scratch_bytes.saturating_add(waiting);
            part.scratch_with_tangent_bytes = part.scratch_bytes.saturating_mul(2);
        }
        self.relu();
        Some(())
    }
}
