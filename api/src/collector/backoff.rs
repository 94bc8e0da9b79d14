//! How long to leave a broker alone that does not answer.

use std::time::Duration;

/// The pause after the n-th unanswered poll in a row (from 1): twice as long each time, from one
/// tick to `limit`, and of that between half and all, by `random` in `0..1`, so that many
/// collectors do not fall on a broker that comes back at the same instant.
pub(crate) fn pause(tick: Duration, missed: u32, limit: Duration, random: f64) -> Duration {
    let doublings = missed.saturating_sub(1).min(31);
    let longest = tick.saturating_mul(1 << doublings).min(limit.max(tick));
    longest.mul_f64(0.5 + random.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: Duration = Duration::from_secs(5);
    const LIMIT: Duration = Duration::from_secs(30);

    #[test]
    fn doubles_up_to_the_limit() {
        let longest = |missed| pause(TICK, missed, LIMIT, 1.0).as_secs();
        assert_eq!([1, 2, 3, 4, 5, 1000].map(longest), [5, 10, 20, 30, 30, 30]);
    }

    #[test]
    fn is_never_shorter_than_half() {
        for missed in 1..40 {
            let longest = pause(TICK, missed, LIMIT, 1.0);
            assert_eq!(pause(TICK, missed, LIMIT, 0.0), longest / 2);
        }
    }

    #[test]
    fn a_long_tick_is_its_own_limit() {
        let hour = Duration::from_hours(1);
        assert_eq!(pause(hour, 9, LIMIT, 1.0), hour);
    }
}
