//! Numbers, exactly, without the tables that this takes: the hard ones are left to the browser.

use super::Malformed;

/// Up to here every whole number is a double.
const EXACT: u64 = 1 << 53;
/// Up to here every power of ten is a double.
const EXACT_POWER: u32 = 22;

/// A number as its text has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    /// Whole, without a point or an exponent.
    Whole(i64),
    /// Any other.
    Float(f64),
}

/// Reads the number that a text begins with; gives its length in bytes too.
pub(super) fn leading(text: &str) -> Result<(Number, usize), Malformed> {
    let bytes = text.as_bytes();
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    let is_negative = at == 1;
    // The digits as one whole number; `None` where it has too many of them.
    let mut digits = Some(0_u64);
    let mut run = |at: &mut usize| {
        let start = *at;
        while let Some(digit) = bytes.get(*at).filter(|byte| byte.is_ascii_digit()) {
            let digit = u64::from(digit - b'0');
            digits = digits.and_then(|digits| digits.checked_mul(10)?.checked_add(digit));
            *at += 1;
        }
        *at - start
    };
    let first = at;
    let whole = run(&mut at);
    if whole == 0 || (whole > 1 && bytes[first] == b'0') {
        return Err(Malformed);
    }
    let mut decimals = 0;
    let has_point = bytes.get(at) == Some(&b'.');
    if has_point {
        at += 1;
        decimals = run(&mut at);
        if decimals == 0 {
            return Err(Malformed);
        }
    }
    let has_exponent = matches!(bytes.get(at), Some(b'e' | b'E'));
    if has_exponent {
        at += 1;
        at += usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
        let start = at;
        at += bytes[at..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        if at == start {
            return Err(Malformed);
        }
    }
    if !has_point
        && !has_exponent
        && let Some(size) = digits.and_then(|digits| i64::try_from(digits).ok())
    {
        return Ok((Number::Whole(if is_negative { -size } else { size }), at));
    }
    let easy = digits.filter(|&digits| digits <= EXACT && !has_exponent);
    let float = match (easy, u32::try_from(decimals)) {
        // One division of two exact numbers is rounded right.
        (Some(digits), Ok(decimals @ 0..=EXACT_POWER)) => {
            let size = digits as f64 / 10_f64.powi(decimals as i32);
            if is_negative { -size } else { size }
        }
        _ => hard(&text[..at]),
    };
    if float.is_finite() {
        Ok((Number::Float(float), at))
    } else {
        Err(Malformed)
    }
}

/// Any number, read by who knows how.
fn hard(text: &str) -> f64 {
    #[cfg(target_arch = "wasm32")]
    return js_sys::Number::parse_float(text);
    #[cfg(not(target_arch = "wasm32"))]
    text.parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn whole_numbers_and_floats_are_distinguished() {
        let numbers = ["0", "-7", "9223372036854775807", "1.0", "1e2", "-2.5E-1"]
            .map(|text| leading(text).map(|found| found.0));
        let [max, whole] = [Number::Whole(i64::MAX), Number::Whole(0)];
        let float = Number::Float;
        assert_eq!(
            numbers,
            [
                whole,
                Number::Whole(-7),
                max,
                float(1.0),
                float(100.0),
                float(-0.25)
            ]
            .map(Ok)
        );
    }

    #[test]
    fn every_double_is_read_exactly() {
        let hard = [
            0.1,
            33.333_333_333_333_336,
            1e22,
            1e23,
            123_456_789_012_345_680.0,
            5e-324,
            f64::MAX,
            9_007_199_254_740_993.0,
            0.000_000_000_000_000_000_000_012_3,
            f64::MIN_POSITIVE,
            2.5,
            18_446_744_073_709_551_615.0,
        ];
        let steps = (0..1000).map(|n| f64::from(n) * 0.37 + 1.0 / f64::from(n + 1));
        for value in hard
            .into_iter()
            .chain(steps)
            .flat_map(|value| [value, -value])
        {
            let text = serde_json::to_string(&value).expect("finite");
            let read = match leading(&text).expect("a number").0 {
                Number::Whole(whole) => whole as f64,
                Number::Float(float) => float,
            };
            assert_eq!(read.to_bits(), value.to_bits(), "{text}");
        }
    }

    #[test]
    fn malformed_numbers_are_refused() {
        for text in [
            "", "-", "01", "+1", ".5", "1.", "1e", "1e+", "e5", "NaN", "-x", "1e999",
        ] {
            assert_eq!(leading(text), Err(Malformed), "{text}");
        }
    }

    #[test]
    fn the_rest_of_the_text_is_left() {
        assert_eq!(leading("12,3"), Ok((Number::Whole(12), 2)));
        assert_eq!(leading("1.50]"), Ok((Number::Float(1.5), 4)));
    }
}
