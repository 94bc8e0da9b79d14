//! The filter and the order of a complex query (`POST /v2/query/samples`).

use std::ops::Not;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Field, Operator, Value};

/// A condition on samples, made of [`Field`]s.
///
/// ```
/// use metering::requests::Field;
///
/// let busy = Field::Meter.is("rabbit.messages") & Field::Volume.gt(1000.0);
/// let filter = busy & !Field::Metadata("room".to_owned()).is_in(["attic", "cellar"]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// All of two or more hold.
    All(Vec<Self>),
    /// One of two or more holds.
    Any(Vec<Self>),
    /// This does not hold.
    Not(Box<Self>),
    /// The field compares so with the value.
    Is(Field, Operator, Value),
    /// The field has one of the values.
    In(Field, Vec<Value>),
}

/// An order of samples.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Order {
    /// The field to sort by.
    pub field: Field,
    /// Whether the greatest value comes first.
    pub descending: bool,
}

impl Field {
    /// The field compares so with the value.
    pub fn compare(self, operator: Operator, value: impl Into<Value>) -> Filter {
        Filter::Is(self, operator, value.into())
    }

    /// The field has this value.
    pub fn is(self, value: impl Into<Value>) -> Filter {
        self.compare(Operator::Eq, value)
    }

    /// The field is less.
    pub fn lt(self, value: impl Into<Value>) -> Filter {
        self.compare(Operator::Lt, value)
    }

    /// The field is less or equal.
    pub fn le(self, value: impl Into<Value>) -> Filter {
        self.compare(Operator::Le, value)
    }

    /// The field is greater.
    pub fn gt(self, value: impl Into<Value>) -> Filter {
        self.compare(Operator::Gt, value)
    }

    /// The field is greater or equal.
    pub fn ge(self, value: impl Into<Value>) -> Filter {
        self.compare(Operator::Ge, value)
    }

    /// A regular expression matches a part of the field.
    pub fn matches(self, pattern: impl Into<String>) -> Filter {
        self.compare(Operator::Matches, pattern.into())
    }

    /// The field has one of these values.
    pub fn is_in<V: Into<Value>>(self, values: impl IntoIterator<Item = V>) -> Filter {
        Filter::In(self, values.into_iter().map(Into::into).collect())
    }

    /// The least value first.
    pub fn ascending(self) -> Order {
        Order {
            field: self,
            descending: false,
        }
    }

    /// The greatest value first.
    pub fn descending(self) -> Order {
        Order {
            field: self,
            descending: true,
        }
    }
}

/// A JSON object of one entry.
struct Entry<K, V>(K, V);

impl<K: Serialize, V: Serialize> Serialize for Entry<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(&self.0, &self.1)?;
        map.end()
    }
}

impl Serialize for Order {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let direction = if self.descending { "desc" } else { "asc" };
        Entry(self.field.name(), direction).serialize(serializer)
    }
}

impl Serialize for Filter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All(filters) => Entry("and", filters).serialize(serializer),
            Self::Any(filters) => Entry("or", filters).serialize(serializer),
            Self::Not(filter) => Entry("not", filter).serialize(serializer),
            Self::Is(field, operator, value) => {
                Entry(operator.sign(), Entry(field.name(), value)).serialize(serializer)
            }
            Self::In(field, values) => {
                Entry("in", Entry(field.name(), values)).serialize(serializer)
            }
        }
    }
}

/// Both hold.
impl std::ops::BitAnd for Filter {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        let Self::All(mut all) = self else {
            return Self::All(vec![self, other]);
        };
        all.push(other);
        Self::All(all)
    }
}

/// One of both holds.
impl std::ops::BitOr for Filter {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        let Self::Any(mut any) = self else {
            return Self::Any(vec![self, other]);
        };
        any.push(other);
        Self::Any(any)
    }
}

/// It does not hold.
impl Not for Filter {
    type Output = Self;

    fn not(self) -> Self {
        Self::Not(Box::new(self))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{json, to_value};

    use super::*;
    use crate::Timestamp;

    #[test]
    fn a_tree_is_written_as_the_protocol_has_it() {
        let noon = Timestamp::from_millis(1_420_113_600_000);
        let metadata = Field::Metadata("room".to_owned());
        let filter = Field::Meter.is("cpu")
            & Field::Timestamp.ge(noon)
            & (!metadata.is_in(["attic"]) | Field::ResourceId.matches("^prod/"));
        assert_eq!(
            to_value(filter).expect("JSON"),
            json!({"and": [
                {"=": {"meter": "cpu"}},
                {">=": {"timestamp": "2015-01-01T12:00:00"}},
                {"or": [
                    {"not": {"in": {"metadata.room": ["attic"]}}},
                    {"=~": {"resource_id": "^prod/"}},
                ]},
            ]})
        );
    }

    #[test]
    fn comparisons_have_their_signs() {
        let signs = Operator::SIMPLE.map(|operator| {
            let json = to_value(Field::Volume.compare(operator, 0.5)).expect("JSON");
            let object = json.as_object().expect("an object");
            object.keys().next().expect("one").clone()
        });
        assert_eq!(signs, ["<", "<=", "=", "!=", ">=", ">"]);
        for operator in Operator::SIMPLE {
            assert_eq!(Operator::of_sign(operator.sign()), Some(operator));
        }
    }

    #[test]
    fn orders_name_field_and_direction() {
        assert_eq!(
            to_value(Field::Timestamp.descending()).expect("JSON"),
            json!({"timestamp": "desc"})
        );
        assert_eq!(
            to_value(Field::Volume.ascending()).expect("JSON"),
            json!({"volume": "asc"})
        );
    }
}
