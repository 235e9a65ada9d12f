//! One training image as training may see it, in values fit for the eye.

use layerwise_experiment::{
    Normalize, Prepare,
    rng::{Stream as Draws, rng},
};
use rand::RngExt;

use super::{
    mix::{self, Mix},
    normalize::Normalization,
    progress::Progress,
    samples::Samples,
    summary::summarise,
};

/// Samples that the mean is taken over, which fills what is erased.
const MEASURED: usize = 256;

/// An image, changed at random.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// Pixels from 0 to 1.
    pub values: Vec<f32>,
    /// Class of the sample that was mixed into it, with the part of its own class in the target.
    pub mixed: Option<(u32, f32)>,
}

/// What versions are made of.
#[derive(Clone, Debug)]
pub struct Versions {
    /// Training samples with their values as they lie in their source.
    pub samples: Samples,
    /// What training does to them.
    pub prepare: Prepare,
    /// Whether training brings values to the mean and deviation of its samples.
    pub computes: bool,
}

impl Versions {
    /// `count` versions of the sample at `place`, which depend on nothing else but the seed.
    ///
    /// # Errors
    /// Where a sample cannot be read or changed, or `progress` does not want to go on.
    pub fn of(
        &self,
        place: usize,
        count: u64,
        seed: u64,
        progress: Progress<'_>,
    ) -> Result<Vec<Version>, String> {
        if self.prepare.augments() {
            self.samples.must_be_pixels()?;
        }
        let normalization = self.normalization(progress)?;
        let samples = self.samples.normalized(normalization);
        let sizes = samples.shape().sizes();
        let [_, height, width] = sizes;
        let mix = Mix {
            mixup: self.prepare.mixup,
            cutmix: self.prepare.cutmix,
        };
        let version = |version: u64| {
            let mut values = self.read(&samples, place, seed, version)?;
            let mut draw = rng(seed, Draws::Mix, version);
            let mut mixed = None;
            if let Some(mut mixing) = mix::plan(2, &mix, (height, width), &mut draw) {
                let other = draw.random_range(0..samples.len().max(1));
                let len = values.len();
                values.extend(self.read(&samples, other, seed, count + version)?);
                mixing.partner = vec![1, 0];
                mix::apply_host(&mut values, sizes, &mixing);
                values.truncate(len);
                let class = samples.labels.get(other).copied();
                mixed = class.map(|class| (class, mixing.share()));
            }
            if let Some(normalization) = samples.normalization() {
                normalization.undo(&mut values, sizes);
            }
            Ok(Version { values, mixed })
        };
        (0..count).map(version).collect()
    }

    /// Reads a sample as training does, with changes of this number.
    fn read(
        &self,
        samples: &Samples,
        place: usize,
        seed: u64,
        number: u64,
    ) -> Result<Vec<f32>, String> {
        let mut values = vec![0.0; samples.shape().len()];
        if self.prepare.augments() {
            let mut rng = rng(seed, Draws::Augment, number);
            samples.read_augmented(place, &self.prepare, &mut rng, &mut values)?;
        } else {
            samples.read(place, &mut values)?;
        }
        Ok(values)
    }

    /// What erasing needs to know of the values that training sees.
    fn normalization(&self, progress: Progress<'_>) -> Result<Option<Normalization>, String> {
        let prepare = &self.prepare;
        if prepare.erase == 0.0 {
            return Ok(None);
        }
        if prepare.normalize == Normalize::Given {
            let channels = self.samples.shape().features();
            let given = Normalization::given(&prepare.mean, &prepare.std, channels);
            return Ok(Some(given));
        }
        if !self.computes {
            return Ok(None);
        }
        let some = self.samples.spread(MEASURED);
        summarise(&some, progress).map(|summary| Some(summary.normalization))
    }
}

#[cfg(test)]
mod tests {
    use layerwise_experiment::Shape;

    use super::*;
    use crate::{Part, Store};

    const SIDE: usize = 16;

    /// Images of two classes, all of whose pixels are 50 or 200.
    fn versions(prepare: Prepare, computes: bool) -> Versions {
        let labels: Vec<u32> = (0..40).map(|at| at % 2).collect();
        let pixels = labels.iter().flat_map(|class| {
            let value = if *class == 0 { 50 } else { 200 };
            std::iter::repeat_n(value, SIDE * SIDE)
        });
        let store = Store::Bytes(pixels.collect());
        Versions {
            samples: Samples::all(Part { store, labels }, Shape::Image([1, SIDE, SIDE])),
            prepare,
            computes,
        }
    }

    fn made(versions: &Versions) -> Vec<Version> {
        versions.of(0, 12, 3, &mut |_| true).unwrap()
    }

    /// The values that are not those of the sample itself.
    fn changed(version: &Version) -> Vec<f32> {
        let own = 50.0 / 255.0;
        let changed = version.values.iter().filter(|it| (**it - own).abs() > 0.01);
        changed.copied().collect()
    }

    #[test]
    fn what_is_erased_has_the_mean_where_training_sets_it() {
        let prepare = Prepare {
            erase: 1.0,
            ..Prepare::default()
        };
        for (computes, filling) in [(true, 125.0 / 255.0), (false, 0.0)] {
            let made = made(&versions(prepare.clone(), computes));
            let erased: Vec<f32> = made.iter().flat_map(changed).collect();
            assert!(!erased.is_empty());
            assert!(erased.iter().all(|value| (value - filling).abs() < 0.01));
        }
        let given = Prepare {
            normalize: Normalize::Given,
            mean: vec![0.75],
            std: vec![0.5],
            ..prepare
        };
        let erased: Vec<f32> = made(&versions(given, false))
            .iter()
            .flat_map(changed)
            .collect();
        assert!(erased.iter().all(|value| (value - 0.75).abs() < 0.01));
    }

    #[test]
    fn mixing_shares_the_class_as_it_shares_the_pixels() {
        for (mixup, cutmix) in [(1.0, 0.0), (0.0, 1.0)] {
            let prepare = Prepare {
                mixup,
                cutmix,
                ..Prepare::default()
            };
            let made = made(&versions(prepare, true));
            for version in &made {
                let (class, share) = version.mixed.unwrap();
                let mean = version.values.iter().sum::<f32>() / version.values.len() as f32;
                let [own, other] = [50.0, if class == 0 { 50.0 } else { 200.0 }];
                let expected = (share * own + (1.0 - share) * other) / 255.0;
                assert!((mean - expected).abs() < 1e-3, "{mean} is not {expected}");
            }
            assert!(
                made.iter()
                    .any(|it| it.mixed.is_some_and(|(class, _)| class == 1))
            );
        }
    }
}
