//! Whether vectors of values are read as images, and of which size.

use eframe::egui::Ui;

use crate::gui::pane::field::{choice, number};

/// Most pixels along a side, and most channels.
const MOST: usize = 65_536;

/// Draws the fields; `values` are those of each sample, where that is known.
pub(super) fn show(ui: &mut Ui, image: &mut Option<[usize; 3]>, values: Option<usize>) {
    let mut is_image = image.is_some();
    let words = |is_image| {
        let words = if is_image { "An image" } else { "A vector" };
        words.to_owned()
    };
    if choice(ui, "Sample", &mut is_image, &[false, true], words) {
        *image = is_image.then(|| likely(values.unwrap_or(1)));
    }
    let Some(sizes) = image else { return };
    let hints = [
        (
            "Channels",
            "1 for shades of grey, 3 for red, green and blue",
        ),
        ("Height", "Rows of pixels"),
        ("Width", "Pixels in a row"),
    ];
    for (at, (size, (name, hint))) in sizes.iter_mut().zip(hints).enumerate() {
        if number(ui, name, size, 1..=MOST, hint).changed() {
            fit(image, at, values);
            return;
        }
    }
}

/// The size of image that so many values most likely are: a grey square, a coloured one, or else
/// one row.
fn likely(values: usize) -> [usize; 3] {
    let square = |channels: usize| {
        let side = (values / channels).isqrt();
        (channels * side * side == values).then_some([channels, side, side])
    };
    square(1).or_else(|| square(3)).unwrap_or([1, 1, values])
}

/// Lets another side follow the one at `changed`, where some whole number makes the image hold all
/// the values.
fn fit(image: &mut Option<[usize; 3]>, changed: usize, values: Option<usize>) {
    let (Some([channels, height, width]), Some(values)) = (image.as_mut(), values) else {
        return;
    };
    let whole = |others: usize| {
        values
            .checked_div(others)
            .filter(|it| it * others == values)
    };
    match changed {
        2 => *height = whole(*channels * *width).unwrap_or(*height),
        _ => *width = whole(*channels * *height).unwrap_or(*width),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_are_recognised() {
        assert_eq!(likely(64), [1, 8, 8]);
        assert_eq!(likely(3072), [3, 32, 32]);
        assert_eq!(likely(7), [1, 1, 7]);
    }

    #[test]
    fn a_side_follows_where_it_can() {
        let after = |image, changed| {
            let mut image = Some(image);
            fit(&mut image, changed, Some(64));
            image
        };
        assert_eq!(after([1, 4, 8], 1), Some([1, 4, 16]));
        assert_eq!(after([1, 8, 4], 2), Some([1, 16, 4]));
        assert_eq!(after([2, 8, 8], 0), Some([2, 8, 4]));
        assert_eq!(after([1, 9, 8], 1), Some([1, 9, 8]));
    }
}
