//! What is done to samples before a network sees them.

use serde::{Deserialize, Serialize};

use super::{
    Data, DataKind, Shape,
    field::{Field, Fields, Real, Whole, choices},
};

/// How image files are brought to `data.size`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resize {
    /// The shorter side to the size, and the middle of the longer one.
    #[default]
    Crop,
    /// Both sides to the size, whatever becomes of the proportions.
    Stretch,
    /// The longer side to the size, with black around.
    Pad,
}

choices! { Resize {
    Crop: "crop", "Crop the middle";
    Stretch: "stretch", "Stretch";
    Pad: "pad", "Pad with black";
} }

/// How values are shifted and scaled, each channel of an image and each feature of a vector by
/// itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Normalize {
    /// `computed` for files, `off` for the built-in sets.
    #[default]
    Auto,
    /// Values stay as they are.
    Off,
    /// To mean 0 and standard deviation 1 over the training samples.
    Computed,
    /// By `prepare.mean` and `prepare.std`.
    Given,
}

choices! { Normalize {
    Auto: "auto", "Automatic";
    Off: "off", "Off";
    Computed: "computed", "Mean 0, deviation 1";
    Given: "given", "Given";
} }

/// What lies beyond the border of an image that is cropped after padding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fill {
    /// Black.
    #[default]
    Zero,
    /// The image, mirrored at its outermost pixels.
    Reflect,
}

choices! { Fill {
    Zero: "zero", "Black";
    Reflect: "reflect", "Mirrored";
} }

/// Preparation of all samples, and augmentation of training samples, which is off by default.
/// Everything is drawn from the seed, and the same for every method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Prepare {
    /// How image files are brought to their size.
    pub resize: Resize,
    /// How values are shifted and scaled.
    pub normalize: Normalize,
    /// Mean of each channel or feature, or one for all, for pixels from 0 to 1.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mean: Vec<f64>,
    /// Standard deviation of each channel or feature, or one for all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub std: Vec<f64>,
    /// Pixels added on each side before a window of the image's size is cut out at random.
    pub crop_padding: usize,
    /// What lies beyond the border.
    pub crop_fill: Fill,
    /// Whether half of the images are mirrored left to right.
    pub flip: bool,
    /// Strength of random changes of brightness, contrast, saturation and hue, from 0 to 1.
    pub jitter: f64,
    /// Operations of RandAugment on each image (Cubuk et al. 2020, arXiv 1909.13719).
    pub rand_augment: usize,
    /// Their magnitude, from 0 to 30.
    pub magnitude: usize,
    /// Probability that a rectangle is erased (Zhong et al. 2020, arXiv 1708.04896).
    pub erase: f64,
    /// α of mixup (Zhang et al. 2018, arXiv 1710.09412); 0 turns it off.
    pub mixup: f64,
    /// α of CutMix (Yun et al. 2019, arXiv 1905.04899); 0 turns it off.
    pub cutmix: f64,
}

impl Default for Prepare {
    fn default() -> Self {
        Self {
            resize: Resize::default(),
            normalize: Normalize::default(),
            mean: Vec::new(),
            std: Vec::new(),
            crop_padding: 0,
            crop_fill: Fill::default(),
            flip: false,
            jitter: 0.0,
            rand_augment: 0,
            magnitude: 9,
            erase: 0.0,
            mixup: 0.0,
            cutmix: 0.0,
        }
    }
}

impl Fields for Prepare {
    const FIELDS: &'static [Field<Self>] = &[
        Field::<Self>::choice(
            "resize",
            "Resize",
            Resize::CHOICES,
            |prepare| prepare.resize.index(),
            |prepare, at| prepare.resize.pick(at),
        )
        .hint("How image files are brought to data.size"),
        Field::<Self>::choice(
            "normalize",
            "Normalise",
            Normalize::CHOICES,
            |prepare| prepare.normalize.index(),
            |prepare, at| prepare.normalize.pick(at),
        )
        .hint("How values are shifted and scaled, each channel or feature by itself"),
        Field::<Self>::written("mean", "Mean", "a list of numbers")
            .hint("Mean of each channel or feature, or one for all, for pixels from 0 to 1")
            .left_out("none")
            .shown(|prepare| prepare.normalize == Normalize::Given, "given"),
        Field::<Self>::written("std", "Deviation", "a list of numbers above 0")
            .hint("Standard deviation of each channel or feature, or one for all")
            .left_out("none")
            .shown(|prepare| prepare.normalize == Normalize::Given, "given"),
        Field::<Self>::whole(
            "crop_padding",
            "Crop padding",
            Whole::from_to(0, 256),
            |prepare| prepare.crop_padding,
            |prepare, pixels| prepare.crop_padding = pixels,
        )
        .hint("Pixels added around an image before a part of its size is cut out")
        .unit("pixels"),
        Field::<Self>::choice(
            "crop_fill",
            "Around it",
            Fill::CHOICES,
            |prepare| prepare.crop_fill.index(),
            |prepare, at| prepare.crop_fill.pick(at),
        )
        .hint("What lies beyond the border of an image")
        .shown(|prepare| prepare.crop_padding > 0, "crop padding"),
        Field::<Self>::flag(
            "flip",
            "Flip",
            |prepare| prepare.flip,
            |prepare, flip| prepare.flip = flip,
        )
        .beside("Left to right")
        .hint("Half of the training images are mirrored"),
        Field::<Self>::real(
            "jitter",
            "Colour jitter",
            Real::from_to(0.0, 1.0),
            |prepare| prepare.jitter,
            |prepare, strength| prepare.jitter = strength,
        )
        .hint("Strength of changes of brightness, contrast, saturation and hue"),
        Field::<Self>::whole(
            "rand_augment",
            "RandAugment",
            Whole::from_to(0, 16),
            |prepare| prepare.rand_augment,
            |prepare, operations| prepare.rand_augment = operations,
        )
        .hint("Operations on each image")
        .unit("operations"),
        Field::<Self>::whole(
            "magnitude",
            "Magnitude",
            Whole::from_to(0, 30),
            |prepare| prepare.magnitude,
            |prepare, magnitude| prepare.magnitude = magnitude,
        )
        .hint("Strength of the operations")
        .shown(|prepare| prepare.rand_augment > 0, "RandAugment"),
        Field::<Self>::real(
            "erase",
            "Erase",
            Real::from_to(0.0, 1.0),
            |prepare| prepare.erase,
            |prepare, probability| prepare.erase = probability,
        )
        .hint("Probability that a rectangle is erased"),
        Field::<Self>::real(
            "mixup",
            "Mixup α",
            Real::from_to(0.0, 100.0),
            |prepare| prepare.mixup,
            |prepare, alpha| prepare.mixup = alpha,
        )
        .hint("Blends with other samples; 0 for none"),
        Field::<Self>::real(
            "cutmix",
            "CutMix α",
            Real::from_to(0.0, 100.0),
            |prepare| prepare.cutmix,
            |prepare, alpha| prepare.cutmix = alpha,
        )
        .hint("Rectangles of other images; 0 for none"),
    ];
}

