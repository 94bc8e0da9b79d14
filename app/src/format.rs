//! Numbers and sizes as viewers read them.
//!
//! The same on the server and in the browser: what the server wrote must be
//! what hydration finds.

use serde::{Deserialize, Serialize};

/// What a chart's or a table's numbers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unit {
    /// Whole things: messages, connections.
    Count,
    /// Things per second.
    PerSecond,
    /// Bytes, in binary multiples.
    Bytes,
    /// Bytes per second, in binary multiples.
    BytesPerSecond,
    /// Any number: a mean of whole things is none itself.
    Number,
}

const BINARY: [&str; 9] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"];
const DECIMAL: [&str; 7] = ["", "k", "M", "G", "T", "P", "E"];

/// From here on digits say nothing, and a number is written with a power of ten. A whole number of this
/// size still fits an integer, whose digits cost little to write.
const HUGE: f64 = 1e15;
/// Below this a number is written with a power of ten: zeros that nobody can count say nothing.
const TINY: f64 = 1e-4;

/// A whole number with its thousands apart: `11,351`.
pub fn count(value: f64) -> String {
    if value.abs() >= HUGE {
        return scientific(value);
    }
    let digits = (value.abs().round() as u64).to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value.round() < 0.0 {
        text.push('−');
    }
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with the decimals that are significant: `732`, `2.2`, `0.05`, `0.0034`, `5e-324`.
fn short(value: f64) -> String {
    let size = value.abs();
    if size >= 100.0 || size == 0.0 {
        count(value)
    } else if size >= 0.1 {
        decimal(value, if size >= 1.0 { 1 } else { 2 })
    } else {
        small(value)
    }
}

/// A number below a tenth, with two digits that say something.
fn small(value: f64) -> String {
    let size = value.abs();
    if size < TINY && size > 0.0 {
        scientific(value)
    } else {
        decimal(
            value,
            match size {
                0.01.. => 3,
                0.001.. => 4,
                _ => 5,
            },
        )
    }
}

/// A number with at most `places` decimals, and no trailing zeros.
///
/// By whole numbers: the library's own way of writing floats would be twenty kilobytes of the
/// browser's bundle.
pub fn decimal(value: f64, places: u32) -> String {
    if value.abs() >= HUGE {
        return scientific(value);
    }
    let unit = 10_u64.pow(places);
    // Of less than 10¹⁵ there is room for at least three decimals, which is as many as such a number has.
    let (unit, places) = if value.abs() >= 1e9 && places > 3 {
        (1000, 3)
    } else {
        (unit, places)
    };
    let all = (value.abs() * unit as f64).round_ties_even() as u64;
    let sign = if value < 0.0 && all > 0 { "−" } else { "" };
    let (whole, mut rest, mut width) = (all / unit, all % unit, places as usize);
    while width > 0 && rest % 10 == 0 {
        rest /= 10;
        width -= 1;
    }
    if width == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{rest:0width$}")
    }
}

/// A number with a power of ten: `1.25e18`, `5e-324`.
fn scientific(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 || !size.is_finite() {
        return if size == 0.0 { "0" } else { "∞" }.to_owned();
    }
    // The least doubles have no power of ten of their own size: 10⁻³²⁴ is none.
    let (size, shift) = if size < 1e-290 {
        (size * 1e30, 30)
    } else {
        (size, 0)
    };
    let mut exponent = size.log10().floor() as i32;
    let mut mantissa = size / 10_f64.powi(exponent);
    // Rounding may lead to the next power.
    if mantissa >= 9.995 {
        exponent += 1;
        mantissa /= 10.0;
    }
    let sign = if value < 0.0 { "−" } else { "" };
    format!("{sign}{}e{}", decimal(mantissa, 2), exponent - shift)
}

/// The value, or the nearer of two bounds where it is beyond them.
///
/// [`f64::clamp`] panics with the bounds in words, and so brings the writing of floats along.
pub fn within(value: f64, least: f64, most: f64) -> f64 {
    value.min(most).max(least)
}

/// The value divided by the largest power of `base` that leaves at least 1, and that power's name.
fn scaled<'a>(value: f64, base: f64, names: &[&'a str]) -> (f64, &'a str) {
    let mut value = value;
    let mut index = 0;
    while value.abs() >= base && index + 1 < names.len() {
        value /= base;
        index += 1;
    }
    (value, names[index])
}

/// A value in full, for legends, tiles and tables: `11,351`, `732/s`, `3.1 GiB`.
pub fn value(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Count => count(value),
        Unit::PerSecond => format!("{}/s", short(value)),
        Unit::Bytes => bytes(value),
        Unit::BytesPerSecond => format!("{}/s", bytes(value)),
        Unit::Number => short(value),
    }
}

