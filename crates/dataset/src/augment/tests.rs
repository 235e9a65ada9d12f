use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::*;

fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// 3×4×5, every value another.
fn image() -> Planes {
    Planes::new([3, 4, 5], (0..60).collect()).unwrap()
}

fn row(values: &[u8]) -> Planes {
    Planes::new([1, 1, values.len()], values.to_vec()).unwrap()
}

#[test]
fn all_is_off_by_default() {
    for seed in 0..20 {
        assert_eq!(
            augment(image(), &Prepare::default(), &mut rng(seed)),
            image()
        );
    }
}

#[test]
fn a_flip_mirrors_half_of_the_images() {
    let settings = Prepare {
        flip: true,
        ..Prepare::default()
    };
    let mirrored: Vec<u8> = image()
        .pixels()
        .chunks(5)
        .flat_map(|row| row.iter().rev().copied())
        .collect();
    let mut flipped = 0;
    for seed in 0..200 {
        let after = augment(image(), &settings, &mut rng(seed));
        if after.pixels() == mirrored {
            flipped += 1;
        } else {
            assert_eq!(after, image());
        }
    }
    assert!((70..=130).contains(&flipped), "{flipped}");
}

#[test]
fn reflection_is_that_of_numpy() {
    // numpy.pad([1, 2, 3, 4], 3, "reflect") and numpy.pad([1, 2, 3], 5, "reflect").
    for (values, padding, padded) in [
        (vec![1, 2, 3, 4], 3, vec![4, 3, 2, 1, 2, 3, 4, 3, 2, 1]),
        (
            vec![1, 2, 3],
            5,
            vec![2, 1, 2, 3, 2, 1, 2, 3, 2, 1, 2, 3, 2],
        ),
        (vec![7], 2, vec![7; 5]),
    ] {
        for start in 0..=2 * padding {
            let mut image = row(&values);
            shift(&mut image, padding, start, padding, Fill::Reflect);
            assert_eq!(image.pixels(), &padded[start..start + values.len()]);
        }
    }
}

#[test]
fn zeros_surround_an_image() {
    for (start, expected) in [
        (0, [0, 0, 0, 1]),
        (3, [1, 2, 3, 4]),
        (5, [3, 4, 0, 0]),
        (6, [4, 0, 0, 0]),
    ] {
        let mut image = row(&[1, 2, 3, 4]);
        shift(&mut image, 3, start, 3, Fill::Zero);
        assert_eq!(image.pixels(), expected);
    }
    let mut image = image();
    // One up and two left of the middle, in each channel.
    shift(&mut image, 3, 1, 2, Fill::Zero);
    assert_eq!(
        image.pixels()[20..40],
        [
            0, 25, 26, 27, 28, 0, 30, 31, 32, 33, 0, 35, 36, 37, 38, 0, 0, 0, 0, 0
        ]
    );
}

#[test]
fn crops_reach_every_place() {
    let settings = Prepare {
        crop_padding: 2,
        ..Prepare::default()
    };
    let mut seen: Vec<Planes> = Vec::new();
    for seed in 0..500 {
        let after = augment(image(), &settings, &mut rng(seed));
        if !seen.contains(&after) {
            seen.push(after);
        }
    }
    assert_eq!(seen.len(), 25);
    let far = Prepare {
        crop_padding: usize::MAX,
        crop_fill: Fill::Reflect,
        ..Prepare::default()
    };
    let after = augment(image(), &far, &mut rng(0));
    assert_eq!(after.shape(), image().shape());
}

#[test]
fn jitter_stays_within_its_strength() {
    let grey = Planes::new([3, 2, 2], vec![100; 12]).unwrap();
    for seed in 0..200 {
        let settings = Prepare {
            jitter: 0.2,
            ..Prepare::default()
        };
        // On an image of one grey, only the brightness acts.
        let after = augment(grey.clone(), &settings, &mut rng(seed));
        let value = after.pixels()[0];
        assert!((79..=121).contains(&value), "{value}");
        assert!(
            after
                .pixels()
                .iter()
                .all(|other| other.abs_diff(value) <= 1)
        );
    }
    let off = Prepare {
        jitter: f64::NAN,
        ..Prepare::default()
    };
    assert_eq!(augment(grey.clone(), &off, &mut rng(0)), grey);
}

#[test]
fn the_seed_decides() {
    let settings = &Prepare {
        crop_padding: 1,
        crop_fill: Fill::Reflect,
        flip: true,
        jitter: 0.5,
        rand_augment: 2,
        magnitude: 15,
        erase: 1.0,
        ..Prepare::default()
    };
    let here: Vec<Planes> = (0..8)
        .map(|seed| augment(image(), settings, &mut rng(seed)))
        .collect();
    let there: Vec<Planes> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|seed| scope.spawn(move || augment(image(), settings, &mut rng(seed))))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert_eq!(here, there);
    assert_ne!(here[0], here[1]);
}

#[test]
fn tiny_images_are_no_trouble() {
    let settings = Prepare {
        crop_padding: 3,
        crop_fill: Fill::Reflect,
        flip: true,
        jitter: 1.0,
        rand_augment: 16,
        magnitude: 30,
        erase: 0.0,
        ..Prepare::default()
    };
    for shape in [[1, 1, 1], [3, 1, 1], [4, 1, 9], [3, 9, 1], [2, 2, 2]] {
        let len = shape.iter().product();
        for seed in 0..30 {
            let image = Planes::new(shape, vec![200; len]).unwrap();
            assert_eq!(augment(image, &settings, &mut rng(seed)).shape(), shape);
        }
    }
}
