use super::*;

const PIXELS: [u8; 27] = [
    200, 0, 90, 255, 12, 120, 5, 70, 250, 30, 255, 90, 255, 99, 7, 6, 140, 128, 60, 17, 90, 255,
    250, 33, 7, 210, 0,
];

fn image() -> Planes {
    Planes::new([3, 3, 3], PIXELS.to_vec()).unwrap()
}

fn changed(change: impl Fn(&mut Planes)) -> Vec<u8> {
    let mut image = image();
    change(&mut image);
    image.into_pixels()
}

#[track_caller]
fn assert_near(values: &[u8], expected: &[u8]) {
    let near = values
        .iter()
        .zip(expected)
        .all(|(a, b)| a.abs_diff(*b) <= 1);
    assert!(
        near && values.len() == expected.len(),
        "{values:?} instead of {expected:?}"
    );
}

#[test]
fn pillow_gives_the_same() {
    // ImageEnhance.Color, Contrast, Brightness and Sharpness.
    assert_near(
        &changed(|image| saturation(image, 0.5)),
        &[
            142, 76, 90, 255, 51, 82, 5, 98, 200, 57, 203, 90, 255, 94, 25, 6, 133, 139, 72, 84,
            90, 255, 170, 38, 6, 168, 75,
        ],
    );
    assert_near(
        &changed(|image| saturation(image, 1.9)),
        &[
            255, 0, 90, 255, 0, 188, 4, 18, 255, 0, 255, 90, 255, 107, 0, 6, 151, 108, 38, 0, 90,
            255, 255, 23, 7, 255, 0,
        ],
    );
    assert_near(
        &changed(|image| contrast(image, 0.5)),
        &[
            155, 55, 100, 183, 61, 115, 58, 90, 180, 70, 183, 100, 183, 105, 59, 58, 125, 119, 85,
            64, 100, 183, 180, 72, 59, 160, 55,
        ],
    );
    assert_near(
        &changed(|image| contrast(image, 1.9)),
        &[
            255, 0, 71, 255, 0, 128, 0, 33, 255, 0, 255, 71, 255, 88, 0, 0, 166, 143, 14, 0, 71,
            255, 255, 0, 0, 255, 0,
        ],
    );
    assert_near(
        &changed(|image| brightness(image, 1.9)),
        &[
            255, 0, 171, 255, 22, 228, 9, 133, 255, 57, 255, 171, 255, 188, 13, 11, 255, 243, 114,
            32, 171, 255, 255, 62, 13, 255, 0,
        ],
    );
    for (factor, middle) in [(0.5, [46, 103, 199]), (1.9, [0, 90, 255])] {
        let sharp = changed(|image| sharpness(image, factor));
        assert_near(&[sharp[4], sharp[13], sharp[22]], &middle);
    }
}

#[test]
fn a_factor_of_1_changes_nothing() {
    for change in [brightness, contrast, saturation, sharpness] {
        assert_eq!(changed(|image| change(image, 1.0)), PIXELS);
    }
    assert_eq!(changed(|image| hue(image, 0.0)), PIXELS);
    assert_eq!(changed(|image| solarize(image, 256)), PIXELS);
    assert_eq!(changed(|image| posterize(image, 8)), PIXELS);
}

#[test]
fn a_turn_of_the_hue_keeps_grey_and_luminance() {
    // In the order red, green, blue: grey, and a colour far from the limits.
    let pixels = vec![90, 130, 90, 120, 90, 110];
    let before = Planes::new([3, 1, 2], pixels).unwrap();
    for turns in [-0.25, 0.1, 0.5] {
        let mut after = before.clone();
        hue(&mut after, turns);
        let values = after.pixels();
        assert_eq!([values[0], values[2], values[4]], [90, 90, 90]);
        let colour = [values[1], values[3], values[5]].map(f32::from);
        assert!((luminance(colour) - luminance([130.0, 120.0, 110.0])).abs() < 1.0);
        assert!(values[5].abs_diff(110) > 2, "{values:?}");
    }
    // Half a turn mirrors each channel at the luminance.
    let mut after = before.clone();
    hue(&mut after, 0.5);
    let values = after.pixels();
    assert_near(&[values[1], values[3], values[5]], &[114, 124, 134]);
    // A quarter forth and a quarter back.
    hue(&mut after, 0.25);
    hue(&mut after, 0.25);
    assert_near(after.pixels(), before.pixels());
}

#[test]
fn without_three_channels_there_is_no_colour() {
    for channels in [1, 2] {
        let before = Planes::new([channels, 1, 2], vec![7; channels * 2]).unwrap();
        let mut after = before.clone();
        saturation(&mut after, 0.0);
        hue(&mut after, 0.3);
        assert_eq!(after, before);
        contrast(&mut after, 0.0);
        assert_eq!(after, before, "the mean of one value is itself");
        brightness(&mut after, 0.0);
        assert_eq!(after.pixels(), vec![0; channels * 2]);
    }
}

#[test]
fn autocontrast_stretches_each_channel() {
    let mut image = Planes::new([2, 1, 4], vec![50, 60, 70, 150, 9, 9, 9, 9]).unwrap();
    autocontrast(&mut image);
    assert_eq!(image.pixels(), [0, 26, 51, 255, 9, 9, 9, 9]);
}

#[test]
fn equalize_is_as_in_pillow() {
    let value = |i: u32| u8::try_from(i * i % 97 + 50).unwrap();
    let mut image = Planes::new([1, 16, 20], (0..320).map(value).collect()).unwrap();
    equalize(&mut image);
    let start = [0, 4, 25, 45, 65, 91, 130, 164, 204, 255, 18, 84];
    assert_eq!(image.pixels()[..12], start);
    let weighted: usize = image
        .pixels()
        .iter()
        .enumerate()
        .map(|(index, &value)| index * usize::from(value))
        .sum();
    assert_eq!(weighted, 7_645_890);
    // Of one value, or of few pixels, nothing is made.
    let mut flat = Planes::new([1, 20, 20], vec![77; 400]).unwrap();
    equalize(&mut flat);
    assert_eq!(flat.pixels(), [77; 400]);
    assert_eq!(changed(equalize), PIXELS);
}

#[test]
fn thresholds_and_bits() {
    let values = [0, 127, 128, 200, 255];
    let image = Planes::new([1, 1, 5], values.to_vec()).unwrap();
    let after = |change: &dyn Fn(&mut Planes)| {
        let mut image = image.clone();
        change(&mut image);
        image.into_pixels()
    };
    assert_eq!(after(&|i| solarize(i, 128)), [0, 127, 127, 55, 0]);
    assert_eq!(after(&|i| solarize(i, 0)), [255, 128, 127, 55, 0]);
    assert_eq!(after(&|i| posterize(i, 4)), [0, 112, 128, 192, 240]);
    assert_eq!(after(&|i| posterize(i, 0)), [0; 5]);
    assert_eq!(after(&|i| posterize(i, 99)), values);
}
