//! Numbers as arrays store them.

use half::f16;

/// Kind of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Bool,
    U8,
    U16,
    U32,
    U64,
    I8,
    I16,
    I32,
    I64,
    F16,
    F32,
    F64,
}

/// Kind of a number and the order of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element {
    pub kind: Kind,
    pub big_endian: bool,
}

/// A number that was read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    Whole(i128),
    Real(f64),
}

impl Element {
    /// Bytes of one number.
    pub fn size(self) -> usize {
        match self.kind {
            Kind::Bool | Kind::U8 | Kind::I8 => 1,
            Kind::U16 | Kind::I16 | Kind::F16 => 2,
            Kind::U32 | Kind::I32 | Kind::F32 => 4,
            Kind::U64 | Kind::I64 | Kind::F64 => 8,
        }
    }

    /// The number in `bytes`, rounded to 32 bits.
    pub fn value(self, bytes: &[u8]) -> f32 {
        match self.number(bytes) {
            Number::Whole(value) => value as f32,
            Number::Real(value) => value as f32,
        }
    }

    /// The number in `bytes`, of which there are [`Element::size`].
    pub fn number(self, bytes: &[u8]) -> Number {
        let bits = if self.big_endian {
            bytes.iter().fold(0, push)
        } else {
            bytes.iter().rev().fold(0, push)
        };
        // The bytes of the number are the last ones of `bits`: the casts keep just them.
        match self.kind {
            Kind::Bool => Number::Whole(i128::from(bits != 0)),
            Kind::U8 | Kind::U16 | Kind::U32 | Kind::U64 => Number::Whole(i128::from(bits)),
            Kind::I8 => Number::Whole(i128::from(bits as i8)),
            Kind::I16 => Number::Whole(i128::from(bits as i16)),
            Kind::I32 => Number::Whole(i128::from(bits as i32)),
            Kind::I64 => Number::Whole(i128::from(bits as i64)),
            Kind::F16 => Number::Real(f16::from_bits(bits as u16).to_f64()),
            Kind::F32 => Number::Real(f64::from(f32::from_bits(bits as u32))),
            Kind::F64 => Number::Real(f64::from_bits(bits)),
        }
    }
}

fn push(bits: u64, byte: &u8) -> u64 {
    bits << 8 | u64::from(*byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(kind: Kind, bytes: &[u8]) -> Number {
        let little = Element {
            kind,
            big_endian: false,
        };
        let big = Element {
            kind,
            big_endian: true,
        };
        assert_eq!(bytes.len(), little.size());
        let turned: Vec<u8> = bytes.iter().rev().copied().collect();
        assert_eq!(little.number(bytes), big.number(&turned));
        little.number(bytes)
    }

    #[test]
    fn every_kind_is_read_in_both_orders() {
        assert_eq!(number(Kind::Bool, &[1]), Number::Whole(1));
        assert_eq!(number(Kind::U8, &[200]), Number::Whole(200));
        assert_eq!(number(Kind::I8, &[200]), Number::Whole(-56));
        assert_eq!(
            number(Kind::U16, &65530_u16.to_le_bytes()),
            Number::Whole(65530)
        );
        assert_eq!(
            number(Kind::I16, &(-3_i16).to_le_bytes()),
            Number::Whole(-3)
        );
        assert_eq!(
            number(Kind::U32, &u32::MAX.to_le_bytes()),
            Number::Whole(0xffff_ffff)
        );
        assert_eq!(
            number(Kind::I32, &i32::MIN.to_le_bytes()),
            Number::Whole(-0x8000_0000)
        );
        assert_eq!(
            number(Kind::U64, &u64::MAX.to_le_bytes()),
            Number::Whole(i128::from(u64::MAX))
        );
        assert_eq!(
            number(Kind::I64, &(-5_i64).to_le_bytes()),
            Number::Whole(-5)
        );
        assert_eq!(number(Kind::F16, &[0x00, 0x3e]), Number::Real(1.5));
        assert_eq!(
            number(Kind::F32, &0.1_f32.to_le_bytes()),
            Number::Real(f64::from(0.1_f32))
        );
        assert_eq!(number(Kind::F64, &0.1_f64.to_le_bytes()), Number::Real(0.1));
    }
}
