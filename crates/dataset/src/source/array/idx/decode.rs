//! One IDX file.

use std::io::Read;

use crate::source::array::bytes::Named;
use crate::source::array::labels::whole_numbers;
use crate::source::array::layout::Layout;
use crate::source::array::number::{Element, Kind};
use crate::source::array::origin::Origin;
use crate::source::array::values::samples;
use crate::source::raw::Store;

/// Columns of QMNIST's table of labels, the first of which is the class.
const QMNIST_COLUMNS: usize = 8;

/// What an IDX file holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Array {
    /// Images of one shape: channels, height, width.
    Images {
        store: Store,
        shape: [usize; 3],
        count: usize,
    },
    /// Classes as they are numbered in the file.
    Labels(Vec<i64>),
}

/// Kind and length of each axis of an IDX file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub element: Element,
    pub dims: Vec<usize>,
}

/// What the axes of an IDX file mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Images,
    Labels,
}

impl Header {
    /// Reads a header.
    ///
    /// # Errors
    /// Where there is none.
    pub fn read(source: &mut Named) -> Result<Self, String> {
        let name = source.name;
        let [first, second, code, rank] = source.header()?;
        let kind = match code {
            0x08 => Kind::U8,
            0x09 => Kind::I8,
            0x0b => Kind::I16,
            0x0c => Kind::I32,
            0x0d => Kind::F32,
            0x0e => Kind::F64,
            _ => return Err(no_idx(name)),
        };
        if (first, second) != (0, 0) || !(1..=4).contains(&rank) {
            return Err(no_idx(name));
        }
        let mut dims = Vec::new();
        for _ in 0..rank {
            let length = u32::from_be_bytes(source.header()?);
            dims.push(usize::try_from(length).map_err(|_| no_idx(name))?);
        }
        Ok(Self {
            element: Element {
                kind,
                big_endian: true,
            },
            dims,
        })
    }

    /// Number of samples.
    pub fn count(&self) -> usize {
        self.dims.first().copied().unwrap_or_default()
    }

    /// Images or labels; none where it is neither.
    pub fn content(&self) -> Option<Content> {
        match self.dims.as_slice() {
            [_] | [_, QMNIST_COLUMNS] => Some(Content::Labels),
            [_, _, _] | [_, _, _, _] => Some(Content::Images),
            _ => None,
        }
    }
}

/// Whether a file begins like an IDX file of images or labels. `first` are its first bytes, 20 or
/// as many as there are, unpacked.
pub fn looks_like(first: &[u8]) -> bool {
    Header::read(&mut Named::new("", first)).is_ok_and(|header| header.content().is_some())
}

/// Reads one IDX file, gzipped or not, whose bytes lie at `origin`. Errors call it `name`.
///
/// # Errors
/// Where it is no whole IDX file of images or labels, and nothing more; where it holds no sample,
/// or numbers that are not finite.
pub fn decode(bytes: impl Read, name: &str, origin: Option<Origin>) -> Result<Array, String> {
    let mut source = Named::unpacked(name, bytes, origin)?;
    let Header { element, dims } = Header::read(&mut source)?;
    let array = match dims.as_slice() {
        [0, ..] => return Err(format!("{name} holds no samples: choose one with samples")),
        [count] => Array::Labels(whole_numbers(&mut source, element, *count)?),
        [count, QMNIST_COLUMNS] => {
            let count = count.saturating_mul(QMNIST_COLUMNS);
            let table = whole_numbers(&mut source, element, count)?;
            Array::Labels(table.into_iter().step_by(QMNIST_COLUMNS).collect())
        }
        [_, _, _] => images(
            &mut source,
            element,
            &dims,
            [Some(0), None, Some(1), Some(2)],
        )?,
        [_, _, _, 1 | 3 | 4] => {
            let axes = [Some(0), Some(3), Some(1), Some(2)];
            images(&mut source, element, &dims, axes)?
        }
        [_, _, _, channels] => {
            return Err(format!(
                "The fourth axis of {name} has length {channels}, but images have 1, 3 or 4 channels: save them as samples × rows × columns × channels"
            ));
        }
        _ => {
            return Err(format!(
                "{name} has {} axes, but labels have 1 and images 3 or 4: choose another file",
                dims.len()
            ));
        }
    };
    source.end()?;
    Ok(array)
}

fn images(
    source: &mut Named,
    element: Element,
    dims: &[usize],
    axes: [Option<usize>; 4],
) -> Result<Array, String> {
    let layout = Layout::new(source.name, dims, axes, false)?;
    Ok(Array::Images {
        store: samples(source, element, &layout, true)?,
        shape: layout.shape,
        count: layout.count,
    })
}

fn no_idx(name: &str) -> String {
    format!("{name} is no IDX file: choose another file")
}
