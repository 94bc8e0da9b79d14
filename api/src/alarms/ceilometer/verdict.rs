//! What an evaluation decides.

use metering::alarm::AlarmState;
use serde_json::Value as Json;

/// What an evaluation decides: a state, and why.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Verdict {
    /// The state; it may be the same as before.
    pub(super) state: AlarmState,
    /// In the words of the old service, which other programs parse.
    pub(super) reason: String,
    /// The same for programs.
    pub(super) reason_data: Json,
}

/// A number as Python writes it: `101.0`, `3`, `1e-05`.
pub(super) fn python_number(number: &Json) -> String {
    let Some(float) = number.as_f64().filter(|_| number.is_f64()) else {
        return number.to_string();
    };
    let text = format!("{float:?}");
    match text.split_once('e') {
        None => text,
        Some((digits, exponent)) => {
            let (sign, exponent) = match exponent.strip_prefix('-') {
                Some(exponent) => ('-', exponent),
                None => ('+', exponent),
            };
            format!("{digits}e{sign}{exponent:0>2}")
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_written_as_python_writes_them() {
        for (number, text) in [
            (json!(101.0), "101.0"),
            (json!(3), "3"),
            (json!(0.00001), "1e-05"),
            (json!(1e20), "1e+20"),
            (json!(-2.5), "-2.5"),
        ] {
            assert_eq!(python_number(&number), text);
        }
    }
}
