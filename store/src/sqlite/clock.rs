//! The time by which retention deletes.
//!
//! The machine's clock may be wrong: a dead battery, a bad time server, a restored snapshot. So
//! what is too old is not decided by that clock alone. It is compared with the time that passed
//! since the last look, and after a start with the last time that the file knows of. Where it is
//! ahead by more than that explains, retention goes on by the time that passed, until the clock is
//! corrected or has stayed where it is for a day. Where the clock is behind, less is too old, and
//! nothing is lost by believing it.

use std::time::{Duration, Instant};

use metering::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use super::failure::Outcome;
use super::state::put;

/// The clock may be so much ahead of what passed; machines that sleep, and short pauses of the
/// program, stay within it.
const TOLERANCE: Duration = Duration::from_hours(2);
/// A clock that is ahead is believed after this long.
const CONFIRMED: Duration = Duration::from_hours(24);
/// What the file knows of the time, in microseconds since the epoch.
const LAST: &str = "clock";
/// From when on the clock was ahead, by that clock.
const AHEAD_SINCE: &str = "clock ahead since";

/// The time by which retention deletes.
#[derive(Debug)]
pub(super) struct RetentionClock {
    /// The time at `seen`, in microseconds since the epoch; none before the first look of a new file.
    last: Option<i64>,
    seen: Instant,
    /// From when on the machine's clock was ahead, by that clock.
    ahead_since: Option<i64>,
    /// Whether the machine's clock was behind at the last look.
    is_behind: bool,
}

/// What a look at the clock found, for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClockEvent {
    /// It moved ahead: retention does not follow.
    Ahead { shown: i64, expected: i64 },
    /// It moved back.
    Behind { shown: i64, expected: i64 },
    /// It is what it should be again.
    Corrected { shown: i64 },
    /// It has stayed ahead for a day: retention follows.
    Believed { shown: i64 },
}

impl RetentionClock {
    /// What a file knows of the time.
    pub(super) fn load(conn: &Connection, now: Instant) -> Outcome<Self> {
        let setting = |key: &str| -> Outcome<Option<i64>> {
            let mut select = conn.prepare("SELECT value FROM settings WHERE key = ?1")?;
            Ok(select.query_row([key], |row| row.get(0)).optional()?)
        };
        let last = match setting(LAST)? {
            Some(last) => Some(last),
            // A file of an older version: when something was last written.
            None => conn.query_row(
                "SELECT max(time) FROM (
                   SELECT max(last) AS time FROM polled_layouts
                   UNION ALL SELECT recorded FROM
                     (SELECT recorded FROM samples ORDER BY id DESC LIMIT 1)
                   UNION ALL SELECT time FROM (SELECT time FROM log ORDER BY id DESC LIMIT 1))",
                [],
                |row| row.get(0),
            )?,
        };
        Ok(Self {
            last,
            seen: now,
            ahead_since: setting(AHEAD_SINCE)?,
            is_behind: false,
        })
    }

    /// Looks at the machine's clock, which shows `shown`. The time by which retention deletes, and
    /// what is new about the clock.
    pub(super) fn look(&mut self, shown: i64, now: Instant) -> (i64, Option<ClockEvent>) {
        let Some(last) = self.last else {
            self.follow(shown, now);
            return (shown, None);
        };
        let passed = micros(now.saturating_duration_since(self.seen));
        let expected = last.saturating_add(passed);
        let away = shown.saturating_sub(expected);
        if away > micros(TOLERANCE) {
            let since = *self.ahead_since.get_or_insert(shown);
            if shown.saturating_sub(since) >= micros(CONFIRMED) {
                self.follow(shown, now);
                return (shown, Some(ClockEvent::Believed { shown }));
            }
            // It was ahead, is behind that now and still ahead of what passed: another jump.
            if shown < since {
                self.ahead_since = Some(shown);
            }
            let is_new = since == shown;
            self.is_behind = false;
            let event = is_new.then_some(ClockEvent::Ahead { shown, expected });
            return (expected, event);
        }
        if away < -micros(TOLERANCE) {
            self.ahead_since = None;
            let is_new = !std::mem::replace(&mut self.is_behind, true);
            let event = is_new.then_some(ClockEvent::Behind { shown, expected });
            return (shown, event);
        }
        let was_wrong = self.is_behind || self.ahead_since.is_some();
        self.follow(shown, now);
        (shown, was_wrong.then_some(ClockEvent::Corrected { shown }))
    }

    fn follow(&mut self, shown: i64, now: Instant) {
        self.last = Some(shown);
        self.seen = now;
        self.ahead_since = None;
        self.is_behind = false;
    }

    /// Keeps what is known of the time, for the next start.
    pub(super) fn keep(&self, conn: &Connection, now: Instant) -> Outcome<()> {
        let Some(last) = self.last else {
            return Ok(());
        };
        let passed = micros(now.saturating_duration_since(self.seen));
        put(conn, LAST, last.saturating_add(passed))?;
        if let Some(since) = self.ahead_since {
            put(conn, AHEAD_SINCE, since)?;
        } else {
            conn.execute("DELETE FROM settings WHERE key = ?1", [AHEAD_SINCE])?;
        }
        Ok(())
    }
}

