//! What a request for the system log asks for.
//!
//! It is a simple query as everywhere in the protocol, four arrays paired by position, with the
//! log's own fields. A page is one of them, since the first clients of this path asked for it so.

use metering::requests::LogQuery;
use metering::{LogLevel, Timestamp};

use crate::http::error::Error;
use crate::http::params::Arguments;

/// What can be asked about.
const FIELDS: [&str; 5] = ["page", "level", "source", "text", "timestamp"];
/// How it can be compared.
const OPERATORS: [&str; 6] = ["lt", "le", "eq", "ne", "ge", "gt"];
/// The smallest difference between two instants, in microseconds.
const NEXT: i64 = 1;

/// One condition of a query.
#[derive(Debug)]
struct Condition {
    field: String,
    op: String,
    value_type: String,
    value: String,
}

/// Reads a query from its arguments.
///
/// # Errors
/// What cannot be understood, with what can.
pub(crate) fn read(arguments: &mut Arguments) -> Result<LogQuery, Error> {
    let mut query = LogQuery {
        page: Some(1),
        limit: Some(limit(arguments)?),
        ..LogQuery::default()
    };
    for condition in conditions(arguments)? {
        let Condition {
            field, op, value, ..
        } = &condition;
        if field == "timestamp" {
            narrow(&mut query, op, value)?;
            continue;
        }
        if op != "eq" {
            return Err(Error::BadArgument(format!(
                "unimplemented operator for {field}: {op}, accepted is eq"
            )));
        }
        match field.as_str() {
            "page" => query.page = Some(page(value)?),
            "level" => query.level = Some(level(value)?),
            "source" => query.source = Some(value.clone()),
            "text" => query.text = Some(value.clone()),
            _ => return Err(condition.unknown()),
        }
    }
    Ok(query)
}

impl Condition {
    fn unknown(&self) -> Error {
        let Self {
            field,
            op,
            value_type,
            value,
        } = self;
        let kind = if value_type.is_empty() {
            "Unset"
        } else {
            value_type
        };
        Error::BadArgument(format!(
            "Unknown argument: \"{field}\": unrecognized field in query: \
             [<Query '{field}' {op} '{value}' {kind}>], valid keys: {FIELDS:?}"
        ))
    }
}

/// The four arrays, paired; what is missing in one of them is empty.
fn conditions(arguments: &mut Arguments) -> Result<Vec<Condition>, Error> {
    let fields = arguments.many("q.field");
    let mut column = |name: &str| {
        let values = arguments.many(name);
        if values.len() > fields.len() {
            return Err(Error::BadArgument(format!(
                "There are more {name} than q.field: each needs one"
            )));
        }
        Ok(values.into_iter())
    };
    let (mut ops, mut types, mut values) = (column("q.op")?, column("q.type")?, column("q.value")?);
    let mut conditions = Vec::with_capacity(fields.len());
    for field in fields {
        let op = ops.next().filter(|op| !op.is_empty());
        let op = op.unwrap_or_else(|| "eq".to_owned());
        if !OPERATORS.contains(&op.as_str()) {
            return Err(Error::BadArgument(format!(
                "unimplemented operator for {field}: {op}, accepted are {}",
                OPERATORS.join(", ")
            )));
        }
        conditions.push(Condition {
            field,
            op,
            // Every field has a type of its own, so that this one says nothing new.
            value_type: types.next().unwrap_or_default(),
            value: values.next().unwrap_or_default(),
        });
    }
    Ok(conditions)
}

/// A page below the first is the first, one beyond every number the last that there can be.
fn page(value: &str) -> Result<u64, Error> {
    let trimmed = value.trim();
    let digits = trimmed.strip_prefix(['-', '+']).unwrap_or(trimmed);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Error::BadArgument(format!(
            "Invalid value {value:?} for \"page\": accepted is a whole number"
        )));
    }
    if trimmed.starts_with('-') {
        return Ok(1);
    }
    // Digits alone fail to be a number by being too many.
    Ok(digits.parse().unwrap_or(u64::MAX).max(1))
}

fn level(value: &str) -> Result<LogLevel, Error> {
    LogLevel::find(value).ok_or_else(|| {
        let accepted = LogLevel::ALL.map(LogLevel::as_str).join(", ");
        Error::BadArgument(format!(
            "Invalid value {value:?} for \"level\": accepted are {accepted}"
        ))
    })
}

/// Lines a page, by the protocol's rules for `limit`.
fn limit(arguments: &mut Arguments) -> Result<u64, Error> {
    let Some(text) = arguments.one("limit")? else {
        return Ok(LogQuery::DEFAULT_LIMIT);
    };
    let limit: i64 = text.trim().parse().map_err(|_| {
        Error::BadArgument(format!(
            "Invalid input for field/attribute limit. Value: {text:?}. unable to convert to int"
        ))
    })?;
    match u64::try_from(limit) {
        Ok(limit @ 1..=LogQuery::MAX_LIMIT) => Ok(limit),
        Ok(0) | Err(_) => Err(Error::BadArgument("Limit must be positive".into())),
        Ok(_) => Err(Error::BadArgument(format!(
            "Invalid value \"{limit}\" for \"limit\": accepted are 1 to {}",
            LogQuery::MAX_LIMIT
        ))),
    }
}

