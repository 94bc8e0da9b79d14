//! Time axes: round times.

use metering::timestamp::date_of_days;

use crate::i18n::Catalog;

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// How far a clock is from UTC at an instant, in milliseconds east of it: with summer time that changes.
pub type Offset = fn(i64) -> i64;

/// The offset of UTC from itself.
pub fn utc(_: i64) -> i64 {
    0
}

/// What lies between two labels of a time axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeStep {
    /// Milliseconds, less than a day of them.
    Millis(i64),
    /// Days; seven begin on a Monday.
    Days(i64),
    /// Months.
    Months(i64),
}

use TimeStep::{Days, Millis, Months};

/// The steps of a time axis.
const TIME_STEPS: [TimeStep; 26] = [
    Millis(SECOND),
    Millis(2 * SECOND),
    Millis(5 * SECOND),
    Millis(10 * SECOND),
    Millis(15 * SECOND),
    Millis(30 * SECOND),
    Millis(MINUTE),
    Millis(2 * MINUTE),
    Millis(5 * MINUTE),
    Millis(10 * MINUTE),
    Millis(15 * MINUTE),
    Millis(30 * MINUTE),
    Millis(HOUR),
    Millis(2 * HOUR),
    Millis(4 * HOUR),
    Millis(6 * HOUR),
    Millis(12 * HOUR),
    Days(1),
    Days(2),
    Days(7),
    Days(14),
    Months(1),
    Months(2),
    Months(3),
    Months(6),
    Months(12),
];

impl TimeStep {
    /// Its length in milliseconds, of months about that.
    fn length(self) -> i64 {
        match self {
            Millis(millis) => millis,
            Days(days) => days * DAY,
            Months(months) => months * 30 * DAY,
        }
    }

    /// Whether a label stands at the start of a day, counted since 1970-01-01.
    fn begins_on(self, day: i64) -> bool {
        match self {
            Millis(_) => true,
            // The epoch was a Thursday.
            Days(days) if days % 7 == 0 => (day + 3).rem_euclid(days) == 0,
            Days(days) => day.rem_euclid(days) == 0,
            Months(months) => {
                let (year, month, day) = date_of_days(day);
                day == 1 && (year * 12 + month - 1).rem_euclid(months) == 0
            }
        }
    }
}

/// The instant at which a clock shows a time, given in milliseconds as if it were UTC.
fn instant(shown: i64, offset: Offset) -> i64 {
    // The offset of the instant itself, not of one some hours off: they differ where summer time begins.
    shown - offset(shown - offset(shown))
}

/// The round times from `start` to `end` (milliseconds), at most `most`, and the step between them.
///
/// Times are round on the clock of that offset.
pub fn time_ticks(start: i64, end: i64, offset: Offset, most: i64) -> (TimeStep, Vec<i64>) {
    let span = (end - start).max(1);
    let step = TIME_STEPS
        .into_iter()
        .find(|step| span / step.length() < most)
        .unwrap_or(Months(12));
    let apart = step.length().min(DAY);
    let first = (start + offset(start)).div_euclid(apart) * apart;
    let last = end + offset(end) + apart;
    // From one before: the offset at the start may be another than a little later.
    let shown = (-1..)
        .map(|index| first + index * apart)
        .take_while(|&shown| shown <= last);
    let ticks = shown
        .filter(|shown| step.begins_on(shown.div_euclid(DAY)))
        .map(|shown| (shown, instant(shown, offset)))
        // Times that the clock leaps over have no label.
        .filter(|(shown, time)| time + offset(*time) == *shown)
        .map(|(_, time)| time)
        .filter(|time| (start..=end).contains(time));
    (step, ticks.collect())
}

/// A time of day on a clock so far from UTC, with seconds only where the step needs them.
pub fn time_label(time: i64, offset: i64, step: i64) -> String {
    let within = (time + offset).div_euclid(SECOND).rem_euclid(86_400);
    let (hour, minute, second) = (within / 3600, within / 60 % 60, within % 60);
    if step % MINUTE == 0 {
        format!("{hour:02}:{minute:02}")
    } else {
        format!("{hour:02}:{minute:02}:{second:02}")
    }
}

/// A day on a clock so far from UTC: `24 Nov`, or with its year.
pub fn date(time: i64, offset: i64, with_year: bool, texts: &Catalog) -> String {
    let (year, month, day) = date_of_days((time + offset).div_euclid(DAY));
    let month = texts.months[month as usize - 1];
    if with_year {
        texts.day_month_year.fill([&day, &month, &year])
    } else {
        texts.day_and_month.fill([&day, &month])
    }
}

/// A label of a time axis: the time of day, the day where one begins, the year where one does.
pub fn tick_label(time: i64, offset: Offset, step: TimeStep, texts: &Catalog) -> String {
    let offset = offset(time);
    let shown = time + offset;
    match step {
        Millis(step) if step < HOUR || shown.rem_euclid(DAY) != 0 => time_label(time, offset, step),
        Millis(_) | Days(_) => date(time, offset, false, texts),
        Months(_) => {
            let (year, month, _) = date_of_days(shown.div_euclid(DAY));
            match month {
                1 => year.to_string(),
                _ => texts.months[month as usize - 1].to_owned(),
            }
        }
    }
}

