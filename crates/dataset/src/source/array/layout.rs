//! Where each value of an array of samples lies.

use crate::source::array::bytes::grouped;

/// An axis of samples: which axis of the array it is, or none where it has length 1.
pub type Axis = Option<usize>;

/// How samples lie in an array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Number of samples.
    pub count: usize,
    /// Channels, height and width of each.
    pub shape: [usize; 3],
    /// Number of values.
    pub total: usize,
    /// Values to step over for the next sample, channel, row and column.
    steps: [usize; 4],
}

impl Layout {
    /// Layout of the array `name` with these `dims`, whose `axes` are the samples, channels, rows
    /// and columns. In Fortran order the first axis is the one that changes fastest.
    ///
    /// # Errors
    /// Where there is no sample, no value in a sample, or the number of values overflows.
    pub fn new(name: &str, dims: &[usize], axes: [Axis; 4], fortran: bool) -> Result<Self, String> {
        let lengths = axes.map(|axis| axis.map_or(1, |axis| dims.get(axis).copied().unwrap_or(1)));
        let [count, channels, height, width] = lengths;
        if count == 0 {
            return Err(format!("{name} holds no samples: choose one with samples"));
        }
        if lengths.contains(&0) {
            return Err(format!(
                "The samples in {name} have no values: its shape is {}",
                text(dims)
            ));
        }
        let total = dims
            .iter()
            .try_fold(1_usize, |total, length| total.checked_mul(*length))
            .ok_or_else(|| {
                format!(
                    "{name} claims the shape {}, more values than memory can hold: download or save it again",
                    text(dims)
                )
            })?;
        // Each product is at most `total`.
        let step = |axis: Axis| {
            axis.map_or(0, |axis| {
                let faster = if fortran {
                    dims.get(..axis)
                } else {
                    dims.get(axis + 1..)
                };
                faster.unwrap_or_default().iter().product()
            })
        };
        Ok(Self {
            count,
            shape: [channels, height, width],
            total,
            steps: axes.map(step),
        })
    }

    /// The sample to which the value at `place` in the array belongs.
    pub fn sample_at(&self, place: usize) -> usize {
        let [step, ..] = self.steps;
        place.checked_div(step).unwrap_or_default() % self.count
    }

    /// Whether samples lie one after the other.
    pub fn is_sample_by_sample(&self) -> bool {
        let [step, ..] = self.steps;
        self.count == 1 || step.saturating_mul(self.count) == self.total
    }

    /// The layout of one of the samples, which lie one after the other.
    pub fn of_one(&self) -> Self {
        Self {
            count: 1,
            total: self.shape.iter().product(),
            ..self.clone()
        }
    }

    /// The values sample after sample, channel by channel, row by row.
    ///
    /// # Errors
    /// Where the memory is full.
    pub fn arrange<T: Copy>(&self, name: &str, values: Vec<T>) -> Result<Vec<T>, String> {
        let [channels, height, width] = self.shape;
        let lengths = [self.count, channels, height, width];
        let wanted = [channels * height * width, height * width, width, 1];
        let in_order = (lengths.iter().zip(self.steps).zip(wanted))
            .all(|((length, step), wanted)| *length == 1 || step == wanted);
        if in_order {
            return Ok(values);
        }
        let mut arranged = Vec::new();
        arranged
            .try_reserve_exact(values.len())
            .map_err(|_| format!("{name} does not fit into memory: use fewer samples"))?;
        let [next_sample, next_channel, next_row, next_column] = self.steps;
        for sample in 0..self.count {
            for channel in 0..channels {
                for row in 0..height {
                    let start = sample * next_sample + channel * next_channel + row * next_row;
                    arranged.extend(
                        (0..width).filter_map(|column| values.get(start + column * next_column)),
                    );
                }
            }
        }
        Ok(arranged)
    }
}

/// A shape as text.
pub fn text(dims: &[usize]) -> String {
    let lengths: Vec<String> = dims.iter().map(|length| grouped(*length as u64)).collect();
    lengths.join(" × ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_put_in_order() {
        // Two samples of 1 × 3 pixels with two channels, channels last.
        let axes = [Some(0), Some(3), Some(1), Some(2)];
        let layout = Layout::new("x", &[2, 1, 3, 2], axes, false).unwrap();
        assert_eq!((layout.count, layout.shape), (2, [2, 1, 3]));
        let arranged = layout.arrange("x", (0..12).collect()).unwrap();
        assert_eq!(arranged, [0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11]);
        assert_eq!(layout.sample_at(5), 0);
        assert_eq!(layout.sample_at(6), 1);
    }

    #[test]
    fn fortran_order_is_turned() {
        // Rows 0 1 2 and 3 4 5, column after column.
        let axes = [Some(0), Some(1), None, None];
        let layout = Layout::new("x", &[2, 3], axes, true).unwrap();
        let arranged = layout.arrange("x", vec![0, 3, 1, 4, 2, 5]).unwrap();
        assert_eq!(arranged, [0, 1, 2, 3, 4, 5]);
        assert_eq!(layout.sample_at(3), 1);
        assert_eq!(layout.sample_at(4), 0);
    }

    #[test]
    fn impossible_shapes_are_refused() {
        let axes = [Some(0), Some(1), None, None];
        assert!(Layout::new("x", &[0, 3], axes, false).is_err());
        assert!(Layout::new("x", &[3, 0], axes, false).is_err());
        assert!(Layout::new("x", &[usize::MAX, 3], axes, false).is_err());
    }
}
