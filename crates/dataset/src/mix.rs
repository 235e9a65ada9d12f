//! Mixing pairs of samples in a batch: mixup (Zhang et al., 2018) and CutMix (Yun et al., 2019).

use rand::{Rng, RngExt, seq::SliceRandom};
use rand_distr::{Beta, Distribution};

/// The parameter α of each way's distribution of shares, Beta(α, α); 0: off.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mix {
    /// Of mixup.
    pub mixup: f64,
    /// Of CutMix.
    pub cutmix: f64,
}

/// How samples of a batch are mixed with others.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixing {
    /// For each sample, the one that is mixed into it; may be itself.
    pub partner: Vec<usize>,
    /// What becomes of each pair.
    pub kind: Kind,
}

/// What becomes of a sample and its partner. A `share` is the part of the sample's own class in
/// the target; the rest is its partner's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// The weighted mean of both.
    Blend {
        /// The part of the sample's own class.
        share: f32,
    },
    /// A rectangle of the partner, the same for the whole batch.
    Box {
        /// First row.
        top: usize,
        /// First column.
        left: usize,
        /// Number of rows.
        height: usize,
        /// Number of columns.
        width: usize,
        /// The part of the sample's own class.
        share: f32,
    },
}

impl Kind {
    /// The part of a sample's own class in the target.
    fn share(&self) -> f32 {
        match *self {
            Self::Blend { share } | Self::Box { share, .. } => share,
        }
    }
}

impl Mixing {
    /// The part of a sample's own class in the target; the rest is its partner's.
    pub fn share(&self) -> f32 {
        self.kind.share()
    }
}

/// Draws how to mix a batch of `count` samples of `size`: height and width. Where both ways are
/// on, each is taken for half of the batches. None where both are off or there is no pair.
pub fn plan(count: usize, mix: &Mix, size: (usize, usize), rng: &mut impl Rng) -> Option<Mixing> {
    let on = |alpha: f64| Some(alpha).filter(|&alpha| alpha > 0.0 && alpha.is_finite());
    if count < 2 {
        return None;
    }
    let (alpha, is_blend) = match (on(mix.mixup), on(mix.cutmix)) {
        (None, None) => return None,
        (Some(alpha), None) => (alpha, true),
        (None, Some(alpha)) => (alpha, false),
        (Some(mixup), Some(cutmix)) => {
            if rng.random() {
                (mixup, true)
            } else {
                (cutmix, false)
            }
        }
    };
    // A very small α can make 0/0 of a share.
    let share: f64 = Beta::new(alpha, alpha).ok()?.sample(rng);
    let share = if share.is_nan() { 1.0 } else { share };
    let kind = if is_blend {
        Kind::Blend {
            share: share as f32,
        }
    } else {
        rectangle(share, size, rng)
    };
    let mut partner: Vec<usize> = (0..count).collect();
    partner.shuffle(rng);
    Some(Mixing { partner, kind })
}

/// A rectangle of the image's aspect ratio about a random centre, cut off at the edges.
fn rectangle(share: f64, (height, width): (usize, usize), rng: &mut impl Rng) -> Kind {
    let ratio = (1.0 - share).sqrt();
    let mut range = |side: usize| {
        let len = (side as f64 * ratio) as usize;
        let centre = rng.random_range(0..side.max(1));
        let end = centre.saturating_add(len.div_ceil(2)).min(side);
        let start = centre.saturating_sub(len / 2);
        (start, end - start)
    };
    let ((top, tall), (left, wide)) = (range(height), range(width));
    let covered = (tall as f64 * wide as f64) / (height as f64 * width as f64).max(1.0);
    Kind::Box {
        top,
        left,
        height: tall,
        width: wide,
        share: (1.0 - covered) as f32,
    }
}

/// Mixes the samples of a batch, one after the other, each of `shape`: channels, height, width.
pub fn apply_host(inputs: &mut [f32], shape: [usize; 3], mixing: &Mixing) {
    let [channels, height, width] = shape;
    let plane = height.saturating_mul(width);
    let len = channels.saturating_mul(plane);
    if len == 0 {
        return;
    }
    let before = inputs.to_vec();
    for (sample, &partner) in inputs.chunks_exact_mut(len).zip(&mixing.partner) {
        let Some(other) = before.chunks_exact(len).nth(partner) else {
            continue;
        };
        match mixing.kind {
            Kind::Blend { share } => {
                for (value, other) in sample.iter_mut().zip(other) {
                    *value = share * *value + (1.0 - share) * other;
                }
            }
            Kind::Box {
                top,
                left,
                height,
                width: wide,
                ..
            } => {
                let planes = sample
                    .chunks_exact_mut(plane)
                    .zip(other.chunks_exact(plane));
                for (to, from) in planes {
                    let rows = to.chunks_exact_mut(width).zip(from.chunks_exact(width));
                    for (to, from) in rows.skip(top).take(height) {
                        let values = to.iter_mut().zip(from);
                        for (to, from) in values.skip(left).take(wide) {
                            *to = *from;
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
