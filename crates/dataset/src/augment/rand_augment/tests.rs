use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::*;

/// 7×5.
const GREY: [u8; 35] = [
    0, 7, 28, 63, 112, 175, 252, 31, 51, 85, 133, 195, 15, 105, 62, 95, 142, 203, 22, 111, 214, 93,
    139, 199, 17, 105, 207, 67, 124, 183, 0, 87, 188, 47, 176,
];

fn image(channels: usize) -> Planes {
    Planes::new([channels, 5, 7], GREY.repeat(channels)).unwrap()
}

fn after(operation: Operation, strength: f64, sign: f64) -> Vec<u8> {
    let mut image = image(1);
    apply(&mut image, operation, strength, sign);
    image.into_pixels()
}

#[test]
fn a_magnitude_of_0_changes_nothing_that_has_one() {
    for channels in [1, 2, 3] {
        for operation in OPERATIONS {
            let mut changed = image(channels);
            apply(&mut changed, operation, 0.0, -1.0);
            let is_same = changed == image(channels);
            let has_magnitude = !matches!(operation, Operation::Autocontrast | Operation::Equalize);
            assert!(is_same || !has_magnitude, "{operation:?}");
        }
    }
}

#[test]
fn full_strength_changes_all_that_it_can() {
    let colourless = [
        Operation::Identity,
        // Too few pixels.
        Operation::Equalize,
        Operation::Color,
    ];
    for operation in OPERATIONS {
        let is_same = after(operation, 1.0, 1.0) == GREY;
        assert_eq!(is_same, colourless.contains(&operation), "{operation:?}");
        let is_symmetric = after(operation, 1.0, 1.0) == after(operation, 1.0, -1.0);
        let has_sign = !matches!(
            operation,
            Operation::Identity
                | Operation::Autocontrast
                | Operation::Equalize
                | Operation::Solarize
                | Operation::Posterize
                | Operation::Color
        );
        assert_eq!(is_symmetric, !has_sign, "{operation:?}");
    }
}

#[test]
fn pillow_turns_in_the_same_way() {
    // Image.rotate(-24).
    assert_eq!(
        after(Operation::Rotate, 0.8, 1.0),
        [
            0, 31, 51, 28, 63, 0, 0, 62, 95, 85, 133, 195, 112, 175, 93, 139, 142, 203, 22, 15,
            105, 183, 0, 199, 17, 105, 111, 214, 0, 0, 87, 188, 207, 67, 0
        ]
    );
}

#[test]
fn images_are_shifted() {
    // 150/331 of 7 is 3.17, of 5 is 2.27.
    let right = after(Operation::TranslateX, 1.0, 1.0);
    let left = after(Operation::TranslateX, 1.0, -1.0);
    for (row, from) in GREY.chunks(7).enumerate() {
        let at = row * 7;
        assert_eq!(right[at..at + 7], [&[0; 3], &from[..4]].concat());
        assert_eq!(left[at..at + 7], [&from[3..], &[0; 3]].concat());
    }
    let down = after(Operation::TranslateY, 1.0, 1.0);
    assert_eq!(down, [&[0; 14], &GREY[..21]].concat());
    let up = after(Operation::TranslateY, 1.0, -1.0);
    assert_eq!(up, [&GREY[14..], &[0; 14]].concat());
}

#[test]
fn images_are_sheared_about_their_centre() {
    // Rows move by 0.3 of their distance from the middle one, rounded: −1, 0, 0, 0, 1.
    let sheared = after(Operation::ShearX, 1.0, 1.0);
    assert_eq!(sheared[..7], [7, 28, 63, 112, 175, 252, 0]);
    assert_eq!(sheared[7..28], GREY[7..28]);
    assert_eq!(sheared[28..], [0, 124, 183, 0, 87, 188, 47]);
    // Columns by 0.9 to −0.9: −1, −1, 0, 0, 0, 1, 1.
    let sheared = after(Operation::ShearY, 1.0, 1.0);
    let column = |values: &[u8], x: usize| values[x..].iter().step_by(7).copied().collect();
    let first: Vec<u8> = column(&sheared, 0);
    assert_eq!(first, [31, 62, 93, 124, 0]);
    let middle: Vec<u8> = column(&sheared, 3);
    assert_eq!(middle, [63, 133, 203, 17, 87]);
    let last: Vec<u8> = column(&sheared, 6);
    assert_eq!(last, [0, 252, 105, 214, 67]);
}

#[test]
fn full_magnitudes_are_those_of_torchvision() {
    let inverted: Vec<u8> = GREY.iter().map(|value| 255 - value).collect();
    assert_eq!(after(Operation::Solarize, 1.0, 1.0), inverted);
    let masked: Vec<u8> = GREY.iter().map(|value| value & 0xF0).collect();
    assert_eq!(after(Operation::Posterize, 1.0, 1.0), masked);
    let dark: Vec<u8> = GREY
        .iter()
        .map(|&value| (f32::from(value) / 10.0).round() as u8)
        .collect();
    assert_eq!(after(Operation::Brightness, 1.0, -1.0), dark);
}

#[test]
fn operations_are_drawn_from_all() {
    // Two numbers for each operation, whatever it is.
    for operations in [0, 1, 3, MAX_OPERATIONS, 99] {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let settings = RandAugment {
            operations,
            magnitude: 9,
        };
        rand_augment(&mut image(3), settings, &mut rng);
        let mut other = ChaCha8Rng::seed_from_u64(5);
        for _ in 0..operations.min(MAX_OPERATIONS) {
            let _: usize = other.random_range(0..14);
            let _: bool = other.random();
        }
        assert_eq!(rng.random::<u64>(), other.random::<u64>());
    }
    let mut results: Vec<Vec<u8>> = (0..400)
        .map(|seed| {
            let mut image = image(1);
            let settings = RandAugment {
                operations: 1,
                magnitude: 30,
            };
            rand_augment(&mut image, settings, &mut ChaCha8Rng::seed_from_u64(seed));
            image.into_pixels()
        })
        .collect();
    results.sort();
    results.dedup();
    // Unchanged, 3 without a sign and 8 with one.
    assert_eq!(results.len(), 1 + 3 + 2 * 8);
}