/// Bytes: `3.1 GiB`.
pub fn bytes(value: f64) -> String {
    let (size, name) = scaled(value, 1024.0, &BINARY);
    if size.abs() >= 1024.0 {
        return format!("{} B", scientific(value));
    }
    let value = size;
    let text = if value.abs() >= 100.0 || name == "B" {
        count(value)
    } else {
        decimal(value, 1)
    };
    format!("{text} {name}")
}

/// A round value at an axis: `1.25k`, `15k`, `512 MiB`, `0.0025`, `2.5e-7`.
pub fn axis(value: f64, unit: Unit) -> String {
    // The unit beside the chart's title says that they are per second.
    if matches!(unit, Unit::Bytes | Unit::BytesPerSecond) {
        return bytes(value);
    }
    let size = value.abs();
    if size < 0.1 && size > 0.0 {
        return small(value);
    }
    let (scaled, name) = scaled(value, 1000.0, &DECIMAL);
    if scaled.abs() >= 1000.0 {
        return scientific(value);
    }
    format!("{}{name}", decimal(scaled, 2))
}

/// A change with its sign: `+4`, `−2`.
pub fn change(value: f64) -> String {
    if value > 0.0 {
        format!("+{}", count(value))
    } else {
        count(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn thousands_stand_apart() {
        let written: Vec<_> = [0.0, 999.0, 1000.0, 11_351.4, 1_048_576.0, -2.0, -0.2]
            .map(count)
            .into();
        assert_eq!(
            written,
            ["0", "999", "1,000", "11,351", "1,048,576", "−2", "0"]
        );
    }

    #[test]
    fn rates_keep_the_decimals_that_say_something() {
        let rates =
            [0.0, 0.05, 0.2, 2.25, 10.0, 99.96, 732.4].map(|rate| value(rate, Unit::PerSecond));
        assert_eq!(
            rates,
            ["0/s", "0.05/s", "0.2/s", "2.2/s", "10/s", "100/s", "732/s"]
        );
    }

    #[test]
    fn decimals_are_rounded_and_end_where_they_say_nothing() {
        let written = [
            (0.25, 1),
            (0.35, 1),
            (9.96, 1),
            (0.005, 2),
            (3.0, 2),
            (-1.26, 1),
            (-0.01, 1),
        ]
        .map(|(value, places)| decimal(value, places));
        assert_eq!(written, ["0.2", "0.4", "10", "0", "3", "−1.3", "0"]);
    }

    #[test]
    fn bytes_are_binary() {
        let written = [
            0.0,
            1023.0,
            1024.0,
            3.1 * 1024_f64.powi(3),
            212.4 * 1024_f64.powi(3),
        ]
        .map(bytes);
        assert_eq!(written, ["0 B", "1,023 B", "1 KiB", "3.1 GiB", "212 GiB"]);
    }

    #[test]
    fn data_rates_are_per_second_and_their_axis_leaves_that_to_the_title() {
        assert_eq!(value(2048.0, Unit::BytesPerSecond), "2 KiB/s");
        assert_eq!(axis(2048.0, Unit::BytesPerSecond), "2 KiB");
    }

    #[test]
    fn axes_are_short() {
        let written =
            [0.0, 0.25, 250.0, 1250.0, 15_000.0, 2_500_000.0].map(|tick| axis(tick, Unit::Count));
        assert_eq!(written, ["0", "0.25", "250", "1.25k", "15k", "2.5M"]);
    }

    #[test]
    fn the_smallest_and_the_largest_are_written_too() {
        let written = [0.003, 0.00256, -0.00012, 5e-324, 1.25e18, -f64::MAX]
            .map(|number| value(number, Unit::Number));
        assert_eq!(
            written,
            [
                "0.003",
                "0.0026",
                "−0.00012",
                "4.94e-324",
                "1.25e18",
                "−1.8e308"
            ]
        );
        assert_eq!(count(999_999_999_999_999.0), "999,999,999,999,999");
        assert_eq!(bytes(3.0 * 1024_f64.powi(7)), "3 ZiB");
        assert_eq!(bytes(1e40), "1e40 B");
        let ticks = [0.0025, -0.05, 2.5e-7, 1e18, 1e30].map(|tick| axis(tick, Unit::Number));
        assert_eq!(ticks, ["0.0025", "−0.05", "2.5e-7", "1E", "1e30"]);
    }

    #[test]
    fn changes_have_a_sign() {
        assert_eq!([4.0, -2.0, 0.0].map(change), ["+4", "−2", "0"]);
    }
}
