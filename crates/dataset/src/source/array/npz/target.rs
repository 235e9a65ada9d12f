//! The array of labels.

use super::header::{Header, Item};
use crate::source::array::bytes::{LIMIT, Named, grouped, grow};
use crate::source::array::labels::{Classes, check_used, compact, whole_numbers};
use crate::source::array::layout::{Layout, text};

/// Classes that may have a column each.
const MOST_COLUMNS: usize = 65_536;

/// Labels of one part.
#[derive(Debug)]
pub(super) enum Labels {
    Numbers(Vec<i64>),
    Texts(Vec<String>),
    /// Column of the 1 in each row.
    Columns {
        labels: Vec<u32>,
        columns: usize,
    },
}

impl Labels {
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(labels) => labels.len(),
            Self::Texts(labels) => labels.len(),
            Self::Columns { labels, .. } => labels.len(),
        }
    }
}

/// Reads the array of labels that follows the header.
///
/// # Errors
/// Where it is not of a shape or type that labels have, or data are missing.
pub(super) fn read(source: &mut Named, header: &Header) -> Result<Labels, String> {
    match (header.dims.as_slice(), header.item) {
        ([0, ..], _) => Err(format!("{} holds no labels: save some", source.name)),
        ([count] | [count, 1], Item::Number(element)) => {
            whole_numbers(source, element, *count).map(Labels::Numbers)
        }
        ([_, columns], Item::Number(element)) if (2..=MOST_COLUMNS).contains(columns) => {
            let axes = [Some(0), Some(1), None, None];
            let layout = Layout::new(source.name, &header.dims, axes, header.fortran)?;
            let values = whole_numbers(source, element, layout.total)?;
            let values = layout.arrange(source.name, values)?;
            Ok(Labels::Columns {
                labels: places(source.name, &values, *columns)?,
                columns: *columns,
            })
        }
        ([count] | [count, 1], Item::Letters { .. } | Item::Bytes { .. }) => {
            texts(source, header.item, *count).map(Labels::Texts)
        }
        _ => Err(format!(
            "{} has the shape ({}), but labels are N or N × 1 numbers or texts, or N × C with a single 1 in each row: reshape it",
            source.name,
            text(&header.dims)
        )),
    }
}

/// The column of the 1 in each row.
fn places(name: &str, values: &[i64], columns: usize) -> Result<Vec<u32>, String> {
    (values.chunks(columns).enumerate())
        .map(|(row, values)| {
            let ones = values.iter().filter(|value| **value == 1).count();
            let zeros = values.iter().filter(|value| **value == 0).count();
            let place = values.iter().position(|value| *value == 1);
            (place.filter(|_| ones == 1 && ones + zeros == columns))
                .and_then(|place| u32::try_from(place).ok())
                .ok_or_else(|| {
                    format!(
                        "Row {} (counted from 0) of {name} has not a single 1 among zeros: save one class for each sample",
                        grouped(row as u64)
                    )
                })
        })
        .collect()
}

fn texts(source: &mut Named, item: Item, count: usize) -> Result<Vec<String>, String> {
    let name = source.name;
    let size = match item {
        Item::Letters { count, .. } => count.saturating_mul(4),
        Item::Bytes { count } => count,
        Item::Number(element) => element.size(),
    };
    let total = count as u64;
    if total.saturating_mul(size.max(size_of::<String>()) as u64) > LIMIT {
        return Err(format!(
            "{name} claims {} texts, more than can be read: save whole numbers",
            grouped(total)
        ));
    }
    let mut texts = Vec::new();
    source.units(total, size, |piece| {
        grow(name, &mut texts, piece.len() / size, total)?;
        for bytes in piece.chunks_exact(size) {
            let text = match item {
                Item::Letters { big_endian, .. } => letters(bytes, big_endian),
                _ => String::from_utf8(bytes.to_vec()).ok(),
            };
            let text = text.ok_or_else(|| {
                format!(
                    "Label {} (counted from 0) in {name} is no Unicode text: save it again",
                    grouped(texts.len() as u64)
                )
            })?;
            texts.push(text.trim_end_matches('\0').to_owned());
        }
        Ok(())
    })?;
    Ok(texts)
}

fn letters(bytes: &[u8], big_endian: bool) -> Option<String> {
    (bytes.chunks_exact(4))
        .map(|letter| {
            let letter: [u8; 4] = letter.try_into().ok()?;
            char::from_u32(if big_endian {
                u32::from_be_bytes(letter)
            } else {
                u32::from_le_bytes(letter)
            })
        })
        .collect()
}

/// The classes of both parts.
///
/// # Errors
/// Where there are fewer than two, or the parts have labels of different kinds.
pub(super) fn classes(train: Labels, test: Option<Labels>) -> Result<Classes, String> {
    match (train, test) {
        (Labels::Numbers(train), None) => compact(&train, None),
        (Labels::Numbers(train), Some(Labels::Numbers(test))) => compact(&train, Some(&test)),
        (Labels::Texts(train), None) => compact(&train, None),
        (Labels::Texts(train), Some(Labels::Texts(test))) => compact(&train, Some(&test)),
        (Labels::Columns { labels, columns }, None) => columned(labels, None, columns),
        (
            Labels::Columns { labels, columns },
            Some(Labels::Columns {
                labels: test,
                columns: test_columns,
            }),
        ) if columns == test_columns => columned(labels, Some(test), columns),
        _ => Err(
            "The labels for training and testing differ in kind or in number of columns: save both in one way"
                .to_owned(),
        ),
    }
}

fn columned(train: Vec<u32>, test: Option<Vec<u32>>, columns: usize) -> Result<Classes, String> {
    let names: Vec<String> = (0..columns).map(|column| column.to_string()).collect();
    check_used(&names, &train, test.as_deref())?;
    Ok(Classes { names, train, test })
}
