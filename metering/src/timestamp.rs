//! Instants as the metering API writes them.
//!
//! Ceilometer's form: ISO 8601, UTC, no zone, microseconds only where they are
//! not zero (`2015-01-01T12:00:00`). On the way in any ISO 8601 form is read,
//! a date alone too, and an offset is converted to UTC.
//!
//! The arithmetic is ours because a date library costs the browser's bundle
//! more than all the rest of this crate; the tests hold it against one.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// An instant: microseconds since 1970-01-01T00:00:00 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From milliseconds since the epoch, the unit of RabbitMQ's samples and of browsers.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1000))
    }

    /// Microseconds since the epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole milliseconds since the epoch, rounded down.
    pub const fn as_millis(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Year, month and day, hour, minute and second in UTC, and the microseconds left over.
    const fn civil(self) -> (i64, i64, i64, i64, i64, i64, i64) {
        let days = self.0.div_euclid(MICROS_PER_DAY);
        let within = self.0.rem_euclid(MICROS_PER_DAY);
        let (year, month, day) = date_of_days(days);
        let seconds = within / MICROS_PER_SECOND;
        (
            year,
            month,
            day,
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60,
            within % MICROS_PER_SECOND,
        )
    }
}

/// Year, month and day of a count of days since 1970-01-01 (proleptic Gregorian).
///
/// Years are counted from 1 March, so that the leap day is a year's last one.
pub const fn date_of_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468; // days since 0000-03-01
    let era = shifted.div_euclid(146_097); // of 400 years
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = era * 400 + year_of_era + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

/// The inverse of [`date_of_days`].
pub const fn days_of_date(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted_month = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

const fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day, hour, minute, second, micros) = self.civil();
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        )?;
        if micros != 0 {
            write!(f, ".{micros:06}")?;
        }
        Ok(())
    }
}

/// Why a text is not an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseTimestampError(String);

impl fmt::Display for ParseTimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is not a time; accepted are ISO 8601 forms such as 2015-01-01, \
             2015-01-01T12:00:00 and 2015-01-01T12:00:00.5+02:00",
            self.0
        )
    }
}

impl std::error::Error for ParseTimestampError {}

/// Reads digits off the front of a text.
struct Digits<'a>(&'a str);

impl Digits<'_> {
    /// Exactly `width` digits.
    fn number(&mut self, width: usize) -> Option<i64> {
        let digits = self.0.get(..width)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        self.0 = &self.0[width..];
        digits.parse().ok()
    }

    /// Whether the text goes on with one of `chars`, which is then taken.
    fn eat(&mut self, chars: &[char]) -> Option<char> {
        let first = self
            .0
            .chars()
            .next()
            .filter(|first| chars.contains(first))?;
        self.0 = &self.0[first.len_utf8()..];
        Some(first)
    }
}

fn parse(text: &str) -> Option<Timestamp> {
    let mut rest = Digits(text.trim());
    let year = rest.number(4)?;
    let dashed = rest.eat(&['-']).is_some();
    let month = rest.number(2)?;
    if dashed {
        rest.eat(&['-'])?;
    }
    let day = rest.number(2)?;
    if !(1..=12).contains(&month) || !(1..=days_in_month(year, month)).contains(&day) {
        return None;
    }
    let mut micros = days_of_date(year, month, day) * MICROS_PER_DAY;
    if rest.eat(&['T', 't', ' ']).is_some() {
        micros += time_of_day(&mut rest)?;
        micros -= offset(&mut rest)?;
    }
    rest.0.is_empty().then_some(Timestamp(micros))
}

/// `HH[:MM[:SS[.ffffff]]]` in microseconds; the colons may be missing. A leap second is the next one's start.
fn time_of_day(rest: &mut Digits<'_>) -> Option<i64> {
    // Brokers before 3.7 write `2015-01-01 9:05:00`.
    let is_short = rest.0.as_bytes().get(1) == Some(&b':');
    let hour = rest.number(if is_short { 1 } else { 2 })?;
    let mut minute = 0;
    let mut second = 0;
    let mut micros = 0;
    let more = |rest: &Digits<'_>| rest.0.starts_with(|c: char| c == ':' || c.is_ascii_digit());
    if more(rest) {
        rest.eat(&[':']);
        minute = rest.number(2)?;
        if more(rest) {
            rest.eat(&[':']);
            second = rest.number(2)?;
            if rest.eat(&['.', ',']).is_some() {
                micros = fraction(rest)?;
            }
        }
    }
    if hour > 24 || (hour == 24 && minute + second + micros > 0) || minute > 59 || second > 60 {
        return None;
    }
    Some((hour * 3600 + minute * 60 + second) * MICROS_PER_SECOND + micros)
}