impl std::fmt::Display for ClockEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let time = Timestamp::from_micros;
        match *self {
            Self::Ahead { shown, expected } => write!(
                f,
                "The clock of this machine shows {} UTC, and {} was expected. Nothing is deleted by it: \
                 retention follows the clock when it is right again, or after a day.",
                time(shown),
                time(expected)
            ),
            Self::Behind { shown, expected } => write!(
                f,
                "The clock of this machine shows {} UTC, and {} was expected. Nothing is deleted; \
                 new samples carry the time that it shows.",
                time(shown),
                time(expected)
            ),
            Self::Corrected { shown } => write!(
                f,
                "The clock of this machine is right again: {} UTC. Retention follows it.",
                time(shown)
            ),
            Self::Believed { shown } => write!(
                f,
                "The clock of this machine has shown the new time for a day, and is believed: {} UTC. \
                 Retention follows it.",
                time(shown)
            ),
        }
    }
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000;
    const YEAR: i64 = 365 * 24 * HOUR;
    const START: i64 = 50 * YEAR;

    /// A clock that showed `START` at an instant.
    fn clock(origin: Instant) -> RetentionClock {
        RetentionClock {
            last: Some(START),
            seen: origin,
            ahead_since: None,
            is_behind: false,
        }
    }

    fn after(origin: Instant, micros: i64) -> Instant {
        origin + Duration::from_micros(micros.unsigned_abs())
    }

    #[test]
    fn retention_does_not_follow_a_clock_that_jumps_ahead() {
        let origin = Instant::now();
        let mut clock = clock(origin);
        let (time, event) = clock.look(START + 2 * YEAR + HOUR, after(origin, HOUR));
        assert_eq!(time, START + HOUR);
        assert!(matches!(event, Some(ClockEvent::Ahead { .. })), "{event:?}");
        // Once is enough for the log.
        let (time, event) = clock.look(START + 2 * YEAR + 2 * HOUR, after(origin, 2 * HOUR));
        assert_eq!((time, event), (START + 2 * HOUR, None));
        let (time, event) = clock.look(START + 3 * HOUR, after(origin, 3 * HOUR));
        assert_eq!(time, START + 3 * HOUR);
        assert!(
            matches!(event, Some(ClockEvent::Corrected { .. })),
            "{event:?}"
        );
    }

    #[test]
    fn a_clock_that_stays_ahead_for_a_day_is_believed() {
        let origin = Instant::now();
        let mut clock = clock(origin);
        let shown = |passed: i64| START + YEAR + passed;
        assert_eq!(clock.look(shown(HOUR), after(origin, HOUR)).0, START + HOUR);
        assert_eq!(
            clock.look(shown(24 * HOUR), after(origin, 24 * HOUR)).0,
            START + 24 * HOUR
        );
        let (time, event) = clock.look(shown(25 * HOUR), after(origin, 25 * HOUR));
        assert_eq!(time, shown(25 * HOUR));
        assert!(
            matches!(event, Some(ClockEvent::Believed { .. })),
            "{event:?}"
        );
        assert_eq!(
            clock.look(shown(26 * HOUR), after(origin, 26 * HOUR)),
            (shown(26 * HOUR), None)
        );
    }

    #[test]
    fn a_clock_that_goes_back_deletes_less() {
        let origin = Instant::now();
        let mut clock = clock(origin);
        let (time, event) = clock.look(START - YEAR, after(origin, HOUR));
        assert_eq!(time, START - YEAR);
        assert!(
            matches!(event, Some(ClockEvent::Behind { .. })),
            "{event:?}"
        );
        let (time, event) = clock.look(START + 2 * HOUR, after(origin, 2 * HOUR));
        assert_eq!(time, START + 2 * HOUR);
        assert!(
            matches!(event, Some(ClockEvent::Corrected { .. })),
            "{event:?}"
        );
    }

    #[test]
    fn small_steps_and_daylight_saving_are_followed() {
        let origin = Instant::now();
        let mut clock = clock(origin);
        for (shown, passed) in [(2 * HOUR, HOUR), (HOUR, 2 * HOUR), (2 * HOUR, 3 * HOUR)] {
            let (time, event) = clock.look(START + shown, after(origin, passed));
            assert_eq!((time, event), (START + shown, None));
        }
    }

    #[test]
    fn a_restart_does_not_make_a_wrong_clock_right() {
        let conn = Connection::open_in_memory().expect("opens");
        let tables = "CREATE TABLE settings (key TEXT PRIMARY KEY, value INTEGER NOT NULL)";
        conn.execute_batch(tables).expect("a table");
        let origin = Instant::now();
        let mut first = clock(origin);
        first.look(START + YEAR, origin);
        first.keep(&conn, after(origin, HOUR)).expect("kept");
        let mut next = RetentionClock::load(&conn, origin).expect("loads");
        let (time, event) = next.look(START + YEAR + 2 * HOUR, origin);
        // It was logged before.
        assert_eq!((time, event), (START + HOUR, None));
        let (time, _) = next.look(START + YEAR + 25 * HOUR, after(origin, HOUR));
        assert_eq!(time, START + YEAR + 25 * HOUR);
    }
}
