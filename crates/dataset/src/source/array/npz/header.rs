//! The header of a NumPy array.

use crate::source::array::bytes::Named;
use crate::source::array::number::{Element, Kind};

/// What a single array begins with.
pub(super) const NPY: &[u8] = b"\x93NUMPY";
/// Letters that a text in an array may have.
const MOST_LETTERS: usize = 1024;

/// What an array holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Number(Element),
    /// Texts of this many letters of 32 bits.
    Letters {
        count: usize,
        big_endian: bool,
    },
    /// Texts of this many bytes.
    Bytes {
        count: usize,
    },
}

/// What the header of an array tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub item: Item,
    /// Whether the first axis changes fastest, not the last.
    pub fortran: bool,
    pub dims: Vec<usize>,
}

impl Header {
    /// Reads the header of an array.
    ///
    /// # Errors
    /// Where there is none, or the type is one that is not read.
    pub fn read(source: &mut Named) -> Result<Self, String> {
        let name = source.name;
        let damaged = || format!("{name} has a damaged header: save it again");
        let magic: [u8; 6] = source.header()?;
        if magic != NPY {
            return Err(format!("{name} is no NumPy array: save it again"));
        }
        let [version, _]: [u8; 2] = source.header()?;
        let size = match version {
            1 => u16::from_le_bytes(source.header()?),
            2 | 3 => u32::from_le_bytes(source.header()?)
                .try_into()
                .map_err(|_| damaged())?,
            _ => {
                return Err(format!(
                    "{name} is in version {version} of the NumPy format, which is not known: save it with np.savez"
                ));
            }
        };
        let bytes = source.header_of(size)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| damaged())?;
        let (descr, fortran, dims) = Text(text).fields().ok_or_else(damaged)?;
        let item = match descr {
            Descr::Plain(descr) => item(name, descr)?,
            Descr::Fields => {
                return Err(format!(
                    "{name} is an array of records: save plain arrays x and y"
                ));
            }
        };
        Ok(Self {
            item,
            fortran,
            dims,
        })
    }
}

fn item(name: &str, descr: &str) -> Result<Item, String> {
    let other = || {
        format!(
            "{name} has the type {descr:?}, which is not read: convert it to float32, uint8 or int64"
        )
    };
    let mut letters = descr.chars();
    let order = letters.next();
    let kind = letters.next();
    if kind == Some('O') {
        return Err(format!(
            "{name} holds pickled Python objects, which are never read: save it as numbers or texts"
        ));
    }
    let size: usize = letters.as_str().parse().map_err(|_| other())?;
    let big_endian = match order {
        Some('>') => true,
        Some('<') => false,
        Some('|') if size == 1 || kind == Some('S') => false,
        _ => return Err(other()),
    };
    let number = |kind| Ok(Item::Number(Element { kind, big_endian }));
    match (kind, size) {
        (Some('b'), 1) => number(Kind::Bool),
        (Some('u'), 1) => number(Kind::U8),
        (Some('u'), 2) => number(Kind::U16),
        (Some('u'), 4) => number(Kind::U32),
        (Some('u'), 8) => number(Kind::U64),
        (Some('i'), 1) => number(Kind::I8),
        (Some('i'), 2) => number(Kind::I16),
        (Some('i'), 4) => number(Kind::I32),
        (Some('i'), 8) => number(Kind::I64),
        (Some('f'), 2) => number(Kind::F16),
        (Some('f'), 4) => number(Kind::F32),
        (Some('f'), 8) => number(Kind::F64),
        (Some('U' | 'S'), 0) => Err(format!("{name} holds only empty texts: save class names")),
        (Some('U' | 'S'), count) if count > MOST_LETTERS => Err(format!(
            "{name} holds texts of {count} letters, more than the {MOST_LETTERS} of a class name: save shorter ones"
        )),
        (Some('U'), count) => Ok(Item::Letters { count, big_endian }),
        (Some('S'), count) => Ok(Item::Bytes { count }),
        _ => Err(other()),
    }
}

/// The type of an array as its header writes it.
enum Descr<'a> {
    Plain(&'a str),
    Fields,
}

/// What is left of a header to read: a Python dictionary.
struct Text<'a>(&'a str);

