//! Value axes: round steps.

use crate::view_models::charts::Base;

/// Values nearer to 0 than this look like 0: an axis is at least as long, since steps below the least
/// doubles would be equal.
const LEAST_LENGTH: f64 = 1e-300;

/// The values of an axis, from the lowest to the highest: round, at most `most` steps, 0 among them.
///
/// The first is at or below `low`, the last at or above `high`. Where neither is a number other than 0,
/// that is the axis of an idle chart, 0 to 1.
pub fn value_ticks(low: f64, high: f64, most: usize, base: Base) -> Vec<f64> {
    let bound = |value: f64| if value.is_finite() { value } else { 0.0 };
    let (mut low, mut high) = (bound(low).min(0.0), bound(high).max(0.0));
    if low == 0.0 && high == 0.0 {
        high = 1.0;
    }
    if low < 0.0 {
        low = low.min(-LEAST_LENGTH);
    }
    if high > 0.0 {
        high = high.max(LEAST_LENGTH);
    }
    // Each by itself: the length of an axis of all doubles is none.
    let mut least = high / most as f64 - low / most as f64;
    loop {
        let step = match base {
            Base::Binary => 2_f64.powf(least.max(1.0).log2().ceil()),
            Base::Decimal => decimal_step(least, |_| true),
            Base::Whole => decimal_step(least.max(1.0), |step| step.fract() == 0.0),
        };
        // Three steps of 0.1 are a little more than 0.3, and still three.
        let steps = |length: f64| {
            let (exact, whole) = (length / step, (length / step).round());
            let is_whole = (exact - whole).abs() <= whole * 1e-9;
            let count = if is_whole { whole } else { exact.ceil() };
            count as usize
        };
        let (below, above) = (steps(-low), steps(high));
        // 0 is one of them, so where there are values on both sides a step more may be needed.
        if below + above <= most {
            let tick = |index: i64| (index as f64 * step).clamp(f64::MIN, f64::MAX);
            return (-(below as i64)..=above as i64).map(tick).collect();
        }
        least = step * 1.001;
    }
}

