//! Reading what brokers of a decade write differently.
//!
//! From 3.2.4 to 4.x the management API wrote ports as numbers or strings,
//! tags as a string or a list, and words such as `"undefined"`, `"unknown"` or
//! `"disk_free_monitoring_disabled"` where a number was not known. For
//! `#[serde(deserialize_with = …)]`; what cannot be read becomes `None`, so
//! that one odd field never costs a whole answer.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::table;

/// A scalar as JSON has it; anything else is [`Scalar::Other`].
pub(crate) enum Scalar {
    Integer(i64),
    Float(f64),
    Text(String),
    Flag(bool),
    Other,
}

impl Scalar {
    /// A whole number, also from a float or a text.
    pub(crate) fn integer(self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(value),
            Self::Float(value) if value.is_finite() => Some(value as i64),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// A number. Not from a text: no broker writes a rate as one, and reading it there takes tables
    /// of ten kilobytes.
    pub(crate) fn float(self) -> Option<f64> {
        match self {
            Self::Integer(value) => Some(value as f64),
            Self::Float(value) => Some(value).filter(|value| value.is_finite()),
            _ => None,
        }
    }

    /// A text, also from a whole number.
    pub(crate) fn text(self) -> Option<String> {
        match self {
            Self::Integer(value) => Some(value.to_string()),
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Yes or no.
    pub(crate) fn flag(self) -> Option<bool> {
        match self {
            Self::Flag(flag) => Some(flag),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_i64<E>(self, value: i64) -> Result<Scalar, E> {
        Ok(Scalar::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Scalar, E> {
        Ok(i64::try_from(value).map_or(Scalar::Float(value as f64), Scalar::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Scalar, E> {
        Ok(Scalar::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Scalar, E> {
        Ok(Scalar::Text(value))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Scalar, E> {
        Ok(Scalar::Flag(value))
    }

    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Scalar, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }
}

/// A text, also from a whole number; else absent.
///
/// # Errors
/// Only where the input is no JSON at all.
pub fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Scalar::deserialize(deserializer)?.text())
}

/// A list of words: `["a", "b"]`, or `"a,b"` as brokers before 3.9 wrote tags; else none.
///
/// # Errors
/// Only where the input is no JSON at all.
pub fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Ok(table::tags(table::Read::deserialize(deserializer)?.0))
}

/// The objects of a list. What is no object is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Objects<T> {
    /// Those that could be read.
    pub rows: Vec<T>,
    /// How many could not.
    pub unreadable: usize,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Objects<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ObjectsVisitor(PhantomData))
    }
}

struct ObjectsVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectsVisitor<T> {
    type Value = Objects<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Objects<T>, A::Error> {
        let (mut rows, mut unreadable) = (Vec::new(), 0);
        while let Some(row) = seq.next_element::<Object<T>>()? {
            match row.0 {
                Some(row) => rows.push(row),
                None => unreadable += 1,
            }
        }
        Ok(Objects { rows, unreadable })
    }
}

/// An object, or none where something else stands in its place.
#[derive(Clone, Debug)]
pub struct Object<T>(pub Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_any(ObjectVisitor(PhantomData))
            .map(Self)
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Option<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Some)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Option<T>, A::Error> {
        IgnoredAny.visit_seq(seq)?;
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Option<T>, E> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use crate::field_table::field_table;

    #[derive(Debug, Default, PartialEq)]
    struct Odd {
        count: Option<i64>,
        rate: Option<f64>,
        pid: Option<String>,
        running: Option<bool>,
    }

    field_table!(Odd: count rate pid running);

    #[derive(Deserialize)]
    struct Tagged {
        #[serde(default, deserialize_with = "super::words")]
        tags: Vec<String>,
    }

    fn read(json: &str) -> Odd {
        serde_json::from_str(json).expect("lenient")
    }

    #[test]
    fn numbers_and_texts_stand_for_each_other() {
        let odd = read(r#"{"count":"15672","rate":2,"pid":17,"running":true}"#);
        assert_eq!(odd.count, Some(15672));
        assert_eq!(odd.rate, Some(2.0));
        assert_eq!(odd.pid.as_deref(), Some("17"));
        assert_eq!(odd.running, Some(true));
    }

    #[test]
    fn unknown_values_are_absent() {
        for json in [
            r#"{"count":"unknown","rate":"undefined","pid":null,"running":"unknown"}"#,
            r#"{"count":[],"rate":{"a":[1]},"pid":true,"running":0,"unknown":[{}]}"#,
            r#"{"count":null,"rate":null,"pid":{},"running":null}"#,
            "{}",
        ] {
            assert_eq!(read(json), Odd::default(), "{json}");
        }
    }

    #[test]
    fn words_are_a_list_or_have_commas_between_them() {
        for json in [
            r#"{"tags":"administrator, monitoring"}"#,
            r#"{"tags":["administrator","monitoring"]}"#,
        ] {
            let read: Tagged = serde_json::from_str(json).expect("lenient");
            assert_eq!(read.tags, ["administrator", "monitoring"]);
        }
        for json in [
            r#"{"tags":""}"#,
            r#"{"tags":null}"#,
            r#"{"tags":[null,3]}"#,
            r#"{"tags":{"a":1}}"#,
            r#"{"tags":7}"#,
        ] {
            let none: Tagged = serde_json::from_str(json).expect("lenient");
            assert!(none.tags.is_empty(), "{json}");
        }
    }

    #[test]
    fn list_of_objects_leaves_out_and_counts_what_is_no_object() {
        let json = r#"[{"count":1},null,3,-1,2.5,true,"x",[{"count":9}],{"count":2}]"#;
        let read: super::Objects<Odd> = serde_json::from_str(json).expect("lenient");
        let counts: Vec<_> = read.rows.iter().map(|row| row.count).collect();
        assert_eq!((counts, read.unreadable), (vec![Some(1), Some(2)], 7));
    }
}
