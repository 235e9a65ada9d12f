//! What blocks that pool windows have in common.

use crate::shape::{Shape, slide};

/// The shape after pooling an image of these sizes.
///
/// # Errors
/// A sentence on why the windows do not fit.
pub(super) fn shape_after(
    [channels, height, width]: [usize; 3],
    kernel: usize,
    stride: usize,
    padding: usize,
) -> Result<Shape, String> {
    if padding * 2 > kernel {
        return Err(format!(
            "Padding {padding} is more than half of the kernel size {kernel}"
        ));
    }
    let side = |size| slide(size, kernel, stride, padding, 1);
    Ok(Shape::Image([channels, side(height)?, side(width)?]))
}
