//! The array of samples.

use super::header::{Header, Item};
use crate::source::array::bytes::Named;
use crate::source::array::layout::{Axis, Layout, text};
use crate::source::array::values::samples;
use crate::source::raw::Store;

/// Samples of one part.
#[derive(Debug)]
pub(super) struct Samples {
    pub store: Store,
    pub shape: [usize; 3],
    pub is_image: bool,
    pub count: usize,
}

/// Reads the array of samples that follows the header.
///
/// # Errors
/// Where it is not of a shape or type that samples have, or data are missing or not finite.
pub(super) fn read(source: &mut Named, header: &Header) -> Result<Samples, String> {
    let name = source.name;
    let Item::Number(element) = header.item else {
        return Err(format!(
            "{name} holds texts, not numbers: save numbers as x"
        ));
    };
    let (axes, is_image) = axes(&header.dims).ok_or_else(|| {
        format!(
            "{name} has the shape ({}), but samples are N × F, N × H × W, N × H × W × C or N × C × H × W with 1, 3 or 4 channels C: reshape it",
            text(&header.dims)
        )
    })?;
    let layout = Layout::new(name, &header.dims, axes, header.fortran)?;
    Ok(Samples {
        store: samples(source, element, &layout, is_image)?,
        shape: layout.shape,
        is_image,
        count: layout.count,
    })
}

/// Which axis is which, and whether the samples are images.
fn axes(dims: &[usize]) -> Option<([Axis; 4], bool)> {
    let channels = |length: usize| matches!(length, 1 | 3 | 4);
    let last = [Some(0), Some(3), Some(1), Some(2)];
    let first = [Some(0), Some(1), Some(2), Some(3)];
    match *dims {
        [_, _] => Some(([Some(0), Some(1), None, None], false)),
        [_, _, _] => Some(([Some(0), None, Some(1), Some(2)], true)),
        [_, second, _, fourth] => match (channels(second), channels(fourth)) {
            (true, true) if second < fourth => Some((first, true)),
            (_, true) => Some((last, true)),
            (true, false) => Some((first, true)),
            (false, false) => None,
        },
        _ => None,
    }
}

/// Checks that the parts for training and testing have samples of one kind.
///
/// # Errors
/// Where they have not.
pub(super) fn check_alike(
    train_name: &str,
    train: &Samples,
    test_name: &str,
    test: &Samples,
) -> Result<(), String> {
    if (train.shape, train.is_image) != (test.shape, test.is_image) {
        return Err(format!(
            "The samples in {train_name} have the shape {} but those in {test_name} {} (channels × height × width): save them in one shape",
            text(&train.shape),
            text(&test.shape)
        ));
    }
    if train.store.holds_pixels() != test.store.holds_pixels() {
        return Err(format!(
            "Only one of {train_name} and {test_name} holds bytes: save both in one type"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_the_shorter_axis() {
        for (dims, channels) in [
            ([9, 28, 28, 3], 3),
            ([9, 3, 28, 28], 1),
            ([9, 1, 4, 4], 1),
            ([9, 4, 4, 1], 3),
            ([9, 3, 4, 4], 1),
            ([9, 4, 4, 3], 3),
            ([9, 3, 3, 3], 3),
            ([9, 1, 28, 1], 3),
        ] {
            let (axes, is_image) = axes(&dims).unwrap();
            assert!(is_image);
            assert_eq!(axes[1], Some(channels), "{dims:?}");
        }
        assert_eq!(axes(&[9, 28, 28, 2]), None);
        assert_eq!(axes(&[9]), None);
        assert_eq!(axes(&[]), None);
        assert_eq!(axes(&[9, 1, 1, 1, 1]), None);
    }
}
