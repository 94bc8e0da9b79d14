//! Sums that no finite value makes infinite.

use super::varint_codec::{VarintReader, put_number};

/// The unit of the second sum: 2^64 values of any size have a finite sum in it.
const UNIT: f64 = 18_446_744_073_709_551_616.0;

/// Precedes a sum in units of [`UNIT`]. No other sum has these bits.
const SCALED: u64 = 0x7ff8_5ca1_ed00_0001;

/// A sum, plain and in units of [`UNIT`]. The plain one is exact for ordinary values; the other one
/// counts where the plain one is not finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sum {
    plain: f64,
    scaled: f64,
}

impl Sum {
    pub(super) const NOTHING: Self = Self {
        plain: 0.0,
        scaled: 0.0,
    };

    pub(super) fn of(value: f64) -> Self {
        Self {
            plain: value,
            scaled: value / UNIT,
        }
    }

    /// The sum of equal values.
    pub(super) fn of_equal(value: f64, count: u64) -> Self {
        Self {
            plain: value * count as f64,
            scaled: value / UNIT * count as f64,
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.plain += other.plain;
        self.scaled += other.scaled;
    }

    /// The sum; one beyond the range of numbers is the largest number.
    pub(super) fn total(self) -> f64 {
        if self.plain.is_finite() {
            return self.plain;
        }
        (self.scaled * UNIT).clamp(f64::MIN, f64::MAX)
    }

    /// The mean of so many values.
    pub(super) fn mean(self, count: u64) -> f64 {
        if self.plain.is_finite() {
            return self.plain / count as f64;
        }
        (self.scaled / count as f64 * UNIT).clamp(f64::MIN, f64::MAX)
    }

    pub(super) fn put(self, out: &mut Vec<u8>) {
        if self.plain.is_finite() {
            return put_number(out, self.plain);
        }
        put_number(out, f64::from_bits(SCALED));
        put_number(out, self.scaled);
    }

    pub(super) fn get(from: &mut VarintReader<'_>) -> Option<Self> {
        let plain = from.number()?;
        let mut sum = Self::of(plain);
        if plain.to_bits() == SCALED {
            sum.scaled = from.number()?;
        }
        Some(sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(values: &[f64]) -> Sum {
        let mut sum = Sum::NOTHING;
        for &value in values {
            sum.add(Sum::of(value));
        }
        sum
    }

    #[test]
    fn total_and_mean_of_any_finite_values_are_finite() {
        for (values, total, mean) in [
            (&[1e308, 1e308][..], f64::MAX, 1e308),
            (&[-1e308, -1e308, -1e308], f64::MIN, -1e308),
            (&[f64::MAX; 4], f64::MAX, f64::MAX),
            (&[1e308, 1e308, -1e308], 1e308, 1e308 / 3.0),
            (&[5e-324, 1.5e-323], 2e-323, 1e-323),
            (&[0.1, 0.2], 0.1 + 0.2, 0.15),
        ] {
            let sum = sum(values);
            let near = |a: f64, b: f64| (a - b).abs() <= b.abs() * 1e-15;
            assert!(near(sum.total(), total), "{values:?}: {}", sum.total());
            let found = sum.mean(values.len() as u64);
            assert!(near(found, mean), "{values:?}: {found}");
            let mut out = Vec::new();
            sum.put(&mut out);
            let mut from = VarintReader(&out);
            let read = Sum::get(&mut from).expect("a sum");
            assert!(from.0.is_empty());
            assert_eq!((read.total(), read.scaled), (sum.total(), sum.scaled));
        }
    }
}