impl Prepare {
    /// Whether it is as it is where nobody has said anything.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Whether values are shifted and scaled by what the training samples of these data have.
    pub fn computes(&self, data: &Data) -> bool {
        match self.normalize {
            Normalize::Auto => data.kind == DataKind::Files,
            Normalize::Off | Normalize::Given => false,
            Normalize::Computed => true,
        }
    }

    /// Whether single training images are changed at random.
    pub fn augments(&self) -> bool {
        self.crop_padding > 0
            || self.flip
            || self.jitter > 0.0
            || self.rand_augment > 0
            || self.erase > 0.0
    }

    /// Whether samples of a batch are mixed with each other.
    pub fn mixes(&self) -> bool {
        self.mixup > 0.0 || self.cutmix > 0.0
    }

    /// Why this cannot be done to samples of such a shape, with the key that is wrong.
    pub(super) fn problem(&self, shape: Shape) -> Option<(&'static str, String)> {
        let channels = shape.features();
        let Shape::Image([_, height, width]) = shape else {
            return (self.augments() || self.cutmix > 0.0).then(|| {
                let key = if self.cutmix > 0.0 { "prepare.cutmix" } else { "prepare" };
                (
                    key,
                    format!("only images can be augmented, and samples are vectors of {channels} values: turn it off"),
                )
            })
            .or_else(|| self.wrong_constants(channels));
        };
        if self.crop_fill == Fill::Reflect && self.crop_padding >= height.min(width) {
            return Some((
                "prepare.crop_padding",
                format!(
                    "{} mirrored pixels are not there in an image of {height}×{width}: choose at most {}",
                    self.crop_padding,
                    height.min(width).saturating_sub(1)
                ),
            ));
        }
        self.wrong_constants(channels)
    }

    fn wrong_constants(&self, channels: usize) -> Option<(&'static str, String)> {
        if self.normalize != Normalize::Given {
            return None;
        }
        let named = [("prepare.mean", &self.mean), ("prepare.std", &self.std)];
        named.into_iter().find_map(|(key, values)| {
            let count = values.len();
            (count != 1 && count != channels).then(|| {
                (
                    key,
                    format!("{count} numbers do not fit: give one, or {channels}, one for each channel or feature"),
                )
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_images_are_augmented() {
        let mut prepare = Prepare {
            flip: true,
            ..Prepare::default()
        };
        assert!(prepare.problem(Shape::Image([3, 8, 8])).is_none());
        assert!(prepare.problem(Shape::Flat(4)).is_some());
        prepare.flip = false;
        assert!(prepare.problem(Shape::Flat(4)).is_none());
        prepare.crop_padding = 8;
        assert!(prepare.problem(Shape::Image([3, 8, 8])).is_none());
        prepare.crop_fill = Fill::Reflect;
        assert!(prepare.problem(Shape::Image([3, 8, 8])).is_some());
    }

    #[test]
    fn given_constants_fit_the_channels() {
        let mut prepare = Prepare {
            normalize: Normalize::Given,
            mean: vec![0.5],
            std: vec![0.5, 0.5],
            ..Prepare::default()
        };
        let problem = prepare.problem(Shape::Image([3, 8, 8]));
        assert_eq!(problem.map(|(key, _)| key), Some("prepare.std"));
        prepare.std.push(0.5);
        assert!(prepare.problem(Shape::Image([3, 8, 8])).is_none());
    }
}
