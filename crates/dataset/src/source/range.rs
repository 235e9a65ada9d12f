//! The range of numbers.

/// What the values of all samples are like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The lowest; infinite where there is none.
    pub low: f32,
    /// The highest; infinite where there is none.
    pub high: f32,
    /// Whether all are whole numbers.
    pub is_whole: bool,
}

impl Range {
    /// Whether values are pixels from 0 to 255, not from 0 to 1.
    pub fn is_of_pixels(self) -> bool {
        self.is_whole && self.low >= 0.0 && self.high <= 255.0 && self.high > 1.0
    }

    /// The range of these and other values.
    pub fn and(self, other: Self) -> Self {
        Self {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
            is_whole: self.is_whole && other.is_whole,
        }
    }
}

impl Default for Range {
    /// The range of no values.
    fn default() -> Self {
        Self {
            low: f32::INFINITY,
            high: f32::NEG_INFINITY,
            is_whole: true,
        }
    }
}

impl<'a> Extend<&'a f32> for Range {
    fn extend<T: IntoIterator<Item = &'a f32>>(&mut self, values: T) {
        for value in values {
            self.low = self.low.min(*value);
            self.high = self.high.max(*value);
            self.is_whole &= value.fract() == 0.0;
        }
    }
}
