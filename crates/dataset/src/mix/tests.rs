use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::*;

fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

const BOTH: Mix = Mix {
    mixup: 0.2,
    cutmix: 1.0,
};

fn swapped(kind: Kind) -> Mixing {
    Mixing {
        partner: vec![1, 0],
        kind,
    }
}

#[test]
fn what_is_off_mixes_nothing() {
    for mix in [
        Mix::default(),
        Mix {
            mixup: -1.0,
            cutmix: f64::NAN,
        },
        Mix {
            mixup: f64::INFINITY,
            cutmix: 0.0,
        },
    ] {
        assert_eq!(plan(8, &mix, (4, 4), &mut rng(0)), None);
    }
    for count in [0, 1] {
        assert_eq!(plan(count, &BOTH, (4, 4), &mut rng(0)), None);
    }
}

#[test]
fn every_sample_is_a_partner_once() {
    let mut blends = 0;
    for seed in 0..200 {
        let mixing = plan(9, &BOTH, (8, 12), &mut rng(seed)).unwrap();
        let mut partner = mixing.partner.clone();
        partner.sort_unstable();
        assert_eq!(partner, (0..9).collect::<Vec<_>>());
        blends += usize::from(matches!(mixing.kind, Kind::Blend { .. }));
        assert_eq!(plan(9, &BOTH, (8, 12), &mut rng(seed)), Some(mixing));
    }
    assert!((70..=130).contains(&blends), "{blends}");
}

#[test]
fn shares_follow_the_beta_distribution() {
    // Beta(α, α) has the mean 1/2 and the variance 1 / (4 (2α + 1)).
    for alpha in [0.2, 1.0, 4.0] {
        let mix = Mix {
            mixup: alpha,
            cutmix: 0.0,
        };
        let shares: Vec<f64> = (0..4000)
            .map(|seed| plan(2, &mix, (1, 1), &mut rng(seed)).unwrap())
            .map(|mixing| f64::from(mixing.kind.share()))
            .collect();
        assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)));
        let mean = shares.iter().sum::<f64>() / 4000.0;
        let variance = shares.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / 4000.0;
        assert!((mean - 0.5).abs() < 0.03, "{mean}");
        let expected = 0.25 / (2.0 * alpha + 1.0);
        assert!((variance / expected - 1.0).abs() < 0.1, "{variance}");
    }
    for alpha in [f64::MIN_POSITIVE, 1e-6, 1e6, f64::MAX] {
        let mix = Mix {
            mixup: alpha,
            cutmix: alpha,
        };
        for seed in 0..50 {
            if let Some(mixing) = plan(2, &mix, (5, 5), &mut rng(seed)) {
                assert!((0.0..=1.0).contains(&mixing.kind.share()), "{mixing:?}");
            }
        }
    }
}

#[test]
fn boxes_lie_inside_and_tell_their_share() {
    let mix = Mix {
        mixup: 0.0,
        cutmix: 1.0,
    };
    let mut covered = 0.0;
    for seed in 0..500 {
        let mixing = plan(2, &mix, (20, 30), &mut rng(seed)).unwrap();
        let Kind::Box {
            top,
            left,
            height,
            width,
            share,
        } = mixing.kind
        else {
            panic!("{mixing:?}");
        };
        assert!(top + height <= 20 && left + width <= 30, "{mixing:?}");
        let area = (height * width) as f32 / 600.0;
        assert!((share - (1.0 - area)).abs() < 1e-6);
        covered += area;
    }
    // Half on average, less what the edges cut off.
    assert!((0.2..0.5).contains(&(covered / 500.0)), "{covered}");
    for size in [(0, 0), (1, 0), (1, 1), (1, 7)] {
        for seed in 0..20 {
            let mixing = plan(2, &mix, size, &mut rng(seed)).unwrap();
            assert!((0.0..=1.0).contains(&mixing.kind.share()));
        }
    }
}

#[test]
fn a_blend_is_a_weighted_mean() {
    let mut inputs = [0.0, 4.0, 8.0, 0.0];
    apply_host(
        &mut inputs,
        [1, 1, 2],
        &swapped(Kind::Blend { share: 0.75 }),
    );
    assert_eq!(inputs, [2.0, 3.0, 6.0, 1.0]);
}

#[test]
fn a_box_is_copied_in_all_channels() {
    // Two samples of two channels, 2×3.
    let mut inputs: Vec<f32> = (0_u8..24).map(f32::from).collect();
    let kind = Kind::Box {
        top: 1,
        left: 1,
        height: 1,
        width: 2,
        share: 2.0 / 3.0,
    };
    apply_host(&mut inputs, [2, 2, 3], &swapped(kind));
    let expected = [
        0, 1, 2, 3, 16, 17, 6, 7, 8, 9, 22, 23, 12, 13, 14, 15, 4, 5, 18, 19, 20, 21, 10, 11,
    ];
    assert_eq!(inputs, expected.map(|value: u8| f32::from(value)));
}

#[test]
fn what_does_not_match_stays() {
    let mut inputs = [1.0, 2.0];
    let mixing = Mixing {
        partner: vec![7, 1, 0],
        kind: Kind::Blend { share: 0.0 },
    };
    apply_host(&mut inputs, [1, 1, 1], &mixing);
    assert_eq!(inputs, [1.0, 2.0]);
    apply_host(&mut inputs, [0, 1, 1], &mixing);
    apply_host(&mut inputs, [usize::MAX, usize::MAX, 2], &mixing);
    assert_eq!(inputs, [1.0, 2.0]);
}
