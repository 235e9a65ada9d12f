//! What can be wrong with the data and their preparation.

use super::{Place, Problem, Ranges};
use crate::{DataKind, Experiment, MAX_CLASSES, shape::MAX_SAMPLE_LEN};

impl Experiment {
    pub(super) fn files_in_range(&self, r: &mut Ranges) {
        let data = &self.data;
        r.require(
            matches!(data.channels, 1 | 3),
            "data.channels",
            data.channels,
            "1 or 3",
        );
        if let Some(image) = data.image {
            let len = image.iter().try_fold(1usize, |len, &n| len.checked_mul(n));
            r.require(
                image.iter().all(|&n| n > 0) && len.is_some_and(|len| len <= MAX_SAMPLE_LEN),
                "data.image",
                format!("{image:?}"),
                "channels, height and width, each at least 1",
            );
        }
        if let Some(found) = &data.found {
            r.whole("data.found.classes", found.classes.len(), 2, MAX_CLASSES);
            r.whole("data.found.train", found.train, 1, u32::MAX as usize);
            r.whole("data.found.test", found.test, 0, u32::MAX as usize);
            if let Some(shape) = found.shape {
                r.require(
                    (1..=MAX_SAMPLE_LEN).contains(&shape.len()) && !shape.is_sequence(),
                    "data.found.shape",
                    shape,
                    "an image or a vector",
                );
            }
        }
    }

    pub(super) fn prepare_in_range(&self, r: &mut Ranges) {
        let prepare = &self.prepare;
        let finite = |values: &[f64]| values.iter().all(|value| value.is_finite());
        r.require(
            finite(&prepare.mean),
            "prepare.mean",
            format!("{:?}", prepare.mean),
            "finite numbers",
        );
        r.require(
            finite(&prepare.std) && prepare.std.iter().all(|value| *value > 0.0),
            "prepare.std",
            format!("{:?}", prepare.std),
            "numbers above 0",
        );
        r.whole("prepare.crop_padding", prepare.crop_padding, 0, 256);
        r.real("prepare.jitter", prepare.jitter, 0.0, 1.0);
        r.whole("prepare.rand_augment", prepare.rand_augment, 0, 16);
        r.whole("prepare.magnitude", prepare.magnitude, 0, 30);
        r.real("prepare.erase", prepare.erase, 0.0, 1.0);
        r.real("prepare.mixup", prepare.mixup, 0.0, 100.0);
        r.real("prepare.cutmix", prepare.cutmix, 0.0, 100.0);
    }

    /// What keeps the data from being known, or from being prepared as is wanted.
    pub(super) fn data_problem(&self) -> Option<Problem> {
        let at = |key: &str, message: String| {
            Some(Problem {
                place: Place::Key(key.to_owned()),
                message,
            })
        };
        if self.data.kind == DataKind::Files && self.data.path.as_os_str().is_empty() {
            return at(
                "data.path",
                "no file or folder is chosen: choose one".to_owned(),
            );
        }
        if !self.data.is_known() {
            return at(
                "data.path",
                format!("{} was not looked at yet", self.data.path.display()),
            );
        }
        if let Some(found) = self.data.found()
            && let (Some([channels, height, width]), Some(shape)) = (self.data.image, found.shape)
            && channels.saturating_mul(height).saturating_mul(width) != shape.len()
        {
            return at(
                "data.image",
                format!(
                    "{channels}×{height}×{width} does not fit: samples have {} values",
                    shape.len()
                ),
            );
        }
        if self.data.train_count() == 0 || self.data.test_count() == 0 {
            return at(
                "data.test_fraction",
                format!(
                    "of {} samples {} are left to train on and {} to test on: choose another share",
                    self.data.sample_count(),
                    self.data.train_count(),
                    self.data.test_count()
                ),
            );
        }
        let (key, message) = self.prepare.problem(self.data.shape())?;
        at(key, message)
    }
}