/// The digits behind the decimal point, cut to microseconds.
fn fraction(rest: &mut Digits<'_>) -> Option<i64> {
    let width = rest.0.bytes().take_while(u8::is_ascii_digit).count();
    if width == 0 {
        return None;
    }
    let kept = width.min(6);
    let value = Digits(rest.0).number(kept)?;
    rest.0 = &rest.0[width..];
    Some(value * 10_i64.pow(6 - kept as u32))
}

/// `Z`, `±HH`, `±HHMM`, `±HH:MM` or nothing (UTC), in microseconds east of UTC.
fn offset(rest: &mut Digits<'_>) -> Option<i64> {
    let Some(sign) = rest.eat(&['Z', 'z', '+', '-']) else {
        return Some(0);
    };
    if sign.eq_ignore_ascii_case(&'z') {
        return Some(0);
    }
    let hours = rest.number(2)?;
    let minutes = if rest.0.is_empty() {
        0
    } else {
        rest.eat(&[':']);
        rest.number(2)?
    };
    if hours > 23 || minutes > 59 {
        return None;
    }
    let east = (hours * 60 + minutes) * 60 * MICROS_PER_SECOND;
    Some(if sign == '-' { -east } else { east })
}

impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).ok_or_else(|| ParseTimestampError(text.to_owned()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Timestamp {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::schema::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some(
                "ISO 8601, UTC, no zone; microseconds only where they are not zero",
            ))
            .examples(["2015-01-01T12:00:00"])
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Timestamp {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_a_calendar_library_writes() {
        // Every 11 hours, 13 minutes and some over four centuries, leap years and the years before 1970 in it.
        let mut millis = -3_000_000_000_000_i64;
        while millis < 9_000_000_000_000 {
            let theirs = jiff::Timestamp::from_millisecond(millis)
                .expect("in range")
                .strftime("%Y-%m-%dT%H:%M:%S")
                .to_string();
            let ours = Timestamp::from_millis(millis - millis.rem_euclid(1000)).to_string();
            assert_eq!(ours, theirs, "at {millis} ms");
            millis += 40_391_234;
        }
    }

    #[test]
    fn reads_back_what_it_wrote() {
        for micros in [
            0,
            1,
            -1,
            1_420_113_600_000_000,
            1_420_113_600_123_456,
            -62_135_596_800_000_000,
        ] {
            let written = Timestamp::from_micros(micros);
            assert_eq!(written.to_string().parse(), Ok(written));
        }
    }

    #[test]
    fn microseconds_only_where_not_zero() {
        assert_eq!(
            Timestamp::from_millis(1_420_113_600_000).to_string(),
            "2015-01-01T12:00:00"
        );
        assert_eq!(
            Timestamp::from_millis(1_420_113_600_250).to_string(),
            "2015-01-01T12:00:00.250000"
        );
    }

    #[test]
    fn reads_every_form_of_the_same_instant() {
        let noon = Timestamp::from_millis(1_420_113_600_000);
        for text in [
            "2015-01-01T12:00:00",
            "2015-01-01 12:00:00",
            "2015-01-01T12:00",
            "2015-01-01T12",
            "20150101T120000Z",
            "2015-01-01T12:00:00.000Z",
            "2015-01-01T14:00:00+02:00",
            "2015-01-01T14:00:00+0200",
            "2015-01-01T03:30:00-08:30",
            "2015-01-01T24:00:00+12",
        ] {
            assert_eq!(text.parse(), Ok(noon), "{text}");
        }
        assert_eq!(
            "2015-01-01".parse(),
            Ok(Timestamp::from_millis(1_420_070_400_000))
        );
    }

    #[test]
    fn every_form_that_brokers_write_is_read() {
        let expected: Timestamp = "2026-11-30T09:05:07".parse().expect("a time");
        for text in [
            "2026-11-30 9:05:07",
            "2026-11-30 09:05:07",
            "2026-11-30T09:05:07.000+00:00",
            "2026-11-30T10:05:07+01:00",
            "2026-11-30T09:05:07Z",
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in [
            "",
            "now",
            "2015",
            "2015-13-01",
            "2015-02-29",
            "2015-01-01T25:00",
            "2015-01-01T12:61",
            "2015-01-01T12:00:00+24:00",
            "2015-01-01T12:00:00 and more",
            "2015-01-01T",
            "2015-01-01 9",
            "2015-01-01 :05:00",
            "2015-0101",
            "2015-01-01T12:00:00.",
            "٢٠١٥-01-01",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text:?} was read");
        }
    }
}
