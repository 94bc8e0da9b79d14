//! Spans and ages in the words of a language.

use super::Catalog;

/// A span of milliseconds in its two largest units: `41 d 3 h`, `12 min`, `4 s`.
pub fn span(millis: i64, texts: &Catalog) -> String {
    let seconds = (millis.max(0) + 500) / 1000;
    let parts = [
        (seconds / 86_400, texts.days),
        (seconds / 3600 % 24, texts.hours),
        (seconds / 60 % 60, texts.minutes),
        (seconds % 60, texts.seconds),
    ];
    let first = parts
        .iter()
        .position(|&(amount, _)| amount > 0)
        .unwrap_or(3);
    let written: Vec<_> = parts[first..]
        .iter()
        .take(2)
        .filter(|&&(amount, _)| amount > 0 || seconds == 0)
        .map(|(amount, name)| format!("{amount} {name}"))
        .collect();
    written.join(" ")
}

/// The age of something in its largest unit alone, since it changes under the reader's eyes: `2 s`, `3 min`.
pub fn age(millis: i64, texts: &Catalog) -> String {
    let seconds = millis.max(0) / 1000;
    let (amount, name) = match seconds {
        0..60 => (seconds, texts.seconds),
        60..3600 => (seconds / 60, texts.minutes),
        3600..86_400 => (seconds / 3600, texts.hours),
        _ => (seconds / 86_400, texts.days),
    };
    format!("{amount} {name}")
}

/// The same in steps of ten seconds, for what is always there: `< 10 s`, `20 s`, `3 min`.
///
/// A text that changed every second would have the browser lay out and paint the page as often.
pub fn rough_age(millis: i64, texts: &Catalog) -> String {
    const STEP: i64 = 10_000;
    if millis < STEP {
        format!("< {}", age(STEP, texts))
    } else {
        age(millis / STEP * STEP, texts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::EN;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn rough_ages_move_every_ten_seconds() {
        let ages = [-5, 9_999, 10_000, 29_000, 59_000, 61_000];
        assert_eq!(
            ages.map(|millis| rough_age(millis, &EN)),
            ["< 10 s", "< 10 s", "10 s", "20 s", "50 s", "1 min"]
        );
    }

    #[test]
    fn spans_have_two_units_and_ages_one() {
        let hour = 3_600_000;
        let spans = [
            0,
            4_000,
            60_000,
            61_000,
            hour,
            24 * 41 * hour + 3 * hour,
            24 * hour + 60_000,
        ];
        assert_eq!(
            spans.map(|millis| span(millis, &EN)),
            ["0 s", "4 s", "1 min", "1 min 1 s", "1 h", "41 d 3 h", "1 d"]
        );
        assert_eq!(
            [-5, 2_900, 61_000, 3 * hour, 50 * hour].map(|millis| age(millis, &EN)),
            ["0 s", "2 s", "1 min", "3 h", "2 d"]
        );
    }
}