/// The smallest of 1, 2, 2.5, 5 × 10ⁿ that is not below `least` and fits.
fn decimal_step(least: f64, fits: impl Fn(f64) -> bool) -> f64 {
    let power = 10_f64.powi(least.log10().floor() as i32);
    [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|&step| step >= least * (1.0 - 1e-9) && fits(step))
        .unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{self, Unit};
    use crate::view_models::svg_path::{HEIGHT, Window};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn steps_are_round_and_reach_the_maximum() {
        assert_eq!(
            value_ticks(0.0, 18_000.0, 4, Base::Whole),
            [0.0, 5e3, 1e4, 1.5e4, 2e4]
        );
        assert_eq!(
            value_ticks(0.0, 1100.0, 5, Base::Decimal),
            [0.0, 250.0, 500.0, 750.0, 1000.0, 1250.0]
        );
        assert_eq!(
            value_ticks(0.0, 0.75, 3, Base::Decimal),
            [0.0, 0.25, 0.5, 0.75]
        );
    }

    #[test]
    fn whole_things_have_whole_steps() {
        assert_eq!(value_ticks(0.0, 3.0, 4, Base::Whole), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(value_ticks(0.0, 10.0, 4, Base::Whole), [0.0, 5.0, 10.0]);
        assert_eq!(value_ticks(0.0, 0.0, 4, Base::Whole), [0.0, 1.0]);
    }

    #[test]
    fn bytes_have_binary_steps() {
        let gib = 1024_f64.powi(3);
        assert_eq!(
            value_ticks(0.0, 3.1 * gib, 4, Base::Binary),
            [0.0, gib, 2.0 * gib, 3.0 * gib, 4.0 * gib]
        );
    }

    #[test]
    fn no_number_gives_the_axis_of_an_idle_chart() {
        for none in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0] {
            assert_eq!(
                value_ticks(none, none, 4, Base::Whole),
                [0.0, 1.0],
                "{none}"
            );
        }
    }

    #[test]
    fn values_below_zero_are_on_the_axis() {
        let ticks = |low, high| value_ticks(low, high, 4, Base::Decimal);
        assert_eq!(ticks(-5.0, 0.0), [-6.0, -4.0, -2.0, 0.0]);
        assert_eq!(ticks(-5.0, 5.0), [-5.0, -2.5, 0.0, 2.5, 5.0]);
        assert_eq!(ticks(-1.0, 9.0), [-5.0, 0.0, 5.0, 10.0]);
        assert_eq!(ticks(0.0, 0.003), [0.0, 0.001, 0.002, 0.003]);
    }

    /// Doubles of every magnitude: each power of two with some digits, and what lies at the ends.
    fn every_magnitude() -> Vec<f64> {
        let mut digits = 0x9E37_79B9_7F4A_7C15_u64;
        let mut values = vec![0.0, 5e-324, f64::MIN_POSITIVE, 0.003, f64::MAX];
        for exponent in 0..2047_u64 {
            for _ in 0..3 {
                digits = digits.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1);
                values.push(f64::from_bits(exponent << 52 | digits >> 12));
            }
        }
        values
    }

    /// Checks the axis of some values: round, short, distinct labels, every value on it.
    fn check(values: &[f64], base: Base, unit: Unit) {
        let (low, high) = values
            .iter()
            .fold((0.0_f64, 0.0_f64), |(low, high), value| {
                (low.min(*value), high.max(*value))
            });
        let ticks = value_ticks(low, high, 4, base);
        let labels: Vec<_> = ticks.iter().map(|tick| format::axis(*tick, unit)).collect();
        let what = || format!("{values:?} {base:?} {unit:?}: {ticks:?} {labels:?}");
        assert!((2..=5).contains(&ticks.len()), "{}", what());
        assert!(ticks.is_sorted_by(|one, next| one < next), "{}", what());
        assert!(ticks.contains(&0.0), "{}", what());
        for (index, label) in labels.iter().enumerate() {
            assert!(!labels[..index].contains(label), "{}", what());
        }
        let window = Window {
            start: 0,
            end: 1,
            bottom: ticks[0],
            top: ticks[ticks.len() - 1],
        };
        for &value in values {
            assert!(
                (0..=HEIGHT).contains(&window.y(value)),
                "{value:e} in {}",
                what()
            );
        }
        // The grid is even, which labels are put beside.
        let places: Vec<_> = ticks.iter().map(|tick| window.y(*tick)).collect();
        assert!(
            places.is_sorted_by(|one, next| one > next),
            "{}: {places:?}",
            what()
        );
    }

    #[test]
    fn every_finite_value_is_on_an_axis_of_distinct_labels() {
        let all = every_magnitude();
        let kinds = [
            (Base::Whole, Unit::Count),
            (Base::Decimal, Unit::PerSecond),
            (Base::Decimal, Unit::Number),
            (Base::Binary, Unit::Bytes),
        ];
        for (base, unit) in kinds {
            for (index, &value) in all.iter().enumerate() {
                check(&[value], base, unit);
                check(&[-value], base, unit);
                check(&[-value, value], base, unit);
                // Beside one of another magnitude, and beside one that is much the same.
                check(&[-value, all[(index * 7 + 3) % all.len()]], base, unit);
                check(&[-value, value * 0.3], base, unit);
            }
        }
    }

    /// Reads a text back that was written for people.
    fn read_back(text: &str) -> f64 {
        let plain = text.replace('−', "-").replace(',', "").replace("/s", "");
        let (number, name) = plain.split_once(' ').unwrap_or((&plain, ""));
        let names = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"];
        let power = names.iter().position(|known| *known == name).unwrap_or(0);
        number.parse::<f64>().expect(text) * 1024_f64.powi(power as i32)
    }

    #[test]
    fn formatted_value_is_within_rounding_of_the_value() {
        for size in every_magnitude() {
            for value in [size, -size] {
                for unit in [Unit::PerSecond, Unit::Number, Unit::Bytes, Unit::Count] {
                    let text = format::value(value, unit);
                    // Whole things are whole, the rest has two digits that say something.
                    let least = if matches!(unit, Unit::Count | Unit::Bytes) {
                        0.5
                    } else {
                        0.0
                    };
                    let off = (read_back(&text) - value).abs();
                    // The greatest double rounds up to none.
                    let is_right =
                        off <= (value.abs() * 0.051).max(least) || value.abs() > 1.79e308;
                    assert!(is_right, "{value:e} as {unit:?} is {text}");
                }
            }
        }
    }
}
