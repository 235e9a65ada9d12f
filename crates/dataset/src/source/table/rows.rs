//! The rows of a text.

use std::rc::Rc;

use csv::ByteRecord;

use super::layout::Layout;
use super::reader::{reader, too_long};
use super::source::{Gauge, LONGEST_ROW, Source, unreadable};
use super::words::grouped;
use crate::error::CANCELLED;

/// Told the work done and the whole work, both in bytes; false cancels.
pub type Progress<'a> = dyn FnMut(u64, u64) -> bool + 'a;

/// Which of the two times the file is gone over.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    First,
    Second,
}

/// Visits every row but the header, with its number from 1.
///
/// # Errors
/// Where the file cannot be read, a row is too long or a quotation mark is not closed; where
/// `progress` cancels; and those of `visit`.
pub(super) fn each(
    source: &Source,
    layout: &Layout,
    pass: Pass,
    progress: &mut Progress,
    visit: &mut dyn FnMut(u64, &ByteRecord) -> Result<(), String>,
) -> Result<(), String> {
    const STEP: u64 = 1 << 20;
    let gauge = Rc::<Gauge>::default();
    let mut report = |packed: u64| {
        let done = match pass {
            Pass::First => packed.min(source.len),
            Pass::Second => source.len.saturating_add(packed.min(source.len)),
        };
        if progress(done, source.len.saturating_mul(2)) {
            Ok(())
        } else {
            Err(CANCELLED.to_owned())
        }
    };
    let text = source.text(&gauge).map_err(|error| unreadable(&error))?;
    let mut reader = reader(text, layout.delimiter);
    let mut record = ByteRecord::new();
    let mut number = 0;
    let mut header = layout.header;
    let mut next_report = 0;
    let mut ends_quoted = false;
    loop {
        if gauge.text.get() >= next_report {
            next_report = gauge.text.get() + STEP;
            report(gauge.packed.get())?;
        }
        let more = reader.read_byte_record(&mut record).map_err(|error| {
            if gauge.since_row.get() > LONGEST_ROW {
                return too_long(number + 1);
            }
            match error.into_kind() {
                csv::ErrorKind::Io(error) => unreadable(&error),
                other => format!("row {} cannot be read ({other:?})", grouped(number + 1)),
            }
        })?;
        if !more {
            break;
        }
        gauge.since_row.set(0);
        number += 1;
        // Only a quoted cell holds the end of a line.
        let last = record.iter().next_back().unwrap_or_default();
        ends_quoted = last.iter().any(|byte| matches!(byte, b'\r' | b'\n'));
        if header && record.len() == layout.names.len() {
            header = false;
        } else {
            visit(number, &record)?;
        }
    }
    if ends_quoted && gauge.last.get() != b'"' {
        return Err(format!(
            "row {} has a quotation mark that is not closed: close it or remove it",
            grouped(number)
        ));
    }
    report(source.len)
}
