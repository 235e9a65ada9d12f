use super::*;

fn picture(width: usize, height: usize, channels: usize, pixels: Vec<u8>) -> Picture {
    Picture {
        width,
        height,
        channels,
        pixels,
    }
}

/// 7×5.
fn grey() -> Picture {
    picture(
        7,
        5,
        1,
        vec![
            0, 7, 28, 63, 112, 175, 252, 31, 51, 85, 133, 195, 15, 105, 62, 95, 142, 203, 22, 111,
            214, 93, 139, 199, 17, 105, 207, 67, 124, 183, 0, 87, 188, 47, 176,
        ],
    )
}

fn is_near(image: &Planes, expected: &[u8]) -> bool {
    image.pixels().len() == expected.len()
        && image
            .pixels()
            .iter()
            .zip(expected)
            .all(|(a, b)| a.abs_diff(*b) <= 1)
}

#[test]
fn pillow_gives_the_same() {
    // Image.resize and ImageOps.fit and pad, with Image.BILINEAR.
    let stretched = fit(&grey(), 3, 4, Resize::Stretch).unwrap();
    assert_eq!(stretched.shape(), [1, 3, 4]);
    let expected = [20, 59, 124, 152, 80, 134, 104, 134, 132, 93, 119, 124];
    assert!(is_near(&stretched, &expected), "{stretched:?}");

    let larger = fit(&grey(), 6, 9, Resize::Stretch).unwrap();
    let row = Planes::new([1, 1, 9], larger.pixels()[18..27].to_vec()).unwrap();
    let expected = [49, 67, 95, 131, 174, 112, 81, 103, 169];
    assert!(is_near(&row, &expected), "{row:?}");

    let cropped = fit(&grey(), 3, 3, Resize::Crop).unwrap();
    let expected = [34, 96, 132, 109, 130, 105, 128, 84, 131];
    assert!(is_near(&cropped, &expected), "{cropped:?}");

    let padded = fit(&grey(), 4, 4, Resize::Pad).unwrap();
    let expected = [
        20, 59, 124, 152, 80, 134, 104, 134, 132, 93, 119, 124, 0, 0, 0, 0,
    ];
    assert!(is_near(&padded, &expected), "{padded:?}");
}

#[test]
fn channels_come_apart() {
    // Two pixels wide, three high.
    let pixels = (1..=18).collect();
    let image = fit(&picture(2, 3, 3, pixels), 3, 2, Resize::Crop).unwrap();
    assert_eq!(image.shape(), [3, 3, 2]);
    assert_eq!(
        image.pixels(),
        [
            1, 4, 7, 10, 13, 16, 2, 5, 8, 11, 14, 17, 3, 6, 9, 12, 15, 18
        ]
    );
}

#[test]
fn one_colour_stays() {
    let sizes = [1, 2, 3, 7, 32, 100];
    for (width, height) in sizes.iter().flat_map(|&w| sizes.map(|h| (w, h))) {
        let pixels = [10, 200, 255].repeat(width * height);
        let picture = picture(width, height, 3, pixels);
        for (to_width, to_height) in [(1, 1), (5, 9), (64, 64), (33, 2)] {
            for resize in [Resize::Crop, Resize::Stretch] {
                let image = fit(&picture, to_height, to_width, resize).unwrap();
                let len = to_width * to_height;
                let expected = [vec![10; len], vec![200; len], vec![255; len]].concat();
                assert_eq!(image.pixels(), expected);
            }
        }
    }
}

#[test]
fn bars_are_black_and_equal() {
    let wide = fit(&picture(4, 2, 1, vec![9; 8]), 6, 4, Resize::Pad).unwrap();
    assert_eq!(wide.pixels(), [vec![0; 8], vec![9; 8], vec![0; 8]].concat());
    let tall = fit(&picture(1, 2, 1, vec![9; 2]), 2, 5, Resize::Pad).unwrap();
    assert_eq!(tall.pixels(), [0, 0, 9, 0, 0, 0, 0, 9, 0, 0]);
    // A line stays visible.
    let line = fit(&picture(1000, 1, 1, vec![9; 1000]), 3, 3, Resize::Pad).unwrap();
    assert_eq!(line.pixels(), [0, 0, 0, 9, 9, 9, 0, 0, 0]);
}

#[test]
fn a_crop_keeps_the_middle() {
    let pixels = [0, 0, 50, 60, 0, 0].repeat(2);
    let image = fit(&picture(6, 2, 1, pixels), 2, 2, Resize::Crop).unwrap();
    assert_eq!(image.pixels(), [50, 60, 50, 60]);
}

#[test]
fn what_does_not_match_is_an_error() {
    for picture in [
        picture(2, 2, 3, vec![0; 11]),
        picture(2, 2, 2, vec![0; 8]),
        picture(0, 2, 1, Vec::new()),
        picture(2, 2, 1, vec![0; 5]),
        picture(usize::MAX, usize::MAX, 1, vec![0; 5]),
    ] {
        for resize in [Resize::Crop, Resize::Stretch, Resize::Pad] {
            assert!(fit(&picture, 4, 4, resize).is_err(), "{picture:?}");
        }
    }
    for (height, width) in [(0, 4), (4, 0), (16_385, 1), (1, usize::MAX)] {
        for resize in [Resize::Crop, Resize::Stretch, Resize::Pad] {
            let error = fit(&grey(), height, width, resize).unwrap_err();
            assert!(error.contains("out of range"), "{error}");
        }
    }
}

#[test]
fn files_are_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.png");
    image::RgbImage::from_pixel(3, 5, image::Rgb([1, 2, 3]))
        .save(&path)
        .unwrap();
    let image = load(&path, [3, 2, 2], Resize::Crop).unwrap();
    assert_eq!(image.pixels(), [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
    let error = load(&path, [3, 0, 2], Resize::Crop).unwrap_err();
    assert!(error.contains("a.png: A side of 0 pixels"), "{error}");
}
