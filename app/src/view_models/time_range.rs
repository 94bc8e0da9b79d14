//! The time that charts show, with zoom and pan.

use metering::Timestamp;

/// The span of the series that a page holds and polls into, in milliseconds.
pub const RECENT_HISTORY: i64 = 3_600_000;
/// The shortest time that charts show, in milliseconds: two polls at the default tick.
pub const SHORTEST: i64 = 10_000;
/// The longest one, in milliseconds: a year with its leap day.
pub const LONGEST: i64 = 366 * 86_400_000;

/// A time range, in milliseconds since the epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeRange {
    /// Its start.
    pub from: i64,
    /// Its end.
    pub to: i64,
}

/// What the address asks the charts to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// These milliseconds up to now, moving on.
    Last(i64),
    /// A fixed time range.
    Fixed(TimeRange),
}

impl Span {
    /// Its length in milliseconds.
    pub fn length(self) -> i64 {
        match self {
            Self::Last(length) => length,
            Self::Fixed(range) => range.length(),
        }
    }

    /// Whether it lies within the hour that a page holds anyway.
    pub fn is_recent(self) -> bool {
        matches!(self, Self::Last(length) if length <= RECENT_HISTORY)
    }
}

impl TimeRange {
    /// Between two times in either order: whole seconds, neither too short nor too long.
    pub fn between(one: i64, other: i64) -> Self {
        let (from, to) = (one.min(other), one.max(other));
        Self::around(from + (to - from) / 2, to - from)
    }

    /// Of a length, with a time in its middle.
    fn around(middle: i64, length: i64) -> Self {
        let length = length.clamp(SHORTEST, LONGEST);
        let from = (middle - length / 2).div_euclid(1000) * 1000;
        Self {
            from,
            to: from + (length + 999) / 1000 * 1000,
        }
    }

    /// Its length in milliseconds.
    pub fn length(self) -> i64 {
        self.to - self.from
    }

    /// The time in its middle.
    pub fn middle(self) -> i64 {
        self.from + self.length() / 2
    }

    /// Half as long around a time.
    #[must_use]
    pub fn zoomed_in(self, at: i64) -> Self {
        Self::around(at, self.length() / 2)
    }

    /// Twice as long, not beyond `latest`.
    #[must_use]
    pub fn zoomed_out(self, latest: i64) -> Self {
        Self::around(self.middle(), self.length() * 2).until(latest)
    }

    /// Moved by milliseconds, not beyond `latest`.
    #[must_use]
    pub fn moved(self, by: i64, latest: i64) -> Self {
        Self::around(self.middle() + by, self.length()).until(latest)
    }

    /// Moved back where it would reach beyond a time: there is nothing to see yet.
    fn until(self, latest: i64) -> Self {
        // Rounded up to a second.
        let latest = (latest + 999).div_euclid(1000) * 1000;
        let beyond = (self.to - latest).max(0);
        Self {
            from: self.from - beyond,
            to: self.to - beyond,
        }
    }

    /// Read from an address: any ISO 8601 times, `from` before `to`, of a length that can be shown.
    pub fn read(from: &str, to: &str) -> Option<Self> {
        let millis = |text: &str| Some(text.parse::<Timestamp>().ok()?.as_millis());
        let (from, to) = (millis(from)?, millis(to)?);
        let range = Self { from, to };
        (SHORTEST..=LONGEST)
            .contains(&range.length())
            .then_some(range)
    }
}

/// A time as it stands in an address: `20261124T120000Z`, which needs no escapes.
pub fn word(time: i64) -> String {
    let seconds = Timestamp::from_millis(time.div_euclid(1000) * 1000);
    let mut word = seconds.to_string().replace(['-', ':'], "");
    word.push('Z');
    word
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const MINUTE: i64 = 60_000;

    fn minutes(from: i64, to: i64) -> TimeRange {
        TimeRange {
            from: from * MINUTE,
            to: to * MINUTE,
        }
    }

    #[test]
    fn zoom_halves_around_a_time_and_doubles_around_the_middle() {
        let hour = minutes(0, 60);
        assert_eq!(hour.zoomed_in(20 * MINUTE), minutes(5, 35));
        let minutes_back = minutes(5, 35).zoomed_out(60 * MINUTE);
        assert_eq!(minutes_back, minutes(-10, 50));
    }

    #[test]
    fn nothing_reaches_beyond_what_is_known() {
        let now = 60 * MINUTE;
        assert_eq!(minutes(30, 60).zoomed_out(now), minutes(0, 60));
        assert_eq!(minutes(30, 60).moved(15 * MINUTE, now), minutes(30, 60));
        assert_eq!(minutes(30, 60).moved(-15 * MINUTE, now), minutes(15, 45));
        // Rounded up to a second, so that zoom leaves no new value out.
        assert_eq!(minutes(30, 60).zoomed_out(now + 1).to, now + 1000);
    }

    #[test]
    fn a_selection_is_in_order_whole_seconds_and_long_enough() {
        assert_eq!(
            TimeRange::between(60_400, 0),
            TimeRange {
                from: 0,
                to: 61_000
            }
        );
        let shortest = TimeRange::between(100_000, 100_001);
        assert_eq!(shortest.length(), SHORTEST);
        assert!((shortest.from..shortest.to).contains(&100_000));
        assert_eq!(TimeRange::between(0, 2 * LONGEST).length(), LONGEST);
    }

    #[test]
    fn zoom_ends_at_both_ends() {
        let mut range = minutes(0, 60);
        for _ in 0..40 {
            range = range.zoomed_in(range.middle());
        }
        assert_eq!(range.length(), SHORTEST);
        for _ in 0..40 {
            range = range.zoomed_out(60 * MINUTE);
        }
        assert_eq!(range.length(), LONGEST);
        assert_eq!(range.to, 60 * MINUTE);
    }

    #[test]
    fn an_address_is_read_back() {
        let range = TimeRange {
            from: 1_420_113_600_000,
            to: 1_420_113_660_000,
        };
        assert_eq!(word(range.from), "20150101T120000Z");
        assert_eq!(
            TimeRange::read(&word(range.from), &word(range.to)),
            Some(range)
        );
        assert_eq!(
            TimeRange::read("2015-01-01T13:00:00+01:00", "2015-01-01 12:01"),
            Some(range)
        );
    }

    #[test]
    fn impossible_time_ranges_are_refused() {
        for (from, to) in [
            ("2015-01-02", "2015-01-01"),
            ("2015-01-01", "2015-01-01"),
            ("2015-01-01T00:00:00", "2015-01-01T00:00:09"),
            ("2015-01-01", "2016-01-03"),
            ("yesterday", "now"),
            ("", ""),
        ] {
            assert_eq!(TimeRange::read(from, to), None, "{from} to {to}");
        }
    }
}
