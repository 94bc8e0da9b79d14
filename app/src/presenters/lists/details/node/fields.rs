//! Reads fields of a broker's answer about a node by their names.

use metering::{Table, Value as FieldValue};

use crate::presenters::lists::value::{Value, tag};

pub(super) fn number(response: &Table, key: &str) -> Option<f64> {
    match response.get(key)? {
        FieldValue::Integer(number) => Some(*number as f64),
        FieldValue::Float(number) => Some(*number),
        _ => None,
    }
}

pub(super) fn whole(response: &Table, key: &str) -> Option<i64> {
    number(response, key).map(|number| number as i64)
}

pub(super) fn table_at<'t>(response: &'t Table, key: &str) -> Option<&'t Table> {
    match response.get(key)? {
        FieldValue::Table(table) => Some(table),
        _ => None,
    }
}

pub(super) fn list_at<'t>(response: &'t Table, key: &str) -> impl Iterator<Item = &'t Table> {
    let list = match response.get(key) {
        Some(FieldValue::List(list)) => list.as_slice(),
        _ => &[],
    };
    list.iter().filter_map(|value| match value {
        FieldValue::Table(table) => Some(table),
        _ => None,
    })
}

pub(super) fn words(response: &Table, key: &str) -> Value {
    let Some(FieldValue::List(list)) = response.get(key) else {
        return Value::Nothing;
    };
    let tags: Vec<_> = list
        .iter()
        .map(|word| tag(&word.to_string(), None))
        .collect();
    if tags.is_empty() {
        Value::Nothing
    } else {
        Value::Tags(tags)
    }
}

pub(super) fn word(response: &Table, key: &str) -> Value {
    response
        .get(key)
        .map_or(Value::Nothing, |value| Value::Text(value.to_string()))
}

pub(super) fn counted(response: &Table, key: &str) -> Value {
    whole(response, key).map_or(Value::Nothing, Value::Count)
}

pub(super) fn rate_at(response: &Table, key: &str) -> Option<f64> {
    let details = table_at(response, &format!("{key}_details"))?;
    number(details, "rate")
}
