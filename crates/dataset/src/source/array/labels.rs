//! Classes from the labels of samples.

use std::collections::{BTreeMap, BTreeSet};

use layerwise_experiment::words::short;

use crate::source::array::bytes::{LIMIT, Named, grouped, grow};
use crate::source::array::number::{Element, Number};

/// Labels from 0 without gaps, and the names of the classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classes {
    pub names: Vec<String>,
    pub train: Vec<u32>,
    pub test: Option<Vec<u32>>,
}

/// Reads `count` whole numbers; real ones without a fraction are whole too.
///
/// # Errors
/// Where data are missing, a number is not whole, or they take more than [`LIMIT`].
pub fn whole_numbers(
    source: &mut Named,
    element: Element,
    count: usize,
) -> Result<Vec<i64>, String> {
    let name = source.name;
    let total = count as u64;
    if total.saturating_mul(8) > LIMIT {
        return Err(format!(
            "{name} claims {} labels, more than can be read: download or save it again",
            grouped(total)
        ));
    }
    let mut labels = Vec::new();
    source.units(total, element.size(), |piece| {
        grow(name, &mut labels, piece.len() / element.size(), total)?;
        for bytes in piece.chunks_exact(element.size()) {
            let number = element.number(bytes);
            labels.push(whole(number).ok_or_else(|| {
                let value = match number {
                    Number::Whole(value) => value.to_string(),
                    Number::Real(value) => value.to_string(),
                };
                format!(
                    "Label {} (counted from 0) in {name} is {value}, which is no class: save whole numbers",
                    grouped(labels.len() as u64)
                )
            })?);
        }
        Ok(())
    })?;
    Ok(labels)
}

fn whole(number: Number) -> Option<i64> {
    // Beyond this, neighbouring whole numbers are not told apart.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match number {
        Number::Whole(value) => i64::try_from(value).ok(),
        Number::Real(value) if value.fract() == 0.0 && value.abs() <= EXACT => Some(value as i64),
        Number::Real(_) => None,
    }
}

/// Checks that there are as many labels as samples.
///
/// # Errors
/// Where there are not.
pub fn check_counts(
    samples: &str,
    sample_count: usize,
    labels: &str,
    label_count: usize,
) -> Result<(), String> {
    if sample_count == label_count {
        return Ok(());
    }
    Err(format!(
        "{samples} holds {} samples but {labels} holds {} labels: download or save them again",
        grouped(sample_count as u64),
        grouped(label_count as u64)
    ))
}

/// A class for each distinct label in either part, in the order of the labels.
///
/// # Errors
/// Where there are fewer than two classes.
pub fn compact<L: Ord + ToString>(train: &[L], test: Option<&[L]>) -> Result<Classes, String> {
    let distinct: BTreeSet<&L> = train.iter().chain(test.unwrap_or_default()).collect();
    let names: Vec<String> = distinct.iter().map(|label| label.to_string()).collect();
    two_or_more(&names)?;
    let number: BTreeMap<&L, u32> = distinct.into_iter().zip(0..).collect();
    let renumber = |labels: &[L]| -> Vec<u32> {
        (labels.iter())
            .filter_map(|label| number.get(label).copied())
            .collect()
    };
    Ok(Classes {
        train: renumber(train),
        test: test.map(renumber),
        names,
    })
}

/// Checks that labels already from 0 are of two or more classes.
///
/// # Errors
/// Where they are not.
pub fn check_used(names: &[String], train: &[u32], test: Option<&[u32]>) -> Result<(), String> {
    let used: BTreeSet<u32> = (train.iter().chain(test.unwrap_or_default()).copied()).collect();
    let used: Vec<&String> = (used.iter())
        .filter_map(|label| names.get(usize::try_from(*label).ok()?))
        .collect();
    two_or_more(&used)
}

fn two_or_more<T: AsRef<str>>(names: &[T]) -> Result<(), String> {
    match names {
        [] => Err("There are no labels: choose data with at least two classes".to_owned()),
        [only] => Err(format!(
            "All samples are of class {}: choose data with at least two classes",
            short(only.as_ref())
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_become_classes_in_their_order() {
        let classes = compact(&[10_i64, 2, 10], Some(&[-1, 2])).unwrap();
        assert_eq!(classes.names, ["-1", "2", "10"]);
        assert_eq!(classes.train, [2, 1, 2]);
        assert_eq!(classes.test, Some(vec![0, 1]));
    }

    #[test]
    fn one_class_is_refused() {
        let error = compact(&[3_i64, 3], None).unwrap_err();
        assert_eq!(
            error,
            "All samples are of class 3: choose data with at least two classes"
        );
        assert!(compact::<i64>(&[], None).is_err());
        let names = ["a".to_owned(), "b".to_owned()];
        assert!(check_used(&names, &[1, 1], None).is_err());
        assert!(check_used(&names, &[1, 1], Some(&[0])).is_ok());
    }
}
