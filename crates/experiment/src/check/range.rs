//! Settings that are out of range.

use super::{Place, Problem};
use crate::{
    Balance, Experiment, MAX_BLOCKS, MAX_CLASSES,
    field::{Form, Whole, out_of_range},
    keys::SEEDS,
    shape::MAX_SAMPLE_LEN,
    split,
    words::short,
};

/// Collects values that are out of range.
struct Ranges(Vec<Problem>);

impl Ranges {
    fn require(&mut self, ok: bool, key: &str, value: impl std::fmt::Display, range: &str) {
        if !ok {
            self.0.push(Problem {
                place: Place::Key(key.to_owned()),
                message: format!(
                    "{} is out of range: choose {range}",
                    short(&value.to_string())
                ),
            });
        }
    }

    /// Numbers of a table of the file.
    fn table(&mut self, section: &str, form: &dyn Form) {
        for wrong in out_of_range(form) {
            let key = format!("{section}.{}", wrong.key);
            self.require(false, &key, wrong.value, &wrong.range);
        }
    }

    fn whole(&mut self, key: &str, value: usize, range: Whole) {
        self.require(range.contains(value), key, value, &range.words());
    }
}

impl Experiment {
    /// Settings with values out of range, in the order of the file. A file that has one is not
    /// opened.
    pub fn range_problems(&self) -> Vec<Problem> {
        let mut ranges = Ranges(Vec::new());
        let r = &mut ranges;
        for (key, count) in [("block", self.blocks.len()), ("module", self.modules.len())] {
            r.require(
                count <= MAX_BLOCKS,
                key,
                format!("their number, {count},"),
                &format!("at most {MAX_BLOCKS}"),
            );
        }
        // What follows looks at every pair of modules.
        if !r.0.is_empty() {
            return ranges.0;
        }
        r.require(i64::try_from(self.seed).is_ok(), "seed", self.seed, SEEDS);
        for (section, form) in self.sections() {
            r.table(section, form);
            match section {
                "data" => self.files_in_range(r),
                "prepare" => self.constants_in_range(r),
                "split" => self.split_in_range(r),
                _ => {}
            }
        }
        self.modules_in_range(r);
        for (at, block) in self.blocks.iter().enumerate() {
            r.table(&format!("block.{at}"), block);
        }
        ranges.0
    }

    fn files_in_range(&self, r: &mut Ranges) {
        let data = &self.data;
        r.require(
            [1, 3].contains(&data.channels),
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
            let classes = Whole::from_to(2, MAX_CLASSES);
            r.whole("data.found.classes", found.classes.len(), classes);
            let most = u32::MAX as usize;
            r.whole("data.found.train", found.train, Whole::from_to(1, most));
            r.whole("data.found.test", found.test, Whole::from_to(0, most));
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

    fn constants_in_range(&self, r: &mut Ranges) {
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
    }

    fn split_in_range(&self, r: &mut Ranges) {
        // A network without blocks has a problem of its own.
        if let Some(count) = self.split.count
            && !self.blocks.is_empty()
        {
            let layers = split::layer_count(&self.blocks).max(1);
            r.require(
                (1..=layers).contains(&count),
                "split.count",
                count,
                &format!("a whole number from 1 to {layers}, the number of layers with weights"),
            );
            r.require(
                self.split.after.is_none(),
                "split.count",
                count,
                "either split.after or split.count, not both",
            );
        }
        r.require(
            self.split.count.is_some() || self.split.by == Balance::default(),
            "split.by",
            self.split.by.title(),
            "a number of modules in split.count, which it is for",
        );
        if let Some(after) = &self.split.after {
            let ascending = after.windows(2).all(|pair| pair.first() < pair.last());
            let inside = after.iter().all(|point| point + 1 < self.blocks.len());
            r.require(
                ascending && inside,
                "split.after",
                format!("{after:?}"),
                &format!(
                    "ascending block indices from 0 to {}",
                    self.blocks.len().saturating_sub(2)
                ),
            );
        }
    }

    fn modules_in_range(&self, r: &mut Ranges) {
        let modules = self.module_count();
        let mut seen = Vec::new();
        for (at, settings) in self.modules.iter().enumerate() {
            let number = settings.number;
            let section = format!("module.{at}");
            r.require(
                self.blocks.is_empty() || (1..=modules).contains(&number),
                &format!("{section}.number"),
                number,
                &format!("a whole number from 1 to {modules}, the number of modules"),
            );
            r.require(
                !seen.contains(&number),
                &format!("{section}.number"),
                number,
                "each module once",
            );
            seen.push(number);
            r.table(&section, settings);
            if let Some(head) = &settings.head {
                r.table(&format!("{section}.head"), head);
            }
            if let Some(loss) = &settings.loss {
                r.table(&format!("{section}.loss"), loss);
            }
        }
    }
}
