//! Axes: round steps for values, round times for time.

/// At which multiples the steps of an axis are round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// 1, 2, 2.5, 5 × 10ⁿ, and whole numbers only.
    Whole,
    /// 1, 2, 2.5, 5 × 10ⁿ.
    Decimal,
    /// 1, 2, 4, … 512 × 1024ⁿ.
    Binary,
}

/// The values of an axis from 0 up: round, at most `most` steps, the last one at or above `max`.
///
/// A `max` that is no positive number gives the axis of an idle chart, 0 to 1.
pub fn value_ticks(max: f64, most: usize, base: Base) -> Vec<f64> {
    let max = if max.is_finite() && max > 0.0 {
        max
    } else {
        1.0
    };
    let least = max / most as f64;
    let step = match base {
        Base::Binary => 2_f64.powf(least.max(1.0).log2().ceil()),
        Base::Decimal => decimal_step(least, |_| true),
        Base::Whole => decimal_step(least.max(1.0), |step| step.fract() == 0.0),
    };
    let count = (max / step - 1e-9).ceil().max(1.0) as usize;
    (0..=count).map(|index| index as f64 * step).collect()
}

/// The smallest of 1, 2, 2.5, 5 × 10ⁿ that is not below `least` and fits.
fn decimal_step(least: f64, fits: impl Fn(f64) -> bool) -> f64 {
    let power = 10_f64.powf(least.log10().floor());
    [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|&step| step >= least * (1.0 - 1e-9) && fits(step))
        .unwrap_or(10.0 * power)
}

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The steps of a time axis, in milliseconds.
const TIME_STEPS: [i64; 18] = [
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    7 * DAY,
];

/// The round times from `start` to `end` (milliseconds), at most `most`, and the step between them.
///
/// `offset` is the viewer's zone, milliseconds east of UTC: times are round on the viewer's clock.
pub fn time_ticks(start: i64, end: i64, offset: i64, most: i64) -> (i64, Vec<i64>) {
    let span = (end - start).max(1);
    let step = TIME_STEPS
        .into_iter()
        .find(|step| span / step < most)
        .unwrap_or(TIME_STEPS[TIME_STEPS.len() - 1]);
    let first = (start + offset).div_euclid(step) * step - offset;
    let ticks = (0..)
        .map(|index| first + index * step)
        .skip_while(|&time| time < start);
    (step, ticks.take_while(|&time| time <= end).collect())
}

/// A time of day on the viewer's clock, with seconds only where the axis's step needs them.
pub fn time_label(time: i64, offset: i64, step: i64) -> String {
    let within = (time + offset).div_euclid(SECOND).rem_euclid(86_400);
    let (hour, minute, second) = (within / 3600, within / 60 % 60, within % 60);
    if step % MINUTE == 0 {
        format!("{hour:02}:{minute:02}")
    } else {
        format!("{hour:02}:{minute:02}:{second:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn steps_are_round_and_reach_the_maximum() {
        assert_eq!(
            value_ticks(18_000.0, 4, Base::Whole),
            [0.0, 5e3, 1e4, 1.5e4, 2e4]
        );
        assert_eq!(
            value_ticks(1100.0, 5, Base::Decimal),
            [0.0, 250.0, 500.0, 750.0, 1000.0, 1250.0]
        );
        assert_eq!(value_ticks(0.75, 3, Base::Decimal), [0.0, 0.25, 0.5, 0.75]);
    }

    #[test]
    fn whole_things_have_whole_steps() {
        assert_eq!(value_ticks(3.0, 4, Base::Whole), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(value_ticks(10.0, 4, Base::Whole), [0.0, 5.0, 10.0]);
        assert_eq!(value_ticks(0.0, 4, Base::Whole), [0.0, 1.0]);
    }

    #[test]
    fn bytes_have_binary_steps() {
        let gib = 1024_f64.powi(3);
        assert_eq!(
            value_ticks(3.1 * gib, 4, Base::Binary),
            [0.0, gib, 2.0 * gib, 3.0 * gib, 4.0 * gib]
        );
    }

    #[test]
    fn no_number_gives_the_axis_of_an_idle_chart() {
        for max in [f64::NAN, f64::INFINITY, -1.0, 0.0] {
            assert_eq!(value_ticks(max, 4, Base::Whole), [0.0, 1.0], "{max}");
        }
    }

    #[test]
    fn no_axis_has_more_steps_than_asked_for() {
        for base in [Base::Whole, Base::Decimal, Base::Binary] {
            let mut max = 0.001;
            while max < 1e15 {
                let ticks = value_ticks(max, 4, base);
                assert!(ticks.len() <= 5, "{max} {base:?} {ticks:?}");
                assert!(
                    ticks[ticks.len() - 1] >= max * (1.0 - 1e-6),
                    "{max} {base:?} {ticks:?}"
                );
                max *= 1.37;
            }
        }
    }

    #[test]
    fn times_are_round_on_the_viewers_clock() {
        let start = 1_420_113_600_000; // 2015-01-01T12:00:00Z
        let (step, ticks) = time_ticks(start + 1, start + HOUR, 0, 7);
        assert_eq!(step, 10 * MINUTE);
        assert_eq!(ticks.first(), Some(&(start + 10 * MINUTE)));
        assert_eq!(ticks.len(), 6);

        let nepal = 5 * HOUR + 45 * MINUTE;
        let (step, ticks) = time_ticks(start, start + 4 * HOUR, nepal, 5);
        assert_eq!(step, HOUR);
        assert_eq!(time_label(ticks[0], nepal, step), "18:00");
    }

    #[test]
    fn seconds_stand_only_where_they_matter() {
        assert_eq!(time_label(1_420_113_605_000, 0, 10 * SECOND), "12:00:05");
        assert_eq!(time_label(1_420_113_600_000, -13 * HOUR, MINUTE), "23:00");
        assert_eq!(time_label(-1, 0, SECOND), "23:59:59");
    }
}
