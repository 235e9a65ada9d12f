//! The second pass: values and labels.

use std::sync::Arc;

use super::cell;
use super::delimiter::allows_decimal_comma;
use super::layout::Layout;
use super::rows::{self, Pass, Progress};
use super::source::Source;
use super::survey::Plan;
use crate::source::raw::{Part, Store};

/// Goes over the file again to take the values.
///
/// # Errors
/// Where the file cannot be read, is no longer the same, or does not fit into memory.
pub(super) fn fill(
    source: &Source,
    layout: &Layout,
    plan: &Plan,
    progress: &mut Progress,
) -> Result<Arc<Part>, String> {
    let changed = || "the file changed while it was read: read it again".to_owned();
    let too_large = |_| "the table does not fit into memory: leave out rows or columns".to_owned();
    let decimal_comma = allows_decimal_comma(layout.delimiter);
    let mut values = Vec::new();
    let mut labels = Vec::new();
    values
        .try_reserve_exact(plan.rows.saturating_mul(plan.features))
        .map_err(too_large)?;
    labels.try_reserve_exact(plan.rows).map_err(too_large)?;

    rows::each(source, layout, Pass::Second, progress, &mut |_, row| {
        if row.len() != layout.names.len() {
            return Ok(());
        }
        let (label, _) = cell::text(row.get(layout.label).unwrap_or_default());
        if cell::is_missing_label(&label) {
            return Ok(());
        }
        let class = plan.numbers.get(label.as_ref());
        let class = class.filter(|_| labels.len() < plan.rows);
        labels.push(*class.ok_or_else(changed)?);
        for (encoder, cell) in plan.encoders.iter().zip(row) {
            encoder
                .encode(cell, decimal_comma, &mut values)
                .ok_or_else(changed)?;
        }
        Ok(())
    })?;
    if labels.len() != plan.rows {
        return Err(changed());
    }
    Ok(Part::shared(Store::Values(values), labels))
}
