//! Reading what brokers of a decade write differently.
//!
//! From 3.2.4 to 4.x the management API wrote ports as numbers or strings,
//! tags as a string or a list, and words such as `"undefined"`, `"unknown"` or
//! `"disk_free_monitoring_disabled"` where a number was not known. For
//! `#[serde(deserialize_with = …)]`; what cannot be read becomes `None`, so
//! that one odd field never costs a whole answer.

use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A scalar as JSON has it; anything else is [`Scalar::Other`].
enum Scalar {
    Integer(i64),
    Float(f64),
    Text(String),
    Other,
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

    fn visit_bool<E>(self, _: bool) -> Result<Scalar, E> {
        Ok(Scalar::Other)
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

/// A whole number, also from a float or a text; else absent.
///
/// # Errors
/// Only where the input is no JSON at all.
pub fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    Ok(match deserializer.deserialize_any(ScalarVisitor)? {
        Scalar::Integer(value) => Some(value),
        Scalar::Float(value) if value.is_finite() => Some(value as i64),
        Scalar::Text(text) => text.parse().ok(),
        _ => None,
    })
}

/// A number, also from a text; else absent.
///
/// # Errors
/// Only where the input is no JSON at all.
pub fn float<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    Ok(match deserializer.deserialize_any(ScalarVisitor)? {
        Scalar::Integer(value) => Some(value as f64),
        Scalar::Float(value) => Some(value),
        Scalar::Text(text) => text.parse().ok(),
        Scalar::Other => None,
    }
    .filter(|value| value.is_finite()))
}

/// A text, also from a number; else absent.
///
/// # Errors
/// Only where the input is no JSON at all.
pub fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match deserializer.deserialize_any(ScalarVisitor)? {
        Scalar::Integer(value) => Some(value.to_string()),
        Scalar::Float(value) => Some(value.to_string()),
        Scalar::Text(text) => Some(text),
        Scalar::Other => None,
    })
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

    #[derive(Deserialize, Debug, PartialEq)]
    struct Odd {
        #[serde(default, deserialize_with = "super::integer")]
        count: Option<i64>,
        #[serde(default, deserialize_with = "super::float")]
        rate: Option<f64>,
        #[serde(default, deserialize_with = "super::text")]
        pid: Option<String>,
        #[serde(default, deserialize_with = "super::words")]
        tags: Vec<String>,
    }

    fn read(json: &str) -> Odd {
        serde_json::from_str(json).expect("lenient")
    }

    #[test]
    fn numbers_and_texts_stand_for_each_other() {
        let odd =
            read(r#"{"count":"15672","rate":"0.5","pid":17,"tags":"administrator, monitoring"}"#);
        assert_eq!(odd.count, Some(15672));
        assert_eq!(odd.rate, Some(0.5));
        assert_eq!(odd.pid.as_deref(), Some("17"));
        assert_eq!(odd.tags, ["administrator", "monitoring"]);
    }

    #[test]
    fn what_is_not_known_is_absent() {
        for json in [
            r#"{"count":"unknown","rate":"undefined","pid":null}"#,
            r#"{"count":[],"rate":{"a":[1]},"pid":true,"tags":""}"#,
            "{}",
        ] {
            assert_eq!(
                read(json),
                Odd {
                    count: None,
                    rate: None,
                    pid: None,
                    tags: vec![]
                },
                "{json}"
            );
        }
    }
}
