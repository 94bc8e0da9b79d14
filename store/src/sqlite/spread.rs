//! How far finite values are spread around their mean.

/// Beyond these sizes squares are of too few digits, or infinite: 2^-400 and 2^400.
const SMALL: f64 = f64::from_bits((1023 - 400) << 52);
const LARGE: f64 = f64::from_bits((1023 + 400) << 52);
/// What brings the squares of smaller and of larger distances into range: 2^600 and 2^-600.
const UP: f64 = f64::from_bits((1023 + 600) << 52);
const DOWN: f64 = f64::from_bits((1023 - 600) << 52);

/// The mean, and the sums of the squares of the distances from it (Welford). Each distance counts
/// in the sum of its size, so that none of them overflows and none is lost.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spread {
    mean: f64,
    /// In units of [`DOWN`], squared.
    small: f64,
    ordinary: f64,
    /// In units of [`UP`], squared.
    large: f64,
}

impl Spread {
    /// Adds a value; `count` includes it.
    pub(super) fn add(&mut self, value: f64, count: u64) {
        let away = value - self.mean;
        let size = away.abs();
        if size > LARGE {
            // Halves: the distance of two finite numbers may be infinite.
            let half = value / 2.0 - self.mean / 2.0;
            self.mean = whole(self.mean / 2.0 + half / count as f64);
            let rest = value / 2.0 - self.mean / 2.0;
            self.large += (half * DOWN * 2.0) * (rest * DOWN * 2.0);
            return;
        }
        self.mean += away / count as f64;
        let rest = value - self.mean;
        if size < SMALL {
            self.small += (away * UP) * (rest * UP);
        } else {
            self.ordinary += away * rest;
        }
    }

    /// Adds what others are spread, given both counts.
    pub(super) fn merge(&mut self, other: Self, ours: u64, theirs: u64) {
        let (ours, theirs) = (ours as f64, theirs as f64);
        let both = ours + theirs;
        if both <= 0.0 {
            return;
        }
        self.small += other.small;
        self.ordinary += other.ordinary;
        self.large += other.large;
        let away = other.mean - self.mean;
        let size = away.abs();
        if size > LARGE {
            let half = other.mean / 2.0 - self.mean / 2.0;
            let scaled = half * DOWN * 2.0;
            self.large += scaled * scaled * ours * theirs / both;
            self.mean = whole(self.mean / 2.0 + half * (theirs / both));
            return;
        }
        if size < SMALL {
            let scaled = away * UP;
            self.small += scaled * scaled * ours * theirs / both;
        } else {
            self.ordinary += away * away * ours * theirs / both;
        }
        self.mean += away * theirs / both;
    }

    /// The standard deviation of so many values.
    pub(super) fn deviation(&self, count: u64) -> f64 {
        let root = |squares: f64| (squares / count as f64).max(0.0).sqrt();
        if self.large > 0.0 {
            let squares = self.large + self.ordinary * DOWN * DOWN;
            return (root(squares) * UP).min(f64::MAX);
        }
        if self.ordinary > 0.0 {
            return root(self.ordinary + self.small * DOWN * DOWN);
        }
        root(self.small) * DOWN
    }
}

/// A number from its half: what rounding carries beyond the range is the largest number.
fn whole(half: f64) -> f64 {
    (half * 2.0).clamp(f64::MIN, f64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(values: &[f64]) -> Spread {
        let mut spread = Spread::default();
        for (&value, count) in values.iter().zip(1..) {
            spread.add(value, count);
        }
        spread
    }

    #[test]
    fn deviation_is_right_at_any_magnitude() {
        for (values, expected) in [
            (&[1.0, 2.0, 3.0, 4.0][..], 1.25_f64.sqrt()),
            (&[1e200, -1e200], 1e200),
            (&[f64::MAX, -f64::MAX], f64::MAX),
            (&[f64::MAX, -f64::MAX, f64::MAX, -f64::MAX], f64::MAX),
            (&[f64::MAX, f64::MAX / -4.0], f64::MAX / 1.6),
            (&[1e308, 1e308], 0.0),
            (&[1e-200, 3e-200], 1e-200),
            (&[5e-324, 1.5e-323], 5e-324),
            (&[1e300, 1.0, -1e300, 1e-300], 1e300 / 2.0_f64.sqrt()),
            (&[3.0, 3.0, 3.0], 0.0),
        ] {
            let near = |found: f64| (found - expected).abs() <= expected * 1e-12;
            let found = spread(values).deviation(values.len() as u64);
            assert!(near(found), "{values:?}: {found}");
            for at in 0..=values.len() {
                let (first, second) = values.split_at(at);
                let mut merged = spread(first);
                merged.merge(spread(second), first.len() as u64, second.len() as u64);
                let found = merged.deviation(values.len() as u64);
                assert!(near(found), "{first:?} {second:?}: {found}");
            }
        }
    }
}
