//! Numbers in few bytes.
//!
//! A number is a varint whose two low bits say what it is: a whole number, thousandths, a negative
//! whole number, or eight bytes as they are. What brokers report is nearly always one of the first two
//! and mostly small, so that most numbers take one to four bytes. Nothing is lost.

/// Beyond this a double does not hold every whole number.
const WHOLE: f64 = 9_007_199_254_740_992.0;

const POSITIVE: u64 = 0;
const THOUSANDTHS: u64 = 1;
const NEGATIVE: u64 = 2;
const AS_IT_IS: u64 = 3;

pub(super) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[expect(
    clippy::float_cmp,
    reason = "only what comes back to the last bit may be written so"
)]
pub(super) fn put_number(out: &mut Vec<u8>, value: f64) {
    if value.abs() < WHOLE {
        if value.trunc() == value {
            let kind = if value < 0.0 { NEGATIVE } else { POSITIVE };
            return put_varint(out, (value.abs() as u64) << 2 | kind);
        }
        let scaled = (value * 1000.0).round();
        if value > 0.0 && scaled < WHOLE && scaled / 1000.0 == value {
            return put_varint(out, (scaled as u64) << 2 | THOUSANDTHS);
        }
    }
    put_varint(out, AS_IT_IS);
    out.extend_from_slice(&value.to_le_bytes());
}

/// Reads what was put, in the same order. None where there is nothing more to read.
pub(super) struct VarintReader<'a>(pub(super) &'a [u8]);

impl VarintReader<'_> {
    pub(super) fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for (index, &byte) in self.0.iter().enumerate().take(10) {
            value |= u64::from(byte & 0x7f) << (7 * index);
            if byte < 0x80 {
                self.0 = &self.0[index + 1..];
                return Some(value);
            }
        }
        None
    }

    pub(super) fn number(&mut self) -> Option<f64> {
        let word = self.varint()?;
        let magnitude = (word >> 2) as f64;
        Some(match word & 3 {
            POSITIVE => magnitude,
            THOUSANDTHS => magnitude / 1000.0,
            NEGATIVE => -magnitude,
            _ => {
                let (bytes, rest) = self.0.split_first_chunk::<8>()?;
                self.0 = rest;
                f64::from_le_bytes(*bytes)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_comes_back_and_common_ones_are_small() {
        let cases = [
            (0.0, 1),
            (31.0, 1),
            (32.0, 2),
            (1_000_000.0, 4),
            (0.2, 2),
            (123.456, 3),
            (-3.0, 1),
            (-0.5, 9),
            (1e300, 9),
            (WHOLE - 1.0, 8),
            (1.0 / 3.0, 9),
            (f64::MIN_POSITIVE, 9),
        ];
        for (value, length) in cases {
            let mut out = Vec::new();
            put_number(&mut out, value);
            assert_eq!(out.len(), length, "{value}");
            let mut bytes = VarintReader(&out);
            assert_eq!(bytes.number(), Some(value));
            assert!(bytes.0.is_empty());
        }
    }

    #[test]
    fn truncated_number_is_not_read() {
        let mut out = Vec::new();
        put_number(&mut out, 1e300);
        for length in 0..out.len() {
            assert_eq!(VarintReader(&out[..length]).number(), None);
        }
    }
}
