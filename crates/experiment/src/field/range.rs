//! Ranges of numbers.

use std::ops::RangeInclusive;

/// Smallest number that a form offers where all numbers above 0 are allowed.
const SMALLEST: f64 = 1e-9;
/// Largest number that a form offers where all numbers below 1 are allowed.
const LARGEST_SHARE: f64 = 0.999_99;

/// A range of whole numbers, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole {
    low: usize,
    high: usize,
    odd: bool,
}

impl Whole {
    /// Numbers from `low` to `high`.
    pub const fn from_to(low: usize, high: usize) -> Self {
        Self {
            low,
            high,
            odd: false,
        }
    }

    /// The odd ones among them.
    pub const fn odd(mut self) -> Self {
        self.odd = true;
        self
    }

    /// Every number.
    pub const fn any() -> Self {
        Self::from_to(0, usize::MAX)
    }

    /// Those up to `high`.
    pub fn at_most(mut self, high: usize) -> Self {
        self.high = self.high.min(high);
        self
    }

    /// Whether a number is one of them.
    pub fn contains(&self, value: usize) -> bool {
        self.objection(value).is_none()
    }

    /// The ends, for a form.
    pub fn ends(&self) -> RangeInclusive<usize> {
        self.low..=self.high
    }

    /// A number as a form takes it: an even one becomes the odd one next to it where only odd ones
    /// are allowed.
    pub fn nearest(&self, value: usize) -> usize {
        let value = value.min(self.high).max(self.low);
        if self.odd && value.is_multiple_of(2) {
            value.saturating_sub(1).max(self.low)
        } else {
            value
        }
    }

    /// "a whole number from 1 to 64", "an odd number from 1 to 64".
    pub fn words(&self) -> String {
        let kind = if self.odd { "an odd" } else { "a whole" };
        if self.high == usize::MAX {
            format!("{kind} number from {}", self.low)
        } else {
            format!("{kind} number from {} to {}", self.low, self.high)
        }
    }

    /// What a number that is none of them should be: "a whole number from 1 to 64", "an odd
    /// number".
    pub fn objection(&self, value: usize) -> Option<String> {
        if value < self.low || value > self.high {
            Some(format!("a whole number from {} to {}", self.low, self.high))
        } else if self.odd && value.is_multiple_of(2) {
            Some("an odd number".to_owned())
        } else {
            None
        }
    }
}

/// A range of numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Real {
    /// Both ends included.
    FromTo(f64, f64),
    /// Above 0, the other end included.
    AboveZeroTo(f64),
    /// From 0 to below 1, in `f32` too.
    Share,
}

impl Real {
    /// Numbers from `low` to `high`.
    pub const fn from_to(low: f64, high: f64) -> Self {
        Self::FromTo(low, high)
    }

    /// Numbers above 0, up to `high`.
    pub const fn above_zero_to(high: f64) -> Self {
        Self::AboveZeroTo(high)
    }

    /// Numbers from 0 to below 1, in `f32` too.
    pub const fn share() -> Self {
        Self::Share
    }

    /// Whether a number is one of them; NaN never is.
    pub fn contains(&self, value: f64) -> bool {
        match *self {
            Self::FromTo(low, high) => (low..=high).contains(&value),
            Self::AboveZeroTo(high) => value > 0.0 && value <= high,
            Self::Share => value >= 0.0 && (value as f32) < 1.0,
        }
    }

    /// The ends of what a form offers; both are allowed.
    pub fn ends(&self) -> RangeInclusive<f64> {
        match *self {
            Self::FromTo(low, high) => low..=high,
            Self::AboveZeroTo(high) => SMALLEST..=high,
            Self::Share => 0.0..=LARGEST_SHARE,
        }
    }

    /// "a number above 0 and at most 64", "a number from 0 to below 1", "a number from 1e-30 to
    /// 1".
    pub fn words(&self) -> String {
        match *self {
            Self::FromTo(low, high) => format!("a number from {} to {high}", end(low)),
            Self::AboveZeroTo(high) => format!("a number above 0 and at most {high}"),
            Self::Share => "a number from 0 to below 1".to_owned(),
        }
    }

    /// What a number that is none of them should be.
    pub fn objection(&self, value: f64) -> Option<String> {
        (!self.contains(value)).then(|| self.words())
    }
}

/// A number as it is written, a tiny one with its power of ten.
fn end(value: f64) -> String {
    if value != 0.0 && value.abs() < 1e-4 {
        format!("{value:e}")
    } else {
        value.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers() {
        let range = Whole::from_to(1, 64);
        assert!(range.contains(64) && !range.contains(0) && !range.contains(65));
        assert_eq!(range.words(), "a whole number from 1 to 64");
        let odd = range.odd();
        assert_eq!(odd.objection(4).as_deref(), Some("an odd number"));
        assert_eq!(odd.objection(66), range.objection(66));
        assert_eq!(
            [0, 1, 4, 5, 99].map(|value| odd.nearest(value)),
            [1, 1, 3, 5, 63]
        );
    }

    #[test]
    fn numbers() {
        let eps = Real::from_to(1e-30, 1.0);
        assert_eq!(eps.words(), "a number from 1e-30 to 1");
        assert!(eps.contains(1e-30) && !eps.contains(0.0) && !eps.contains(f64::NAN));
        let rate = Real::above_zero_to(64.0);
        assert_eq!(rate.words(), "a number above 0 and at most 64");
        assert!(rate.contains(1e-300) && !rate.contains(0.0) && !rate.contains(64.1));
        // 1 in f32.
        assert!(!Real::share().contains(0.999_999_99));
        for range in [eps, rate, Real::share()] {
            assert!(range.contains(*range.ends().start()) && range.contains(*range.ends().end()));
        }
    }
}
