//! Durations as people write them: `500ms`, `5s`, `1m`, `8h`, `30d`.

use std::ops::RangeInclusive;
use std::time::Duration;

/// A duration within bounds.
///
/// # Errors
/// In words, what is wrong with the text.
pub(crate) fn parse(text: &str, accepted: RangeInclusive<Duration>) -> Result<Duration, String> {
    let unit_at = text
        .find(|char: char| !char.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let millis = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "" if !number.is_empty() => return Err("it has no unit".to_owned()),
        _ => return Err("not a number and a unit".to_owned()),
    };
    let number: u64 = number
        .parse()
        .map_err(|_| "not a number and a unit".to_owned())?;
    let duration = Duration::from_millis(number.saturating_mul(millis));
    if duration < *accepted.start() {
        return Err("too short".to_owned());
    }
    if duration > *accepted.end() {
        return Err("too long".to_owned());
    }
    Ok(duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Duration, String> {
        parse(text, Duration::from_millis(2)..=Duration::from_hours(48))
    }

    #[test]
    fn units_are_understood() {
        assert_eq!(read("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(read("5s"), Ok(Duration::from_secs(5)));
        assert_eq!(read("2m"), Ok(Duration::from_mins(2)));
        assert_eq!(read("8h"), Ok(Duration::from_hours(8)));
        assert_eq!(read("2d"), Ok(Duration::from_hours(48)));
    }

    #[test]
    fn anything_else_is_not() {
        assert_eq!(read("5"), Err("it has no unit".to_owned()));
        for text in ["", "s", "-5s", "5 s", "5.5s", "5y", "99999999999999999999s"] {
            assert_eq!(
                read(text),
                Err("not a number and a unit".to_owned()),
                "{text:?}"
            );
        }
    }

    #[test]
    fn bounds_hold() {
        assert_eq!(read("1ms"), Err("too short".to_owned()));
        assert_eq!(read("3d"), Err("too long".to_owned()));
        assert_eq!(read("9999999999999999999d"), Err("too long".to_owned()));
    }
}
