//! Reading what brokers of a decade write differently.
//!
//! From 3.2.4 to 4.x the management API wrote ports as numbers or strings,
//! tags as a string or a list, and words such as `"undefined"`, `"unknown"` or
//! `"disk_free_monitoring_disabled"` where a number was not known. For
//! `#[serde(deserialize_with = …)]`; what cannot be read becomes `None`, so
//! that one odd field never costs a whole answer.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

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

/// A list of words: `["a", "b"]`, or `"a,b"` as brokers before 3.9 wrote tags.
///
/// # Errors
/// Where it is neither.
pub fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct Words;

    impl<'de> Visitor<'de> for Words {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of words, or words with commas between them")
        }

        fn visit_str<E>(self, value: &str) -> Result<Vec<String>, E> {
            let words = value
                .split(',')
                .map(str::trim)
                .filter(|word| !word.is_empty());
            Ok(words.map(str::to_owned).collect())
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<String>, A::Error> {
            let mut words = Vec::new();
            while let Some(word) = seq.next_element()? {
                words.push(word);
            }
            Ok(words)
        }
    }

    deserializer.deserialize_any(Words)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use crate::slots::slots;

    #[derive(Debug, Default, PartialEq)]
    struct Odd {
        count: Option<i64>,
        rate: Option<f64>,
        pid: Option<String>,
        running: Option<bool>,
    }

    slots!(Odd: count rate pid running);

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
    fn what_is_not_known_is_absent() {
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
        let none: Tagged = serde_json::from_str(r#"{"tags":""}"#).expect("lenient");
        assert!(none.tags.is_empty());
    }
}
