//! The first pass: what the columns are.

use std::iter;

use super::cell;
use super::column::{Column, Kind};
use super::delimiter::allows_decimal_comma;
use super::encoder::Encoder;
use super::labels::{Classes, Labels, Names};
use super::layout::Layout;
use super::limits::{MAX_FEATURES, MAX_VALUES};
use super::rejects::Rejects;
use super::rows::{self, Pass, Progress};
use super::source::Source;
use super::tally::Tally;
use super::words::{count, grouped, short};
use crate::source::raw::Note;

/// What the second pass does.
pub(super) struct Plan {
    /// Rows that are used.
    pub rows: usize,
    /// Values of each row.
    pub features: usize,
    /// One for each column.
    pub encoders: Vec<Encoder>,
    /// Names of the classes.
    pub classes: Vec<String>,
    pub numbers: Classes,
    pub columns: Vec<Column>,
    pub notes: Vec<Note>,
}

/// Goes over the file to see what the columns are.
///
/// # Errors
/// Where the file cannot be read or the rows make no samples with classes.
pub(super) fn survey(
    source: &Source,
    layout: &Layout,
    progress: &mut Progress,
) -> Result<Plan, String> {
    let decimal_comma = allows_decimal_comma(layout.delimiter);
    let names = Names {
        label: layout.names.get(layout.label).map_or("", String::as_str),
        all: &layout.names,
    };
    let mut tallies: Vec<Tally> = iter::repeat_with(Tally::default)
        .take(layout.names.len())
        .collect();
    let mut labels = Labels::default();
    let mut rejects = Rejects::default();
    let mut rows = 0_usize;
    let mut memory = 0;
    let mut foreign = None;

    rows::each(source, layout, Pass::First, progress, &mut |number, row| {
        if row.len() != layout.names.len() {
            rejects.ragged(number, row.len(), layout.names.len());
            return Ok(());
        }
        let (label, is_foreign) = cell::text(row.get(layout.label).unwrap_or_default());
        if cell::is_missing_label(&label) {
            rejects.unlabelled(number);
            return Ok(());
        }
        labels.add(number, &label, &names)?;
        rows += 1;
        if rows > MAX_VALUES {
            return Err(too_many(rows, 1));
        }
        let mut any_foreign = is_foreign;
        for (index, (tally, cell)) in tallies.iter_mut().zip(row).enumerate() {
            if index != layout.label {
                let (text, is_foreign) = cell::text(cell);
                any_foreign |= is_foreign;
                let value = cell::value(&text, decimal_comma);
                tally.add(number, &text, value, &mut memory);
            }
        }
        if any_foreign {
            foreign.get_or_insert(number);
        }
        Ok(())
    })?;

    rejects.check(rows, layout.names.len())?;
    if rows == 0 {
        return Err(
            "no row is left: the table has no rows below its header, or none with a label"
                .to_owned(),
        );
    }
    let classes = labels.finish(rows, decimal_comma, &names)?;
    let mut notes = layout.notes.clone();
    if let Some(row) = foreign {
        notes.push(Note {
            what: format!("Encoding of row {}", grouped(row)),
            why: "it is not UTF-8: such cells are read as Windows-1252 (Latin-1)".to_owned(),
        });
    }
    let mut encoders = Vec::with_capacity(tallies.len());
    let mut columns = Vec::with_capacity(tallies.len());
    for (index, (tally, name)) in tallies.into_iter().zip(&layout.names).enumerate() {
        let (kind, encoder) = if index == layout.label {
            (Kind::Label, Encoder::Skip)
        } else {
            tally.finish(name, rows, &mut notes)?
        };
        encoders.push(encoder);
        columns.push(Column {
            name: name.clone(),
            kind,
        });
    }
    let features = features(&encoders, &columns, rows)?;
    notes.extend(rejects.into_left_out());
    let numbers = (0..).zip(&classes);
    Ok(Plan {
        rows,
        features,
        encoders,
        numbers: numbers.map(|(n, name)| (name.as_str().into(), n)).collect(),
        classes,
        columns,
        notes,
    })
}

/// Number of features of each row.
fn features(encoders: &[Encoder], columns: &[Column], rows: usize) -> Result<usize, String> {
    let features = encoders.iter().map(Encoder::width).sum::<usize>();
    if features == 0 {
        let faults: Vec<String> = columns
            .iter()
            .filter_map(|column| match &column.kind {
                Kind::LeftOut(why) => Some(format!("column {} {why}", short(&column.name))),
                _ => None,
            })
            .take(3)
            .collect();
        return Err(format!(
            "no column can be a feature ({}): add columns of numbers or categories",
            faults.join("; ")
        ));
    }
    if features > MAX_FEATURES {
        return Err(format!(
            "the columns make {} with those of their categories, above {}: leave out columns of text",
            count(features, "feature"),
            grouped(MAX_FEATURES as u64)
        ));
    }
    match rows.checked_mul(features) {
        Some(values) if values <= MAX_VALUES => Ok(features),
        _ => Err(too_many(rows, features)),
    }
}

fn too_many(rows: usize, features: usize) -> String {
    format!(
        "{} × {} are above {}: leave out rows or columns",
        count(rows, "row"),
        count(features, "feature"),
        count(MAX_VALUES, "value")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_before_they_are_read() {
        let with = |columns: usize, rows: usize| {
            let encoders = iter::repeat_with(|| Encoder::Number { mean: 0.0 });
            features(&encoders.take(columns).collect::<Vec<_>>(), &[], rows)
        };
        assert_eq!(with(1024, 1 << 20), Ok(1024));
        assert_eq!(
            with(1024, (1 << 20) + 1).unwrap_err(),
            "1,048,577 rows × 1,024 features are above 1,073,741,824 values: leave out rows or columns"
        );
        assert!(with(1024, usize::MAX).is_err());
    }
}
