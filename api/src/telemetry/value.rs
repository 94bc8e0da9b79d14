//! What a metadata value is: of the type that `q.type` says, or what it looks like.
//!
//! Metadata are kept as texts, so a value that is read as anything else equals none of them.

use metering::Timestamp;
use metering::requests::{Condition, Value, ValueType};

use super::arguments::parse_boolean;
use crate::http::error::{Error, shortened};

/// The value of a condition on metadata.
///
/// # Errors
/// Where it is not of the type that the condition says.
pub(crate) fn from_condition(condition: &Condition) -> Result<Value, Error> {
    let text = condition.value.trim();
    let value = match condition.value_type {
        None => return Ok(guess(&condition.value)),
        Some(ValueType::String) => Some(Value::Text(condition.value.clone())),
        Some(ValueType::Integer) => text.parse().ok().map(Value::Integer),
        Some(ValueType::Float) => text.parse().ok().map(Value::Float),
        Some(ValueType::Boolean) => parse_boolean(text).map(Value::Boolean),
        Some(ValueType::Datetime) => text.parse::<Timestamp>().ok().map(Value::Time),
    };
    let name = condition.value_type.map_or("", ValueType::as_str);
    value.ok_or_else(|| {
        Error::BadArgument(format!(
            "Unable to convert the value {} to the expected data type {name}.",
            shortened(&condition.value)
        ))
    })
}

/// What an untyped value looks like: the old service read it as a literal of Python's.
fn guess(text: &str) -> Value {
    let literal = text.trim();
    if let Ok(number) = literal.parse() {
        return Value::Integer(number);
    }
    // Rust reads `nan` and `inf` as numbers; to Python they are names, and so stay texts.
    if literal.starts_with(|c: char| c.is_ascii_digit() || ".+-".contains(c))
        && let Ok(number) = literal.parse::<f64>()
        && number.is_finite()
    {
        return Value::Float(number);
    }
    match literal {
        "True" => Value::Boolean(true),
        "False" => Value::Boolean(false),
        _ => Value::Text(unquoted(literal).unwrap_or(text).to_owned()),
    }
}

/// What stands between two quotes, where nothing in it needs care.
fn unquoted(literal: &str) -> Option<&str> {
    ['\'', '"'].into_iter().find_map(|quote| {
        let inner = literal.strip_prefix(quote)?.strip_suffix(quote)?;
        (!inner.contains([quote, '\\'])).then_some(inner)
    })
}

#[cfg(test)]
mod tests {
    use metering::requests::Operator;

    use super::*;

    fn read(value_type: Option<ValueType>, value: &str) -> Result<Value, String> {
        let condition = Condition {
            field: "metadata.size".into(),
            operator: Operator::Eq,
            value_type,
            value: value.into(),
        };
        from_condition(&condition).map_err(|error| error.to_string())
    }

    #[test]
    fn an_untyped_value_is_what_it_looks_like() {
        let text = |text: &str| Ok(Value::Text(text.to_owned()));
        assert_eq!(read(None, "5"), Ok(Value::Integer(5)));
        assert_eq!(read(None, "-5.5"), Ok(Value::Float(-5.5)));
        assert_eq!(read(None, "True"), Ok(Value::Boolean(true)));
        assert_eq!(read(None, "true"), text("true"));
        assert_eq!(read(None, "'5'"), text("5"));
        assert_eq!(read(None, "m1.small"), text("m1.small"));
        assert_eq!(read(None, "inf"), text("inf"));
        assert_eq!(read(None, "None"), text("None"));
        assert_eq!(read(None, " x"), text(" x"));
        assert_eq!(read(None, "'"), text("'"));
    }

    #[test]
    fn a_typed_value_is_of_that_type_or_refused() {
        assert_eq!(
            read(Some(ValueType::String), "5"),
            Ok(Value::Text("5".into()))
        );
        assert_eq!(read(Some(ValueType::Integer), "5"), Ok(Value::Integer(5)));
        assert_eq!(read(Some(ValueType::Float), "5"), Ok(Value::Float(5.0)));
        assert_eq!(
            read(Some(ValueType::Boolean), "yes"),
            Ok(Value::Boolean(true))
        );
        assert_eq!(
            read(Some(ValueType::Datetime), "2015-01-01T02:00:00+02:00"),
            Ok(Value::Time(Timestamp::from_millis(1_420_070_400_000)))
        );
        for (value_type, value) in [
            (ValueType::Integer, "5.5"),
            (ValueType::Float, "x"),
            (ValueType::Boolean, "maybe"),
            (ValueType::Datetime, "5"),
        ] {
            let name = value_type.as_str();
            assert_eq!(
                read(Some(value_type), value),
                Err(format!(
                    "Unable to convert the value {value} to the expected data type {name}."
                ))
            );
        }
    }
}
