//! Whole tables, from bytes and from files.

mod columns;
mod faults;
mod files;
mod mutations;

use super::column::{Column, Kind};
use super::*;
use crate::source::raw::Store;

pub(super) fn table_with(bytes: &[u8], options: &Options) -> Result<Raw, String> {
    let open = || Ok(Box::new(bytes) as Box<dyn Read>);
    decode(&open, bytes.len() as u64, options, &mut |_, _| true)
}

pub(super) fn table(text: &str) -> Raw {
    table_with(text.as_bytes(), &Options::default()).unwrap()
}

pub(super) fn fault(text: &str) -> String {
    table_with(text.as_bytes(), &Options::default()).unwrap_err()
}

pub(super) fn labelled(label: &str) -> Options {
    Options {
        label: Some(label.to_owned()),
        header: None,
    }
}

pub(super) fn values(table: &Raw) -> &[f32] {
    match &table.train.store {
        Store::Values(values) => values,
        other => panic!("{other:?}"),
    }
}

pub(super) fn notes(table: &Raw) -> Vec<String> {
    let notes = table.notes.iter();
    notes
        .map(|note| format!("{}: {}", note.what, note.why))
        .collect()
}

/// What must hold of every table.
pub(super) fn check(table: &Raw) {
    let raw = table;
    let [features, 1, 1] = raw.shape.unwrap() else {
        panic!("{:?}", raw.shape)
    };
    assert!((raw.format, raw.is_image) == (Format::Table, false));
    assert!(raw.test.is_none() && features > 0 && raw.classes.len() > 1);
    assert_eq!(values(table).len(), features * raw.train.labels.len());
    assert!(values(table).iter().all(|value| value.is_finite()));
    for class in 0..table.classes.len() {
        assert!(raw.train.labels.contains(&(class as u32)));
    }
    let in_range = |&label: &u32| (label as usize) < raw.classes.len();
    assert!(raw.train.labels.iter().all(in_range));
    let is_label = |column: &&Column| column.kind == Kind::Label;
    assert_eq!(table.columns.iter().filter(is_label).count(), 1);
    let names: std::collections::HashSet<_> = table.columns.iter().map(|c| &c.name).collect();
    assert_eq!(names.len(), table.columns.len());
}
