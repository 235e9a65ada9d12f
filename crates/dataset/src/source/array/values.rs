//! The values of samples in arrays.

use super::bytes::{LIMIT, Named, grouped, grow};
use super::in_file::InFile;
use super::layout::Layout;
use super::number::{Element, Kind};
use crate::source::range::Range;
use crate::source::raw::Store;

/// Reads the samples that `layout` describes: images of bytes as bytes, all else as numbers,
/// rounded to 32 bits. Those that lie in a file as they are and take more than it says stay there.
///
/// # Errors
/// Where data are missing, are no finite numbers, or take more than [`LIMIT`] and cannot stay in
/// their file.
pub fn samples(
    source: &mut Named,
    element: Element,
    layout: &Layout,
    is_image: bool,
) -> Result<Store, String> {
    let bytes = is_image && element.kind == Kind::U8;
    let total = layout.total as u64;
    let size = total.saturating_mul(if bytes { 1 } else { 4 });
    let origin =
        (source.origin.clone()).filter(|origin| size > origin.held && layout.is_sample_by_sample());
    if let Some(origin) = origin {
        let after = source.done();
        let range = if bytes {
            source.leave(total)?;
            None
        } else {
            let mut range = Range::default();
            finite(source, element, layout, |_, values| {
                range.extend(values);
                Ok(())
            })?;
            Some(range)
        };
        let in_file = InFile::new(origin, after, element, layout, range);
        return Ok(Store::InFile(in_file));
    }
    if size > LIMIT {
        let hint = if source.origin.is_some() {
            "save it with its samples one after the other (C order)"
        } else {
            "unpack it, as samples that are not packed may be of any size, or use fewer"
        };
        return Err(format!(
            "{} claims samples of {} bytes, more than the {} that memory may hold: {hint}",
            source.name,
            grouped(size),
            grouped(LIMIT)
        ));
    }
    let name = source.name;
    if bytes {
        let mut values = Vec::new();
        source.units(total, 1, |piece| {
            grow(name, &mut values, piece.len(), total)?;
            values.extend_from_slice(piece);
            Ok(())
        })?;
        layout.arrange(name, values).map(Store::Bytes)
    } else {
        let mut all = Vec::new();
        finite(source, element, layout, |name, values| {
            grow(name, &mut all, values.len(), total)?;
            all.extend_from_slice(values);
            Ok(())
        })?;
        layout.arrange(name, all).map(Store::Values)
    }
}

/// Gives `take` all values, some at a time, with the name of their array.
fn finite(
    source: &mut Named,
    element: Element,
    layout: &Layout,
    mut take: impl FnMut(&str, &[f32]) -> Result<(), String>,
) -> Result<(), String> {
    let name = source.name;
    let mut values = Vec::new();
    let (mut done, mut wrong, mut first) = (0_usize, 0_u64, None);
    source.units(layout.total as u64, element.size(), |piece| {
        values.clear();
        values.extend((piece.chunks_exact(element.size())).map(|bytes| element.value(bytes)));
        let strange = |value: &f32| !value.is_finite();
        if let Some(place) = values.iter().position(strange) {
            wrong += values.iter().filter(|value| strange(value)).count() as u64;
            first.get_or_insert(done + place);
        }
        done += values.len();
        take(name, &values)
    })?;
    match first {
        None => Ok(()),
        Some(place) => Err(format!(
            "{name} holds {} values that are not finite 32-bit numbers, the first in sample {} counted from 0: remove such samples or replace the values",
            grouped(wrong),
            layout.sample_at(place)
        )),
    }
}
