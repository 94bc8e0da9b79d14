//! The value that a row is ordered by, read from its JSON.

use std::cmp::Ordering;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// What stands in a column. Absent is greater than all else, so that it comes last.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Key {
    Number(f64),
    Flag(bool),
    Text(Box<str>),
}

impl Key {
    /// Numbers before flags before texts.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Flag(a), Self::Flag(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (a, b) => a.rank().cmp(&b.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Number(_) => 0,
            Self::Flag(_) => 1,
            Self::Text(_) => 2,
        }
    }
}

/// The value at a dotted path; a list of texts is the texts with commas between them.
pub(crate) fn key(json: &[u8], path: &str) -> Option<Key> {
    let mut found = None;
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    // It breaks off where it has found it: what it says then is of no interest.
    let _ = Seek {
        path: Some(path),
        found: &mut found,
    }
    .deserialize(&mut deserializer);
    found
}

/// Looks for the value at a path; without one the value itself is it.
struct Seek<'a> {
    path: Option<&'a str>,
    found: &'a mut Option<Key>,
}

impl<'de> DeserializeSeed<'de> for Seek<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Seek<'_> {
    fn take(self, key: Key) {
        if self.path.is_none() {
            *self.found = Some(key);
        }
    }
}

impl<'de> Visitor<'de> for Seek<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.take(Key::Flag(value));
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.take(Key::Number(value as f64));
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.take(Key::Number(value as f64));
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.take(Key::Number(value));
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.take(Key::Text(value.into()));
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut texts = Vec::new();
        let mut item = None;
        while seq
            .next_element_seed(Seek {
                path: None,
                found: &mut item,
            })?
            .is_some()
        {
            if let Some(Key::Text(text)) = item.take() {
                texts.push(text);
            }
        }
        self.take(Key::Text(texts.join(",").into()));
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some(path) = self.path else {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(());
        };
        // A key of a table may hold dots itself: the whole path is tried before its head.
        let (head, rest) = match path.split_once('.') {
            Some((head, rest)) => (head, Some(rest)),
            None => (path, None),
        };
        while let Some(matched) = map.next_key_seed(Match { path, head })? {
            match matched {
                Matched::No => {
                    map.next_value::<IgnoredAny>()?;
                }
                Matched::Whole | Matched::Head => {
                    let path = if matched == Matched::Whole {
                        None
                    } else {
                        rest
                    };
                    map.next_value_seed(Seek {
                        path,
                        found: &mut *self.found,
                    })?;
                    return Err(A::Error::custom("found"));
                }
            }
        }
        Ok(())
    }
}

/// Compares a key, without keeping it.
struct Match<'a> {
    path: &'a str,
    head: &'a str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Matched {
    Whole,
    Head,
    No,
}

impl<'de> DeserializeSeed<'de> for Match<'_> {
    type Value = Matched;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Matched, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Match<'_> {
    type Value = Matched;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Matched, E> {
        Ok(if key == self.path {
            Matched::Whole
        } else if key == self.head {
            Matched::Head
        } else {
            Matched::No
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: &[u8] =
        br#"{"name":"q\"1","messages":7,"durable":true,"members":["b","a"],"arguments":{"a.b":3},
        "message_stats":{"publish":5,"publish_details":{"rate":1.5}},"policy":null}"#;

    #[test]
    fn values_are_found_at_any_depth() {
        let text = |text: &str| Some(Key::Text(text.into()));
        for (path, expected) in [
            ("name", text("q\"1")),
            ("messages", Some(Key::Number(7.0))),
            ("durable", Some(Key::Flag(true))),
            ("members", text("b,a")),
            ("arguments.a.b", Some(Key::Number(3.0))),
            ("message_stats.publish_details.rate", Some(Key::Number(1.5))),
            ("message_stats.ack", None),
            ("message_stats", None),
            ("messages.rate", None),
            ("policy", None),
            ("nonsense", None),
        ] {
            assert_eq!(key(ROW, path), expected, "{path}");
        }
    }
}
