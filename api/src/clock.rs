//! Where the time comes from: the wall, or a test.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use metering::Timestamp;
use tokio::time::Instant;

/// A source of wall-clock time.
#[derive(Clone, Copy, Debug, Default)]
pub enum Clock {
    /// The machine's clock. It may jump.
    #[default]
    System,
    /// A time that stood at an instant of tokio's clock, and runs with it: what a test pauses, this pauses too.
    Fixed {
        /// The time at `origin`.
        start: Timestamp,
        /// When it was that time.
        origin: Instant,
    },
    /// The machine's clock and so many microseconds: a test lets it jump.
    Shifted(&'static AtomicI64),
}

impl Clock {
    /// The time now.
    pub fn now(&self) -> Timestamp {
        let micros = match self {
            Self::System => system_micros(),
            Self::Shifted(by) => system_micros() + by.load(Ordering::Relaxed),
            Self::Fixed { start, origin } => {
                start.as_micros() + origin.elapsed().as_micros() as i64
            }
        };
        Timestamp::from_micros(micros)
    }
}

fn system_micros() -> i64 {
    let passed = SystemTime::now().duration_since(UNIX_EPOCH);
    // Before 1970 the machine's clock is wrong anyway.
    passed.map_or(0, |passed| passed.as_micros() as i64)
}

/// An instant and a time after it.
pub(crate) fn after(time: Timestamp, passed: Duration) -> Timestamp {
    Timestamp::from_micros(time.as_micros().saturating_add(passed.as_micros() as i64))
}
