//! How many messages a second, and when.

use std::{f64::consts::TAU, time::Duration};

/// Messages a second in the long run.
pub(super) const MEAN: f64 = 120.0;

/// Messages a second at a moment: a slow wave that fits some times into ten minutes, and a quick
/// one upon it so that a minute does not look flat.
pub(super) fn rate(elapsed: Duration) -> f64 {
    let t = elapsed.as_secs_f64();
    MEAN + 55.0 * (TAU * t / 170.0).sin() + 12.0 * (TAU * t / 23.0).sin()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates() -> impl Iterator<Item = f64> {
        // 3910 s hold both waves a whole number of times.
        (0..3910).map(|s| rate(Duration::from_secs(s)))
    }

    #[test]
    fn the_rate_stays_light_and_alive() {
        let (low, high) = rates().fold((f64::MAX, f64::MIN), |(l, h), r| (l.min(r), h.max(r)));
        assert!((50.0..70.0).contains(&low), "{low}");
        assert!((170.0..200.0).contains(&high), "{high}");
    }

    #[test]
    fn the_mean_is_what_consumers_reckon_with() {
        let mean = rates().sum::<f64>() / 3910.0;
        assert!((mean - MEAN).abs() < 0.1, "{mean}");
    }
}
