//! What a node tells, by the broker's names.

use metering::{Table, Value as Told};

use super::super::super::value::tag;
use super::Value;

pub(super) fn number(told: &Table, key: &str) -> Option<f64> {
    match told.get(key)? {
        Told::Integer(number) => Some(*number as f64),
        Told::Float(number) => Some(*number),
        _ => None,
    }
}

pub(super) fn whole(told: &Table, key: &str) -> Option<i64> {
    number(told, key).map(|number| number as i64)
}

pub(super) fn table_at<'t>(told: &'t Table, key: &str) -> Option<&'t Table> {
    match told.get(key)? {
        Told::Table(table) => Some(table),
        _ => None,
    }
}

pub(super) fn list_at<'t>(told: &'t Table, key: &str) -> impl Iterator<Item = &'t Table> {
    let list = match told.get(key) {
        Some(Told::List(list)) => list.as_slice(),
        _ => &[],
    };
    list.iter().filter_map(|value| match value {
        Told::Table(table) => Some(table),
        _ => None,
    })
}

pub(super) fn words(told: &Table, key: &str) -> Value {
    let Some(Told::List(list)) = told.get(key) else {
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

pub(super) fn word(told: &Table, key: &str) -> Value {
    told.get(key)
        .map_or(Value::Nothing, |value| Value::Text(value.to_string()))
}

pub(super) fn counted(told: &Table, key: &str) -> Value {
    whole(told, key).map_or(Value::Nothing, Value::Count)
}

pub(super) fn rate_at(told: &Table, key: &str) -> Option<f64> {
    let details = table_at(told, &format!("{key}_details"))?;
    number(details, "rate")
}
