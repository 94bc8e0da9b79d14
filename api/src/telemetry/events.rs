//! Queries of events: four fields of an event, and traits of any name.

use metering::Timestamp;
use metering::requests::{Condition, Operator, Value, ValueType};
use serde::Deserialize;
use store::EventQuery;
use url::form_urlencoded::Serializer;

use super::{arguments, invalid, terms, value};
use crate::http::error::{Error, shortened};
use crate::http::params::Arguments;

/// Types of traits.
const TYPES: [ValueType; 4] = [
    ValueType::Integer,
    ValueType::Float,
    ValueType::String,
    ValueType::Datetime,
];
/// No line has this number.
const NO_LINE: u64 = 0;

/// The JSON body that some clients send with a `GET`, in place of arguments.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventBody {
    #[serde(default)]
    q: Vec<BodyCondition>,
    #[serde(default)]
    limit: serde_json::Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BodyCondition {
    field: String,
    #[serde(default)]
    op: Option<String>,
    #[serde(default, rename = "type")]
    value_type: Option<String>,
    #[serde(default)]
    value: serde_json::Value,
}

/// The number of the line that an event's id names.
pub(crate) fn line_number(message_id: &str) -> u64 {
    let number = message_id.parse().ok();
    let number = number.filter(|number: &u64| number.to_string() == message_id);
    number.unwrap_or(NO_LINE)
}

/// Reads a query from its arguments and from the body; `brokers` says what the caller may read.
///
/// # Errors
/// `400` for an operator that a field does not take, a value that is not of its type, an unknown argument.
pub(crate) fn read(
    mut arguments: Arguments,
    body: Option<serde_json::Value>,
    brokers: Option<Vec<String>>,
) -> Result<EventQuery, Error> {
    let mut conditions = terms::read(&mut arguments)?;
    let mut query = EventQuery {
        limit: arguments::limit(&mut arguments)?,
        brokers,
        ..EventQuery::default()
    };
    arguments.finish()?;
    if let Some(body) = body {
        let mut arguments = from_body(body)?;
        conditions.extend(terms::read(&mut arguments)?);
        query.limit = query.limit.min(arguments::limit(&mut arguments)?);
    }
    for condition in conditions {
        match &*condition.field {
            "event_type" => query.event_type = Some(only(Operator::Eq, condition)?.value),
            "message_id" => {
                query.id = Some(line_number(&only(Operator::Eq, condition)?.value));
            }
            "start_timestamp" => query.from = Some(time(&only(Operator::Ge, condition)?)?),
            "end_timestamp" => query.to = Some(time(&only(Operator::Le, condition)?)?),
            _ => {
                let compared = trait_value(&condition)?;
                let name = condition.field.into_owned();
                query.traits.push((name, condition.operator, compared));
            }
        }
    }
    Ok(query)
}

/// A body as the arguments that mean the same.
fn from_body(body: serde_json::Value) -> Result<Arguments, Error> {
    if !body.is_object() {
        return Err(Error::BadArgument("Request must be a JSON dict".into()));
    }
    let body = serde_json::from_value(body)
        .map_err(|error| Error::BadArgument(shortened(&error.to_string())))?;
    let EventBody { q, limit } = body;
    let mut pairs = Serializer::new(String::new());
    for condition in q {
        pairs
            .append_pair("q.field", &condition.field)
            .append_pair("q.op", &condition.op.unwrap_or_default())
            .append_pair("q.type", &condition.value_type.unwrap_or_default())
            .append_pair("q.value", &text(&condition.value));
    }
    pairs.append_pair("limit", &text(&limit));
    Ok(Arguments::parse(&pairs.finish()))
}

/// A value of the body as an argument has it.
fn text(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Refuses every operator but one, in the old service's words.
fn only(accepted: Operator, condition: Condition) -> Result<Condition, Error> {
    if condition.operator == accepted {
        return Ok(condition);
    }
    let (operator, field) = (condition.operator.name(), &condition.field);
    let accepted = accepted.name();
    Err(Error::BadArgument(format!(
        "Operator {operator} is not supported. Only `{accepted}' operator is available for field {field}"
    )))
}

fn time(condition: &Condition) -> Result<Timestamp, Error> {
    condition.value.parse().map_err(|error| {
        let why = format!("invalid timestamp format: {error}");
        invalid(&condition.field, &condition.value, &shortened(&why))
    })
}

/// The value that a trait is compared with: a text if the query names no type.
fn trait_value(condition: &Condition) -> Result<Value, Error> {
    let value_type = condition.value_type.unwrap_or(ValueType::String);
    if !TYPES.contains(&value_type) {
        let known = TYPES.map(|known| format!("'{}'", known.as_str()));
        return Err(Error::BadArgument(format!(
            "The data type {} is not supported. The supported data type list is: [{}]",
            value_type.as_str(),
            known.join(", ")
        )));
    }
    value::from_condition(&Condition {
        value_type: Some(value_type),
        ..condition.clone()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn query(text: &str, body: Option<serde_json::Value>) -> Result<EventQuery, String> {
        read(Arguments::parse(text), body, None).map_err(|error| error.to_string())
    }

    #[test]
    fn body_of_a_get_means_the_same_as_arguments() {
        let by_arguments = query(
            "q.field=event_type&q.op=eq&q.type=string&q.value=rabbitmq.node.down\
             &q.field=id&q.op=gt&q.type=integer&q.value=5&limit=7",
            None,
        );
        let by_body = query(
            "",
            Some(json!({"limit": 7, "q": [
                {"field": "event_type", "op": "eq", "type": "string", "value": "rabbitmq.node.down"},
                {"field": "id", "op": "gt", "type": "integer", "value": 5},
            ]})),
        );
        let written = format!("{:?}", by_arguments.expect("a query"));
        assert!(written.contains("Gt, Integer(5)"), "{written}");
        assert_eq!(format!("{:?}", by_body.expect("a query")), written);
    }

    #[test]
    fn ids_are_numbers_of_lines_in_one_form() {
        assert_eq!(line_number("17"), 17);
        for id in ["017", "+17", " 17", "fea1b15a", "-1", ""] {
            assert_eq!(line_number(id), NO_LINE, "{id}");
        }
    }
}
