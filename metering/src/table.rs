//! AMQP's tables: the arguments of queues, the properties of clients, the definitions of policies.
//!
//! Their keys are whatever somebody chose, so they have no struct.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

/// What is nested deeper in a table is replaced by [`CUT_OFF`]: `serde_json` reads 128 levels.
const MAX_DEPTH: usize = 32;
/// Stands for what is nested too deep.
const CUT_OFF: &str = "…";

/// A table. Erlang cannot distinguish an empty one from an empty list: `[]` is one too.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = Object))]
#[serde(transparent)]
pub struct Table(pub BTreeMap<String, Value>);

/// What stands in a table. A null is left out.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// A table in the table.
    Table(Table),
}

impl Table {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn from_value(value: Option<Value>) -> Option<Self> {
        match value? {
            Value::Table(table) => Some(table),
            Value::List(list) if list.is_empty() => Some(Self::default()),
            _ => None,
        }
    }
}

/// The texts of a list; brokers write `""` where they know of none.
pub(crate) fn words(value: Option<Value>) -> Option<Vec<String>> {
    match value? {
        Value::List(list) => Some(list.into_iter().filter_map(Value::into_text).collect()),
        _ => None,
    }
}

/// The texts of a list, or those of one text with commas between them; else none.
pub(crate) fn tags(value: Option<Value>) -> Vec<String> {
    match value {
        Some(Value::Text(text)) => {
            let words = text.split(',').map(str::trim);
            let words = words.filter(|word| !word.is_empty());
            words.map(str::to_owned).collect()
        }
        value => words(value).unwrap_or_default(),
    }
}

impl Value {
    fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl fmt::Display for Value {
    /// As one reads it; what is in a list or a table as JSON has it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => flag.fmt(f),
            Self::Integer(number) => number.fmt(f),
            Self::Float(number) => number.fmt(f),
            Self::Text(text) => f.write_str(text),
            Self::List(list) => {
                f.write_str("[")?;
                for (n, value) in list.iter().enumerate() {
                    f.write_str(if n == 0 { "" } else { ", " })?;
                    value.fmt(f)?;
                }
                f.write_str("]")
            }
            Self::Table(Table(table)) => {
                f.write_str("{")?;
                for (n, (key, value)) in table.iter().enumerate() {
                    write!(f, "{}{key}: {value}", if n == 0 { "" } else { ", " })?;
                }
                f.write_str("}")
            }
        }
    }
}

impl<'de> Deserialize<'de> for Table {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from_value(Read::deserialize(deserializer)?.0).unwrap_or_default())
    }
}

/// Any JSON value; none of a null.
pub(crate) struct Read(pub(crate) Option<Value>);

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReadVisitor(0)).map(Read)
    }
}

/// Reads a value at this depth.
#[derive(Clone, Copy)]
struct ReadVisitor(usize);

impl<'de> DeserializeSeed<'de> for ReadVisitor {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        if self.0 > MAX_DEPTH {
            // Passing over is no recursion.
            deserializer.deserialize_ignored_any(IgnoredAny)?;
            return Ok(Some(Value::Text(CUT_OFF.to_owned())));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ReadVisitor {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Option<Value>, E> {
        Ok(Some(Value::Flag(flag)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Option<Value>, E> {
        Ok(Some(Value::Integer(number)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Option<Value>, E> {
        let whole = i64::try_from(number).map(Value::Integer);
        Ok(Some(whole.unwrap_or(Value::Float(number as f64))))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Option<Value>, E> {
        Ok(Some(Value::Float(number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Option<Value>, E> {
        Ok(Some(Value::Text(text.to_owned())))
    }

    fn visit_unit<E>(self) -> Result<Option<Value>, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Option<Value>, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = seq.next_element_seed(Self(self.0 + 1))? {
            list.extend(value);
        }
        Ok(Some(Value::List(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<Value>, A::Error> {
        let mut table = BTreeMap::new();
        while let Some(key) = map.next_key()? {
            if let Some(value) = map.next_value_seed(Self(self.0 + 1))? {
                table.insert(key, value);
            }
        }
        Ok(Some(Value::Table(Table(table))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Table {
        serde_json::from_str(json).expect("a table")
    }

    #[test]
    fn whatever_stands_in_it_comes_out_again() {
        let json = r#"{"a":true,"b":-5,"c":1.5,"d":"x","e":[1,{"f":"g"}],"h":{"i":{}}}"#;
        assert_eq!(
            serde_json::to_string(&read(json)).expect("serialises"),
            json
        );
        assert_eq!(read(json).get("b"), Some(&Value::Integer(-5)));
    }

    #[test]
    fn an_empty_list_is_an_empty_table_and_nulls_are_left_out() {
        assert!(read("[]").is_empty());
        assert!(read(r#"{"a":null}"#).is_empty());
    }

    #[test]
    fn deep_nesting_is_cut_off_and_the_rest_stays() {
        let depth = 1000;
        let nested = format!("{}7{}", "[".repeat(depth), "]".repeat(depth));
        let table = read(&format!(r#"{{"a":{nested},"b":1}}"#));
        assert_eq!(table.get("b"), Some(&Value::Integer(1)));
        let json = serde_json::to_string(&table).expect("serialises");
        let levels = json.matches('[').count();
        assert_eq!(levels, MAX_DEPTH);
        assert!(json.contains(CUT_OFF), "{json}");
        assert_eq!(read(&json), table, "what was cut off can be read again");
    }

    #[test]
    fn values_are_written_as_one_reads_them() {
        let Table(table) = read(r#"{"a":[1,"two",{"b":false}],"c":"plain"}"#);
        assert_eq!(table["a"].to_string(), "[1, two, {b: false}]");
        assert_eq!(table["c"].to_string(), "plain");
    }
}
