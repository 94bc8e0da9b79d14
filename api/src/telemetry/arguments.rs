//! `limit` and the other plain arguments, by the old service's rules.

use super::invalid;
use crate::http::error::Error;
use crate::http::params::Arguments;

/// Rows if no limit is given.
const DEFAULT_LIMIT: u64 = 100;

/// The argument `limit`, 100 by default.
///
/// # Errors
/// Where it is given twice, is no whole number, or not positive.
pub(crate) fn limit(arguments: &mut Arguments) -> Result<u64, Error> {
    match integer(arguments, "limit")? {
        None => Ok(DEFAULT_LIMIT),
        Some(limit) => positive_limit(limit),
    }
}

/// The default limit of a body.
pub(crate) fn positive_limit(limit: i64) -> Result<u64, Error> {
    u64::try_from(limit)
        .ok()
        .filter(|&limit| limit > 0)
        .ok_or_else(|| Error::BadArgument("Limit must be positive".into()))
}

/// The limit of a body that names none.
pub(crate) const fn default_limit() -> u64 {
    DEFAULT_LIMIT
}

/// A whole number, as an argument. An empty one counts as none.
pub(crate) fn integer(arguments: &mut Arguments, name: &str) -> Result<Option<i64>, Error> {
    let value = arguments.one(name)?.filter(|value| !value.is_empty());
    value.map(|value| parse_integer(name, &value)).transpose()
}

/// A whole number in a text; one that is too large counts as the largest.
pub(crate) fn parse_integer(name: &str, text: &str) -> Result<i64, Error> {
    let trimmed = text.trim();
    let digits = trimmed.strip_prefix(['-', '+']).unwrap_or(trimmed);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(invalid(name, text, "unable to convert to int"));
    }
    let too_large = if trimmed.starts_with('-') {
        i64::MIN
    } else {
        i64::MAX
    };
    Ok(trimmed.parse().unwrap_or(too_large))
}

/// Yes or no, in the words that the old service knew.
pub(crate) fn boolean(arguments: &mut Arguments, name: &str) -> Result<bool, Error> {
    let Some(value) = arguments.one(name)?.filter(|value| !value.is_empty()) else {
        return Ok(false);
    };
    parse_boolean(&value).ok_or_else(|| {
        invalid(
            name,
            &value,
            "unable to convert to bool: accepted are True and False",
        )
    })
}

/// Yes or no.
pub(crate) fn parse_boolean(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "1" | "t" | "true" | "on" | "y" | "yes" => Some(true),
        "0" | "f" | "false" | "off" | "n" | "no" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<u64, String> {
        limit(&mut Arguments::parse(query)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_limit_is_a_positive_number_without_an_upper_bound() {
        assert_eq!(read(""), Ok(100));
        assert_eq!(read("limit=1"), Ok(1));
        assert_eq!(read("limit=%2B7"), Ok(7));
        assert_eq!(
            read("limit=99999999999999999999999"),
            Ok(i64::MAX.unsigned_abs())
        );
    }

    #[test]
    fn other_limits_are_refused() {
        for limit in ["0", "-1", "-99999999999999999999999"] {
            assert_eq!(
                read(&format!("limit={limit}")),
                Err("Limit must be positive".to_owned())
            );
        }
        for limit in ["x", "1.5", "1e3", "+", "-", "0x10", "1 2"] {
            let message = read(&format!("limit={}", limit.replace('+', "%2B"))).expect_err(limit);
            assert!(message.contains("unable to convert to int"), "{message}");
            assert!(message.contains(&format!("'{limit}'")), "{message}");
        }
        assert!(read("limit=1&limit=1").is_err());
    }
}
