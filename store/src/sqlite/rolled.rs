//! Roll-ups of values, and how they are stored.

use super::sum::Sum;
use super::varint_codec::{VarintReader, put_number, put_varint};

/// Samples of one meter in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rolled {
    pub(super) count: u64,
    pub(super) min: f64,
    pub(super) max: f64,
    pub(super) sum: Sum,
}

impl Rolled {
    pub(super) const NONE: Self = Self {
        count: 0,
        min: f64::INFINITY,
        max: f64::NEG_INFINITY,
        sum: Sum::NOTHING,
    };

    pub(super) fn one(value: f64) -> Self {
        Self {
            count: 1,
            min: value,
            max: value,
            sum: Sum::of(value),
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.count += other.count;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.sum.add(other.sum);
    }

    pub(super) fn mean(&self) -> f64 {
        self.sum.mean(self.count)
    }

    pub(super) fn put(&self, out: &mut Vec<u8>) {
        let same = self.min.total_cmp(&self.max).is_eq();
        put_varint(out, self.count << 1 | u64::from(same));
        put_number(out, self.min);
        if !same {
            put_number(out, self.max);
            self.sum.put(out);
        }
    }

    pub(super) fn get(from: &mut VarintReader<'_>) -> Option<Self> {
        let head = from.varint()?;
        let (count, same) = (head >> 1, head & 1 == 1);
        let min = from.number()?;
        if same {
            return Some(Self {
                count,
                min,
                max: min,
                sum: Sum::of_equal(min, count),
            });
        }
        Some(Self {
            count,
            min,
            max: from.number()?,
            sum: Sum::get(from)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roll_ups_come_back() {
        let mut rolled = Rolled::NONE;
        for value in [3.0, -1.5, 7.25] {
            rolled.add(Rolled::one(value));
        }
        assert_eq!(
            rolled,
            Rolled {
                count: 3,
                min: -1.5,
                max: 7.25,
                sum: Sum::of(8.75)
            }
        );
        for rolled in [
            rolled,
            Rolled::one(0.1),
            Rolled {
                count: 12,
                min: 5.0,
                max: 5.0,
                sum: Sum::of(60.0),
            },
        ] {
            let mut out = Vec::new();
            rolled.put(&mut out);
            assert_eq!(Rolled::get(&mut VarintReader(&out)), Some(rolled));
        }
    }
}
