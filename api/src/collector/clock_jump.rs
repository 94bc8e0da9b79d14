//! Notices that the machine's clock moved by itself, against the time that passed.

use std::time::Duration;

use metering::Timestamp;
use tokio::time::Instant;

/// Differences up to this are the machine's load and small corrections.
const TOLERANCE: Duration = Duration::from_mins(1);

/// What the clock showed at the last look.
#[derive(Debug, Default)]
pub(crate) struct ClockJump(Option<(Instant, Timestamp)>);

impl ClockJump {
    /// Whether the clock moved since the last look by more than the time that passed, or went back.
    pub(crate) fn look(&mut self, now: Instant, shown: Timestamp) -> bool {
        let Some((before, showed)) = self.0.replace((now, shown)) else {
            return false;
        };
        let passed = now.saturating_duration_since(before).as_micros();
        let moved = i128::from(shown.as_micros()) - i128::from(showed.as_micros());
        (moved - i128::try_from(passed).unwrap_or(i128::MAX)).unsigned_abs() > TOLERANCE.as_micros()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_moves_with_time_has_not_jumped() {
        let (origin, mut clock) = (Instant::now(), ClockJump::default());
        for (passed, shown) in [(0, 1000), (5, 1005), (605, 1650), (610, 1600)] {
            let now = origin + Duration::from_secs(passed);
            assert!(
                !clock.look(now, Timestamp::from_millis(shown * 1000)),
                "{passed}"
            );
        }
    }

    #[test]
    fn jumps_either_way_are_noticed_once() {
        let (origin, mut clock) = (Instant::now(), ClockJump::default());
        for (passed, shown, expected) in [
            (0, 1000, false),
            (5, 63_073_000, true),
            (10, 63_073_005, false),
            (15, 1015, true),
            (20, 1020, false),
        ] {
            let now = origin + Duration::from_secs(passed);
            let jumped = clock.look(now, Timestamp::from_millis(shown * 1000));
            assert_eq!(jumped, expected, "{passed}");
        }
    }
}