/// Takes a bound on the time in.
fn narrow(query: &mut LogQuery, op: &str, value: &str) -> Result<(), Error> {
    let time: Timestamp = value
        .parse()
        .map_err(|error| Error::BadArgument(format!("Invalid value for \"timestamp\": {error}")))?;
    let next = Timestamp::from_micros(time.as_micros().saturating_add(NEXT));
    let (from, to) = match op {
        "lt" => (None, Some(time)),
        "le" => (None, Some(next)),
        "eq" => (Some(time), Some(next)),
        "ge" => (Some(time), None),
        "gt" => (Some(next), None),
        _ => {
            return Err(Error::BadArgument(format!(
                "unimplemented operator for timestamp: {op}"
            )));
        }
    };
    query.from = query.from.max(from);
    // Nothing is no bound, though it is less than every one.
    query.to = match (query.to, to) {
        (Some(known), Some(other)) => Some(known.min(other)),
        (known, other) => known.or(other),
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> LogQuery {
        read(&mut Arguments::parse(text)).expect(text)
    }

    fn refusal(text: &str) -> String {
        read(&mut Arguments::parse(text))
            .expect_err(text)
            .to_string()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn by_default_the_first_twenty() {
        let query = query("");
        assert_eq!((query.page, query.limit), (Some(1), Some(20)));
        assert_eq!((query.level, query.from, query.to), (None, None, None));
    }

    #[test]
    fn a_page_below_one_is_one_and_one_beyond_all_is_no_error() {
        let page = |value: &str| {
            query(&format!("q.field=page&q.value={value}"))
                .page
                .expect("a page")
        };
        assert_eq!(
            [page("3"), page("0"), page("-7"), page("%202")],
            [3, 1, 1, 2]
        );
        assert_eq!(page("99999999999999999999999"), u64::MAX);
    }

    #[test]
    fn page_that_is_no_number_is_refused() {
        for value in ["", "two", "1.5", "-", "1e3"] {
            let message = refusal(&format!("q.field=page&q.value={value}"));
            assert!(message.contains("\"page\""), "{message}");
        }
        assert!(refusal("q.field=page").contains("\"page\""));
    }

    #[test]
    fn fields_are_paired_by_position() {
        let query = query(
            "q.field=level&q.field=timestamp&q.field=text&q.op=&q.op=ge\
             &q.value=warning&q.value=1970-01-01T00:01:00&q.value=disk",
        );
        assert_eq!(query.level, Some(LogLevel::Warning));
        assert_eq!(query.from, Some(at(60)));
        assert_eq!(query.text.as_deref(), Some("disk"));
    }

    #[test]
    fn bounds_on_the_time_narrow_each_other() {
        let bound = |op: &str, seconds: u32| {
            format!("&q.field=timestamp&q.op={op}&q.value=1970-01-01T00:00:{seconds:02}")
        };
        let narrowed = query(&(bound("ge", 10) + &bound("ge", 20) + &bound("lt", 50)));
        assert_eq!((narrowed.from, narrowed.to), (Some(at(20)), Some(at(50))));
        let narrowed = query(&(bound("lt", 50) + &bound("lt", 30)));
        assert_eq!((narrowed.from, narrowed.to), (None, Some(at(30))));
        let after = query(&bound("gt", 10)).from.expect("a bound");
        assert_eq!(after.as_micros(), 10_000_001);
        assert!(refusal(&bound("ne", 10)).contains("ne"));
    }

    #[test]
    fn refusals_name_the_accepted_values() {
        let unknown = refusal("q.field=harpoon&q.value=1");
        assert!(
            unknown.starts_with(
                "Unknown argument: \"harpoon\": unrecognized field in query: \
                 [<Query 'harpoon' eq '1' Unset>], valid keys: "
            ),
            "{unknown}"
        );
        assert!(refusal("q.field=level&q.value=loud").contains("info, warning, error"));
        assert!(refusal("q.field=level&q.op=gt&q.value=info").contains("level"));
        assert!(refusal("q.field=level&q.op=like&q.value=info").contains("like"));
        assert!(refusal("q.value=1").contains("q.field"));
        assert!(refusal("q.field=timestamp&q.value=yesterday").contains("yesterday"));
        assert!(refusal("limit=0").contains("positive"));
        assert!(refusal("limit=-3").contains("positive"));
        assert!(refusal("limit=x").contains("unable to convert to int"));
        assert!(refusal("limit=501").contains("1 to 500"));
    }
}