impl<'a> Text<'a> {
    /// Type, order of axes and shape; none where the text is not a header.
    fn fields(mut self) -> Option<(Descr<'a>, bool, Vec<usize>)> {
        let mut descr = None;
        let mut fortran = None;
        let mut shape = None;
        self.symbol("{")?;
        while self.symbol("}").is_none() {
            let key = self.quoted()?;
            self.symbol(":")?;
            match key {
                "descr" if self.symbol("[").is_some() => {
                    return Some((Descr::Fields, false, Vec::new()));
                }
                "descr" => descr = Some(Descr::Plain(self.quoted()?)),
                "fortran_order" => fortran = Some(self.truth()?),
                "shape" => shape = Some(self.shape()?),
                _ => return None,
            }
            if self.symbol(",").is_none() {
                self.symbol("}")?;
                break;
            }
        }
        self.0.trim().is_empty().then_some(())?;
        Some((descr?, fortran?, shape?))
    }

    fn symbol(&mut self, symbol: &str) -> Option<()> {
        self.0 = self.0.trim_start().strip_prefix(symbol)?;
        Some(())
    }

    fn quoted(&mut self) -> Option<&'a str> {
        let quote = if self.symbol("'").is_some() {
            '\''
        } else {
            self.symbol("\"")?;
            '"'
        };
        let (text, rest) = self.0.split_once(quote)?;
        self.0 = rest;
        Some(text)
    }

    fn truth(&mut self) -> Option<bool> {
        if self.symbol("True").is_some() {
            return Some(true);
        }
        self.symbol("False").map(|()| false)
    }

    fn shape(&mut self) -> Option<Vec<usize>> {
        let mut dims = Vec::new();
        self.symbol("(")?;
        while self.symbol(")").is_none() {
            let text = self.0.trim_start();
            let rest = text.trim_start_matches(|letter: char| letter.is_ascii_digit());
            let digits = text.strip_suffix(rest)?;
            dims.push(digits.parse().ok()?);
            // Python 2 marked long numbers so.
            self.0 = rest.strip_prefix('L').unwrap_or(rest);
            if self.symbol(",").is_none() {
                self.symbol(")")?;
                break;
            }
        }
        Some(dims)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Option<(String, bool, Vec<usize>)> {
        match Text(text).fields()? {
            (Descr::Plain(descr), fortran, dims) => Some((descr.to_owned(), fortran, dims)),
            (Descr::Fields, ..) => None,
        }
    }

    #[test]
    fn headers_are_understood() {
        let numpy = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 28, 28), }     \n";
        assert_eq!(
            fields(numpy),
            Some(("<f4".to_owned(), false, vec![3, 28, 28]))
        );
        let other = "{\"shape\":(5L,),\"fortran_order\":True,\"descr\":\"|u1\"}";
        assert_eq!(fields(other), Some(("|u1".to_owned(), true, vec![5])));
        let scalar = "{'descr': '<f4', 'fortran_order': False, 'shape': ()}";
        assert_eq!(fields(scalar), Some(("<f4".to_owned(), false, vec![])));
        for wrong in [
            "",
            "{",
            "{}",
            "{'descr': '<f4', 'fortran_order': False}",
            "{'descr': '<f4', 'fortran_order': 0, 'shape': (3,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (-3,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)} x",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), 'more': 1}",
        ] {
            assert_eq!(fields(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn types_are_understood() {
        let number = |kind, big_endian| Ok(Item::Number(Element { kind, big_endian }));
        assert_eq!(item("x", "<f4"), number(Kind::F32, false));
        assert_eq!(item("x", ">i2"), number(Kind::I16, true));
        assert_eq!(item("x", "|b1"), number(Kind::Bool, false));
        assert_eq!(item("x", "|S3"), Ok(Item::Bytes { count: 3 }));
        let letters = Item::Letters {
            count: 5,
            big_endian: true,
        };
        assert_eq!(item("x", ">U5"), Ok(letters));
        assert!(item("x", "|O").unwrap_err().contains("pickled"));
        for other in [
            "", "<", "<c8", "<M8[ns]", "|i4", "=f4", "<U0", "<U1025", "|V8", "é",
        ] {
            assert!(item("x", other).is_err(), "{other}");
        }
    }
}
