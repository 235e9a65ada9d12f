//! How cells become features.

use std::collections::HashMap;

use super::cell::{self, Value};

/// How the cells of a column become features.
#[derive(Debug)]
pub(super) enum Encoder {
    /// No feature: left out, or the label.
    Skip,
    /// One feature. The mean stands for missing values.
    Number { mean: f32 },
    /// One feature for two categories, else one for each.
    Category {
        index: HashMap<Box<str>, usize>,
        /// Index of the category of missing values.
        missing: Option<usize>,
        count: usize,
    },
}

impl Encoder {
    /// For sorted categories, with one more for missing values if there are any.
    pub fn categories(sorted: &[String], has_missing: bool) -> Self {
        Self::Category {
            index: sorted
                .iter()
                .enumerate()
                .map(|(index, name)| (name.as_str().into(), index))
                .collect(),
            missing: has_missing.then_some(sorted.len()),
            count: sorted.len() + usize::from(has_missing),
        }
    }

    /// Number of features.
    pub fn width(&self) -> usize {
        match self {
            Self::Skip => 0,
            Self::Number { .. } | Self::Category { count: 2, .. } => 1,
            Self::Category { count, .. } => *count,
        }
    }

    /// Appends the features of a cell. None: the column had no such cell in the first pass.
    pub fn encode(&self, cell: &[u8], decimal_comma: bool, values: &mut Vec<f32>) -> Option<()> {
        if matches!(self, Self::Skip) {
            return Some(());
        }
        let (text, _) = cell::text(cell);
        let value = cell::value(&text, decimal_comma);
        match self {
            Self::Skip => {}
            Self::Number { mean } => values.push(match value {
                Value::Missing => *mean,
                Value::Number(number) => Some(number as f32).filter(|value| value.is_finite())?,
                Value::Text => return None,
            }),
            Self::Category {
                index,
                missing,
                count,
            } => {
                let place = match value {
                    Value::Missing => (*missing)?,
                    _ => *index.get(text.as_ref())?,
                };
                if *count == 2 {
                    values.push(f32::from(place == 1));
                } else {
                    values.extend((0..*count).map(|other| f32::from(other == place)));
                }
            }
        }
        Some(())
    }
}