/// A time within a span of that many milliseconds: `14:03:05`, `24 Nov 14:03`, `24 Nov 2025`.
pub fn moment_label(time: i64, offset: Offset, span: i64, texts: &Catalog) -> String {
    let offset = offset(time);
    if span < DAY {
        time_label(time, offset, SECOND)
    } else if span <= 90 * DAY {
        let day = date(time, offset, false, texts);
        format!("{day} {}", time_label(time, offset, MINUTE))
    } else {
        date(time, offset, true, texts)
    }
}

/// From when to when: `24 Nov 2026 10:05:00 – 10:15:00`.
pub fn range_label(from: i64, to: i64, offset: Offset, texts: &Catalog) -> String {
    let (first, last) = (offset(from), offset(to));
    // Seconds only of what is short.
    let step = if to - from < HOUR { SECOND } else { MINUTE };
    let day = |time: i64, offset: i64| date(time, offset, true, texts);
    let (start, end) = (day(from, first), day(to, last));
    let (begins, ends) = (time_label(from, first, step), time_label(to, last, step));
    if start == end {
        format!("{start} {begins} – {ends}")
    } else {
        format!("{start} {begins} – {end} {ends}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::EN;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const NOON: i64 = 1_420_113_600_000; // 2015-01-01T12:00:00Z, a Thursday

    fn labels(start: i64, end: i64, offset: Offset) -> Vec<String> {
        let (step, ticks) = time_ticks(start, end, offset, 7);
        assert!(ticks.len() <= 7, "{step:?} {ticks:?}");
        ticks
            .into_iter()
            .map(|tick| tick_label(tick, offset, step, &EN))
            .collect()
    }

    #[test]
    fn times_are_round_on_the_viewers_clock() {
        let (step, ticks) = time_ticks(NOON + 1, NOON + HOUR, utc, 7);
        assert_eq!(step, Millis(10 * MINUTE));
        assert_eq!(ticks.first(), Some(&(NOON + 10 * MINUTE)));
        assert_eq!(ticks.len(), 6);

        let nepal: Offset = |_| 5 * HOUR + 45 * MINUTE;
        let (step, ticks) = time_ticks(NOON, NOON + 4 * HOUR, nepal, 5);
        assert_eq!(step, Millis(HOUR));
        assert_eq!(tick_label(ticks[0], nepal, step, &EN), "18:00");
    }

    #[test]
    fn a_day_that_begins_is_named() {
        assert_eq!(
            labels(NOON, NOON + 24 * HOUR, utc),
            [
                "12:00", "16:00", "20:00", "2 Jan", "04:00", "08:00", "12:00"
            ]
        );
    }

    #[test]
    fn weeks_begin_on_mondays() {
        assert_eq!(
            labels(NOON, NOON + 30 * DAY, utc),
            ["5 Jan", "12 Jan", "19 Jan", "26 Jan"]
        );
    }

    #[test]
    fn a_year_has_months_and_says_where_it_begins() {
        assert_eq!(
            labels(NOON - 200 * DAY, NOON + 165 * DAY, utc),
            ["Jul", "Sep", "Nov", "2015", "Mar", "May"]
        );
    }

    #[test]
    fn days_begin_at_midnight_across_a_change_of_the_clock() {
        // Berlin, 2015-03-29: at 01:00 UTC the clock goes from 02:00 to 03:00.
        let berlin: Offset = |time| {
            if time < 1_427_590_800_000 {
                HOUR
            } else {
                2 * HOUR
            }
        };
        let start = 1_427_410_800_000; // 2015-03-27 00:00 there
        let (step, ticks) = time_ticks(start, start + 4 * DAY, berlin, 7);
        assert_eq!(step, Days(1));
        let since: Vec<_> = ticks.iter().map(|tick| (tick - start) / HOUR).collect();
        assert_eq!(since, [0, 24, 48, 71, 95]);
        let hours = labels(start + 2 * DAY, start + 2 * DAY + 12 * HOUR, berlin);
        assert_eq!(
            hours,
            ["29 Mar", "04:00", "06:00", "08:00", "10:00", "12:00"]
        );
    }

    #[test]
    fn seconds_stand_only_where_they_matter() {
        assert_eq!(time_label(NOON + 5000, 0, 10 * SECOND), "12:00:05");
        assert_eq!(time_label(NOON, -13 * HOUR, MINUTE), "23:00");
        assert_eq!(time_label(-1, 0, SECOND), "23:59:59");
    }

    #[test]
    fn a_moment_says_as_much_as_the_span_needs() {
        let spans = [HOUR, 7 * DAY, 365 * DAY];
        assert_eq!(
            spans.map(|span| moment_label(NOON, utc, span, &EN)),
            ["12:00:00", "1 Jan 12:00", "1 Jan 2015"]
        );
    }

    #[test]
    fn a_stretch_names_a_day_once() {
        assert_eq!(
            range_label(NOON, NOON + 10 * MINUTE, utc, &EN),
            "1 Jan 2015 12:00:00 – 12:10:00"
        );
        assert_eq!(
            range_label(NOON, NOON + 13 * HOUR, utc, &EN),
            "1 Jan 2015 12:00 – 2 Jan 2015 01:00"
        );
    }
}
